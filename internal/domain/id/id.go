// Package id gives every kind of id a type of its own, so that one is never passed for another,
// and the Source they come from.
package id

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

type (
	// Partner is the tenant id of a partner, a lower-case GUID.
	Partner string
	// Customer is the tenant id of a customer, a lower-case GUID.
	Customer string
	// Publisher is the id of who makes a product; FirstParty for the vendor's own.
	Publisher string
	// User is a person of a partner, a customer, a publisher or the operator: a lower-case GUID.
	User string
	// Client is an API client (an application id), a lower-case GUID.
	Client string
	// Product is a catalogue product: 12 characters, or the GUID of an imported offer, in upper case.
	Product string
	// Sku is a SKU within its product: 4 characters such as "0001".
	Sku string
	// Availability is a SKU's offer in one market and segment: 12 characters.
	Availability string
	// Cart is a lower-case GUID.
	Cart string
	// Order is 33 characters of [A-Za-z0-9_-].
	Order string
	// Subscription is a lower-case GUID.
	Subscription string
	// Charge is one line of money, positive or negative.
	Charge string
	// Entry is one balanced ledger movement.
	Entry string
	// Alias stands for a person's name in the activity log: 32 hex digits.
	Alias string
	// Record is one row of the activity log.
	Record string
	// Key is a product key's row, never the key itself.
	Key string
	// Device is a machine in the migration planner, a lower-case GUID.
	Device string
	// Link is a download link's row, never its token.
	Link string
	// Invoice is an invoice number such as G000000042; that of a bill to a customer is B000000042, of its partner's series.
	Invoice string
	// Payment is one payment against an invoice, a lower-case GUID.
	Payment string
	// Agreement is one acceptance of a customer agreement, a lower-case GUID.
	Agreement string
	// Request is a support request: digits.
	Request string
	// File is an attachment of a support request, a lower-case GUID.
	File string
	// Upload is a download medium on its way in parts, a lower-case GUID.
	Upload string
	// Event is a side effect waiting in the outbox.
	Event string
)

// FirstParty is the publisher of the vendor's own products.
const FirstParty Publisher = "first-party"

// Item names what a catalogue line sells: product:sku:availability, or an imported offer's GUID alone.
type Item struct {
	Product      Product
	Sku          Sku
	Availability Availability
}

// Imported tells an imported offer from a product's availability.
func (i Item) Imported() bool { return i.Sku == "" }

// String is the wire form: "product:sku:availability", or the bare product for an imported offer.
func (i Item) String() string {
	if i.Imported() {
		return string(i.Product)
	}
	return string(i.Product) + ":" + string(i.Sku) + ":" + string(i.Availability)
}

// ParseItem reads the wire form; ok is false for anything else. Ids are compared without case: letters are
// upper-cased, those of an imported offer's GUID too, as the older catalogue spells it.
func ParseItem(s string) (item Item, ok bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) > 64 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:") != "" {
		return Item{}, false
	}
	parts := strings.Split(s, ":")
	for _, p := range parts {
		if p == "" {
			return Item{}, false
		}
	}
	switch len(parts) {
	case 1:
		return Item{Product: Product(parts[0])}, true
	case 3:
		return Item{Product(parts[0]), Sku(parts[1]), Availability(parts[2])}, true
	}
	return Item{}, false
}

// AlternateID is the short name of an order: the first 12 hex digits of its id's SHA-256.
func AlternateID(o Order) string {
	sum := sha256.Sum256([]byte(o))
	return hex.EncodeToString(sum[:6])
}

// ParseGUID gives the canonical lower-case form of a GUID, or false.
func ParseGUID(s string) (string, bool) {
	if len(s) != 36 {
		return "", false
	}
	s = strings.ToLower(s)
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return "", false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", false
		}
	}
	return s, true
}
