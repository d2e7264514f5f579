package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// The bounds of a file of customers. One transaction takes all of it.
const (
	MaxCustomerFile = 1 << 20 // bytes
	MaxCustomerRows = 1_000
)

// The columns of a file of customers: those of the form for one.
const (
	customerCompany = iota
	customerDomain
	customerCountry
	customerSegment
	customerFirst
	customerLast
	customerEmail
	customerPhone
	customerStreet
	customerCity
	customerState
	customerPostal
	customerNumber
	customerReseller
)

var customerFileColumns = []columnName{
	customerCompany:  {"CompanyName", " company name customer customername organization organisation "},
	customerDomain:   {"Domain", " domainname primarydomain primarydomainname "},
	customerCountry:  {"Country", " countrycode billingcountry market "},
	customerSegment:  {"Segment", " "},
	customerFirst:    {"FirstName", " givenname "},
	customerLast:     {"LastName", " surname familyname "},
	customerEmail:    {"Email", " mail emailaddress "},
	customerPhone:    {"Phone", " phonenumber telephone "},
	customerStreet:   {"Street", " address addressline1 address1 "},
	customerCity:     {"City", " town "},
	customerState:    {"State", " region province stateorregion "},
	customerPostal:   {"PostalCode", " postal postcode zip zipcode "},
	customerNumber:   {"RegistrationNumber", " organizationregistrationnumber organisationregistrationnumber "},
	customerReseller: {"Reseller", " indirectreseller resellermpn resellerid "},
}

// customerMost is how many characters a column takes, as in the form.
var customerMost = [...]int{200, 253, 200, 200, 200, 200, 254, 40, 200, 200, 100, 20, 64, 100}

// CustomerColumns are the heads of a file of customers, in the order of its template.
func CustomerColumns() (names []string) {
	for _, c := range customerFileColumns {
		names = append(names, c.name)
	}
	return names
}

// CustomerFile is a CSV file of customers. Culture is that of customers in markets that have none of their own.
type CustomerFile struct {
	File    io.Reader
	Culture string
}

// CustomerRow is a row of it: a customer that is made, or one of the caller's that has the domain already and stays as it is.
type CustomerRow struct {
	Line     int
	Customer party.Customer
}

// CustomerImport is what a file of customers does.
type CustomerImport struct {
	New   []CustomerRow
	There []CustomerRow
	Match string // of all of it: the import carries it, and is refused when anything moved
}

// CustomerError says where a row is wrong; First is the line of the row that says the same.
type CustomerError struct {
	RowError
	First int
}

// PreviewCustomers tells what a file of customers would do (F01, R12), and saves nothing. Faults: "import.*"; "import.rows" with
// CustomerErrors for rows that are wrong, or whose domain is another's.
func (a *App) PreviewCustomers(ctx context.Context, who party.Actor, in CustomerFile) (CustomerImport, error) {
	sheet, err := a.customerSheet(who, in)
	if err != nil {
		return CustomerImport{}, err
	}
	return read(ctx, a.Store, func(r Reader) (CustomerImport, error) { return sheet.lay(r, who) })
}

// ImportCustomers makes the customers of a file (F01, R12), all or nothing, in one transaction. A row whose domain one of the
// caller's customers has changes nothing, so the same file twice makes nothing twice. Their first administrators have no password: a
// thousand passwords are neither made nor shown, one is set for whoever is to sign in (R11). With the preview's Match it is refused when
// something is not as it was then. The outcome is a CustomerImport.
// Faults: those of PreviewCustomers, "preview.moved", "sandbox.customers".
func (a *App) ImportCustomers(ctx context.Context, who party.Actor, req Request, in CustomerFile, match string) (Reply, error) {
	sheet, err := a.customerSheet(who, in)
	if err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		out, err := sheet.lay(tx, who)
		if err != nil {
			return nil, err
		}
		if match != "" && match != out.Match {
			return nil, fault.Conflict("preview.moved", nil)
		}
		if err := sandboxRooms(tx, who, len(out.New)); err != nil {
			return nil, err
		}
		now := a.Clock.Now()
		for i := range out.New {
			c := &out.New[i].Customer
			c.CreatedAt = now
			if err := tx.AddCustomer(*c); err != nil {
				return nil, err
			}
			s := saver{a, tx, &act, *c, now}
			if err := s.record(activity.AddCustomer, activity.Customer, string(c.ID), activity.Detail{Key: "Domain", Value: c.Domain}); err != nil {
				return nil, err
			}
			if a.Credentials != nil {
				admin := a.administrator(who, *c)
				if err := errors.Join(tx.AddAlias(a.alias(&admin)), tx.AddPerson(admin)); err != nil {
					return nil, err
				}
			}
		}
		return out, nil
	})
}

