package model

import (
	"math/big"
	"time"
)

// Item is something on the simulation's shelf: a SKU of a product of its own.
type Item struct {
	Product   string // 12 characters; the SKU is always 0001
	Kind      string // software, saas, online_service, reservation
	Publisher string // empty: first party
	Linux     bool
	Metered   bool
	Trial     bool // first-party trial
	FreeDays  int  // of a trial, or before an ISV plan is paid
	Renewable bool
	Bases     []string // products an add-on hangs on
	LeadsTo   []string // products it can become
	Min, Max  int64
	Limit     int
	Lifetime  bool
	Markets   []string // the publisher's list; nil: all
	OptOut    bool
	Partner   int    // 1 + the only partner that may sell it; 0: any
	Unpriced  string // a market without a price row
	Withdrawn time.Time
	Offers    []Offer
}

// Offer is a line of the price sheet: a term in months and a plan, 10^-8 dollars for one unit and the whole term.
type Offer struct {
	Months int
	Plan   string
	Units  int64
	From   time.Time
}

// Markets are where the simulation sells: currency, and what a dollar of the price sheet costs there in thousandths.
var Markets = []struct {
	Code, Currency string
	PerMille       int64
}{
	{"US", "USD", 1000},
	{"FR", "EUR", 957},
	{"GP", "EUR", 957},
	{"AU", "AUD", 1653},
	{"BR", "BRL", 5913},
	{"JP", "JPY", 154_333},
	{"KW", "KWD", 307},
}

var rise = date(2023, 9, 1)

// Shelf is everything for sale.
var Shelf = []Item{
	{Product: "SIMPERPETUAL", Kind: "software", Max: 10_000, Offers: []Offer{
		{0, "one_time", 1_069_0012_3456, time.Time{}}, {0, "one_time", 1_101_4999_0000, rise},
	}},
	{Product: "SIMWINDOWSYR", Kind: "software", Max: 10_000, Unpriced: "KW", LeadsTo: []string{"SIMREMOTECAL"}, Offers: []Offer{
		{12, "annual", 365_0000_0000, time.Time{}}, {12, "annual", 380_1234_5678, rise},
	}},
	{Product: "SIMREMOTECAL", Kind: "software", Max: 10_000, Offers: []Offer{
		{12, "annual", 96_0100_0000, time.Time{}}, {12, "monthly", 97_3333_3333, time.Time{}},
		{36, "triennial", 259_0000_0000, time.Time{}}, {36, "annual", 260_0000_0100, time.Time{}},
	}},
	{Product: "SIMREDHATPLN", Kind: "software", Linux: true, Max: 10_000, Offers: []Offer{{12, "annual", 349_0000_0000, time.Time{}}}},
	{Product: "SIMORBITFREE", Kind: "saas", Publisher: "orbit", FreeDays: 30, Max: 10_000, Offers: []Offer{
		{1, "monthly", 25_0050_0000, time.Time{}}, {12, "annual", 270_9999_9999, time.Time{}}, {1, "monthly", 27_7700_0000, rise},
	}},
	{Product: "SIMLEDGERDSK", Kind: "saas", Publisher: "desk", Max: 10_000, Markets: []string{"US", "FR", "BR", "KW"}, LeadsTo: []string{"SIMPROLEDGER"}, Offers: []Offer{
		{1, "monthly", 49_0000_0000, time.Time{}}, {12, "annual", 529_0500_0000, time.Time{}}, {12, "monthly", 540_0000_0000, time.Time{}},
	}},
	{Product: "SIMPROLEDGER", Kind: "saas", Publisher: "desk", Max: 60, Offers: []Offer{
		{1, "monthly", 77_0700_0000, time.Time{}}, {12, "annual", 801_0000_0000, time.Time{}},
	}},
	{Product: "SIMPULSEMETR", Kind: "saas", Publisher: "pulse", Metered: true, Max: 1},
	{Product: "SIMEXCLUSIVE", Kind: "saas", Publisher: "north", Partner: 2, Max: 100, Offers: []Offer{{1, "monthly", 12_0000_0000, time.Time{}}}},
	{Product: "SIMOPTEDOUTX", Kind: "saas", Publisher: "solo", OptOut: true, Max: 100, Offers: []Offer{{1, "monthly", 9_0000_0000, time.Time{}}}},
	{Product: "SIMSTARTERK1", Kind: "online_service", Renewable: true, Limit: 1, Max: 1, Offers: []Offer{
		{12, "annual", 49_0000_0000, time.Time{}}, {1, "monthly", 5_0000_0000, time.Time{}},
	}},
	{Product: "SIMSTARTERK2", Kind: "online_service", Limit: 2, Lifetime: true, Max: 1, Offers: []Offer{{1, "monthly", 5_5555_5555, time.Time{}}}},
	{Product: "SIMMAILSUITE", Kind: "online_service", Renewable: true, Max: 10_000, LeadsTo: []string{"SIMPLUSSUITE", "SIMLITESUITE"}, Offers: []Offer{
		{1, "monthly", 6_0000_0000, time.Time{}}, {12, "monthly", 60_7700_0000, time.Time{}}, {12, "annual", 60_0000_0000, time.Time{}},
		{1, "monthly", 6_4300_0000, rise},
	}},
	{Product: "SIMPLUSSUITE", Kind: "online_service", Renewable: true, Min: 3, Max: 300, Offers: []Offer{
		{1, "monthly", 11_1111_1111, time.Time{}}, {12, "monthly", 99_9900_0000, time.Time{}}, {12, "annual", 99_0000_0000, time.Time{}},
		{12, "annual", 104_0000_0000, rise},
	}},
	{Product: "SIMLITESUITE", Kind: "online_service", Renewable: true, Max: 300, Withdrawn: date(2024, 2, 10), Offers: []Offer{
		{1, "monthly", 2_0000_0003, time.Time{}}, {12, "annual", 21_0000_0000, time.Time{}},
	}},
	{Product: "SIMMAILARCHV", Kind: "online_service", Renewable: true, Bases: []string{"SIMMAILSUITE", "SIMPLUSSUITE"}, Max: 10_000, Offers: []Offer{
		{1, "monthly", 3_0000_0000, time.Time{}}, {12, "monthly", 30_3100_0000, time.Time{}}, {12, "annual", 30_0000_0000, time.Time{}},
	}},
	{Product: "SIMMAILTRIAL", Kind: "online_service", Trial: true, FreeDays: 30, Limit: 1, Lifetime: true, Min: 25, Max: 25, LeadsTo: []string{"SIMMAILSUITE", "SIMLITESUITE"}},
	{Product: "SIMMACHINERS", Kind: "reservation", Max: 100, Offers: []Offer{
		{12, "one_time", 526_0000_0000, time.Time{}}, {12, "monthly", 528_0000_0005, time.Time{}},
	}},
	{Product: "SIMWITHDRAWN", Kind: "online_service", Renewable: true, Max: 500, Withdrawn: date(2024, 2, 10), Offers: []Offer{
		{1, "monthly", 7_0700_0000, time.Time{}}, {12, "monthly", 70_0000_0000, time.Time{}},
	}},
}

