package app

import (
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// The bounds of a file of seats. One transaction takes all of it.
const (
	MaxSeatFile = 4 << 20 // bytes
	maxSeatRows = 10_000
)

// SeatReport is what an import of seats did.
type SeatReport struct {
	Rows         int
	Given, Taken int
	Same         int // rows that said nothing new
}

// SeatError says where a row of a file of seats is wrong; a fault of giving or taking says it where there is no code.
type SeatError struct {
	RowError
	Fault *fault.Fault
}

// The columns of a file of seats.
const (
	seatUser = iota
	seatOf
	seatAct
)

var seatColumns = []columnName{
	{"User", " username userprincipalname upn name signinname login email mail "},
	{"Subscription", " subscriptionid subscriptionname product productname license licence licenses licences sku skuid offer plan item "},
	{"Action", " act change do "},
}

// seatRow is one row: who gets or loses a seat of what.
type seatRow struct {
	line     int
	user, of string
	take     bool
}

// ImportSeats gives and takes seats of a customer's people by a CSV file, row after row, all or nothing, safe to repeat (R18).
// A subscription is named by its id, its item or its name; of several with that name the oldest with a free seat gives it.
// Action is assign, which an empty one is too, or remove. The outcome is a SeatReport.
// Faults: those of ImportDevices, "import.rows" with SeatErrors.
func (a *App) ImportSeats(ctx context.Context, who party.Actor, req Request, c id.Customer, file io.Reader) (Reply, error) {
	if err := who.MayFor(party.AssignLicences, c); err != nil {
		return Reply{}, err
	}
	// Nobody's time is spent on reading for a customer that is not there.
	if _, err := read(ctx, a.Store, func(r Reader) (party.Customer, error) { return r.Customer(who.Scope, c) }); err != nil {
		return Reply{}, err
	}
	hash := sha256.New()
	sheet := seatSheet{}
	if err := sheet.read(io.TeeReader(file, hash)); err != nil {
		return Reply{}, err
	}
	req.BodyHash = [32]byte(hash.Sum(nil))
	act := Act{Actor: who, Lock: Lock{Customers: []string{string(c)}}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s, err := a.seating(tx, &act, c)
		if err != nil {
			return nil, err
		}
		report, err := s.file(&sheet)
		if err != nil {
			return nil, err
		}
		return report, s.save()
	})
}

// seatSheet is a file that was read: what it says, or what is wrong with it.
type seatSheet struct {
	rows    []seatRow
	badRows int
	bad     []SeatError
}

func (f *seatSheet) read(file io.Reader) error {
	if err := (rowsIn{seatColumns, []int{seatUser, seatOf}, MaxSeatFile, maxSeatRows}).read(file, f.take); err != nil {
		return err
	}
	return f.refusal()
}

func (f *seatSheet) refusal() error {
	if f.badRows == 0 {
		return nil
	}
	return fault.Invalid("import.rows", fault.Args{"rows": f.badRows, "errors": f.bad})
}

func (f *seatSheet) take(p placed, at []int, width int) {
	if !p.ok || len(p.fields) != width {
		code := "row.columns"
		if !p.ok {
			code = "row.quotes"
		}
		f.refuse(p.line, -1, code, nil)
		return
	}
	field := func(c int) string {
		if at[c] < 0 {
			return ""
		}
		return strings.Clone(unharmed(strings.TrimSpace(p.fields[at[c]]))) // a part of the row would keep all of it
	}
	r := seatRow{line: p.line, user: strings.ToLower(field(seatUser)), of: field(seatOf)}
	switch strings.ToLower(field(seatAct)) {
	case "", "assign", "add", "give", "yes":
	case "remove", "unassign", "take", "delete", "no":
		r.take = true
	default:
		f.refuse(p.line, seatAct, "row.act", nil)
		return
	}
	for c, text := range []string{r.user, r.of} {
		if text == "" {
			f.refuse(p.line, c, "row.missing", nil)
			return
		}
	}
	f.rows = append(f.rows, r)
}

// refuse notes what is wrong with a row: the first hundred things are told.
func (f *seatSheet) refuse(line, column int, code string, why *fault.Fault) {
	f.badRows++
	if len(f.bad) < maxBad {
		e := SeatError{RowError{Line: line, Code: code}, why}
		if column >= 0 {
			e.Member = seatColumns[column].name
		}
		f.bad = append(f.bad, e)
	}
}

// file decides row after row: what a row gives or takes counts for those below it.
func (s *seating) file(f *seatSheet) (SeatReport, error) {
	var names []string
	for _, r := range f.rows {
		names = append(names, r.user)
	}
	slices.Sort(names)
	byName, people := map[string]party.Person{}, []party.Person(nil)
	for some := range slices.Chunk(slices.Compact(names), 1000) {
		found, err := s.tx.People(s.act.Actor.Scope, PeopleQuery{Customer: s.customer.ID, Names: some})
		if err != nil {
			return SeatReport{}, err
		}
		for _, p := range found {
			byName[p.UPN] = p
		}
		people = append(people, found...)
	}
	if err := s.know(people); err != nil {
		return SeatReport{}, err
	}
	report := SeatReport{Rows: len(f.rows)}
	for _, r := range f.rows {
		p, ok := byName[r.user]
		if !ok {
			f.refuse(r.line, seatUser, "row.user", nil)
			continue
		}
		w, ok := s.named(r.of)
		if !ok {
			f.refuse(r.line, seatOf, "row.subscription", nil)
			continue
		}
		change, given, taken := s.give, len(s.given[p.ID]), len(s.taken[p.ID])
		if r.take {
			change = s.take
		}
		if err := change(p.ID, w); err != nil {
			why := fault.Of(err)
			if why == nil {
				return report, err
			}
			f.refuse(r.line, seatOf, "", why)
			continue
		}
		switch {
		case len(s.given[p.ID]) > given:
			report.Given++
		case len(s.taken[p.ID]) > taken:
			report.Taken++
		default:
			report.Same++
		}
	}
	return report, f.refusal()
}

// named finds what a row calls a subscription: one by its id, any of an item, or any of that name or product. ok is false
// where nothing of the customer is called so, or things of different items are.
func (s *seating) named(name string) (w SeatWish, ok bool) {
	var items []id.Item
	for _, sub := range s.subs {
		switch {
		case strings.EqualFold(string(sub.ID), name):
			return SeatWish{Subscription: sub.ID}, true
		case called(sub, name) && !slices.ContainsFunc(items, func(i id.Item) bool { return sameItem(i, sub.Item) }):
			items = append(items, sub.Item)
		}
	}
	if len(items) != 1 {
		return w, false
	}
	// A name that somebody gave means that one alone.
	var one []subscription.Subscription
	for _, sub := range s.subs {
		if strings.EqualFold(sub.FriendlyName, name) && sub.FriendlyName != sub.Title {
			one = append(one, sub)
		}
	}
	if len(one) == 1 {
		return SeatWish{Subscription: one[0].ID}, true
	}
	return SeatWish{Item: items[0]}, true
}

func called(s subscription.Subscription, name string) bool {
	return strings.EqualFold(s.Title, name) || strings.EqualFold(s.FriendlyName, name) || strings.EqualFold(SkuName(s.Item), name)
}
