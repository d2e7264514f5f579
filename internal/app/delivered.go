package app

import (
	"context"
	"errors"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// LineChoice is a line of software and what was chosen of it (F43).
type LineChoice struct {
	Order string
	Line  int
	File  license.FileChoice
}

// Delivered is what a choice would hand out and what was handed out so far. No key and no token is in it, so that looking at
// it is not recorded.
type Delivered struct {
	File   *license.File // that the choice names; nil: none, and NoFile says why
	NoFile *fault.Fault
	NoKey  *fault.Fault  // why no key would be shown; nil: one would
	Held   *license.Key  // the key of the chosen version that was shown before, without what is sealed
	Link   *license.Link // the live link of the file and side, without what is sealed
}

// maxDelivered bounds how many choices are looked at together.
const maxDelivered = 200

// Delivered looks at choices of a customer's lines of software (F42–F46, R04), those of one side. Faults: "order.unknown",
// "line.unknown", "member.too_many".
func (a *App) Delivered(ctx context.Context, who party.Actor, c id.Customer, side license.Side, choices []LineChoice) ([]Delivered, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return nil, err
	}
	if len(choices) > maxDelivered {
		return nil, fault.Invalid("member.too_many", fault.Args{"member": "choices", "max": maxDelivered})
	}
	return read(ctx, a.Store, func(r Reader) ([]Delivered, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return nil, err
		}
		out := make([]Delivered, len(choices))
		for i, choice := range choices {
			item, err := softwareLine(r, who.Scope, c, choice.Order, choice.Line)
			if err != nil {
				return nil, err
			}
			if out[i], err = delivered(r, who, item, side, choice.File); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

func delivered(r Reader, who party.Actor, item SoftwareItem, side license.Side, choice license.FileChoice) (d Delivered, err error) {
	reveal, err := revealOf(r, who, item, license.KeyRequest{Version: item.Delivery.KeyChoice(choice.Version)})
	switch d.NoKey = fault.Of(err); {
	case err != nil && d.NoKey == nil:
		return d, err
	case err == nil && !reveal.Take:
		held := reveal.Key
		held.Sealed = nil
		d.Held = &held
	}
	file, err := item.Delivery.File(choice)
	if err != nil {
		if !errors.As(err, &d.NoFile) {
			return d, err
		}
		return d, nil
	}
	d.File = &file
	if d.Link, err = r.LiveLink(who.Scope, item.Order.ID, item.Line.Number, file.Choice(), side); d.Link != nil {
		d.Link.Sealed = nil
	}
	return d, err
}
