package app

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Reader is what use cases read. Methods of tenant data take the Scope, which only the guard makes; what lies outside
// it is not found. One thing that is not there is a fault, an empty list is not.
type Reader interface {
	CatalogReader

	// Partner is the scope's own row.
	Partner(s party.Scope) (party.Partner, error)
	// OwnPartner is the row of the partner whose staff works in the scope: the reseller's, where it is narrowed to one.
	OwnPartner(s party.Scope) (party.Partner, error)
	// Resellers of an indirect provider, by name; a reseller sees itself alone.
	Resellers(s party.Scope) ([]party.Partner, error)
	// Partners are all there are, by name: the operator's to see.
	Partners() ([]party.Partner, error)
	// PartnersByMPN finds partners by their id in the trade programme, whosever they are.
	PartnersByMPN(mpn string) ([]party.Partner, error)
	// Customer faults: "customer.unknown", "tenant.foreign" for a tenant of another partner or reseller.
	Customer(s party.Scope, c id.Customer) (party.Customer, error)
	// CustomerOnFile is Customer for what happened before: it finds one that was deleted, too.
	CustomerOnFile(s party.Scope, c id.Customer) (party.Customer, error)
	Customers(s party.Scope, q CustomerQuery) ([]party.Customer, error)
	// CustomerAt is the tenant with a domain, a customer, whosever it may be, or a partner; empty when nobody has it.
	CustomerAt(domain string) (id.Customer, error)
	// CustomersByID are those of the ids that are in the scope, in no order.
	CustomersByID(s party.Scope, ids []id.Customer) ([]party.Customer, error)
	DomainTaken(domain string) (bool, error)
	// TenantsAt is CustomerAt for several; those that nobody has are left out.
	TenantsAt(domains []string) (map[string]id.Customer, error)
	// Agreements of a customer, oldest first; kind "" means all.
	Agreements(s party.Scope, c id.Customer, kind party.AgreementKind) ([]party.Agreement, error)

	// Person is one of the scope's own staff, or with a customer one of that customer's. Fault: "user.unknown".
	Person(s party.Scope, c id.Customer, user id.User) (party.Person, error)
	// People are the scope's own staff or a customer's, by user principal name.
	People(s party.Scope, q PeopleQuery) ([]party.Person, error)
	// UPNTaken tells whether a person of any tenant has a user principal name, lower case.
	UPNTaken(upn string) (bool, error)
	// Sessions of a person of the scope's own partner, or of its customers; the latest first.
	Sessions(s party.Scope, user id.User) ([]party.Session, error)
	// Passkeys of such a person, the first one first.
	Passkeys(s party.Scope, user id.User) ([]party.Passkey, error)
	// ClientOf is an API client of the scope's own partner. Fault: "client.unknown".
	ClientOf(s party.Scope, client id.Client) (party.Client, error)
	Clients(s party.Scope) ([]party.Client, error) // by name
	// AllClients are those of all partners, by partner and id, from after one on: the operator's to see, as SignIns are, the
	// latest sessions of anybody that were made after an instant.
	AllClients(after ClientKey, limit int) ([]party.Client, error)
	SignIns(after time.Time, limit int) ([]SignIn, error)

	// Cart fault: "cart.unknown".
	Cart(s party.Scope, c id.Customer, cart id.Cart) (order.Cart, error)
	// CartOrders are the orders a cart became, in group order.
	CartOrders(s party.Scope, c id.Customer, cart id.Cart) ([]order.Order, error)
	// Order takes the id or the alternate id. Fault: "order.unknown".
	Order(s party.Scope, c id.Customer, orderOrAlternate string) (order.Order, error)
	// CustomerOrder is Customer and Order in one.
	CustomerOrder(s party.Scope, c id.Customer, orderOrAlternate string) (party.Customer, order.Order, error)
	// OrdersByKey are those of the keys, no two the same, that are in the scope, in no order.
	OrdersByKey(s party.Scope, keys []OrderKey) ([]order.Order, error)
	// Orders of a customer, newest first; plan "" means all.
	Orders(s party.Scope, c id.Customer, plan catalog.Plan) ([]order.Order, error)
	// OrderPage is a stretch of them, as the query has it.
	OrderPage(s party.Scope, c id.Customer, q OrderQuery) ([]order.Order, error)
	// Subscription fault: "subscription.unknown".
	Subscription(s party.Scope, c id.Customer, sub id.Subscription) (subscription.Subscription, error)
	// Subscriptions of a customer, oldest first, narrowed by what the query sets.
	Subscriptions(s party.Scope, c id.Customer, q SubscriptionQuery) ([]subscription.Subscription, error)
	// SubscriptionsByKey are those of the keys, no two the same, that are in the scope, in no order.
	SubscriptionsByKey(s party.Scope, keys []SubscriptionKey) ([]subscription.Subscription, error)
	// CustomerSubscription is Customer and Subscription in one.
	CustomerSubscription(s party.Scope, c id.Customer, sub id.Subscription) (party.Customer, subscription.Subscription, error)
	// CustomerSubscriptions is Customer and Subscriptions in one trip.
	CustomerSubscriptions(s party.Scope, c id.Customer, q SubscriptionQuery) (party.Customer, []subscription.Subscription, error)
	// Seats that people of a customer have, by subscription and user.
	Seats(s party.Scope, c id.Customer, q SeatQuery) ([]subscription.Seat, error)
	// SeatsUsed counts the seats given of each of the subscriptions; one with none may be absent.
	SeatsUsed(s party.Scope, c id.Customer, subs []id.Subscription) (map[id.Subscription]int64, error)
	// FindSubscriptions are those whose name, or whose product's, holds the text, by name and id. Of names that do not begin
	// with it a thousand different ones are looked at.
	FindSubscriptions(s party.Scope, q FindQuery) ([]subscription.Subscription, error)
	// SubscriptionsAt are those whose id begins with the text.
	SubscriptionsAt(s party.Scope, q FindQuery) ([]subscription.Subscription, error)
	// Sold tells whether there is any order of the scope.
	Sold(s party.Scope) (bool, error)
	// OrdersAt are those whose id is the text, or whose alternate id begins with it, with their lines.
	OrdersAt(s party.Scope, q FindQuery) ([]order.Order, error)
	// Metered lists the subscriptions that are charged by use, in any state: of a customer, or of the whole scope when c is
	// empty, by customer and age.
	Metered(s party.Scope, c id.Customer) ([]subscription.Subscription, error)
	// UseSums adds up what those were charged with from ≤ at < until, without tax.
	UseSums(s party.Scope, c id.Customer, from, until time.Time) (map[id.Subscription]money.Amount, error)
	// Holdings tells, for each SKU with a limit, the places the customer has taken (F13).
	Holdings(s party.Scope, c id.Customer, refs []catalog.Ref) (map[catalog.Ref]order.Holding, error)

	// Ending are active subscriptions whose term ends from ≤ at < until, the next one first; EndingCounts counts those
	// between each two instants and the next, up to a bound. Of a reseller some thousands of its customers' subscriptions are
	// looked at: where there are more, so say the counts.
	// after is the end seen last.
	Ending(s party.Scope, from, until time.Time, after EndCursor, limit int) ([]subscription.Subscription, error)
	EndingCounts(s party.Scope, at []time.Time, most int) ([]Counted, error)
	// ActiveCounts counts the active subscriptions of each customer, up to a bound.
	ActiveCounts(s party.Scope, customers []id.Customer, most int) (map[id.Customer]Counted, error)
	// Recurring adds up subscription.Monthly of each customer's active subscriptions; of more than most the least ones.
	Recurring(s party.Scope, customers []id.Customer, most int) (map[id.Customer]Recurring, error)
	// Spent are the charges and credits of a customer from an instant on, the latest first.
	Spent(s party.Scope, c id.Customer, from time.Time, limit int) ([]Spent, error)
	// Pending are subscriptions that wait for their publisher, the oldest first.
	Pending(s party.Scope, limit int) ([]subscription.Subscription, error)
	// Waiting are lines that wait for a product key, from the pool or another supplier.
	Waiting(s party.Scope, limit int) ([]license.Wait, error)
	// PinnedOrders are orders from ≤ at < until with an active line that a policy row decides: those of the oldest such
	// lines, as many as the limit.
	PinnedOrders(s party.Scope, policy string, from, until time.Time, limit int) ([]order.Order, error)

	// Charges and credits in the order they were made.
	Charges(s party.Scope, q ChargeQuery) ([]billing.Charge, error)
	// Scheduled are the subscriptions of a partner that are due from one thing due to another, both included, in their order.
	Scheduled(s party.Scope, first, last Due) ([]Scheduled, error)
	// Behind tells whether a subscription of the partner is due before an instant and not done.
	Behind(s party.Scope, until time.Time) (bool, error)
	// Totals sums charges with from ≤ at < until, by currency.
	Totals(s party.Scope, from, until time.Time) (map[money.Currency]billing.Totals, error)
	// Invoice fault: "invoice.unknown".
	Invoice(s party.Scope, number id.Invoice) (billing.Invoice, error)
	// Invoices and credit notes newest first, without the void notes.
	Invoices(s party.Scope, q InvoiceQuery) ([]billing.Invoice, error)
	// Editions are the invoices and credit notes of the periods of a currency that instants from ≤ at ≤ to may lie in, by period
	// and edition; the first may be of a period that ended before.
	Editions(s party.Scope, c money.Currency, from, to time.Time) ([]billing.Invoice, error)
	// Payments by their days, newest first.
	Payments(s party.Scope, q PaymentQuery) ([]billing.Payment, error)
	// Currencies the scope is billed in, in order.
	Currencies(s party.Scope) ([]money.Currency, error)
	// Carry is the balance the latest invoice of a currency left over: zero or negative (E07).
	Carry(s party.Scope, c money.Currency) (money.Amount, error)
	// Bill is one of a customer. Fault: "bill.unknown".
	Bill(s party.Scope, c id.Customer, number id.Invoice) (billing.CustomerBill, error)
	// Bills of a customer, newest first.
	Bills(s party.Scope, c id.Customer, q InvoiceQuery) ([]billing.CustomerBill, error)
	// LastBill is a customer's bill of the latest period in a currency; ok is false when there is none.
	LastBill(s party.Scope, c id.Customer, currency money.Currency) (b billing.CustomerBill, ok bool, err error)
	// Billable lists customers that have charges in a period, or a balance from the one before, and no bill of it yet; by
	// currency and id, from after one on.
	Billable(s party.Scope, p when.Period, after Billable, limit int) ([]Billable, error)
	// Markups in the order they were recorded.
	Markups(s party.Scope) ([]billing.Markup, error)
	// OwnPrices in the order they were recorded.
	OwnPrices(s party.Scope, q OwnPriceQuery) ([]billing.OwnPrice, error)
	// LedgerSums adds up all postings of the scope by account and currency.
	LedgerSums(s party.Scope) (map[money.Currency]map[ledger.Account]int64, error)
	// BookEntries are at most limit entries of the books, whole, the newest first, from before one on.
	BookEntries(s party.Scope, before id.Entry, limit int) ([]BookEntry, error)
	// Postings are those of the entries of charges, each in its order; a charge of nothing has none.
	Postings(s party.Scope, charges []billing.Charge) (map[id.Charge][]ledger.Posting, error)

	// Records of the activity log, newest first.
	Records(s party.Scope, q RecordQuery) ([]activity.Record, error)
	// Record fault: "record.unknown".
	Record(s party.Scope, r id.Record) (activity.Record, error)
	// Leaf is a record's number in the tree, with what was hashed. Fault: "record.not_numbered", within a second of the act.
	Leaf(s party.Scope, r id.Record) (n int64, e activity.Entry, err error)
	TreeNow() (Tree, error)
	// TreeTile is a row of stored hashes; nil: there is none.
	TreeTile(key activity.TileKey) ([]byte, error)

	// Keys a line holds, in any state.
	Keys(s party.Scope, o id.Order, line int) ([]license.Key, error)
	// FreeKeys are at most n keys of a pool that nobody holds, the oldest first.
	FreeKeys(s party.Scope, pool, version string, n int) ([]license.Key, error)
	// KeyPools are the scope's pools by name and version, those with nothing but a mark too.
	KeyPools(s party.Scope) ([]license.Pool, error)
	// Waits are a customer's lines that wait for a key.
	Waits(s party.Scope, c id.Customer) ([]license.Wait, error)
	// KeyRequests are at most limit lines that wait for a supplier other than their pool, the oldest order first.
	KeyRequests(s party.Scope, limit int) ([]license.Wait, error)
	// KeyRequest is one of them by its reference. Fault: "keyrequest.unknown".
	KeyRequest(s party.Scope, ref string) (license.Wait, error)
	// DueWaits are at most limit lines of all partners that a supplier is to be asked about by now, the oldest order first.
	DueWaits(supplier string, now time.Time, limit int) ([]QueuedWait, error)
	// WaitNames are the names (QueuedWait.Name) of all lines that wait for a supplier.
	WaitNames(supplier string) (map[string]bool, error)
	// KeyThere tells whether a partner has a key of that id.
	KeyThere(partner id.Partner, k id.Key) (bool, error)
	// CustomerCounts is how many customers each partner has, for resellers those they are the reseller of.
	CustomerCounts() (map[id.Partner]int64, error)
	// LowPools are the pools of all partners that run low.
	LowPools() ([]QueuedPool, error)

	// MediaFiles are the download media that are whole, by digest, from after one on.
	MediaFiles(after string, limit int) ([]MediaFile, error)
	// MediaFile fault: "media.unknown".
	MediaFile(sha256 string) (MediaFile, error)
	// MediaKnown tells which of the digests are those of media that are whole.
	MediaKnown(digests []string) (map[string]bool, error)
	// MediaUses are SKUs that deliver a file, by product and SKU, the first of them.
	MediaUses(sha256 string, limit int) ([]catalog.Ref, error)
	// LinkUse is what became of the links to each file from the first to the last of the digests; what was never used is left out.
	LinkUse(sha256 []string) (map[string]LinkUse, error)
	// MediaUpload fault: "upload.unknown".
	MediaUpload(upload id.Upload) (MediaUpload, error)
	// MediaUploads are those that were touched longest ago.
	MediaUploads(limit int) ([]MediaUpload, error)
	// LiveLink is the live link of a line, file and side; nil when there is none.
	LiveLink(s party.Scope, o id.Order, line int, file license.FileChoice, side license.Side) (*license.Link, error)
	// LiveLinks counts the live links of a line, of both sides.
	LiveLinks(s party.Scope, o id.Order, line int) (int, error)
	// LinkByToken finds a link by its token's hash, whosever it is. Fault: "link.unknown".
	LinkByToken(hash string) (license.Link, error)
	// Device of a customer by its id or its name, in any letter case. Fault: "activation.unknown".
	Device(s party.Scope, c id.Customer, named string) (license.Device, error)
	// Devices of a customer in the order of the plan (license.ByDeadline).
	Devices(s party.Scope, c id.Customer, q DeviceQuery) ([]license.Device, error)
	// DeviceGroups counts a customer's devices as they stand at now.
	DeviceGroups(s party.Scope, c id.Customer, now time.Time) ([]license.DeviceGroup, error)
	// ServiceRequest is one with its notes and files. Fault: "request.unknown".
	ServiceRequest(s party.Scope, r id.Request) (support.Request, error)
	// ServiceRequests are newest first, without notes and files.
	ServiceRequests(s party.Scope, q RequestQuery) ([]support.Request, error)
	// RequestQueue are those of all partners, oldest first, without notes and files: the operator's alone (R16).
	RequestQueue(q RequestQuery) ([]Queued, error)
	// RequestHome is whose a request is, and which customer's: the operator's alone. Fault: "request.unknown".
	RequestHome(r id.Request) (party.Scope, id.Customer, error)
	// FilesKnown tells which attachments there are, whosever they are.
	FilesKnown(names []string) (map[string]bool, error)
	// RefundLimits are the operator's, by currency.
	RefundLimits() (map[money.Currency]support.Limit, error)
	// Mode is whether acts are taken.
	Mode() (Mode, error)
	// LastDownload is when a client was last counted on a link; zero for never.
	LastDownload(link license.Link, client string) (time.Time, error)
}

