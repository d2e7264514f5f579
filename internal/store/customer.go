// Customers: a partner's tenants.
package store

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	customerColumns   = `id, domain, reseller_id, deleted_at, version, body`
	sqlCustomers      = `SELECT ` + customerColumns + ` FROM customer WHERE partner_id = $1`
	sqlCustomer       = sqlCustomers + ` AND id = $2`
	sqlCustomerInsert = `INSERT INTO customer (partner_id, id, domain, name, reseller_id, deleted_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlCustomerUpdate = `UPDATE customer SET name = $4, reseller_id = $5, deleted_at = $6, body = $7, version = version + 1
		WHERE partner_id = $1 AND id = $2 AND version = $3`
	// What is asked for is decided in the key customer_name alone, between these two; rows are read of those alone that it finds.
	customersFound = ` FROM (SELECT name AS found_name, id AS found_id FROM customer WHERE partner_id = $1 AND deleted_at IS NULL`
	customersRead  = `) found CROSS JOIN customer WHERE partner_id = $1 AND id = found_id ORDER BY found_name, found_id`
	// Counted in the key customer_name alone.
	sqlCustomerCounts = `SELECT partner_id, COALESCE(reseller_id, ''), COUNT(*) FROM customer WHERE deleted_at IS NULL GROUP BY partner_id, reseller_id`
	// sqlOfReseller narrows by customer for an indirect reseller.
	sqlOfReseller = ` AND customer_id IN (SELECT id FROM customer WHERE partner_id = $1 AND reseller_id = ?)`
)

// customerWidth is how many columns customerColumns are.
var customerWidth = strings.Count(customerColumns, ",") + 1

var (
	domainTaken     = fault.Conflict("customer.domain_taken", nil)
	foreignTenant   = fault.Deny("tenant.foreign", nil)
	unknownCustomer = fault.NotFound("customer.unknown", nil)
)

type customerShape struct {
	CommerceID         string         `json:"commerce_id,omitempty"`
	CompanyName        string         `json:"company,omitempty"`
	BillingCompany     string         `json:"billing_company,omitempty"`
	RegistrationNumber string         `json:"registration,omitempty"`
	FirstName          string         `json:"first,omitempty"`
	LastName           string         `json:"last,omitempty"`
	Email              string         `json:"email,omitempty"`
	Culture            string         `json:"culture,omitempty"`
	Language           string         `json:"language,omitempty"`
	Address            addressShape   `json:"address,omitzero"`
	Segment            market.Segment `json:"segment,omitempty"`
	RelationEnded      bool           `json:"ended,omitempty"`
	CreatedAt          *int64         `json:"created,omitempty"`
	FirstBilling       *int64         `json:"first_billing,omitempty"`
	Budget             int64          `json:"budget,omitempty"` // minor units
	BudgetCurrency     money.Currency `json:"budget_currency,omitempty"`

	Qualifications []qualificationShape `json:"qualifications,omitempty"`
}

type qualificationShape struct {
	Kind             party.QualificationKind `json:"kind,omitempty"`
	EducationSegment string                  `json:"education,omitempty"`
	ValidationCode   string                  `json:"code,omitempty"`
	Website          string                  `json:"website,omitempty"`
	At               *int64                  `json:"at,omitempty"`
}

type addressShape struct {
	Country      market.Country `json:"country,omitempty"`
	Region       string         `json:"region,omitempty"`
	City         string         `json:"city,omitempty"`
	State        string         `json:"state,omitempty"`
	AddressLine1 string         `json:"line1,omitempty"`
	AddressLine2 string         `json:"line2,omitempty"`
	PostalCode   string         `json:"postal,omitempty"`
	FirstName    string         `json:"first,omitempty"`
	MiddleName   string         `json:"middle,omitempty"`
	LastName     string         `json:"last,omitempty"`
	PhoneNumber  string         `json:"phone,omitempty"`
}

func customerBody(c party.Customer) string {
	var qs []qualificationShape
	for _, q := range c.Qualifications {
		qs = append(qs, qualificationShape{q.Kind, q.EducationSegment, q.ValidationCode, q.Website, micros(q.At)})
	}
	return toBody(customerShape{
		CommerceID: c.CommerceID, CompanyName: c.CompanyName, BillingCompany: c.BillingCompany,
		RegistrationNumber: c.RegistrationNumber, FirstName: c.FirstName, LastName: c.LastName, Email: c.Email,
		Culture: c.Culture, Language: c.Language, Address: addressShape(c.Address), Segment: c.Segment,
		RelationEnded: c.RelationEnded, CreatedAt: micros(c.CreatedAt), FirstBilling: micros(c.FirstBilling),
		Qualifications: qs,
		Budget:         c.Budget.Minor(), BudgetCurrency: c.Budget.Currency(),
	})
}

func scanCustomer(c *party.Customer, scan func(dest ...any) error) error {
	return scanCustomerAnd(c, scan)
}

// scanCustomerAnd reads a customer and more columns after it.
func scanCustomerAnd(c *party.Customer, scan func(dest ...any) error, more ...any) error {
	var b customerShape
	if err := scan(append([]any{&c.ID, &c.Domain, &c.Reseller, &c.Deleted, &c.Version, body{&b}}, more...)...); err != nil {
		return err
	}
	c.CommerceID, c.CompanyName, c.BillingCompany = b.CommerceID, b.CompanyName, b.BillingCompany
	c.RegistrationNumber, c.FirstName, c.LastName = b.RegistrationNumber, b.FirstName, b.LastName
	c.Email, c.Culture, c.Language, c.Address = b.Email, b.Culture, b.Language, party.Address(b.Address)
	c.Segment, c.RelationEnded = b.Segment, b.RelationEnded
	c.CreatedAt, c.FirstBilling = instant(b.CreatedAt), instant(b.FirstBilling)
	for _, q := range b.Qualifications {
		c.Qualifications = append(c.Qualifications, party.Qualification{
			Kind: q.Kind, EducationSegment: q.EducationSegment, ValidationCode: q.ValidationCode, Website: q.Website, At: instant(q.At),
		})
	}
	c.Budget = money.Of(b.Budget, b.BudgetCurrency)
	return nil
}

// Customer implements app.Reader.
func (r *Reader) Customer(s party.Scope, c id.Customer) (party.Customer, error) {
	found, err := r.CustomerOnFile(s, c)
	if err == nil && !found.Deleted.IsZero() {
		return party.Customer{}, unknownCustomer
	}
	return found, err
}

// CustomerOnFile implements app.Reader.
func (r *Reader) CustomerOnFile(s party.Scope, c id.Customer) (party.Customer, error) {
	found, err := collect(r, scanCustomer, sqlCustomer, s.Partner(), c)
	if err != nil {
		return party.Customer{}, err
	}
	return r.ofScope(s, c, found)
}

// customerWith is Customer, and in the same trip what else is to be read of it. Where the customer is not in the
// scope, what the other reads found is not to be told.
func (r *Reader) customerWith(s party.Scope, c id.Customer, reads ...read) (party.Customer, error) {
	var found []party.Customer
	reads = append(reads, read{sqlCustomer, []any{s.Partner(), c}, func(scan func(...any) error) error {
		found = append(found, party.Customer{})
		return scanCustomer(&found[len(found)-1], scan)
	}})
	if err := r.batch(reads...); err != nil {
		return party.Customer{}, err
	}
	return r.served(s, c, found)
}

// customerJoined is Customer, read by one statement whose rows begin with the customer's columns and end with those of what
// is read of it; each takes these, all NULL where there is nothing.
func (r *Reader) customerJoined(s party.Scope, c id.Customer, sql string, of any, each func(scan func(dest ...any) error) error) (party.Customer, error) {
	var found []party.Customer
	var others []any
	err := r.batch(read{sql, []any{s.Partner(), c, of}, func(scan func(...any) error) error {
		return each(func(dest ...any) error {
			if len(found) > 0 { // it is the same in all rows
				if others == nil {
					others = make([]any, customerWidth, customerWidth+len(dest))
				}
				others = append(others[:customerWidth], dest...)
				return scan(others...)
			}
			found = make([]party.Customer, 1)
			return scanCustomerAnd(&found[0], scan, dest...)
		})
	}})
	if err != nil {
		return party.Customer{}, err
	}
	return r.served(s, c, found)
}

// served is ofScope of customers that are not deleted.
func (r *Reader) served(s party.Scope, c id.Customer, found []party.Customer) (party.Customer, error) {
	got, err := r.ofScope(s, c, found)
	if err == nil && !got.Deleted.IsZero() {
		err = unknownCustomer
	}
	if err != nil {
		return party.Customer{}, err
	}
	return got, nil
}

// ofScope is the customer c of those found by its id, or why a scope has none.
func (r *Reader) ofScope(s party.Scope, c id.Customer, found []party.Customer) (party.Customer, error) {
	switch {
	case len(found) == 0:
		return party.Customer{}, r.missing(c)
	case s.Reseller() != "" && found[0].Reseller != s.Reseller():
		return party.Customer{}, foreignTenant
	}
	return found[0], nil
}

// missing says why a customer is not in a scope.
func (r *Reader) missing(c id.Customer) error {
	var n int64
	switch err := r.queryRow(sqlTenantKnown, c).scan(&n); {
	case err != nil:
		return err
	case n > 0:
		return foreignTenant
	}
	return unknownCustomer
}

// within keeps an indirect reseller from other resellers' customers. What a partner reads is kept to its own by the
// statements themselves.
func (r *Reader) within(s party.Scope, c id.Customer) error {
	if s.Reseller() == "" {
		return nil
	}
	_, err := r.Customer(s, c)
	return err
}

// Customers implements app.Reader.
func (r *Reader) Customers(s party.Scope, q app.CustomerQuery) ([]party.Customer, error) {
	f := where(`SELECT `+customerColumns+customersFound, s.Partner())
	equal(f, " AND reseller_id = ?", s.Reseller())
	equal(f, " AND reseller_id = ?", q.Reseller)
	f.text("name", q.NameOp, q.Name)
	f.text("domain", q.DomainOp, q.Domain)
	f.text("id", "starts_with", q.ID)
	if q.Text != "" {
		like := "%" + likeEscape.Replace(fold(q.Text)) + "%"
		f.and(` AND (name LIKE ? ESCAPE '\' OR domain LIKE ? ESCAPE '\')`, like, like)
	}
	if q.After != [2]string{} {
		f.and(" AND (name, id) > (?, ?)", fold(q.After[0]), q.After[1])
	}
	f.and(" ORDER BY name, id")
	f.limit(q.Limit)
	f.and(customersRead)
	return rowsOf(r, f, scanCustomer)
}

