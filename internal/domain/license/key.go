package license

import (
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// MAK is the only kind of key there is: multiple activation (F50).
const MAK = "MAK"

// KeyState is where a key is in its life: free → assigned → revoked, or free → revoked.
type KeyState string

// The states of a key.
const (
	Free       KeyState = "free"
	Assigned   KeyState = "assigned"
	KeyRevoked KeyState = "revoked"
)

// Key is a product key's row. The key itself is never in it: Sealed is what the vault made of it, bound to Binding.
type Key struct {
	ID      id.Key
	Partner id.Partner
	Pool    string
	Version string // product version; empty when the product has but one
	Kind    string // MAK
	State   KeyState

	Customer id.Customer // with Order and Line: whose it is, once assigned
	Order    id.Order
	Line     int

	AssignedAt, RevokedAt time.Time

	Sealed      []byte
	Fingerprint string // keyed hash, unique per partner and pool: the same key is not imported twice
	RowVersion  int64
}

// Binding is what ties a sealed key to its row: a ciphertext copied to another row does not open.
func (k Key) Binding() string { return "key/" + string(k.Partner) + "/" + string(k.ID) }

// KeyRequest is what a buyer asks for. Kind is empty or MAK; Version may be empty where there is nothing to choose.
type KeyRequest struct{ Version, Kind string }

// Reveal is what answers a KeyRequest: a key the line already holds, or one to take from its supplier.
type Reveal struct {
	Key      Key  // when Take is false
	Take     bool // a key of Version is to be assigned first: a free one of Pool, or what Supplier gives
	Pool     string
	Version  string
	Supplier string
}

// RevealKey decides which key of line answers ask (F44); held are the line's keys in any state. A line has one key
// for each version: asking again shows the same one.
// Faults: "key.kms_refused" (F50), "key.none" for a product without keys (F48, F49), "software.cancelled" (F64),
// "software.preparing", "key.choice_needed", "key.no_such_version", "key.revoked" (an operator withdrew it).
func RevealKey(d Delivery, line Line, held []Key, ask KeyRequest) (Reveal, error) {
	if strings.EqualFold(strings.TrimSpace(ask.Kind), "KMS") {
		return Reveal{}, fault.Refuse("key.kms_refused", nil)
	}
	if ask.Kind != "" && !strings.EqualFold(ask.Kind, MAK) {
		return Reveal{}, fault.Invalid("key.unknown_kind", nil)
	}
	if !d.HasKeys {
		return Reveal{}, fault.Refuse("key.none", d.instructions())
	}
	if err := line.entitled(); err != nil {
		return Reveal{}, err
	}
	version, err := d.KeyVersion(ask.Version)
	if err != nil {
		return Reveal{}, err
	}
	revoked := false
	for _, k := range held {
		if k.Order != line.Order || k.Line != line.Number || k.Version != version {
			continue
		}
		if k.State == Assigned {
			return Reveal{Key: k, Pool: d.Pool, Version: version}, nil
		}
		revoked = revoked || k.State == KeyRevoked
	}
	if revoked {
		return Reveal{}, fault.Refuse("key.revoked", nil)
	}
	return Reveal{Take: true, Pool: d.PoolOf(version), Version: version, Supplier: d.SupplierOf(version)}, nil
}

// KeyVersion is the version that a request or an import means, in the catalogue's own spelling.
// Faults: "key.choice_needed", "key.no_such_version".
func (d Delivery) KeyVersion(asked string) (string, error) {
	switch {
	case asked == "" && len(d.KeyVersions) == 0:
		return "", nil
	case asked == "" && len(d.KeyVersions) == 1:
		return d.KeyVersions[0], nil
	case asked == "":
		return "", fault.Invalid("key.choice_needed", fault.Args{"dimension": "version"})
	}
	for _, v := range d.KeyVersions {
		if strings.EqualFold(asked, v) {
			return v, nil
		}
	}
	return "", fault.Invalid("key.no_such_version", nil)
}

// KeyChoice is the version to ask a key for where version was chosen for keys and files together (F43): none where keys leave
// nothing to choose.
func (d Delivery) KeyChoice(version string) string {
	if len(d.KeyVersions) < 2 {
		return ""
	}
	return version
}

// Assign gives a free key to line at now. A key that is no longer free: "key.taken"; the caller takes another one.
func (k Key) Assign(line Line, now time.Time) (Key, error) {
	if err := line.entitled(); err != nil {
		return Key{}, err
	}
	if k.State != Free {
		return Key{}, fault.Conflict("key.taken", nil)
	}
	k.State, k.AssignedAt = Assigned, now
	k.Customer, k.Order, k.Line = line.Customer, line.Order, line.Number
	return k, nil
}
