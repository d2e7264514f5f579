package partnercenter

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// personal are the beginnings of the paths that the real service refuses to clients that act for nobody (contract.md §2):
// customer users and their roles, service requests, agreements, partner profiles, relations with indirect resellers.
var personal = []string{
	"/v1/customers/{customer}/users", "/v1/customers/{customer}/directoryroles", "/v1/customers/{customer}/subscribedskus",
	"/v1/servicerequests", "/v1/customers/{customer}/servicerequests", "/v1/supporttopics",
	"/v1/agreements", "/v1/customers/{customer}/agreements", "/v1/profiles", "/v1/relationships", "/v1/customers/{customer}/relationships",
}

// personalAlone are single operations of the same kind: a single invoice and its statement, and qualifying a customer (§4).
var personalAlone = []string{
	"GET /v1/invoices/{invoice}", "GET /v1/invoices/{invoice}/documents/statement", "POST /v1/customers/{customer}/qualifications",
}

// forPeople tells whether an operation is one of those.
func forPeople(method, path string) bool {
	for _, p := range personal {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return slices.Contains(personalAlone, method+" "+path)
}

// needPerson refuses a client that acts for nobody where its partner has asked for that.
func (r *request) needPerson() error {
	if r.op.person && r.actor.NeedsPerson && r.actor.User == "" {
		return fault.Deny("person.needed", nil)
	}
	return nil
}
