package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestR15AFileIsReplaced: one act puts a file in the place of another in every SKU that delivers it; live links lead to the new one
// with their count (F46), one record tells where, and what moved since it was looked at is refused.
func TestR15AFileIsReplaced(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		w.mediaFolder()
		bring := func(name, text string) string {
			t.Helper()
			u, err := w.upload(name, []byte(text))
			if err == nil {
				_, err = w.more(u, 0, strings.NewReader(text))
			}
			if err != nil {
				t.Fatal(err)
			}
			return u.SHA256
		}
		old, by := bring("setup-1.iso", "first"), bring("setup-2.iso", "the second")
		operator := party.Actor{Scope: w.who.Scope, Name: "op", User: "u", Alias: "a", Roles: party.RolesOf(party.OperatorAdmin), Proved: true}
		hasty, agent := operator, w.who
		hasty.Proved, agent.Roles, agent.Proved = false, party.RolesOf(party.GlobalAdmin, party.SupportAgent), true
		set := func(product id.Product, sku id.Sku, files ...license.File) {
			t.Helper()
			if _, err := w.SetDelivery(ctx, operator, app.Request{}, product, sku, license.Delivery{Files: files}, ""); err != nil {
				t.Fatal(err)
			}
		}
		files := func(product id.Product, sku id.Sku) (out []string) {
			t.Helper()
			d, err := w.Delivery(ctx, operator, product, sku)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range d.Files {
				out = append(out, fmt.Sprint(f.Version, " ", f.Name, " ", f.Size, " ", f.SHA256[:8], " ", f.Blob[:8]))
			}
			return out
		}
		if _, err := w.PreviewReplace(ctx, operator, old, by); codeOf(err) != "replace.unused" {
			t.Errorf("nothing delivers it: %v", err)
		}
		// Under its own name, under another, beside another file, twice in one product, and in a second product.
		set(sandbox.ServerPerpetual, "0001", license.File{Version: "1", Name: "setup-1.iso", SHA256: old}, license.File{Version: "2", Name: "other.iso", SHA256: by})
		set(sandbox.UserCAL, "0001", license.File{Version: "1", Name: "By hand.iso", SHA256: old}, license.File{Version: "9", Name: "setup-1.iso", SHA256: old})
		set(sandbox.WindowsServer, "0001", license.File{Name: "setup-1.iso", SHA256: old})

		c := w.seeded.Customers[0]
		o := w.buyOne(c, sandbox.ServerPerpetual, "0001", 1, catalog.OneTime, when.Term{})
		link, err := w.issue(c, o.ID, license.LinkRequest{File: license.FileChoice{Version: "1"}, Side: license.PartnerSide})
		if err != nil {
			t.Fatal(err)
		}
		fetch := func(client string) license.File {
			t.Helper()
			f, err := w.Download(ctx, app.Fetch{Token: link.Token, Client: client})
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		if f := fetch("a"); f.SHA256 != old {
			t.Errorf("before: %+v", f)
		}

		for _, try := range []struct {
			name    string
			who     party.Actor
			old, by string
			code    string
		}{
			{"another role", agent, old, by, "role.missing"}, {"not proved", hasty, old, by, "proof.needed"}, {"by itself", operator, old, old, "replace.same"},
			{"an unknown file", operator, sumOf(nil), by, "media.unknown"}, {"by an unknown file", operator, old, sumOf(nil), "media.unknown"},
			{"not looked at", operator, old, by, "replace.moved"},
		} {
			if _, err := w.ReplaceMedia(ctx, try.who, app.Request{}, try.old, try.by, ""); codeOf(err) != try.code {
				t.Errorf("%s: %v, want %q", try.name, err, try.code)
			}
		}
		seen, err := w.PreviewReplace(ctx, operator, old, by)
		if err != nil || len(seen.Places) != 3 {
			t.Fatalf("%+v %v", seen, err)
		}
		set(sandbox.WindowsServer, "0001", license.File{Name: "renamed.iso", SHA256: old}) // somebody was faster
		before := [][]string{files(sandbox.ServerPerpetual, "0001"), files(sandbox.UserCAL, "0001"), files(sandbox.WindowsServer, "0001")}
		if _, err := w.ReplaceMedia(ctx, operator, app.Request{}, old, by, seen.Hash()); codeOf(err) != "replace.moved" {
			t.Errorf("a delivery was changed since: %v", err)
		}
		if after := [][]string{files(sandbox.ServerPerpetual, "0001"), files(sandbox.UserCAL, "0001"), files(sandbox.WindowsServer, "0001")}; fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("what was refused changed something: %v", after)
		}
		if seen, err = w.PreviewReplace(ctx, operator, old, by); err != nil {
			t.Fatal(err)
		}
		done, err := do[app.Replacement](w, func(req app.Request) (app.Reply, error) {
			return w.ReplaceMedia(ctx, operator, req, old, by, seen.Hash())
		})
		if err != nil || len(done.Places) != 3 {
			t.Fatalf("%+v %v", done, err)
		}
		is := " 10 " + by[:8] + " " + by[:8]
		for _, c := range []struct {
			product id.Product
			want    []string
		}{
			{sandbox.ServerPerpetual, []string{"1 setup-2.iso" + is, "2 other.iso" + is}},
			{sandbox.UserCAL, []string{"1 By hand.iso" + is, "9 setup-2.iso" + is}},
			{sandbox.WindowsServer, []string{" renamed.iso" + is}},
		} {
			if got := files(c.product, "0001"); !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.product, got, c.want)
			}
		}
		if f := fetch("b"); f.SHA256 != by || f.Name != "setup-2.iso" {
			t.Errorf("F46 the live link leads to %+v", f)
		}
		again, err := w.issue(c, o.ID, license.LinkRequest{File: license.FileChoice{Version: "1"}, Side: license.PartnerSide})
		if err != nil || again.ID != link.ID || again.Used != 2 || !again.ExpiresAt.Equal(link.ExpiresAt) {
			t.Errorf("F46 the link is another one: %+v %v", again.Link, err)
		}
		if _, err := w.ReplaceMedia(ctx, operator, app.Request{}, old, by, seen.Hash()); codeOf(err) != "replace.unused" {
			t.Errorf("once more: %v", err)
		}
		if _, err := w.RemoveMedia(ctx, operator, app.Request{}, old); err != nil {
			t.Errorf("the old file cannot be removed: %v", err)
		}

		records := w.records(activity.ReplaceMedia)
		if len(records) != 1 {
			t.Fatalf("%d records of the act", len(records))
		}
		if r := records[0]; r.ResourceID != by || len(r.Details) != 6 || !strings.Contains(fmt.Sprint(r.Details), old) || !strings.Contains(fmt.Sprint(r.Details), string(sandbox.UserCAL)+":0001") {
			t.Errorf("the log tells %+v", r)
		}
	})
}

// TestR15SomebodyWasFasterWithADelivery: a delivery that another person changed since it was looked at is not written over.
func TestR15SomebodyWasFasterWithADelivery(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		seen := func() string {
			d, err := w.Delivery(ctx, w.who, sandbox.UserCAL, "0001")
			if err != nil {
				t.Fatal(err)
			}
			return d.Fingerprint()
		}
		set := func(instructions, seen string) string {
			_, err := w.SetDelivery(ctx, w.who, app.Request{}, sandbox.UserCAL, "0001", license.Delivery{InstructionsURI: instructions}, seen)
			return codeOf(err)
		}
		first := seen()
		for _, c := range []struct{ name, to, seen, code string }{
			{"as it was seen", "https://a.example/", first, ""}, {"seen before", "https://b.example/", first, "catalog.changed"},
			{"the same again is no change", "https://a.example/", first, ""}, {"as it is", "https://b.example/", "now", ""}, {"whatever it is", "https://c.example/", "", ""},
		} {
			if c.seen == "now" {
				c.seen = seen()
			}
			if code := set(c.to, c.seen); code != c.code {
				t.Errorf("%s: %q, want %q", c.name, code, c.code)
			}
		}
	})
}
