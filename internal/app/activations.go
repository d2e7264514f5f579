package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// MaxMarks is how many devices one act marks.
const MaxMarks = 200

// DevicesView is devices as they stand at an instant.
type DevicesView struct {
	Now     time.Time
	Devices []license.Device
}

// Devices lists a customer's devices in the order of the plan: what is not done by its deadline first (F51, R04). The
// query's Now is the act's.
func (a *App) Devices(ctx context.Context, who party.Actor, c id.Customer, q DeviceQuery) (DevicesView, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return DevicesView{}, err
	}
	q.Now = a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (DevicesView, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return DevicesView{}, err
		}
		found, err := r.Devices(who.Scope, c, q)
		return DevicesView{q.Now, found}, err
	})
}

// Device is one of them, by its id or its name (R04). Fault: "activation.unknown".
func (a *App) Device(ctx context.Context, who party.Actor, c id.Customer, named string) (DevicesView, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return DevicesView{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (DevicesView, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return DevicesView{}, err
		}
		d, err := r.Device(who.Scope, c, named)
		return DevicesView{now, []license.Device{d}}, err
	})
}

// Fleet is the picture of a customer's devices: how many stand in which state, how many lapse and were marked when (F51, R04).
func (a *App) Fleet(ctx context.Context, who party.Actor, c id.Customer, span license.Span) (license.Fleet, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return license.Fleet{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (license.Fleet, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return license.Fleet{}, err
		}
		groups, err := r.DeviceGroups(who.Scope, c, now)
		return license.PictureFleet(groups, span, now), err
	})
}

// MarkDevices marks devices, named by id or name, as done, or takes the marks away, all or none (F51, R04). One that stands so
// already stays as it is. The outcome is a DevicesView. Faults: "activation.unknown", "activation.changed".
func (a *App) MarkDevices(ctx context.Context, who party.Actor, req Request, c id.Customer, named []string, done bool) (Reply, error) {
	return a.touchDevices(ctx, who, req, c, named, func(s saver, all []license.Device) ([]license.Device, error) {
		var changed []license.Device
		for i, d := range all {
			marked, is := d.Mark(done, s.now)
			if is {
				changed = append(changed, marked)
				marked.Version++
			}
			all[i] = marked
		}
		if len(changed) == 0 {
			return all, nil
		}
		if err := s.tx.SaveDevices(c, changed); err != nil {
			return nil, err
		}
		return all, s.devices(activity.UpdateActivation, changed, activity.Detail{Key: "Done", Value: strconv.FormatBool(done)})
	})
}

// RemoveDevice takes a device out of the planner: one that was retired has no deadline (F51, R04). The outcome is a
// DevicesView. Faults: "activation.unknown", "activation.changed".
func (a *App) RemoveDevice(ctx context.Context, who party.Actor, req Request, c id.Customer, named string) (Reply, error) {
	return a.touchDevices(ctx, who, req, c, []string{named}, func(s saver, all []license.Device) ([]license.Device, error) {
		if err := s.tx.RemoveDevice(c, all[0]); err != nil {
			return nil, err
		}
		return all, s.devices(activity.RemoveActivation, all)
	})
}

// touchDevices finds the devices that an act is about, each once, behind their customer's lock.
func (a *App) touchDevices(ctx context.Context, who party.Actor, req Request, c id.Customer, named []string, touch func(saver, []license.Device) ([]license.Device, error)) (Reply, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return Reply{}, err
	}
	if len(named) > MaxMarks {
		return Reply{}, fault.Invalid("member.too_many", fault.Args{"member": "devices", "max": MaxMarks})
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		var err error
		if s.customer, err = tx.Customer(who.Scope, c); err != nil {
			return nil, err
		}
		all, seen := []license.Device(nil), map[id.Device]bool{}
		for _, name := range named {
			d, err := tx.Device(who.Scope, c, name)
			if err != nil {
				return nil, err
			}
			if !seen[d.ID] {
				all = append(all, d)
			}
			seen[d.ID] = true
		}
		all, err = touch(s, all)
		return DevicesView{s.now, all}, err
	})
}

// devices records what was done to devices of the customer.
func (s saver) devices(op activity.Operation, all []license.Device, details ...activity.Detail) error {
	for i, d := range all {
		details = append(details, activity.Detail{Key: fmt.Sprintf("Device-%d", i), Value: d.Name})
	}
	about := string(s.customer.ID)
	if len(all) == 1 {
		about = string(all[0].ID)
	}
	return s.record(op, activity.Activation, about, details...)
}

// DraftDeploymentHelp is a request to raise, filled in from the picture of a fleet (F51, F68): who asks for help with the
// deployment says the rest (R04, R10).
func (a *App) DraftDeploymentHelp(ctx context.Context, who party.Actor, c id.Customer) (RequestView, error) {
	if err := who.MayFor(party.RaiseSupport, c); err != nil {
		return RequestView{}, err
	}
	fleet, err := a.Fleet(ctx, who, c, license.Weekly)
	if err != nil {
		return RequestView{}, err
	}
	return read(ctx, a.Store, func(r Reader) (RequestView, error) {
		customer, err := r.Customer(who.Scope, c)
		if err != nil {
			return RequestView{}, err
		}
		impact := support.Moderate
		if fleet.Count[license.MoveLapsed]+fleet.Count[license.MoveUrgent] > 0 {
			impact = support.Critical
		}
		ask := support.Request{
			Customer: c, Severity: impact, Topic: support.MigrationTopic, Side: sideOf(who), Country: customer.Country(),
			Title:       fmt.Sprintf("Moving from volume licensing: %d of %d devices at risk", fleet.AtRisk(), fleet.Total),
			Description: support.DescribeMove(c, customer.Domain, fleet),
		}
		ask.Organization, err = organization(r, who, customer)
		return RequestView{Request: ask, Partner: who.Scope.Partner()}, err
	})
}