// CatalogReader reads what all partners share.
type CatalogReader interface {
	// Entries loads whole products; unknown ids are left out. Entries are shared: never changed.
	Entries(products []id.Product) (map[id.Product]*catalog.Entry, error)
	// Market lists the products with an availability in a market and segment, by id, of the kinds given (none: all),
	// imported offers left out.
	Market(m market.Country, segment market.Segment, kinds []catalog.Kind) ([]*catalog.Entry, error)
	// Catalogue lists at most limit products by id, imported offers too, from after one on.
	Catalogue(after id.Product, limit int) ([]catalog.Product, error)
	// OnSale lists at most limit products from one on, by id, that have an availability in a market and segment.
	OnSale(m market.Country, segment market.Segment, from id.Product, limit int) ([]id.Product, error)
	// Repriced is OnSale for products of whose prices or availabilities there one begins or ends since < at ≤ until.
	Repriced(m market.Country, segment market.Segment, from id.Product, since, until time.Time, limit int) ([]id.Product, error)
	// Offer fault: "offer.unknown".
	Offer(m market.Country, offer id.Product) (catalog.Offer, error)
	// Offers of a market by rank and id.
	Offers(m market.Country, q OfferQuery) ([]catalog.Offer, error)
	Rules() ([]policy.CancelRule, error)
	LinkRules() ([]license.LinkRule, error)
	Taxes() ([]market.TaxRow, error)
}

