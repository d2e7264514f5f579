package operator

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const (
	securityPath = "/operator/security"
	keysetPath   = securityPath + "/keyset"
	keysetAge    = 365 * 24 * time.Hour // after which a rotation is due
	shownSignIns = 20
)

// securityPage is the vault's keys, who signed in and who failed to, and who may do what: the matrix that the server enforces
// (rules.md §1).
type securityPage struct {
	Keyset  *ui.Facts
	Rotate  *ui.Button
	SignIns ui.Table
	Failed  *ui.Table
	List    ui.Table
}

func security(v *ui.Visit) error { return showSecurity(v, 200, nil, nil) }

func showSecurity(v *ui.Visit, code int, dialog *ui.Dialog, wrong *ui.Errors) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	page := securityPage{List: matrix(v)}
	if v.IsCSV() {
		return v.CSV("roles", page.List)
	}
	names := partnerNames(v)
	if err := page.keyset(v); err != nil {
		return err
	}
	seen, err := v.App.SignIns(v.R.Context(), v.Actor, v.Wall.Now().Add(-identity.SessionLife), shownSignIns)
	if err != nil {
		return err
	}
	page.SignIns = signInTable(v, seen, names)
	failed, err := v.People.Failures(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	if len(failed) > 0 {
		page.Failed = failedTable(v, failed)
	}
	p := ui.Page{Title: v.T("console.security"), Area: "security", Dialog: dialog, Errors: wrong}
	p.Head.Sub = []any{v.T("security.sub")}
	p.Head.Acts = []ui.Button{{Text: v.T("security.clients"), Href: clientsPath}, {Text: v.T("people.title"), Href: peoplePath}, {Text: v.T("part.export"), More: v.T("console.matrix"), Href: v.With("format", "csv"), Icon: "down"}}
	return v.ShowAs(code, "op-security", p, page)
}

func matrix(v *ui.Visit) ui.Table {
	t := ui.Table{ID: "matrix", Title: v.T("console.matrix"), Caption: v.T("console.matrix"), Columns: []ui.Column{{Head: v.T("console.rule")}}}
	for _, side := range party.Sides() {
		t.Columns = append(t.Columns, ui.Column{Head: v.T("console.side." + string(side))})
	}
	for _, act := range party.Acts() {
		row := ui.Row{Cells: []ui.Cell{{Value: v.T("act." + act.Name), Hint: act.ID}}}
		for _, side := range party.Sides() {
			var names []string
			for _, r := range act.Roles(side) {
				names = append(names, v.T("role."+string(r)))
			}
			row.Cells = append(row.Cells, ui.Cell{Value: strings.Join(names, ", ")})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// keyset tells how old the vault's keys are, and offers another one.
func (p *securityPage) keyset(v *ui.Visit) error {
	k, err := v.App.KeysetState(v.R.Context(), v.Actor)
	if f := fault.Of(err); f != nil && f.Code == "keyset.unknown" {
		return nil
	}
	if err != nil {
		return err
	}
	p.Keyset = &ui.Facts{ID: "keyset", Title: v.T("keyset.title"), Rows: []ui.Fact{
		{Name: v.T("keyset.primary"), Value: ui.ID(number(k.Primary))},
		{Name: v.T("keyset.older"), Value: k.Keys - 1, Hint: v.T("keyset.older_hint")},
	}}
	p.Rotate = &ui.Button{Text: v.T("keyset.open"), Href: keysetPath, Kind: "ask"}
	if k.ChangedAt.IsZero() {
		p.Rotate = &ui.Button{Text: v.T("keyset.rotate"), Off: v.L.Fault(fault.Refuse("keyset.elsewhere", nil))}
		return nil
	}
	age := v.Wall.Now().Sub(k.ChangedAt)
	row := ui.Fact{Name: v.T("keyset.changed"), Value: k.ChangedAt, Hint: v.T("keyset.age", "span", v.L.Span(max(age, 0)))}
	if age >= keysetAge {
		row.Hint = ui.Mark{Kind: "soon", Text: v.T("keyset.due", "span", v.L.Span(age))}
	}
	p.Keyset.Rows = append(p.Keyset.Rows, row)
	return nil
}

func number(key uint32) string { return strconv.FormatUint(uint64(key), 10) }

func signInTable(v *ui.Visit, seen []app.SignIn, names func(id.Partner) string) ui.Table {
	t := ui.Table{
		ID: "sign-ins", Title: v.T("security.sign_ins"), Caption: v.T("security.sign_ins"), Hint: v.T("security.sign_ins_hint"), Empty: ui.Empty{Title: v.T("people.nowhere")},
		Columns: []ui.Column{{Head: v.T("me.upn")}, {Head: v.T("me.since")}, {Head: v.T("me.seen")}, {Head: v.T("me.how")}, {Head: v.T("me.browser")}},
	}
	for _, e := range seen {
		agent, of := e.Agent, v.T("console.side.operator")
		if agent == "" {
			agent = "–"
		}
		if e.Partner != "" {
			of = names(e.Partner)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: e.UPN, Href: somebodysPage(e.UPN), Hint: of}, {Value: e.MadeAt}, {Value: e.SeenAt}, {Value: v.T("me.how." + e.Method)}, {Value: agent},
		}})
	}
	return t
}

