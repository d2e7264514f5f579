package partner

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

func itoa(n int) string { return strconv.Itoa(n) }

// choiceOf reads which line and file a form is about. Fault "line.unknown".
func choiceOf(sent url.Values) (app.LineChoice, error) {
	order, number, ok := cutLine(sent.Get("order"))
	if !ok {
		return app.LineChoice{}, fault.NotFound("line.unknown", nil)
	}
	return app.LineChoice{Order: order, Line: number, File: license.FileChoice{
		Version: sent.Get("version"), Language: sent.Get("language"), FileType: sent.Get("type"),
	}}, nil
}

// cutLine reads "ORDER.2".
func cutLine(s string) (order string, line int, ok bool) {
	order, number, cut := strings.Cut(s, ".")
	line, err := strconv.Atoi(number)
	return order, line, cut && err == nil && line >= 0 && order != ""
}

// openItem is the address of the page with a product open as it was chosen.
func openItem(c party.Customer, sent url.Values) string {
	q := url.Values{}
	for _, name := range []string{"item", "order", "version", "language", "type"} {
		if s := sent.Get(name); s != "" && len(s) <= 200 {
			q.Set(name, s)
		}
	}
	return "/customers/" + string(c.ID) + "/software?" + q.Encode()
}

// taking reads what a form asks to be handed out.
func taking(v *ui.Visit) (c party.Customer, sent url.Values, choice app.LineChoice, err error) {
	if c, err = customerOf(v); err != nil {
		return c, nil, choice, err
	}
	if sent, err = v.Form(); err != nil {
		return c, nil, choice, err
	}
	choice, err = choiceOf(sent)
	return c, sent, choice, err
}

// getKey shows a product key, once, to who has just proved who they are (F44, F47, F50, R04). The page is kept nowhere and
// leaves the screen after a minute.
func getKey(v *ui.Visit) error {
	c, sent, choice, err := taking(v)
	if err != nil {
		return err
	}
	back := openItem(c, sent)
	if v.Prove() != nil {
		return v.Redirect(identity.StepUpPath+"?next="+url.QueryEscape(back), "")
	}
	item, err := v.App.SoftwareLine(v.R.Context(), v.Actor, c.ID, choice.Order, choice.Line)
	if err != nil {
		return err
	}
	ask := license.KeyRequest{Version: item.Delivery.KeyChoice(choice.File.Version), Kind: sent.Get("kind")}
	var key app.RevealedKey
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.RevealKey(v.R.Context(), v.Actor, req, c.ID, choice.Order, choice.Line, ask)
	}, func(out any) { key = out.(app.RevealedKey) })
	if err != nil {
		return err
	}
	return showSoftware(v, c, 200, &ui.Dialog{Name: "taken", Data: v.TakeKey(hintOf(v, item, key.Version), key, back)}, ui.Page{})
}

// hintOf names the product, version and order of what is handed out.
func hintOf(v *ui.Visit, item app.SoftwareItem, version string) string {
	text := item.Line.Title
	if version != "" {
		text += ", " + version
	}
	return v.T("software.of", "product", text, "order", id.AlternateID(item.Order.ID))
}

// download leads to an address of the reader's own, for one download (F45, R04).
func download(v *ui.Visit) error {
	c, _, choice, err := taking(v)
	if err != nil {
		return err
	}
	link, err := issue(v, c, choice, license.LinkRequest{File: choice.File, Side: license.PartnerSide, OneTime: true})
	if err != nil {
		return err
	}
	v.Secret()
	return v.Redirect("/downloads/"+string(link.Token), "")
}

func issue(v *ui.Visit, c party.Customer, choice app.LineChoice, ask license.LinkRequest) (link app.IssuedLink, err error) {
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.IssueLink(v.R.Context(), v.Actor, req, c.ID, choice.Order, choice.Line, ask)
	}, func(out any) { link = out.(app.IssuedLink) })
	return link, err
}

// copyLink shows the live download link, or makes one; "renew" puts a new one in its place (F46, R04).
func copyLink(v *ui.Visit) error {
	c, sent, choice, err := taking(v)
	if err != nil {
		return err
	}
	item, err := v.App.SoftwareLine(v.R.Context(), v.Actor, c.ID, choice.Order, choice.Line)
	if err != nil {
		return err
	}
	link, err := issue(v, c, choice, license.LinkRequest{File: choice.File, Side: license.PartnerSide, Renew: sent.Get("renew") != ""})
	if err != nil {
		return err
	}
	d := v.TakeLink(hintOf(v, item, link.File.Version), link, openItem(c, sent))
	renew := ui.Button{Text: v.T("software.link_renew"), Post: "/customers/" + string(c.ID) + "/software/link", Hidden: []ui.Pair{{Name: "renew", Value: "1"}}}
	for _, name := range []string{"item", "order", "version", "language", "type"} {
		renew.Hidden = append(renew.Hidden, ui.Pair{Name: name, Value: sent.Get(name)})
	}
	d.Renew = &renew
	return showSoftware(v, c, 200, &ui.Dialog{Name: "taken", Data: d}, ui.Page{})
}
