package portal

import (
	"net/url"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// softwarePage is one product with its keys and downloads: the same keys, limits and log as the partner's (F52).
type softwarePage struct {
	At           string
	Fields       []ui.Field
	HasKeys      bool
	HasDownloads bool
	NoKey        string // why not
	NoFile       string
	File         string
	Gauge        *ui.LinkGauge // how the link stands
	Gone         bool          // it was cancelled: nothing is handed out (F63, F64)
	Facts        ui.Facts
}

// line is what the address names.
type line struct {
	order  string
	number int
	at     string
	item   app.SoftwareItem
	file   license.FileChoice
}

func lineOf(v *ui.Visit, get func(string) string) (l line, err error) {
	if err := v.Actor.May(party.RevealKey); err != nil {
		return l, err
	}
	l.order = v.Path("order")
	if l.number, err = strconv.Atoi(v.Path("line")); err != nil {
		return l, fault.NotFound("line.unknown", nil)
	}
	l.at = "/portal/software/" + url.PathEscape(l.order) + "/" + strconv.Itoa(l.number)
	l.file = license.FileChoice{Version: get("version"), Language: get("language"), FileType: get("type")}
	l.item, err = v.App.SoftwareLine(v.R.Context(), v.Actor, v.Actor.Customer, l.order, l.number)
	return l, err
}

func software(v *ui.Visit) error {
	l, err := lineOf(v, v.Query)
	if err != nil {
		return err
	}
	return showSoftware(v, l, nil)
}

func showSoftware(v *ui.Visit, l line, dialog *ui.Dialog) error {
	o := l.item.Delivery.Options()
	page := softwarePage{At: l.at, Gone: l.item.State == license.Cancelled, HasKeys: l.item.Delivery.HasKeys, HasDownloads: l.item.Delivery.HasDownloads}
	choose := func(name, label string, value *string, all []string) {
		if len(all) == 0 {
			return
		}
		f := ui.Field{Name: name, Label: label, Kind: "select", Value: *value}
		known := false
		for _, w := range all {
			f.Options = append(f.Options, ui.Option{Value: w, Text: w})
			known = known || w == *value
		}
		if !known {
			*value, f.Value = all[0], all[0]
		}
		if len(all) == 1 {
			f.Kind = "hidden"
		}
		page.Fields = append(page.Fields, f)
	}
	choose("version", v.T("software.version"), &l.file.Version, o.Versions)
	choose("language", v.T("software.language"), &l.file.Language, o.Languages)
	choose("type", v.T("software.file_type"), &l.file.FileType, o.FileTypes)
	got, err := v.App.Delivered(v.R.Context(), v.Actor, v.Actor.Customer, license.CustomerSide, []app.LineChoice{{Order: l.order, Line: l.number, File: l.file}})
	if err != nil {
		return err
	}
	d := got[0]
	if d.NoKey != nil {
		page.NoKey = v.L.Fault(d.NoKey)
	}
	if d.NoFile != nil {
		page.NoFile = v.L.Fault(d.NoFile)
	}
	if d.File != nil {
		page.File = d.File.Name + " · " + v.L.Bytes(d.File.Size)
	}
	if d.Link != nil {
		page.Gauge = ui.GaugeOf(v, "link-gauge", *d.Link, v.App.Clock.Now())
	}
	i := l.item
	page.Facts = ui.Facts{ID: "facts", Title: v.T("portal.about"), Rows: []ui.Fact{
		{Name: v.T("bill.quantity"), Value: i.Line.Quantity}, {Name: v.T("bill.order"), Value: ui.ID(id.AlternateID(i.Order.ID)), Hint: v.L.HTML("bill.ordered", "at", ui.Value(v.L, i.Order.At))},
	}}
	if i.Delivery.InstructionsURI != "" {
		page.Facts.Rows = append(page.Facts.Rows, ui.Fact{Name: v.T("portal.instructions"), Value: ui.To{Href: i.Delivery.InstructionsURI, Text: i.Delivery.InstructionsURI}})
	}
	p := ui.Page{Title: i.Line.Title, Area: "products", Dialog: dialog, Crumbs: []ui.Link{{Text: v.T("portal.products"), Href: "/portal/products?tab=software"}}}
	return v.Show("portal-software", p, page)
}

// taking reads a form that asks for something.
func taking(v *ui.Visit) (line, error) {
	sent, err := v.Form()
	if err != nil {
		return line{}, err
	}
	return lineOf(v, sent.Get)
}

// back is the page with what was chosen.
func (l line) back() string {
	q := url.Values{}
	for name, value := range map[string]string{"version": l.file.Version, "language": l.file.Language, "type": l.file.FileType} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return l.at + "?" + q.Encode()
}

// getKey shows a product key, once, to who has just proved who they are (F44, F47, F52, R04).
func getKey(v *ui.Visit) error {
	l, err := taking(v)
	if err != nil {
		return err
	}
	if v.Prove() != nil {
		return v.Redirect(identity.StepUpPath+"?next="+url.QueryEscape(l.back()), "")
	}
	var key app.RevealedKey
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.RevealKey(v.R.Context(), v.Actor, req, v.Actor.Customer, l.order, l.number, license.KeyRequest{Version: l.item.Delivery.KeyChoice(l.file.Version)})
	}, func(out any) { key = out.(app.RevealedKey) })
	if err != nil {
		return err
	}
	return showSoftware(v, l, &ui.Dialog{Name: "taken", Data: v.TakeKey(l.item.Line.Title, key, l.back())})
}

func issue(v *ui.Visit, l line, ask license.LinkRequest) (link app.IssuedLink, err error) {
	ask.File, ask.Side = l.file, license.CustomerSide
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.IssueLink(v.R.Context(), v.Actor, req, v.Actor.Customer, l.order, l.number, ask)
	}, func(out any) { link = out.(app.IssuedLink) })
	return link, err
}

// download leads to an address of the reader's own, for one download (F45).
func download(v *ui.Visit) error {
	l, err := taking(v)
	if err != nil {
		return err
	}
	link, err := issue(v, l, license.LinkRequest{OneTime: true})
	if err != nil {
		return err
	}
	v.Secret()
	return v.Redirect("/downloads/"+string(link.Token), "")
}

// copyLink shows the live download link of the customer's side, or makes one (F46).
func copyLink(v *ui.Visit) error {
	l, err := taking(v)
	if err != nil {
		return err
	}
	link, err := issue(v, l, license.LinkRequest{})
	if err != nil {
		return err
	}
	return showSoftware(v, l, &ui.Dialog{Name: "taken", Data: v.TakeLink(link.File.Name, link, l.back())})
}
