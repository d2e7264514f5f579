package party

import (
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// OnRecord knows whom a purchase may name as its partner of record: the indirect reseller that sells to the customer,
// by its id in the trade programme (MPN).
type OnRecord struct {
	Kind     Kind       // of the partner that buys
	Partner  id.Partner // who is billed: the direct-bill partner, or the indirect provider
	Own      id.Partner // who buys: Partner, or a reseller of it
	Reseller string     // MPN of the customer's reseller of record; empty: it has none
	Named    map[string][]Partner
}

// Check refuses an MPN that cannot stand on a line as a reseller: "reseller.not_supported" where the partner that buys has no
// resellers, "reseller.provider" for the provider's own, "reseller.mpn_unknown" for one of nobody, "reseller.not_indirect"
// for one that is none of the provider's resellers, or, where a reseller buys, another reseller's.
func (r OnRecord) Check(mpn string) *fault.Fault {
	if r.Kind == DirectBill {
		return fault.Refuse("reseller.not_supported", nil)
	}
	found := r.Named[mpn]
	if len(found) == 0 {
		return fault.NotFound("reseller.mpn_unknown", nil)
	}
	provider := false
	for _, p := range found {
		switch {
		case p.ID == r.Partner:
			provider = true
		case p.Kind == IndirectReseller && p.Provider == r.Partner && (r.Own == r.Partner || r.Own == p.ID):
			return nil
		}
	}
	if provider {
		return fault.NotFound("reseller.provider", nil)
	}
	return fault.Invalid("reseller.not_indirect", nil)
}