// sandboxRooms is sandboxRoom for several.
func sandboxRooms(r Reader, who party.Actor, more int) error {
	if !who.Sandbox || more == 0 {
		return nil
	}
	there, err := r.Customers(who.Scope, CustomerQuery{Limit: policy.SandboxCustomers})
	if err != nil || len(there)+more <= policy.SandboxCustomers {
		return err
	}
	return fault.Refuse("sandbox.customers", fault.Args{"limit": policy.SandboxCustomers})
}

// customerSheet is a file that was read: what it says, or what is wrong with it.
type customerSheet struct {
	app     *App
	who     party.Actor
	culture string

	rows    []CustomerRow // Reseller is what the row calls it
	seen    map[string]int
	badRows int
	bad     []CustomerError
	sum     [32]byte
}

func (a *App) customerSheet(who party.Actor, in CustomerFile) (*customerSheet, error) {
	if err := who.May(party.EditCustomer); err != nil {
		return nil, err
	}
	f := &customerSheet{app: a, who: who, culture: cmp.Or(in.Culture, "en-US"), seen: map[string]int{}}
	hash := sha256.New()
	if err := f.read(io.TeeReader(in.File, hash)); err != nil {
		return nil, err
	}
	f.sum = [32]byte(hash.Sum(nil))
	return f, nil
}

// read takes the whole file. Rows that are wrong are told with those whose domain is another's (lay).
func (f *customerSheet) read(file io.Reader) error {
	must := []int{customerCompany, customerDomain, customerCountry, customerFirst, customerLast, customerEmail, customerStreet, customerCity}
	return rowsIn{customerFileColumns, must, MaxCustomerFile, MaxCustomerRows}.read(file, f.take)
}

// take reads one row: everything that is wrong with it is told.
func (f *customerSheet) take(p placed, at []int, width int) {
	if !p.ok || len(p.fields) != width {
		code := "row.columns"
		if !p.ok {
			code = "row.quotes"
		}
		f.refuse(CustomerError{RowError: RowError{Line: p.line, Code: code}})
		return
	}
	var wrongs []CustomerError
	bad := func(c int, code string) {
		wrongs = append(wrongs, CustomerError{RowError: RowError{Line: p.line, Member: customerFileColumns[c].name, Code: code}})
	}
	var fields [len(customerMost)]string
	for c := range fields {
		if at[c] >= 0 {
			fields[c] = strings.Clone(unharmed(strings.TrimSpace(p.fields[at[c]]))) // a part of the row would keep all of it
		}
		switch c {
		case customerSegment, customerPhone, customerState, customerPostal, customerNumber, customerReseller:
		default:
			if fields[c] == "" {
				bad(c, "row.missing")
				continue
			}
		}
		switch {
		case !license.Plain(fields[c]):
			bad(c, "row.text")
		case utf8.RuneCountInString(fields[c]) > customerMost[c]:
			bad(c, "row.too_long")
		}
	}
	m, known := market.Lookup(fields[customerCountry])
	if fields[customerCountry] != "" && !known {
		bad(customerCountry, "row.country")
	}
	for _, c := range []int{customerPhone, customerNumber} {
		if m.Country.Registering() && fields[c] == "" {
			bad(c, "row.missing")
		}
	}
	segment, ok := market.ParseSegment(cmp.Or(fields[customerSegment], string(market.Commercial)))
	if !ok {
		bad(customerSegment, "row.segment")
	}
	domain := strings.ToLower(fields[customerDomain])
	switch first := f.seen[domain]; {
	case domain == "":
	case !domainName(domain):
		bad(customerDomain, "row.domain")
	case first > 0:
		wrongs = append(wrongs, CustomerError{RowError{Line: p.line, Member: customerFileColumns[customerDomain].name, Code: "row.domain_twice"}, first})
	default:
		f.seen[domain] = p.line
	}
	if !strings.Contains(strings.Trim(fields[customerEmail], "@"), "@") && fields[customerEmail] != "" {
		bad(customerEmail, "row.email")
	}
	if len(wrongs) > 0 {
		f.refuse(wrongs...)
		return
	}
	culture := cmp.Or(m.Culture, f.culture)
	c, err := f.app.newCustomer(f.who, party.Customer{
		CompanyName: fields[customerCompany], BillingCompany: fields[customerCompany], Domain: domain, Email: fields[customerEmail],
		FirstName: fields[customerFirst], LastName: fields[customerLast], Culture: culture, Language: culture[:2], Segment: segment, Reseller: id.Partner(fields[customerReseller]),
		RegistrationNumber: fields[customerNumber],
		Address: party.Address{
			Country: m.Country, City: fields[customerCity], State: fields[customerState], AddressLine1: fields[customerStreet], PostalCode: fields[customerPostal],
			FirstName: fields[customerFirst], LastName: fields[customerLast], PhoneNumber: fields[customerPhone],
		},
	})
	if err != nil { // what the columns do not tell apart
		f.refuse(CustomerError{RowError: RowError{Line: p.line, Code: "row.customer"}})
		return
	}
	f.rows = append(f.rows, CustomerRow{p.line, c})
}

