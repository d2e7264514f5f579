package operator

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// deliveryPage is what each SKU of a software product gives its buyer, with the form that says so for one of them (R15).
type deliveryPage struct {
	Skus  ui.Table
	Stale *ui.Note // somebody was faster
	Sku   string
	Form  ui.Form
}

// poolWord says the pool where a supplier is to be named.
const poolWord = "pool"

func deliverable(e *catalog.Entry) bool {
	return e.Product.Kind == catalog.Software && len(e.Skus) > 0
}

func deliveryAt(p id.Product) string { return cataloguePath + "/" + url.PathEscape(string(p)) }

func delivery(v *ui.Visit) error { return showDelivery(v, 200, v.Query("sku"), nil, nil) }

func showDelivery(v *ui.Visit, code int, sku string, refused *fault.Fault, sent url.Values) error {
	e, err := v.App.Catalogued(v.R.Context(), v.Actor, id.Product(v.Path("product")))
	if err != nil {
		return err
	}
	if !deliverable(e) {
		return fault.NotFound("page.unknown", nil)
	}
	at := deliveryAt(e.Product.ID)
	chosen := max(0, slices.IndexFunc(e.Skus, func(s catalog.Sku) bool { return string(s.ID) == sku }))
	page := deliveryPage{Sku: e.Skus[chosen].Title, Form: deliveryForm(v, at, e.Skus[chosen]), Skus: ui.Table{
		ID: "skus", Title: v.T("pools.skus"), Caption: v.T("pools.skus"),
		Columns: []ui.Column{{Head: v.T("pools.skus")}, {Head: v.T("delivery.from")}, {Head: v.T("delivery.versions")}, {Head: v.T("delivery.files"), Num: true}},
	}}
	for i, s := range e.Skus {
		page.Skus.Rows = append(page.Skus.Rows, ui.Row{On: i == chosen, Cells: []ui.Cell{
			{Value: s.Title, Href: at + "?" + url.Values{"sku": {string(s.ID)}}.Encode() + "#delivery", Hint: string(s.ID)},
			{Value: keysFrom(v, s.Delivery)}, {Value: strings.Join(s.Delivery.KeyVersions, ", ")}, {Value: len(s.Delivery.Files)},
		}})
	}
	frame := ui.Page{Title: e.Product.Title, Area: "catalogue", Crumbs: []ui.Link{{Text: v.T("pools.title"), Href: cataloguePath}}}
	frame.Head.ID = string(e.Product.ID)
	if refused != nil {
		if sent != nil {
			page.Form.Fill(sent)
			page.Form.Field("keys").Value = sent.Get("keys")
		}
		if refused.Code == "catalog.changed" {
			page.Stale = staleDelivery(v, e.Skus[chosen].Delivery, sent)
		} else {
			frame.Errors = page.Form.Blame(v.L, refused, deliveryField(refused))
		}
	}
	return v.ShowAs(code, "op-delivery", frame, page)
}

// keysFrom tells where the keys of most versions come from.
func keysFrom(v *ui.Visit, d license.Delivery) string {
	switch {
	case !d.HasKeys:
		return v.T("delivery.no_keys")
	case d.Supplier == license.FromPool:
		return v.T("delivery.of_pool", "pool", d.Pool)
	case d.Supplier == license.ByHand:
		return v.T("delivery.by_hand")
	}
	return d.Supplier
}

func deliveryForm(v *ui.Visit, at string, s catalog.Sku) ui.Form {
	d := s.Delivery
	supplier := ui.Field{Name: "supplier", Label: v.T("delivery.from"), Kind: "select", Value: d.Supplier, Options: []ui.Option{
		{Value: license.FromPool, Text: v.T("delivery.pooled")}, {Value: license.ByHand, Text: v.T("delivery.by_hand")},
	}}
	names := slices.Collect(maps.Keys(v.App.Suppliers))
	if d.Supplier != license.FromPool && d.Supplier != license.ByHand && !slices.Contains(names, d.Supplier) {
		names = append(names, d.Supplier) // one that this server does not ask stays until another is chosen
	}
	slices.Sort(names)
	for _, name := range names {
		supplier.Options = append(supplier.Options, ui.Option{Value: name, Text: name})
	}
	keys := ui.Field{Name: "keys", Label: v.T("delivery.keys"), Kind: "check"}
	if d.HasKeys {
		keys.Value = "1"
	}
	return ui.Form{
		Action: at, Once: v.Once(), Before: v.T("delivery.before"), Submit: ui.Button{Text: v.T("delivery.set"), Kind: "main"},
		Hidden: []ui.Pair{{Name: "sku", Value: string(s.ID)}, {Name: "version", Value: d.Fingerprint()}, {Name: "seen", Value: ui.Cursor(seenOf(d))}},
		Fields: []ui.Field{
			keys, supplier, {Name: "pool", Label: v.T("console.pool"), Value: d.Pool, MaxLength: 100},
			{Name: "versions", Label: v.T("delivery.versions"), Kind: "area", Hint: v.T("delivery.versions_hint"), Value: versionLines(d)},
			{Name: "files", Label: v.T("delivery.files"), Kind: "area", Hint: v.T("delivery.files_hint"), Value: fileLines(d)},
			{Name: "instructions", Label: v.T("delivery.instructions"), Kind: "url", Value: d.InstructionsURI, MaxLength: 2000},
		},
	}
}

