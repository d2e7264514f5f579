package sandbox

import (
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// demoMarkets are where the demo sells, with what a US dollar of its list price costs there, in thousandths. GP is a
// market without reservations.
var demoMarkets = []struct {
	Country  market.Country
	PerMille int64
}{{"US", 1000}, {"FR", 950}, {"RU", 92000}, {"AU", 1650}, {"BR", 5900}, {"GP", 950}}

// offer is a line of the demo's price sheet: a term and billing plan, in US cents of one unit for the whole term.
type offer struct {
	term  when.Term
	plan  catalog.Plan
	cents int64
	from  time.Time // zero: always
}

// shelfSku is a SKU of the demo with its prices.
type shelfSku struct {
	catalog.Sku
	offers []offer
}

// shelfProduct is a product of the demo.
type shelfProduct struct {
	catalog.Product
	skus []shelfSku
}

// Products of the demo that scripts and the tour name.
const (
	WindowsServer   id.Product = "CMPWINSRV001"
	SQLServer       id.Product = "CMPSQLSRV001"
	RemoteCAL       id.Product = "CMPRDSCAL001"
	ServerPerpetual id.Product = "CMPWINPRP001"
	SQLPerpetual    id.Product = "CMPSQLPRP001"
	ExtendedUpdates id.Product = "CMPESUWIN001"
	UserCAL         id.Product = "CMPUSRCAL001"
	RedHat          id.Product = "CMPREDHAT001"
	OrbitCRM        id.Product = "CMPORBCRM001"
	LedgerDesk      id.Product = "CMPLEDDSK001"
	PulseMetrics    id.Product = "CMPPULSEM001"
	NorthExclusive  id.Product = "CMPNORTHX001"
	StarterKit      id.Product = "CMPSTARTK001"
	MailSuite       id.Product = "CMPMAILST001"
	MailArchive     id.Product = "CMPMAILAR001"
	MachineReserved id.Product = "CMPVMRSRV001"
	OptedOut        id.Product = "CMPOPTOUT001"
	ContainersAway  id.Product = "CMPCONTNR001"
)

func seats(sku id.Sku, title string) catalog.Sku {
	return catalog.Sku{ID: sku, Title: title, Description: title, MinQuantity: 1, MaxQuantity: 10_000, UnitType: "Licenses", AutoRenewable: true}
}

func firstParty(p id.Product, title string, kind catalog.Kind) catalog.Product {
	return catalog.Product{ID: p, Title: title, Description: title, Kind: kind, Publisher: id.FirstParty, PublisherName: "Comptoir Software"}
}

func isv(p id.Product, title, publisher, name string) catalog.Product {
	return catalog.Product{
		ID: p, Title: title, Description: title, Kind: catalog.SaaS, Publisher: id.Publisher(publisher), PublisherName: name,
		ContactURI: "https://" + publisher + ".example/contact", LandingPage: "https://" + publisher + ".example/setup",
	}
}

// serverFiles are the demo's downloads of perpetual server software; the blob is made when seeding.
func serverFiles(media File) []license.File {
	var files []license.File
	for _, version := range []string{"2022", "2019"} {
		for _, language := range []string{"en-US", "fr-FR", "ru-RU"} {
			files = append(files, license.File{
				Version: version, Language: language, FileType: "zip", Name: "server-" + version + "-" + language + ".zip",
				Blob: media.Blob, Size: media.Size, SHA256: media.SHA256,
			})
		}
	}
	return files
}

// File is a media file that was stored.
type File struct {
	Blob, SHA256 string
	Size         int64
}

// shelf is the demo's whole catalogue. exclusive is the only partner that may sell NorthExclusive.
func shelf(media File, exclusive id.Partner) []shelfProduct {
	yearly := func(cents int64) offer { return offer{when.Year, catalog.Annual, cents, time.Time{}} }
	threeYears := func(cents int64) []offer {
		return []offer{{when.ThreeYears, catalog.Triennial, cents, time.Time{}}, {when.ThreeYears, catalog.Annual, cents, policy.PlansFrom}}
	}
	once := func(cents int64) offer { return offer{when.Term{}, catalog.OneTime, cents, time.Time{}} }
	monthly := func(cents int64) offer { return offer{when.Month, catalog.Monthly, cents, time.Time{}} }

	trial := seats("0001", "Orbit CRM Team")
	trial.TrialDays = 30
	starter := seats("0001", "Starter Kit")
	starter.Limit, starter.LimitUnit, starter.MaxQuantity = 1, catalog.Concurrent, 1
	twice := seats("0002", "Starter Kit, second edition")
	twice.Limit, twice.LimitUnit, twice.MaxQuantity = 2, catalog.Lifetime, 1
	meter := catalog.Sku{ID: "0001", Title: "Pulse Metrics, pay as you go", Description: "Billed by events", MinQuantity: 1, MaxQuantity: 1, UnitType: "Usage-based", Metered: true}
	archive := seats("0001", "Mail Archive")
	archive.AddOn, archive.Bases = true, []catalog.Ref{{Product: MailSuite}}
	suiteTrial := seats("0002", "Mail Suite, trial")
	suiteTrial.Trial, suiteTrial.TrialDays, suiteTrial.MinQuantity, suiteTrial.MaxQuantity = true, 30, 25, 25
	suiteTrial.Limit, suiteTrial.LimitUnit, suiteTrial.ConvertsTo = 1, catalog.Lifetime, []catalog.Ref{{Product: MailSuite, Sku: "0001"}}

	suite, enterprise := seats("0001", "Mail Suite Business"), seats("0003", "Mail Suite Enterprise")
	suite.ConvertsTo = []catalog.Ref{{Product: MailSuite, Sku: enterprise.ID}}

	server := seats("0001", "Server Standard, 16 cores (perpetual)")
	server.Delivery = license.Delivery{HasKeys: true, HasDownloads: true, Pool: "server", KeyVersions: []string{"2022", "2019"}, Files: serverFiles(media)}
	sql := seats("0001", "SQL Server Standard, 2 cores (perpetual)")
	sql.Delivery = license.Delivery{
		HasKeys: true, HasDownloads: true, Pool: "sql", KeyVersions: []string{"2022"},
		Files: []license.File{{Version: "2022", Language: "en-US", FileType: "zip", Name: "sql-2022.zip", Blob: media.Blob, Size: media.Size, SHA256: media.SHA256}},
	}
	esu := seats("0001", "Extended Security Updates, year 1")
	esu.Delivery = license.Delivery{InstructionsURI: "https://docs.comptoir.example/extended-updates"}
	winSub := seats("0001", "Windows Server Standard, 8 cores, 1 year")
	winSub.ConvertsTo = []catalog.Ref{{Product: WindowsServer, Sku: "0002"}}
	winSub.Delivery = license.Delivery{HasKeys: true, Pool: "server", KeyVersions: []string{"2022", "2019"}}

	northern := isv(NorthExclusive, "Northwind Planner", "northwind", "Northwind")
	northern.OnlyPartners = []id.Partner{exclusive}
	french := isv(LedgerDesk, "Ledger Desk", "ledgerdesk", "Ledger Desk SAS")
	french.OnlyMarkets = []market.Country{"FR", "US", "GP"}
	opted := isv(OptedOut, "Solo Studio", "solo", "Solo Studio")
	opted.ResaleOptOut = true
	container := isv(ContainersAway, "Harbour containers", "harbour", "Harbour")
	container.NotTransactable = true
	linux := firstParty(RedHat, "Red Hat Enterprise Linux plan", catalog.Software)
	linux.LinuxPlan = true
	needs := firstParty(SQLPerpetual, "SQL Server Standard", catalog.Software)
	needs.NeedsInformation = true

	return []shelfProduct{
		{Product: firstParty(WindowsServer, "Windows Server Standard", catalog.Software), skus: []shelfSku{
			{winSub, []offer{yearly(36_500)}},
			{seats("0002", "Windows Server Standard, 8 cores, 3 years"), threeYears(98_550)},
		}},
		{Product: firstParty(SQLServer, "SQL Server Standard subscription", catalog.Software), skus: []shelfSku{
			{seats("0001", "SQL Server Standard, 2 cores, 1 year"), []offer{yearly(141_800)}},
		}},
		{Product: firstParty(RemoteCAL, "Remote Desktop Services CAL", catalog.Software), skus: []shelfSku{
			{seats("0001", "RDS CAL, per user, 1 year"), []offer{yearly(9_600), {when.Year, catalog.Monthly, 9_600, policy.PlansFrom}}},
			{seats("0002", "RDS CAL, per user, 3 years"), threeYears(25_900)},
		}},
		{Product: firstParty(ServerPerpetual, "Server Standard", catalog.Software), skus: []shelfSku{{server, []offer{once(106_900)}}}},
		{Product: needs, skus: []shelfSku{{sql, []offer{once(394_500)}}}},
		{Product: firstParty(ExtendedUpdates, "Extended Security Updates", catalog.Software), skus: []shelfSku{{esu, []offer{once(18_000)}}}},
		{Product: firstParty(UserCAL, "Server User CAL", catalog.Software), skus: []shelfSku{{seats("0001", "Server User CAL (access right)"), []offer{once(3_800)}}}},
		{Product: linux, skus: []shelfSku{{seats("0001", "Enterprise Linux, 1 year"), []offer{yearly(34_900)}}}},
		{Product: isv(OrbitCRM, "Orbit CRM", "orbit", "Orbit Labs"), skus: []shelfSku{
			{trial, []offer{monthly(2_500), {when.Year, catalog.Annual, 27_000, time.Time{}}}},
		}},
		{Product: french, skus: []shelfSku{{seats("0001", "Ledger Desk Pro"), []offer{monthly(4_900), yearly(52_900)}}}},
		{Product: isv(PulseMetrics, "Pulse Metrics", "pulse", "Pulse"), skus: []shelfSku{{meter, nil}}},
		{Product: northern, skus: []shelfSku{{seats("0001", "Northwind Planner"), []offer{monthly(1_200)}}}},
		{Product: firstParty(StarterKit, "Starter Kit", catalog.OnlineService), skus: []shelfSku{
			{starter, []offer{yearly(4_900)}}, {twice, []offer{yearly(5_900)}},
		}},
		{Product: firstParty(MailSuite, "Mail Suite", catalog.OnlineService), skus: []shelfSku{
			{suite, []offer{monthly(600), {when.Year, catalog.Monthly, 6_000, time.Time{}}, yearly(6_000)}}, {suiteTrial, nil},
			{enterprise, []offer{monthly(1_000), {when.Year, catalog.Monthly, 10_000, time.Time{}}, yearly(10_000)}},
		}},
		{Product: firstParty(MailArchive, "Mail Archive", catalog.OnlineService), skus: []shelfSku{
			{archive, []offer{monthly(300), {when.Year, catalog.Monthly, 3_000, time.Time{}}, yearly(3_000)}},
		}},
		{Product: firstParty(MachineReserved, "Reserved machine D2", catalog.Reservation), skus: []shelfSku{
			{seats("0001", "Reserved machine D2, 1 year"), []offer{{when.Year, catalog.OneTime, 52_600, time.Time{}}, {when.Year, catalog.Monthly, 52_600, time.Time{}}}},
		}},
		{Product: opted, skus: []shelfSku{{seats("0001", "Solo Studio"), []offer{monthly(900)}}}},
		{Product: container, skus: []shelfSku{{seats("0001", "Harbour containers"), []offer{monthly(900)}}}},
	}
}

// entry makes the catalogue entry of a demo product: an availability per market, a price row per offer and market.
func (p shelfProduct) entry() (catalog.Entry, error) {
	e := catalog.Entry{Product: p.Product}
	for _, s := range p.skus {
		e.Skus = append(e.Skus, s.Sku)
		for _, m := range demoMarkets {
			known, ok := market.Lookup(string(m.Country))
			if !ok {
				return e, fmt.Errorf("sandbox: no market %s", m.Country)
			}
			e.Availabilities = append(e.Availabilities, catalog.Availability{
				ID: Availability(p.ID, s.ID, m.Country), Sku: s.ID, Market: m.Country, Segment: market.Commercial, Currency: known.Currency,
			})
			for _, o := range s.offers {
				e.Prices = append(e.Prices, price(p.ID, e.Availabilities[len(e.Availabilities)-1], o, m.PerMille))
			}
		}
	}
	return e, nil
}

// price is an offer's row for an availability, at the market's rate in thousandths.
func price(p id.Product, a catalog.Availability, o offer, perMille int64) catalog.PriceRow {
	return catalog.PriceRow{
		ID:  fmt.Sprintf("%s-%s-%s-%s-%s", p, a.Sku, a.Market, o.term, o.plan),
		Sku: a.Sku, Market: a.Market, Segment: a.Segment, Currency: a.Currency,
		Term: o.term, Plan: o.plan, Unit: money.PriceOf(o.cents*1_000*perMille, a.Currency), TierMin: 1, From: o.from, // cents to 10^-8
	}
}

// Availability is the demo's id for a SKU in a market: 12 characters.
func Availability(p id.Product, sku id.Sku, m market.Country) id.Availability {
	return id.Availability("AV" + string(p)[3:7] + string(sku)[2:] + "X" + string(m) + "0")
}

// Item names a demo product's SKU in a market.
func Item(p id.Product, sku id.Sku, m market.Country) id.Item {
	return id.Item{Product: p, Sku: sku, Availability: Availability(p, sku, m)}
}