// CustomerAt implements app.Reader.
func (r *Reader) CustomerAt(domain string) (id.Customer, error) {
	found, err := collect(r, func(c *id.Customer, scan func(dest ...any) error) error { return scan(c) }, sqlTenantAt, domain)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// TenantsAt implements app.Reader. The first condition is a range that they all lie in: the filter has to begin with one.
func (r *Reader) TenantsAt(domains []string) (map[string]id.Customer, error) {
	at := map[string]id.Customer{}
	for some := range slices.Chunk(domains, entryWidth*entryTrip) {
		f := where(sqlTenantsAt, slices.Min(some), slices.Max(some))
		in(f, "domain", some)
		rows := r.query(f.sql.String(), f.args...)
		for rows.next() {
			var domain string
			var tenant id.Customer
			if err := rows.scan(&domain, &tenant); err != nil {
				rows.close()
				return nil, err
			}
			at[domain] = tenant
		}
		rows.close()
		if err := rows.err(); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// CustomersByID implements app.Reader.
func (r *Reader) CustomersByID(s party.Scope, ids []id.Customer) ([]party.Customer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	f := where(sqlCustomers, s.Partner())
	equal(f, " AND reseller_id = ?", s.Reseller())
	in(f, "id", ids)
	return rowsOf(r, f, scanCustomer)
}

// AddCustomer implements app.Tx. The directory of tenants decides who has a domain, whosever the customer is.
func (t *Tx) AddCustomer(c party.Customer) error {
	if err := t.exec(1, domainTaken, sqlTenantInsert, c.ID, c.Domain); err != nil {
		return err
	}
	return t.exec(1, nil, sqlCustomerInsert, t.scope.Partner(), c.ID, c.Domain, fold(c.CompanyName), null(c.Reseller), c.Deleted, customerBody(c))
}

// SaveCustomer implements app.Tx. A domain stays, but that of a deleted customer is free again.
func (t *Tx) SaveCustomer(c party.Customer) error {
	if !c.Deleted.IsZero() {
		if err := t.exec(1, nil, sqlTenantDomain, c.ID, nil); err != nil {
			return err
		}
	}
	return t.exec(1, fault.Conflict("customer.changed", nil), sqlCustomerUpdate,
		t.scope.Partner(), c.ID, c.Version, fold(c.CompanyName), null(c.Reseller), c.Deleted, customerBody(c))
}
