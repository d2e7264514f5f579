package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// SoftwareItem is one bought line of software, cancelled ones too (F42, F64).
type SoftwareItem struct {
	Order    order.Order
	Line     order.Line
	Delivery license.Delivery
	State    license.LineState
	Until    time.Time // end of the cancellation window; zero: none
	Policy   string
	Open     bool // the window is open now
}

// Software lists everything bought for a customer that is software, whatever its date (F40, F42; R20). Lines that a
// renewal superseded are left to it.
func (a *App) Software(ctx context.Context, who party.Actor, c id.Customer) ([]SoftwareItem, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) ([]SoftwareItem, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return nil, err
		}
		orders, err := r.Orders(who.Scope, c, "")
		if err != nil {
			return nil, err
		}
		rules, err := r.Rules()
		if err != nil {
			return nil, err
		}
		items := []SoftwareItem{}
		for _, o := range orders {
			for _, l := range o.Lines {
				if l.Kind != catalog.Software || l.State == order.LineSuperseded {
					continue
				}
				item, err := softwareItem(r, o, l)
				if err != nil {
					return nil, err
				}
				rule, _ := policy.ByID(rules, l.Tariff.Policy)
				item.Policy = rule.ID
				if until, ok := rule.End(o.At, o.At); ok {
					item.Until, item.Open = until, l.State == order.LineActive && now.Before(until)
				}
				items = append(items, item)
			}
		}
		return items, nil
	})
}

func softwareItem(r Reader, o order.Order, l order.Line) (SoftwareItem, error) {
	item := SoftwareItem{Order: o, Line: l, State: license.Active}
	if l.State == order.LineCancelled {
		item.State = license.Cancelled
	}
	entries, err := r.Entries([]id.Product{l.Item.Product})
	if err != nil {
		return item, err
	}
	if e := entries[l.Item.Product]; e != nil {
		if sku, ok := e.Sku(l.Item.Sku); ok {
			item.Delivery = sku.Delivery
		}
	}
	return item, nil
}

// softwareLine finds one line by order and number. Faults: "order.unknown", "line.unknown".
func softwareLine(r Reader, scope party.Scope, c id.Customer, orderID string, number int) (SoftwareItem, error) {
	o, err := r.Order(scope, c, orderID)
	if err != nil {
		return SoftwareItem{}, err
	}
	if number < 0 || number >= len(o.Lines) || o.Lines[number].Kind != catalog.Software {
		return SoftwareItem{}, fault.NotFound("line.unknown", nil)
	}
	return softwareItem(r, o, o.Lines[number])
}

func (i SoftwareItem) licensed(scope party.Scope) license.Line {
	return license.Line{Partner: scope.Partner(), Customer: i.Order.Customer, Order: i.Order.ID, Number: i.Line.Number, State: i.State}
}

// SoftwareOptions are the versions, languages and file types a line lets its buyer choose (F43; R20).
func (a *App) SoftwareOptions(ctx context.Context, who party.Actor, c id.Customer, orderID string, line int) (license.Options, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return license.Options{}, err
	}
	return read(ctx, a.Store, func(r Reader) (license.Options, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return license.Options{}, err
		}
		item, err := softwareLine(r, who.Scope, c, orderID, line)
		return item.Delivery.Options(), err
	})
}

// RevealedKey is a product key in clear, on its way to the one who may see it (R04).
type RevealedKey struct {
	license.Key
	Plain string
}

// RevealKey shows a line's product key, taking one from its pool the first time (F44, F50, R04). The record is written in
// the same transaction; a refused reveal is recorded in one of its own before it is answered (house.md §3).
// Faults: those of license.RevealKey, "key.pool_empty".
func (a *App) RevealKey(ctx context.Context, who party.Actor, req Request, c id.Customer, orderID string, line int, ask license.KeyRequest) (Reply, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return Reply{}, a.recordRefusal(ctx, who, req, c, activity.GetSoftwareKey, activity.SoftwareKey, orderID, line, err)
	}
	now := a.Clock.Now()
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	rep, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		item, err := softwareLine(tx, who.Scope, c, orderID, line)
		if err != nil {
			return nil, err
		}
		key, err := a.takeKey(tx, who, item, ask, now)
		if err != nil {
			return nil, err
		}
		plain, err := a.Vault.OpenSealed(key.Binding(), key.Sealed)
		if err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, now}
		return RevealedKey{key, string(plain)},
			s.record(activity.GetSoftwareKey, activity.SoftwareKey, string(key.ID), lineDetails(item.Order.ID, line, key.Version)...)
	})
	if err != nil {
		err = a.recordRefusal(ctx, who, req, c, activity.GetSoftwareKey, activity.SoftwareKey, orderID, line, err)
	}
	return rep, err
}