// refuse notes what is wrong with a row: the first hundred things are told.
func (f *customerSheet) refuse(wrongs ...CustomerError) {
	f.badRows++
	f.bad = append(f.bad, wrongs[:min(len(wrongs), maxBad-len(f.bad))]...)
}

// lay looks who has the domains and which resellers the rows name. It may run again.
func (f *customerSheet) lay(r Reader, who party.Actor) (CustomerImport, error) {
	var out CustomerImport
	var domains []string
	for _, row := range f.rows {
		domains = append(domains, row.Customer.Domain)
	}
	tenants, err := r.TenantsAt(domains)
	if err != nil {
		return out, err
	}
	var ids []id.Customer
	for _, tenant := range tenants {
		ids = append(ids, tenant)
	}
	found, err := r.CustomersByID(who.Scope, ids)
	if err != nil {
		return out, err
	}
	own := map[string]party.Customer{}
	for _, c := range found {
		own[c.Domain] = c
	}
	told := *f
	told.bad = slices.Clip(told.bad) // what is wrong here is added to what the file itself has wrong
	sum := sha256.New()
	_, _ = sum.Write(f.sum[:]) // a hash takes all
	resellers := map[id.Partner]named{}
	for _, row := range f.rows {
		c := row.Customer
		switch there, ok := own[c.Domain]; {
		case ok:
			out.There = append(out.There, CustomerRow{row.Line, there})
			_, _ = fmt.Fprintf(sum, "%d %s\n", row.Line, there.ID)
			continue
		case tenants[c.Domain] != "":
			told.refuse(CustomerError{RowError: RowError{Line: row.Line, Member: customerFileColumns[customerDomain].name, Code: "row.domain_taken"}})
			continue
		}
		reseller, err := f.resellerNamed(r, resellers, c.Reseller)
		if fault.Of(err) != nil {
			told.refuse(CustomerError{RowError: RowError{Line: row.Line, Member: customerFileColumns[customerReseller].name, Code: "row.reseller"}})
			continue
		}
		if err != nil {
			return out, err
		}
		c.Reseller = reseller
		out.New = append(out.New, CustomerRow{row.Line, c})
	}
	if told.badRows > 0 {
		return CustomerImport{}, fault.Invalid("import.rows", fault.Args{"rows": told.badRows, "errors": told.bad})
	}
	out.Match = hex.EncodeToString(sum.Sum(nil))
	return out, nil
}

// named is whom a name of a reseller means, or why it means nobody.
type named struct {
	is  id.Partner
	err error
}

func (f *customerSheet) resellerNamed(r Reader, known map[id.Partner]named, name id.Partner) (id.Partner, error) {
	n, ok := known[name]
	if !ok {
		n.is, n.err = resellerOf(r, f.who, string(name))
		known[name] = n
	}
	return n.is, n.err
}