// Tx is a Reader that also writes, in the scope of its act. Writes are queued with the row count they expect and the
// fault to answer otherwise; a changed row is written only if nobody wrote it since it was read.
type Tx interface {
	Reader

	SaveMode(m Mode) error // fault "mode.same"

	// AddCustomer fault: "customer.domain_taken".
	AddCustomer(c party.Customer) error
	SaveCustomer(c party.Customer) error // fault "customer.changed"

	// AddAlias keeps a name apart from the records of whoever goes by it, before AddPerson or SavePerson. EraseAliases
	// forgets a name wherever it stands, and tells how many there were.
	AddAlias(al party.Alias) error
	EraseAliases(name string, now time.Time) (int, error)
	// AddPerson adds staff of the scope's own partner, or of one of its customers. Fault: "user.upn_taken".
	AddPerson(p party.Person) error
	SavePerson(p party.Person) error // fault "user.changed"
	// RemovePerson forgets a person and its passkeys; sessions and tickets are worth nothing then. Fault: "user.changed".
	RemovePerson(p party.Person) error
	// AddSession also forgets sessions made at or before over.
	AddSession(e party.Session, over time.Time) error
	SaveSession(e party.Session) error             // fault "session.unknown"
	EndSession(user id.User, session string) error // fault "session.unknown"
	EndSessions(user id.User, except string) error // all but one; empty: all
	// AddPasskey fault: "passkey.taken", whosever it is. SavePasskey: "passkey.changed". RemovePasskey: "passkey.unknown".
	AddPasskey(k party.Passkey) error
	SavePasskey(k party.Passkey) error
	RemovePasskey(user id.User, passkey string) error
	RemovePasskeys(p party.Person) error // all of them
	// SpendChallenge keeps that a challenge was answered, until when it works anyway. Fault "passkey.stale": it was before.
	SpendChallenge(hash string, until, now time.Time) error
	AddClient(c party.Client) error    // fault "client.changed"
	SaveClient(c party.Client) error   // fault "client.changed"
	RemoveClient(c party.Client) error // fault "client.changed"
	// AddTicket fault: "ticket.code_taken", by another device.
	AddTicket(k party.Ticket) error
	SaveTicket(k party.Ticket) error // fault "ticket.changed"
	EndFamily(family string) error
	// AddAgreement fault: "agreement.exists", for one that differs in nothing.
	AddAgreement(c id.Customer, a party.Agreement) error

	AddCart(c order.Cart) error
	SaveCart(c order.Cart) error // fault "cart.changed"
	// AddOrder writes an order with its lines; cart is empty for a direct order or a renewal.
	AddOrder(o order.Order, cart id.Cart) error
	SaveOrder(o order.Order) error // fault "order.changed"
	AddSubscriptions(ss ...Scheduled) error
	// SaveSubscription keeps due, the next instant the sweep looks at it; zero: never.
	SaveSubscription(s subscription.Subscription, due time.Time) error // fault "subscription.changed"
	// SaveCharged is SaveSubscription for many that were charged within their term: order, base and state are as they
	// were. Each is due again: a term that runs ends. Fault "subscription.changed": for one of them at least.
	SaveCharged(ss []Charged) error
	// Looked keeps that a subscription was looked at (E16), when it was due at an instant or before: nobody changed it, so
	// its version stays, and who read it before has it as it is. Fault "subscription.changed".
	Looked(s Scheduled, wasDue time.Time) error
	// AddSeats gives seats to people of a customer that the act holds.
	AddSeats(c id.Customer, seats []subscription.Seat) error
	RemoveSeat(c id.Customer, s subscription.Seat) error // fault "seat.changed"
	// FreeSeats takes all seats of a subscription, FreeSeatsOf those of a person.
	FreeSeats(c id.Customer, sub id.Subscription) error
	FreeSeatsOf(c id.Customer, user id.User) error
	// TakeSlot fault: "offer.limit", decided by a unique index (F13).
	TakeSlot(c id.Customer, s order.Slot) error
	FreeSlot(c id.Customer, sub id.Subscription) error

	AddCharges(cs []billing.Charge) error
	AddEntries(es ...ledger.Entry) error
	// NextInvoiceNumber takes the next number of the gap-free series.
	NextInvoiceNumber() (int64, error)
	// AddInvoice fault: "invoice.done".
	AddInvoice(i billing.Invoice) error
	AddPayment(p billing.Payment) error
	// OpenAccount sees that the sweep closes the billing period of a currency at end; an account whose period ends earlier
	// stays.
	OpenAccount(c money.Currency, end time.Time) error
	// CloseAccount moves an account from the end of one period to the next. Fault: "invoice.done".
	CloseAccount(c money.Currency, end, next time.Time) error

	// DueBills sees that the customers are billed for a period that is closed. BillsDone ends that.
	DueBills(c money.Currency, p when.Period) error
	BillsDone(c money.Currency, p when.Period) error
	// NextBillNumber takes the next number of the scope's own gap-free series.
	NextBillNumber() (int64, error)
	AddBill(b billing.CustomerBill) error
	AddMarkup(m billing.Markup, now time.Time) error
	AddOwnPrices(rows []billing.OwnPrice, now time.Time) error

	AddRecord(rs ...activity.Record) error

	// Write writes what was drafted, with its faults.
	Write(d Draft) error

	// NextRequestNumber takes the next number of support requests.
	NextRequestNumber() (int64, error)
	AddServiceRequest(r support.Request) error
	// SaveServiceRequest writes a request with the notes and files that were added to it. Fault: "request.changed".
	SaveServiceRequest(r support.Request, notes []support.Note, files []support.File) error
	PutRefundLimits(all map[money.Currency]support.Limit) error

	// AssignKey takes a free key; its line waits no more. Fault: "key.taken".
	AssignKey(k license.Key) error
	// HoldPool keeps keys from coming into a pool, and lines from queueing up for it, until the act ends. FreeKeys after it
	// still leaves out those that other acts are about to take.
	HoldPool(pool, version string) error
	// LastKey is HoldPool, and then a free key; it waits for acts that are about to take one. ok is false when there is none.
	LastKey(pool, version string) (k license.Key, ok bool, err error)
	// AddWait queues a line up, behind HoldPool or LastKey. One that waits already keeps its turn.
	AddWait(w license.Wait) error
	// NextWaits are at most n lines that wait for a pool, the next one first; held until the act ends.
	NextWaits(pool, version string, n int) ([]license.Wait, error)
	SetLowWater(pool, version string, mark int64) error
	// WithdrawKeys revokes n free keys of a pool, those that were added last. Fewer are free, or somebody takes one of them at
	// the same moment: "pool.changed".
	WithdrawKeys(pool, version string, n int, now time.Time) error
	// SaveWait keeps when the supplier is asked next about a line that waits for it.
	SaveWait(w license.Wait) error
	// AddSupplied adds a key that its supplier gave for the line that has it from the first moment; the line waits no more.
	// Faults: "key.duplicate" for a key that is in the pool already, "key.taken" for a line that does not wait.
	AddSupplied(k license.Key) error

	// AddMedia adds a file that is whole; one of the same digest stays.
	AddMedia(f MediaFile) error
	RemoveMedia(sha256 string) error // fault "media.unknown"
	AddUpload(u MediaUpload) error
	// SaveUpload writes an open upload that had received so many bytes. Fault: "upload.moved".
	SaveUpload(u MediaUpload, from int64) error
	RemoveUpload(upload id.Upload) error
	// RevokeLine revokes all keys and live links of a line, and ends its waiting (F63).
	RevokeLine(o id.Order, line int, now time.Time) error
	// MoveLine gives all keys and links of a line to another, and its turn: they go on with a renewal.
	MoveLine(from id.Order, line int, to id.Order, toLine int) error
	AddLink(l license.Link) error
	SaveLink(l license.Link) error // fault "link.changed"
	// CountDownload counts one use while used < max and the link lives, and remembers the client. Fault: "link.used_up".
	CountDownload(l license.Link, client string, now time.Time) error
	// CountUse adds what one link did to the use of a file.
	CountUse(sha256 string, link id.Link, n LinkUse) error

	// AddDevices adds devices to a customer that the act holds.
	AddDevices(c id.Customer, ds []license.Device) error
	SaveDevices(c id.Customer, ds []license.Device) error // fault "activation.changed": for one of them at least
	RemoveDevice(c id.Customer, d license.Device) error   // fault "activation.changed"

	// For import and seeding.
	PutEntry(e catalog.Entry) error
	// HoldCatalogue keeps others from changing the catalogue until the act ends.
	HoldCatalogue() error
	// SaveSkus writes the SKUs of e at some places; all else of the product stays. Fault: "catalog.changed".
	SaveSkus(e catalog.Entry, skus ...int) error
	// AddPrices writes the price rows of e from the place first on; all else of the product stays. Fault: "catalog.changed".
	AddPrices(e catalog.Entry, first int) error
	PutOffer(o catalog.Offer) error
	PutRules(rules []policy.CancelRule, links []license.LinkRule, taxes []market.TaxRow) error
	AddPartner(p party.Partner) error
	// NameTenant gives a partner a domain, in lower case, by which its token endpoints are found. Fault "partner.domain_taken".
	NameTenant(p id.Partner, domain string) error
	SavePartner(p party.Partner) error // fault "partner.changed"
	// AddKeys adds free keys, the first the oldest; known are the places of those that are in their pool already, by
	// fingerprint, and were left out. The act holds the partner.
	AddKeys(ks []license.Key) (known []int, err error)
}