// versionLines are the versions as they are typed, one on each line.
func versionLines(d license.Delivery) string {
	var lines []string
	for _, version := range d.KeyVersions {
		if s, other := d.Suppliers[version]; other {
			if s == license.FromPool {
				s = poolWord
			}
			version += " = " + s
		}
		lines = append(lines, version)
	}
	return strings.Join(lines, "\n")
}

func fileLines(d license.Delivery) string {
	var lines []string
	for _, f := range d.Files {
		lines = append(lines, strings.TrimRight(strings.Join([]string{f.SHA256, f.Name, f.Version, f.Language, f.FileType}, " | "), " |"))
	}
	return strings.Join(lines, "\n")
}

// readDelivery reads the form. Fault: "delivery.malformed" for a line of files with too few or too many parts.
func readDelivery(sent url.Values) (license.Delivery, error) {
	d := license.Delivery{HasKeys: sent.Get("keys") != "", Supplier: sent.Get("supplier"), Pool: strings.TrimSpace(sent.Get("pool")), InstructionsURI: strings.TrimSpace(sent.Get("instructions"))}
	for line := range strings.Lines(sent.Get("versions")) {
		version, supplier, other := strings.Cut(line, "=")
		if version, supplier = strings.TrimSpace(version), strings.TrimSpace(supplier); version == "" && !other {
			continue
		}
		d.KeyVersions = append(d.KeyVersions, version)
		if !other {
			continue
		}
		if d.Suppliers == nil {
			d.Suppliers = map[string]string{}
		}
		if strings.EqualFold(supplier, poolWord) {
			supplier = license.FromPool
		}
		d.Suppliers[version] = supplier
	}
	for line := range strings.Lines(sent.Get("files")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		parts := strings.Split(line, "|")
		if len(parts) < 2 || len(parts) > 5 {
			return d, fault.Invalid("delivery.malformed", fault.Args{"member": "files"})
		}
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		parts = append(parts, "", "", "")
		d.Files = append(d.Files, license.File{SHA256: strings.ToLower(parts[0]), Name: parts[1], Version: parts[2], Language: parts[3], FileType: parts[4]})
	}
	return d, nil
}

// deliverySeen is what a form was made from.
type deliverySeen struct {
	Keys                                          bool
	Supplier, Pool, Versions, Files, Instructions string
}

func seenOf(d license.Delivery) deliverySeen {
	return deliverySeen{d.HasKeys, d.Supplier, d.Pool, versionLines(d), fileLines(d), d.InstructionsURI}
}

// staleDelivery says what somebody else changed since the form was opened; nil where that was too long to be kept in it.
func staleDelivery(v *ui.Visit, d license.Delivery, sent url.Values) *ui.Note {
	var was deliverySeen
	ui.ReadCursor(sent.Get("seen"), &was)
	is := seenOf(d)
	if was == (deliverySeen{}) {
		was = is
	}
	source := func(s deliverySeen) string {
		return keysFrom(v, license.Delivery{HasKeys: s.Keys, Supplier: s.Supplier, Pool: s.Pool})
	}
	n := v.Stale(
		ui.Change{Name: v.T("delivery.from"), Was: source(was), Is: source(is)}, ui.Change{Name: v.T("delivery.versions"), Was: was.Versions, Is: is.Versions},
		ui.Change{Name: v.T("delivery.files"), Was: was.Files, Is: is.Files}, ui.Change{Name: v.T("delivery.instructions"), Was: was.Instructions, Is: is.Instructions},
	)
	return &n
}

func deliveryField(f *fault.Fault) string {
	if strings.HasPrefix(f.Code, "media.") {
		return "files"
	}
	if f.Code != "delivery.malformed" {
		return ""
	}
	member, _ := f.Args["member"].(string)
	member, _, _ = strings.Cut(member, ".")
	switch member {
	case "keyVersions", "suppliers":
		return "versions"
	case "instructionsUri":
		return "instructions"
	}
	return member
}

func setDelivery(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	product, sku := id.Product(v.Path("product")), id.Sku(sent.Get("sku"))
	err = v.Act(func(req app.Request) (app.Reply, error) {
		d, err := readDelivery(sent)
		if err != nil {
			return app.Reply{}, err
		}
		return v.App.SetDelivery(v.R.Context(), v.Actor, req, product, sku, d, sent.Get("version"))
	}, func(any) ui.Then {
		return ui.Then{To: deliveryAt(product) + "?" + url.Values{"sku": {string(sku)}}.Encode(), Said: v.T("delivery.said", "sku", string(sku))}
	})
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied || f.Code == "product.unknown" || f.Code == "sku.unknown" {
		return err
	}
	return showDelivery(v, ui.Again(f), string(sku), f, sent)
}
