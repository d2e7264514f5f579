// Subscriptions, and the places of limited offers they hold (F13).
package store

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

const (
	sqlSubscriptions = `SELECT id, customer_id, order_id, parent_id, state, ordered_at, version, body FROM subscription
		WHERE partner_id = $1 AND customer_id = $2`
	sqlSubscription       = sqlSubscriptions + ` AND id = $3`
	sqlSubscriptionsByKey = `) SELECT s.id, s.customer_id, s.order_id, s.parent_id, s.state, s.ordered_at, s.version, s.body
		FROM wanted w CROSS JOIN subscription s WHERE s.partner_id = $1 AND s.customer_id = w.customer_id AND s.id = w.id`
	sqlSubscriptionsOfOurs = ` AND s.customer_id IN (SELECT id FROM customer WHERE partner_id = $1 AND reseller_id = ?)`
	// With the stamp of the catalogue, which tells what the subscription's product is.
	sqlCustomerSubscription = `SELECT c.*, s.*, (` + sqlStamp + `) FROM (` + sqlCustomer + `) c LEFT JOIN (` + sqlSubscription + `) s ON TRUE`
	// An order's lines name their subscriptions; a subscription that has moved on to a renewal's order is left out.
	sqlSubscriptionsOfOrder = ` AND id IN (SELECT subscription_id FROM order_line WHERE partner_id = $1 AND order_id = ?) AND order_id = ?`
	sqlSubscriptionsAfter   = ` AND (ordered_at, n, id) > (SELECT ordered_at, n, id FROM subscription WHERE partner_id = $1 AND customer_id = $2 AND id = ?)`
	sqlSubscriptionsLike    = ` AND (name LIKE ? ESCAPE '\' OR id >= ? AND id < ? OR order_id >= ? AND order_id < ?)`
	sqlSubscriptionInsert   = `INSERT INTO subscription
			(partner_id, customer_id, id, order_id, parent_id, state, ordered_at, n, due_at, metered, name, ends_at, body, mrr_currency, mrr)`
	sqlSubscriptionUpdate = `UPDATE subscription
		SET order_id = $5, parent_id = $6, state = $7, due_at = $8, body = $9, ends_at = $10, mrr_currency = $11, mrr = $12, version = version + 1
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
	sqlSubscriptionCharged = `UPDATE subscription SET due_at = $5, body = $6, version = version + 1
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
	// PostgreSQL only: many in one statement.
	sqlSubscriptionsCharged = `UPDATE subscription s SET due_at = u.due_at, body = u.body, version = s.version + 1
		FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) AS u (customer_id, id, version, due_at, body)
		WHERE s.partner_id = $1 AND s.customer_id = u.customer_id AND s.id = u.id AND s.version = u.version`

	// What is due at an instant, and between two. The empty text keeps SQLite from walking all that the partner has due.
	sqlScheduledOne = `SELECT id, customer_id, order_id, parent_id, state, ordered_at, version, body, due_at FROM subscription
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND due_at = $4`
	scheduledRows = `s.id, s.customer_id, s.order_id, s.parent_id, s.state, s.ordered_at, s.version, s.body, d.due_at FROM due d
		JOIN subscription s ON s.partner_id = d.partner_id AND s.customer_id = d.customer_id AND s.id = d.id WHERE '' || d.partner_id = $1`
	sqlScheduledAt      = `SELECT ` + scheduledRows + ` AND d.due_at = $2 AND d.id >= $3 AND d.id <= $4 ORDER BY d.id`
	sqlScheduledBetween = `SELECT ` + scheduledRows + ` AND d.due_at > $2 AND d.due_at < $3 ORDER BY d.due_at, d.id`

	sqlMetered = `SELECT id, customer_id, order_id, parent_id, state, ordered_at, version, body FROM subscription
		WHERE partner_id = $1 AND metered = 1`
	sqlUseSums = `SELECT c.subscription_id, c.currency, CAST(SUM(c.net) AS BIGINT) FROM charge c
		JOIN subscription s ON s.partner_id = c.partner_id AND s.customer_id = c.customer_id AND s.id = c.subscription_id
		WHERE c.partner_id = $1 AND s.metered = 1 AND c.at >= $2 AND c.at < $3`

	sqlSubscriptionLooked = `UPDATE subscription SET due_at = $6, body = $7
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4 AND due_at <= $5`

	sqlSlots = `SELECT s.product_id, s.sku_id, s.n, b.id, b.state FROM slot s
		LEFT JOIN subscription b ON b.partner_id = s.partner_id AND b.customer_id = s.customer_id AND b.id = s.subscription_id
		WHERE s.partner_id = $1 AND s.customer_id = $2 ORDER BY s.product_id, s.sku_id, s.n`
	sqlSlotInsert = `INSERT INTO slot (partner_id, customer_id, product_id, sku_id, n, subscription_id) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlSlotDelete = `DELETE FROM slot WHERE partner_id = $1 AND customer_id = $2 AND subscription_id = $3`
)

var subscriptionInsert = newBulk(sqlSubscriptionInsert)

type subscriptionShape struct {
	Line              int            `json:"line,omitempty"`
	LineAt            *int64         `json:"line_at,omitempty"`
	Item              itemShape      `json:"item,omitzero"`
	Title             string         `json:"title,omitempty"`
	FriendlyName      string         `json:"name,omitempty"`
	Kind              catalog.Kind   `json:"kind,omitempty"`
	Class             catalog.Class  `json:"class,omitempty"`
	Publisher         id.Publisher   `json:"publisher,omitempty"`
	Currency          money.Currency `json:"currency,omitempty"`
	UnitType          string         `json:"unit_type,omitempty"`
	Quantity          int64          `json:"quantity,omitempty"`
	Batches           []batchShape   `json:"batches,omitempty"`
	Term              termShape      `json:"term,omitzero"`
	Plan              catalog.Plan   `json:"plan,omitempty"`
	AnchorDay         int            `json:"anchor,omitempty"`
	Current           periodShape    `json:"current,omitzero"`
	Tariff            tariffShape    `json:"tariff,omitzero"`
	NextCharge        *int64         `json:"next_charge,omitempty"`
	ChargeNo          int            `json:"charge_no,omitempty"`
	AutoRenew         bool           `json:"auto_renew,omitempty"`
	Switchable        bool           `json:"switchable,omitempty"`
	TrialDays         int            `json:"trial_days,omitempty"`
	TrialUntil        *int64         `json:"trial_until,omitempty"`
	SuspendedAt       *int64         `json:"suspended,omitempty"`
	DataUntil         *int64         `json:"data_until,omitempty"`
	SuspensionReason  string         `json:"reason,omitempty"`
	SuspendedByParent bool           `json:"by_parent,omitempty"`
	EndedAt           *int64         `json:"ended,omitempty"`
	Slot              int            `json:"slot,omitempty"`
	Scheduled         nextTermShape  `json:"scheduled,omitzero"`
	Support           supportShape   `json:"support,omitzero"`
	Registered        bool           `json:"registered,omitempty"`
	Warned            *int64         `json:"warned,omitempty"`

	Participants []participantShape `json:"participants,omitempty"`
}

// supportShape is tenant, MPN, name.
type supportShape [3]string

// nextTermShape is what a renewal will change.
type nextTermShape struct {
	Item      itemShape     `json:"item,omitzero"`
	Title     string        `json:"title,omitempty"`
	UnitType  string        `json:"unit_type,omitempty"`
	Class     catalog.Class `json:"class,omitempty"`
	Plan      catalog.Plan  `json:"plan,omitempty"`
	Term      termShape     `json:"term,omitzero"`
	Quantity  int64         `json:"quantity,omitempty"`
	End       *int64        `json:"end,omitempty"`
	AnchorDay int           `json:"anchor,omitempty"`
}

func fromNextTerm(n subscription.NextTerm) nextTermShape {
	return nextTermShape{
		fromItem(n.Item), n.Title, n.UnitType, n.Class, n.Plan, fromTerm(n.Term), n.Quantity, micros(n.End.At), n.End.AnchorDay,
	}
}

func (s nextTermShape) nextTerm() subscription.NextTerm {
	return subscription.NextTerm{
		Item: s.Item.item(), Title: s.Title, UnitType: s.UnitType, Class: s.Class, Plan: s.Plan, Term: s.Term.term(),
		Quantity: s.Quantity, End: subscription.End{At: instant(s.End), AnchorDay: s.AnchorDay},
	}
}

type batchShape struct {
	Quantity int64     `json:"quantity,omitempty"`
	At       *int64    `json:"at,omitempty"`
	Charge   id.Charge `json:"charge,omitempty"`
}

func subscriptionBody(s subscription.Subscription) string {
	batches := make([]batchShape, len(s.Batches))
	for i, b := range s.Batches {
		batches[i] = batchShape{b.Quantity, micros(b.At), b.Charge}
	}
	return toBody(subscriptionShape{
		Line: s.Line, LineAt: micros(s.LineAt), Item: fromItem(s.Item), Title: s.Title, FriendlyName: s.FriendlyName,
		Kind: s.Kind, Class: s.Class, Publisher: s.Publisher, Currency: s.Currency, UnitType: s.UnitType,
		Quantity: s.Quantity, Batches: batches, Term: fromTerm(s.Term), Plan: s.Plan, AnchorDay: s.AnchorDay,
		Current: fromPeriod(s.Current), Tariff: fromTariff(s.Tariff), NextCharge: micros(s.NextCharge), ChargeNo: s.ChargeNo,
		AutoRenew: s.AutoRenew, Switchable: s.Switchable, TrialDays: s.TrialDays, TrialUntil: micros(s.TrialUntil),
		SuspendedAt: micros(s.SuspendedAt), DataUntil: micros(s.DataUntil), SuspensionReason: s.SuspensionReason,
		SuspendedByParent: s.SuspendedByParent, EndedAt: micros(s.EndedAt), Slot: s.Slot, Scheduled: fromNextTerm(s.Scheduled),
		Support: supportShape{string(s.Support.Tenant), s.Support.MPN, s.Support.Name}, Registered: s.Registered,
		Warned:       micros(s.Warned),
		Participants: fromParticipants(s.Participants),
	})
}

func scanSubscription(s *subscription.Subscription, scan func(dest ...any) error) error {
	var b subscriptionShape
	if err := scan(&s.ID, &s.Customer, &s.Order, &s.Parent, &s.State, &s.OrderedAt, &s.Version, body{&b}); err != nil {
		return err
	}
	for _, one := range b.Batches {
		s.Batches = append(s.Batches, subscription.Batch{Quantity: one.Quantity, At: instant(one.At), Charge: one.Charge})
	}
	s.Line, s.LineAt, s.Item, s.Title, s.FriendlyName = b.Line, instant(b.LineAt), b.Item.item(), b.Title, b.FriendlyName
	s.Kind, s.Class, s.Publisher, s.Currency, s.UnitType = b.Kind, b.Class, b.Publisher, b.Currency, b.UnitType
	s.Quantity, s.Term, s.Plan, s.AnchorDay = b.Quantity, b.Term.term(), b.Plan, b.AnchorDay
	s.Current, s.Tariff, s.NextCharge, s.ChargeNo = b.Current.period(), b.Tariff.tariff(), instant(b.NextCharge), b.ChargeNo
	s.AutoRenew, s.Switchable, s.TrialDays, s.TrialUntil = b.AutoRenew, b.Switchable, b.TrialDays, instant(b.TrialUntil)
	s.SuspendedAt, s.DataUntil, s.SuspensionReason = instant(b.SuspendedAt), instant(b.DataUntil), b.SuspensionReason
	s.SuspendedByParent, s.EndedAt, s.Slot = b.SuspendedByParent, instant(b.EndedAt), b.Slot
	s.Scheduled, s.Warned = b.Scheduled.nextTerm(), instant(b.Warned)
	s.Support = subscription.Support{Tenant: id.Partner(b.Support[0]), MPN: b.Support[1], Name: b.Support[2]}
	s.Registered = b.Registered
	s.Participants = participants(b.Participants)
	return nil
}

// Subscription implements app.Reader.
func (r *Reader) Subscription(s party.Scope, c id.Customer, sub id.Subscription) (subscription.Subscription, error) {
	if err := r.within(s, c); err != nil {
		return subscription.Subscription{}, err
	}
	found, err := collect(r, scanSubscription, sqlSubscription, s.Partner(), c, sub)
	if err != nil {
		return subscription.Subscription{}, err
	}
	if len(found) == 0 {
		return subscription.Subscription{}, fault.NotFound("subscription.unknown", nil)
	}
	return found[0], nil
}

// Subscriptions implements app.Reader.
func (r *Reader) Subscriptions(s party.Scope, c id.Customer, q app.SubscriptionQuery) ([]subscription.Subscription, error) {
	if err := r.within(s, c); err != nil {
		return nil, err
	}
	return rowsOf(r, subscriptionsOf(s, c, q), scanSubscription)
}

// SubscriptionsByKey implements app.Reader.
func (r *Reader) SubscriptionsByKey(s party.Scope, keys []app.SubscriptionKey) (all []subscription.Subscription, err error) {
	for some := range slices.Chunk(keys, 1000) {
		f := wanted(s, some, sqlSubscriptionsByKey, func(k app.SubscriptionKey) (string, string) { return string(k.Customer), string(k.Subscription) })
		equal(f, sqlSubscriptionsOfOurs, s.Reseller())
		found, err := rowsOf(r, f, scanSubscription)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// CustomerSubscription implements app.Reader.
func (r *Reader) CustomerSubscription(s party.Scope, c id.Customer, sub id.Subscription) (party.Customer, subscription.Subscription, error) {
	var found subscription.Subscription
	var stamp string
	catalogue := r.catalogue()
	customer, err := r.customerJoined(s, c, sqlCustomerSubscription, sub, func(scan func(dest ...any) error) error {
		return scanSubscription(&found, func(dest ...any) error { return scan(append(dest, &stamp)...) })
	})
	if err != nil {
		return party.Customer{}, subscription.Subscription{}, err
	}
	if !catalogue.known {
		catalogue.stamp, catalogue.known = stamp, true
	}
	if found.ID == "" {
		return party.Customer{}, subscription.Subscription{}, fault.NotFound("subscription.unknown", nil)
	}
	return customer, found, nil
}

// CustomerSubscriptions implements app.Reader.
func (r *Reader) CustomerSubscriptions(s party.Scope, c id.Customer, q app.SubscriptionQuery) (party.Customer, []subscription.Subscription, error) {
	var all []subscription.Subscription
	f := subscriptionsOf(s, c, q)
	customer, err := r.customerWith(s, c, append(r.learning(), read{f.sql.String(), f.args, func(scan func(...any) error) error {
		all = append(all, subscription.Subscription{})
		return scanSubscription(&all[len(all)-1], scan)
	}})...)
	if err != nil {
		return party.Customer{}, nil, err
	}
	return customer, all, nil
}

func subscriptionsOf(s party.Scope, c id.Customer, q app.SubscriptionQuery) *filter {
	f := where(sqlSubscriptions, s.Partner(), c)
	if q.Order != "" {
		f.and(sqlSubscriptionsOfOrder, q.Order, q.Order)
	}
	equal(f, " AND parent_id = ?", q.Parent)
	in(f, "id", q.IDs)
	in(f, "state", q.States)
	if q.Text != "" {
		text := strings.ToLower(q.Text)
		f.and(sqlSubscriptionsLike, "%"+likeEscape.Replace(fold(q.Text))+"%", text, text+string(utf8.MaxRune), q.Text, q.Text+string(utf8.MaxRune))
	}
	equal(f, sqlSubscriptionsAfter, q.After)
	f.and(" ORDER BY ordered_at, n, id")
	f.limit(q.Limit)
	return f
}

// Metered implements app.Reader.
func (r *Reader) Metered(s party.Scope, c id.Customer) ([]subscription.Subscription, error) {
	f := where(sqlMetered, s.Partner())
	equal(f, sqlOfReseller, s.Reseller())
	equal(f, " AND customer_id = ?", c)
	f.and(" ORDER BY customer_id, ordered_at, n, id")
	return rowsOf(r, f, scanSubscription)
}

// UseSums implements app.Reader.
func (r *Reader) UseSums(s party.Scope, c id.Customer, from, until time.Time) (map[id.Subscription]money.Amount, error) {
	f := where(sqlUseSums, s.Partner(), from, until)
	equal(f, " AND c.customer_id = ?", c)
	f.and(" GROUP BY c.subscription_id, c.currency")
	sums := map[id.Subscription]money.Amount{}
	rs := r.query(f.sql.String(), f.args...)
	defer rs.close()
	for rs.next() {
		var sub id.Subscription
		var currency money.Currency
		var net int64
		if err := rs.scan(&sub, &currency, &net); err != nil {
			return nil, err
		}
		sums[sub] = money.Of(net, currency)
	}
	return sums, rs.err()
}

// AddSubscriptions implements app.Tx.
func (t *Tx) AddSubscriptions(ss ...app.Scheduled) error {
	args := make([]any, 0, len(ss)*subscriptionInsert.columns)
	dues := make([]any, 0, len(ss)*dueInsert.columns)
	for _, s := range ss {
		if !s.Due.IsZero() {
			dues = append(dues, t.scope.Partner(), s.Customer, s.ID, s.Due)
		}
		month := s.Monthly()
		args = append(args, t.scope.Partner(), s.Customer, s.ID, s.Order, null(s.Parent), s.State,
			s.OrderedAt, t.next(), s.Due, s.Class == catalog.Metered, searchName(s.Subscription), termEnds(s.Subscription), subscriptionBody(s.Subscription), month.Currency(), month.Minor())
	}
	if err := t.add(subscriptionInsert, args); err != nil || len(dues) == 0 {
		return err
	}
	return t.add(dueInsert, dues)
}

// SaveSubscription implements app.Tx (E03: of two changes one wins). When it was ordered stays.
func (t *Tx) SaveSubscription(s subscription.Subscription, due time.Time) error {
	if err := t.moveDue(s.Customer, s.ID, due); err != nil {
		return err
	}
	month := s.Monthly()
	if err := t.exec(1, fault.Conflict("subscription.changed", nil), sqlSubscriptionUpdate,
		t.scope.Partner(), s.Customer, s.ID, s.Version, s.Order, null(s.Parent), s.State, due, subscriptionBody(s), termEnds(s), month.Currency(), month.Minor()); err != nil {
		return err
	}
	// A statement of its own: the index of names is left alone by all that does not rename.
	return t.exec(anyRows, nil, sqlSubscriptionRename, t.scope.Partner(), s.Customer, s.ID, searchName(s))
}

// termEnds is when the running term of an active subscription ends; zero, which is NULL, for any other. Charges within a term
// leave it alone (SaveCharged).
func termEnds(s subscription.Subscription) time.Time {
	if s.State != subscription.Active {
		return time.Time{}
	}
	return s.TermEnd()
}

// Looked implements app.Tx.
func (t *Tx) Looked(s app.Scheduled, wasDue time.Time) error {
	if err := t.moveDue(s.Customer, s.ID, s.Due); err != nil {
		return err
	}
	return t.exec(1, fault.Conflict("subscription.changed", nil), sqlSubscriptionLooked,
		t.scope.Partner(), s.Customer, s.ID, s.Version, wasDue, s.Due, subscriptionBody(s.Subscription))
}

// SaveCharged implements app.Tx: SQLite saves no trip by doing it in one statement.
func (t *Tx) SaveCharged(ss []app.Charged) error {
	changed := fault.Conflict("subscription.changed", nil)
	if !t.updatesPostgres() {
		for _, s := range ss {
			if err := t.exec(1, changed, sqlDueMove, t.scope.Partner(), s.Customer, s.ID, s.Was, s.Due); err != nil {
				return err
			}
			if err := t.exec(1, changed, sqlSubscriptionCharged, t.scope.Partner(), s.Customer, s.ID, s.Version, s.Due, subscriptionBody(s.Subscription)); err != nil {
				return err
			}
		}
		return nil
	}
	n := len(ss)
	versions, was, dues := make([]int64, n), make([]*int64, n), make([]*int64, n)
	var texts [3][]string // customers, ids, bodies
	for i := range texts {
		texts[i] = make([]string, n)
	}
	for i, s := range ss {
		versions[i], was[i], dues[i] = s.Version, micros(s.Was), micros(s.Due)
		texts[0][i], texts[1][i], texts[2][i] = string(s.Customer), string(s.ID), subscriptionBody(s.Subscription)
	}
	if err := t.exec(int64(n), changed, sqlDuesMove, t.scope.Partner(), texts[0], texts[1], was, dues); err != nil {
		return err
	}
	return t.exec(int64(n), changed, sqlSubscriptionsCharged, t.scope.Partner(), texts[0], texts[1], versions, dues, texts[2])
}

// Scheduled implements app.Reader.
func (r *Reader) Scheduled(s party.Scope, first, last app.Due) (all []app.Scheduled, err error) {
	one := func(scan func(dest ...any) error) error {
		var next app.Scheduled
		err := scanSubscription(&next.Subscription, func(dest ...any) error { return scan(append(dest, &next.Due)...) })
		all = append(all, next)
		return err
	}
	reads := []read{{sqlScheduledAt, []any{s.Partner(), first.At, first.Subscription, last.Subscription}, one}}
	switch {
	case first == last:
		reads = []read{{sqlScheduledOne, []any{s.Partner(), first.Customer, first.Subscription, first.At}, one}}
	case !first.At.Equal(last.At):
		const top = string(utf8.MaxRune) // above every id
		reads = []read{
			{sqlScheduledAt, []any{s.Partner(), first.At, first.Subscription, top}, one},
			{sqlScheduledBetween, []any{s.Partner(), first.At, last.At}, one},
			{sqlScheduledAt, []any{s.Partner(), last.At, "", last.Subscription}, one},
		}
	}
	err = r.batch(reads...)
	return all, err
}

// Holdings implements app.Reader.
func (r *Reader) Holdings(s party.Scope, c id.Customer, refs []catalog.Ref) (map[catalog.Ref]order.Holding, error) {
	held := map[catalog.Ref]order.Holding{}
	if len(refs) == 0 {
		return held, nil
	}
	if err := r.within(s, c); err != nil {
		return nil, err
	}
	rs := r.query(sqlSlots, s.Partner(), c)
	defer rs.close()
	for rs.next() {
		var ref catalog.Ref
		var n int
		var sub id.Subscription
		var state subscription.State
		if err := rs.scan(&ref.Product, &ref.Sku, &n, &sub, &state); err != nil {
			return nil, err
		}
		if !slices.Contains(refs, ref) {
			continue
		}
		h := held[ref]
		h.Slots = append(h.Slots, n)
		if state == subscription.Suspended && h.Suspended == "" {
			h.Suspended = sub
		}
		held[ref] = h
	}
	return held, rs.err()
}

// TakeSlot implements app.Tx.
func (t *Tx) TakeSlot(c id.Customer, s order.Slot) error {
	return t.exec(1, fault.Refuse("offer.limit", nil), sqlSlotInsert,
		t.scope.Partner(), c, s.Ref.Product, s.Ref.Sku, s.N, s.Subscription)
}

// FreeSlot implements app.Tx; a subscription without a place is no error.
func (t *Tx) FreeSlot(c id.Customer, sub id.Subscription) error {
	return t.exec(anyRows, nil, sqlSlotDelete, t.scope.Partner(), c, sub)
}