func failedTable(v *ui.Visit, failed []identity.Failed) *ui.Table {
	t := &ui.Table{
		ID: "failed", Title: v.T("security.failed"), Caption: v.T("security.failed"), Hint: v.T("security.failed_hint"),
		Columns: []ui.Column{{Head: v.T("me.upn")}, {Head: v.T("security.tries"), Num: true}, {Head: v.T("security.last_try")}},
	}
	for _, f := range failed {
		who := ui.Cell{Value: v.T("security.nobody")}
		if f.UPN != "" {
			who = ui.Cell{Value: f.UPN, Href: somebodysPage(f.UPN), Hint: f.Partner.Name}
		}
		if f.Barred {
			who.Mark = &ui.Mark{Kind: "soon", Text: v.T("security.barred")}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{who, {Value: f.N}, {Value: f.Last}}})
	}
	return t
}

// typed is the field that has a name typed to confirm an act that concerns the whole platform (pages.md §2).
func typed(v *ui.Visit, name string) ui.Field {
	return ui.Field{Name: "typed", Label: v.T("confirm.type", "name", name), Required: true, MaxLength: 254, Autocomplete: "off"}
}

// confirmed refuses a name that is another. Fault "confirm.differs".
func confirmed(sent url.Values, name string) error {
	if strings.TrimSpace(sent.Get("typed")) == strings.TrimSpace(name) {
		return nil
	}
	return fault.Invalid("confirm.differs", nil)
}

func askRotate(v *ui.Visit) error { return showRotate(v, 200, nil) }

// showRotate asks for the number of the key that is to be followed by another.
func showRotate(v *ui.Visit, code int, refused *fault.Fault) error {
	k, err := v.App.KeysetState(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	f := ui.Form{
		Action: keysetPath, Once: v.Once(), Fields: []ui.Field{typed(v, number(k.Primary))}, Before: v.T("keyset.before"),
		Submit: ui.Button{Text: v.T("keyset.rotate"), Kind: "final"}, Back: &ui.Button{Text: v.T("part.back"), Href: securityPath},
	}
	var wrong *ui.Errors
	if refused != nil {
		wrong = f.Blame(v.L, refused, "typed")
	}
	return showSecurity(v, code, &ui.Dialog{Name: "sure", Data: ui.Sure{Title: v.T("keyset.ask"), Form: f}}, wrong)
}

func rotateKeyset(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	// The number that was typed says which key it was: another one by now refuses the act itself.
	key, err := strconv.ParseUint(strings.TrimSpace(sent.Get("typed")), 10, 32)
	if err != nil {
		err = fault.Invalid("confirm.differs", nil)
	} else {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.RotateKeyset(v.R.Context(), v.Actor, req, uint32(key))
		}, func(any) ui.Then { return ui.Then{To: securityPath, Said: v.T("keyset.said")} })
	}
	if f := fault.Of(err); f != nil && (f.Code == "confirm.differs" || f.Code == "keyset.changed") {
		return showRotate(v, ui.Again(f), f)
	}
	return err
}