// CustomerQuery pages customers by company name and id.
type CustomerQuery struct {
	Name, NameOp     string // "starts_with" or "substring" or "equals", without case
	Domain, DomainOp string
	Text             string // in the name or the domain, without case
	ID               string // what its tenant id begins with, without case
	Reseller         id.Partner
	After            [2]string // company name (folded) and id of the last one seen; empty: from the start
	Limit            int       // 0: all
}

// FindQuery finds things of the scope by a part of their name, or by what an id begins with; Limit is at least 1.
type FindQuery struct {
	Text     string      // not empty
	Customer id.Customer // whose; empty: the whole scope
	After    [2]string   // name (folded, see FoundName) and id of the last one seen; empty: from the start
	Limit    int
}

// PeopleQuery pages people by user principal name; what is empty does not narrow.
type PeopleQuery struct {
	Customer id.Customer // whose staff; empty: the scope's own
	Role     party.Role
	State    party.PersonState // empty: all but the deleted
	Names    []string          // user principal names, lower case
	After    string            // the user principal name of the last one seen
	Limit    int               // 0: all
}

// OrderKey names an order of a customer.
type OrderKey struct {
	Customer id.Customer
	Order    id.Order
}

// OrderQuery pages a customer's orders, newest first.
type OrderQuery struct {
	Plan  catalog.Plan // empty: all
	After id.Order     // the last one seen
	Limit int          // at least 1
}

