// Agreements that customers accepted, append-only.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlAgreements      = `SELECT id, kind, agreed_at, body FROM agreement WHERE partner_id = $1 AND customer_id = $2`
	sqlAgreementInsert = `INSERT INTO agreement (partner_id, customer_id, id, kind, agreed_at, print, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

type agreementShape struct {
	Template string       `json:"template,omitempty"`
	Contact  contactShape `json:"contact,omitzero"`
	By       string       `json:"by,omitempty"`
	At       *int64       `json:"at,omitempty"`
}

type contactShape struct {
	FirstName   string `json:"first,omitempty"`
	LastName    string `json:"last,omitempty"`
	Email       string `json:"email,omitempty"`
	PhoneNumber string `json:"phone,omitempty"`
}

func scanAgreement(a *party.Agreement, scan func(dest ...any) error) error {
	var b agreementShape
	if err := scan(&a.ID, &a.Kind, &a.Agreed, body{&b}); err != nil {
		return err
	}
	a.Template, a.Contact, a.By, a.At = b.Template, party.Contact(b.Contact), b.By, instant(b.At)
	return nil
}

// Agreements implements app.Reader.
func (r *Reader) Agreements(s party.Scope, c id.Customer, kind party.AgreementKind) ([]party.Agreement, error) {
	if err := r.within(s, c); err != nil {
		return nil, err
	}
	f := where(sqlAgreements, s.Partner(), c)
	equal(f, " AND kind = ?", kind)
	f.and(" ORDER BY agreed_at, id")
	return rowsOf(r, f, scanAgreement)
}

// AddAgreement implements app.Tx.
func (t *Tx) AddAgreement(c id.Customer, a party.Agreement) error {
	told := sha256.Sum256(fmt.Appendf(nil, "%q", []string{a.Template, a.Agreed.UTC().Format("20060102"), fold(a.Contact.FirstName), fold(a.Contact.LastName), fold(a.Contact.Email)}))
	return t.exec(1, fault.Conflict("agreement.exists", nil), sqlAgreementInsert, t.scope.Partner(), c, a.ID, a.Kind, a.Agreed,
		hex.EncodeToString(told[:]), toBody(agreementShape{a.Template, contactShape(a.Contact), a.By, micros(a.At)}))
}