func (a *App) takeKey(tx Tx, who party.Actor, item SoftwareItem, ask license.KeyRequest, now time.Time) (license.Key, error) {
	held, err := tx.Keys(who.Scope, item.Order.ID, item.Line.Number)
	if err != nil {
		return license.Key{}, err
	}
	line := item.licensed(who.Scope)
	reveal, err := license.RevealKey(item.Delivery, line, held, ask)
	if err != nil || !reveal.Take {
		return reveal.Key, err
	}
	free, ok, err := tx.FreeKey(who.Scope, reveal.Pool, reveal.Version)
	if err != nil {
		return license.Key{}, err
	}
	if !ok {
		return license.Key{}, license.PoolEmpty()
	}
	key, err := free.Assign(line, now)
	if err != nil {
		return license.Key{}, err
	}
	return key, tx.AssignKey(key)
}

// IssuedLink is a download address with its token, on its way to the one who asked (R04).
type IssuedLink struct {
	license.Link
	File  license.File
	Token string
}

// IssueLink answers with a line's live download link, a new one in its place, or a one-time address (F45, F46, R04).
// Faults: those of license.Issue.
func (a *App) IssueLink(ctx context.Context, who party.Actor, req Request, c id.Customer, orderID string, line int, ask license.LinkRequest) (Reply, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return Reply{}, a.recordRefusal(ctx, who, req, c, activity.GetDownloadLink, activity.SoftwareDownloadLink, orderID, line, err)
	}
	now := a.Clock.Now()
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	rep, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		item, err := softwareLine(tx, who.Scope, c, orderID, line)
		if err != nil {
			return nil, err
		}
		out, err := a.issue(tx, who, item, ask, now)
		if err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, now}
		return out, s.record(activity.GetDownloadLink, activity.SoftwareDownloadLink, string(out.ID), lineDetails(item.Order.ID, line, out.File.Name)...)
	})
	if err != nil {
		err = a.recordRefusal(ctx, who, req, c, activity.GetDownloadLink, activity.SoftwareDownloadLink, orderID, line, err)
	}
	return rep, err
}

func (a *App) issue(tx Tx, who party.Actor, item SoftwareItem, ask license.LinkRequest, now time.Time) (IssuedLink, error) {
	rules, err := tx.LinkRules()
	if err != nil {
		return IssuedLink{}, err
	}
	rule, _ := license.LinkRuleAt(rules, now)
	var live *license.Link
	if file, err := item.Delivery.File(ask.File); err == nil && !ask.OneTime {
		if live, err = tx.LiveLink(who.Scope, item.Order.ID, item.Line.Number, file.Choice(), ask.Side); err != nil {
			return IssuedLink{}, err
		}
	}
	issued, err := license.Issue(rule, item.Delivery, item.licensed(who.Scope), live, ask, id.Link(a.IDs.GUID()), now)
	if err != nil {
		return IssuedLink{}, err
	}
	out := IssuedLink{Link: issued.Link, File: issued.File}
	if !issued.New {
		token, err := a.Vault.OpenSealed(out.Binding(), out.Sealed)
		out.Token = string(token)
		return out, err
	}
	out.Token = a.IDs.Opaque(43) // 258 bits
	out.TokenHash = TokenHash(out.Token)
	if out.Sealed, err = a.Vault.Seal(out.Binding(), []byte(out.Token)); err != nil {
		return out, err
	}
	if issued.Retired != nil {
		if err := tx.SaveLink(*issued.Retired); err != nil {
			return out, err
		}
	}
	return out, tx.AddLink(out.Link)
}

// TokenHash is what a link is found by: SHA-256 of its token, in hex. The token itself is random, 258 bits.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func lineDetails(o id.Order, line int, what string) []activity.Detail {
	ds := []activity.Detail{{Key: "OrderId", Value: string(o)}, {Key: "LineItemNumber", Value: strconv.Itoa(line)}}
	if what != "" {
		ds = append(ds, activity.Detail{Key: "Item", Value: what})
	}
	return ds
}

// recordRefusal writes that a key or link was refused, in a transaction of its own, and gives back why. Faults of another
// tenant's or an unknown customer are not recorded: there is no tenant to record them under.
func (a *App) recordRefusal(ctx context.Context, who party.Actor, req Request, c id.Customer, op activity.Operation, res activity.Resource, orderID string, line int, why error) error {
	f := fault.Of(why)
	if f == nil || f.Code == "tenant.foreign" || f.Kind == fault.KindUnavailable || f.Kind == fault.KindNotFound || f.Kind == fault.KindInvalid {
		return why
	}
	now := a.Clock.Now()
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: Request{Correlation: req.Correlation}}
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		details := append(lineDetails(id.Order(orderID), line, ""), activity.Detail{Key: "Reason", Value: f.Code})
		return nil, tx.AddRecord(activity.Record{
			ID: id.Record(a.IDs.GUID()), At: now, Customer: c, CustomerName: customer.CompanyName, Actor: who.Name, Client: who.Client,
			Operation: op, Resource: res, ResourceID: orderID, Status: activity.Failed, Correlation: req.Correlation, Details: details,
		})
	})
	if err != nil && fault.Of(err) == nil {
		return err // a refusal that could not be recorded is not told as one
	}
	return why
}