// SubscriptionQuery narrows subscriptions.
type SubscriptionQuery struct {
	Order  id.Order
	Parent id.Subscription
	IDs    []id.Subscription
	States []subscription.State
	Text   string          // in its name or its product's, or what its id or its order's begins with, without case
	After  id.Subscription // the last one seen
	Limit  int             // 0: all
}

// ChargeQuery narrows charges; what is empty does not narrow.
type ChargeQuery struct {
	Customer     id.Customer
	Order        id.Order
	Orders       []id.Order // any of them
	Subscription id.Subscription
	Currency     money.Currency
	Sold         Sold
	From, Until  time.Time
	After        ChargeCursor
	Skip         int // of those that are found, the first
	Limit        int // 0: all
}

// Sold tells charges by what they are for; empty: anything.
type Sold string

// What charges are for. Nothing is what has no charges yet, such as use that is not rated.
const (
	SoldProducts Sold = "products"
	SoldOffers   Sold = "imported offers"
	SoldNothing  Sold = "nothing"
)

// ChargeCursor is the last charge seen.
type ChargeCursor struct {
	At time.Time
	ID id.Charge
}

// OfferQuery pages offers.
type OfferQuery struct {
	Category string
	AddOnsOf id.Product // add-ons that name this offer as a base
	Segment  market.Segment
	Offset   int
	Limit    int // 0: all
}