func itemOf(product string) *Item {
	for i := range Shelf {
		if Shelf[i].Product == product {
			return &Shelf[i]
		}
	}
	return nil
}

// Units is an offer's unit price in a market, in 10^-8 of its currency.
func (o Offer) UnitsIn(market string) *big.Int {
	for _, m := range Markets {
		if m.Code == market {
			x := new(big.Int).Mul(big.NewInt(o.Units), big.NewInt(m.PerMille))
			return x.Quo(x, big.NewInt(1000))
		}
	}
	return new(big.Int)
}

func currencyOf(market string) string {
	for _, m := range Markets {
		if m.Code == market {
			return m.Currency
		}
	}
	return ""
}

// price is the unit price of a term and plan at an instant: of two rows the newer.
func (i *Item) price(market, plan string, months int, at time.Time) (units *big.Int, ok bool) {
	var best Offer
	for _, o := range i.Offers {
		if i.Unpriced != market && o.Months == months && o.Plan == plan && !at.Before(o.From) && (!ok || o.From.After(best.From)) {
			best, ok = o, true
		}
	}
	if !ok {
		return nil, false
	}
	return best.UnitsIn(market), true
}

// classOf is the class of rules.md §3.
func (i *Item) classOf(plan string, months int) string {
	switch {
	case i.Metered:
		return "metered"
	case i.Linux:
		return "linux_plan"
	case i.Kind == "reservation":
		return "reservation"
	case i.Trial:
		return "trial"
	case i.Kind == "software" && months == 0:
		return "perpetual"
	case i.Kind == "software":
		return "software_subscription"
	case i.Kind == "saas" && plan == "monthly":
		return "saas_monthly"
	case i.Kind == "saas":
		return "saas_annual"
	}
	return "online_service"
}

// sold tells whether it can be had in a market at all then (E16).
func (i *Item) sold(at time.Time) bool { return i.Withdrawn.IsZero() || at.Before(i.Withdrawn) }
