package app

import (
	"context"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// PartnerSettings are what the operator sets for a partner; nil leaves a thing as it is.
type PartnerSettings struct {
	PeopleOnly    *bool // some calls need a person in the token (contract.md §2)
	Sandbox       *bool // what the real service allows only in its sandbox tenants
	RatePerMinute *int  // requests; 0: no bound
	Version       int64 // the version that was read; 0: whatever there is
}

// SetPartner changes the settings of the scope's partner (R15). The outcome is the party.Partner. Faults: "rate.invalid",
// "partner.unknown", "partner.changed".
func (a *App) SetPartner(ctx context.Context, who party.Actor, req Request, set PartnerSettings) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if set.RatePerMinute != nil && *set.RatePerMinute < 0 {
		return Reply{}, fault.Invalid("rate.invalid", nil)
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		p, err := tx.Partner(who.Scope)
		if err != nil {
			return nil, err
		}
		if set.Version != 0 && set.Version != p.Version {
			return nil, fault.Conflict("partner.changed", nil)
		}
		var details []activity.Detail
		flag := func(name string, to *bool, wanted *bool) {
			if wanted != nil && *to != *wanted {
				*to = *wanted
				details = append(details, activity.Detail{Key: name, Value: strconv.FormatBool(*wanted)})
			}
		}
		flag("PeopleOnly", &p.PeopleOnly, set.PeopleOnly)
		flag("Sandbox", &p.Sandbox, set.Sandbox)
		if n := set.RatePerMinute; n != nil && p.RatePerMinute != *n {
			p.RatePerMinute = *n
			details = append(details, activity.Detail{Key: "RatePerMinute", Value: strconv.Itoa(*n)})
		}
		if len(details) == 0 {
			return p, nil
		}
		if err := tx.SavePartner(p); err != nil {
			return nil, err
		}
		p.Version++
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		return p, s.record(activity.UpdatePartner, activity.PartnerProfile, string(p.ID), details...)
	})
}