// InvoiceQuery pages invoices.
type InvoiceQuery struct {
	From, Until   time.Time // by issue
	Offset, Limit int
}

// OwnPriceQuery narrows own prices; what is empty does not narrow.
type OwnPriceQuery struct {
	Product       id.Product
	Offset, Limit int // Limit 0: all
}

// PaymentQuery narrows payments; what is empty does not narrow.
type PaymentQuery struct {
	Invoice  id.Invoice
	Currency money.Currency
	Limit    int // 0: all
}

// RecordQuery narrows the activity log. Security and Business say which kinds the caller may read (R06, R07).
type RecordQuery struct {
	From, Until        time.Time
	Customer           id.Customer
	CustomerName       string // substring, without case
	Resource           activity.Resource
	Keys               bool // only those of R06: what was done to keys, links, downloads and software pages
	Security, Business bool // what the caller may read
	After              RecordCursor
	Limit              int // 0: all
}

// RecordCursor is the last record seen.
type RecordCursor struct {
	At time.Time
	ID id.Record
}

// DeviceQuery narrows and pages a customer's devices; what is empty does not narrow.
type DeviceQuery struct {
	State   license.MoveState // at Now
	Now     time.Time
	Open    bool   // all but the done ones
	Name    string // what it begins with, without case
	Product string // without case
	After   DeviceCursor
	Limit   int // 0: all
}

// DeviceCursor is the last device seen: its place in the plan.
type DeviceCursor struct {
	Done           bool
	LastActivation time.Time
	Key            string // license.DeviceKey of its name
}

// RequestQuery narrows and pages support requests; what is empty does not narrow.
type RequestQuery struct {
	Customer      id.Customer
	Side          support.Side
	State         support.State
	NotState      support.State // any but this
	Offset, Limit int           // 0: all
}

// Queued is a request with whose it is.
type Queued struct {
	Partner id.Partner
	support.Request
}
