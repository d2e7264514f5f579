// People: staff of partners, customers, publishers and the operator, who sign in.
package store

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlPeople = `SELECT partner_id, customer_id, publisher_id, id, upn, subject, roles, state, password, alias, version, body
		FROM person WHERE partner_id = $1 AND customer_id = $2`
	sqlUPNTaken = `SELECT COUNT(*) FROM person WHERE upn = $1`

	sqlPersonInsert = `INSERT INTO person (partner_id, customer_id, publisher_id, id, upn, subject, roles, state, password, body, alias)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlPersonUpdate = `UPDATE person SET upn = $5, subject = $6, roles = $7, state = $8, password = $9, body = $10, alias = $11, version = version + 1
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
	sqlPersonDelete = `DELETE FROM person WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
)

var (
	unknownUser = fault.NotFound("user.unknown", nil)
	userChanged = fault.Conflict("user.changed", nil)
	upnTaken    = fault.Conflict("user.upn_taken", nil)
)

type personShape struct {
	DisplayName   string `json:"name,omitempty"`
	FirstName     string `json:"first,omitempty"`
	LastName      string `json:"last,omitempty"`
	Email         string `json:"email,omitempty"`
	Phone         string `json:"phone,omitempty"`
	UsageLocation string `json:"location,omitempty"`
	ImmutableID   string `json:"immutable_id,omitempty"`
	MustChange    bool   `json:"must_change,omitempty"`
	TOTP          string `json:"totp,omitempty"` // base64 of the sealed secret
	TOTPStep      int64  `json:"totp_step,omitempty"`
	CreatedAt     *int64 `json:"created,omitempty"`
	DeletedAt     *int64 `json:"deleted,omitempty"`
	SignedOutAt   *int64 `json:"signed_out,omitempty"`
	Language      string `json:"language,omitempty"`
	KeysOff       bool   `json:"keys_off,omitempty"`

	Views [][2]string `json:"views,omitempty"` // name and address
}

func personBody(p party.Person) string {
	var views [][2]string
	for _, v := range p.Views {
		views = append(views, [2]string{v.Name, v.At})
	}
	return toBody(personShape{
		p.DisplayName, p.FirstName, p.LastName, p.Email, p.Phone, p.UsageLocation, p.ImmutableID, p.MustChange,
		base64.StdEncoding.EncodeToString(p.TOTP), p.TOTPStep, micros(p.CreatedAt), micros(p.DeletedAt), micros(p.SignedOutAt), p.Language, p.KeysOff, views,
	})
}

func scanPerson(p *party.Person, scan func(dest ...any) error) error { return scanPersonAnd(p, scan) }

// scanPersonAnd reads a person and more columns after it.
func scanPersonAnd(p *party.Person, scan func(dest ...any) error, more ...any) error {
	var roles string
	var b personShape
	if err := scan(append([]any{
		&p.Partner, &p.Customer, &p.Publisher, &p.ID, &p.UPN, &p.Subject, &roles, &p.State, &p.Password, &p.Alias, &p.Version, body{&b},
	}, more...)...); err != nil {
		return err
	}
	var ok bool
	if p.Roles, ok = party.ParseRoles(roles); !ok {
		return fmt.Errorf("store: a person with a role that is none")
	}
	if b.TOTP != "" {
		var err error
		if p.TOTP, err = base64.StdEncoding.DecodeString(b.TOTP); err != nil {
			return fmt.Errorf("store: a damaged body: %w", err)
		}
	}
	p.DisplayName, p.FirstName, p.LastName, p.Email, p.Phone = b.DisplayName, b.FirstName, b.LastName, b.Email, b.Phone
	p.UsageLocation, p.ImmutableID, p.MustChange, p.TOTPStep = b.UsageLocation, b.ImmutableID, b.MustChange, b.TOTPStep
	p.CreatedAt, p.DeletedAt, p.SignedOutAt = instant(b.CreatedAt), instant(b.DeletedAt), instant(b.SignedOutAt)
	p.Language, p.KeysOff = b.Language, b.KeysOff
	for _, v := range b.Views {
		p.Views = append(p.Views, party.View{Name: v[0], At: v[1]})
	}
	return nil
}

// whose is the partner under whose key the people of a scope stand: its own staff, or those of its customers.
func whose(s party.Scope, c id.Customer) id.Partner {
	if c == "" {
		return s.Own()
	}
	return s.Partner()
}

// Person implements app.Reader.
func (r *Reader) Person(s party.Scope, c id.Customer, user id.User) (party.Person, error) {
	f := where(sqlPeople, whose(s, c), c)
	f.and(" AND id = ?", user)
	found, err := r.people(s, c, f)
	if err != nil {
		return party.Person{}, err
	}
	if len(found) == 0 {
		return party.Person{}, unknownUser
	}
	return found[0], nil
}

// People implements app.Reader.
func (r *Reader) People(s party.Scope, q app.PeopleQuery) ([]party.Person, error) {
	f := where(sqlPeople, whose(s, q.Customer), q.Customer)
	if q.State == "" {
		f.and(" AND state <> ?", party.PersonDeleted)
	}
	equal(f, " AND state = ?", q.State)
	if q.Role != "" {
		f.and(" AND ' ' || roles || ' ' LIKE ?", "% "+string(q.Role)+" %")
	}
	in(f, "upn", q.Names)
	equal(f, " AND upn > ?", q.After)
	f.and(" ORDER BY upn")
	f.limit(q.Limit)
	return r.people(s, q.Customer, f)
}

func (r *Reader) people(s party.Scope, c id.Customer, f *filter) ([]party.Person, error) {
	if c != "" {
		if err := r.within(s, c); err != nil {
			return nil, err
		}
	}
	return rowsOf(r, f, scanPerson)
}

// UPNTaken implements app.Reader.
func (r *Reader) UPNTaken(upn string) (bool, error) {
	var n int64
	err := r.queryRow(sqlUPNTaken, upn).scan(&n)
	return n > 0, err
}

// AddPerson implements app.Tx. A person without an alias would be recorded by name.
func (t *Tx) AddPerson(p party.Person) error {
	if p.Alias == "" {
		return errors.New("store: a person without an alias")
	}
	return t.exec(1, upnTaken, sqlPersonInsert, whose(t.scope, p.Customer), p.Customer, p.Publisher, p.ID, p.UPN, null(p.Subject),
		p.Roles.String(), p.State, p.Password, personBody(p), p.Alias)
}

// SavePerson implements app.Tx. A person's tenant stays.
func (t *Tx) SavePerson(p party.Person) error {
	return t.exec(1, userChanged, sqlPersonUpdate, whose(t.scope, p.Customer), p.Customer, p.ID, p.Version, p.UPN, null(p.Subject),
		p.Roles.String(), p.State, p.Password, personBody(p), p.Alias)
}

// RemovePerson implements app.Tx.
func (t *Tx) RemovePerson(p party.Person) error {
	if err := t.RemovePasskeys(p); err != nil {
		return err
	}
	return t.exec(1, userChanged, sqlPersonDelete, whose(t.scope, p.Customer), p.Customer, p.ID, p.Version)
}
