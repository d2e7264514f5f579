package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestR15LinkUse counts what is handed out and what is fetched, to the last one: a link that is shown again, a visit that goes on
// with a download, one that is refused and one that asks for the head alone count for nothing.
func TestR15LinkUse(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0].ID
		items, err := w.Software(ctx, w.who, customer)
		if err != nil {
			t.Fatal(err)
		}
		var item app.SoftwareItem
		for _, i := range items {
			if i.Delivery.HasDownloads && i.State == license.Active {
				item = i
			}
		}
		file := item.Delivery.Files[0]
		media := []app.MediaFile{{SHA256: file.SHA256}}
		story, err := w.LinkUse(ctx, w.who, media)
		if err != nil || story[file.SHA256] != (app.LinkUse{Links: 1}) {
			t.Fatalf("the story hands out one link: %v %v", story, err)
		}
		used := func(want app.LinkUse) {
			t.Helper()
			want.Links++
			got, err := w.LinkUse(ctx, w.who, media)
			if diff := cmp.Diff(want, got[file.SHA256]); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		}
		issue := func(ask license.LinkRequest) app.Clear {
			t.Helper()
			ask.File, ask.Side = file.Choice(), license.PartnerSide
			out, err := do[app.IssuedLink](w, func(req app.Request) (app.Reply, error) {
				return w.IssueLink(ctx, w.who, req, customer, string(item.Order.ID), item.Line.Number, ask)
			})
			if err != nil {
				t.Fatal(err)
			}
			return out.Token
		}
		fetch := func(f app.Fetch, want string) {
			t.Helper()
			if _, err := w.Download(ctx, f); code(err) != want {
				t.Errorf("%v, want %q", err, want)
			}
		}
		link := issue(license.LinkRequest{})
		issue(license.LinkRequest{}) // the same one
		used(app.LinkUse{Links: 1})
		fetch(app.Fetch{Token: link, Client: "a"}, "")
		first := w.clock.Now()
		w.clock.Advance(time.Hour)
		fetch(app.Fetch{Token: link, Client: "a", Ranged: true}, "") // goes on
		fetch(app.Fetch{Token: link, Client: "b", Head: true}, "")
		used(app.LinkUse{Links: 1, Downloads: 1, Last: first})
		for _, client := range []string{"b", "c"} {
			fetch(app.Fetch{Token: link, Client: client}, "")
		}
		used(app.LinkUse{Links: 1, Downloads: 3, Last: w.clock.Now()})
		renewed := issue(license.LinkRequest{Renew: true})
		fetch(app.Fetch{Token: link, Client: "d"}, "link.replaced")
		own := issue(license.LinkRequest{OneTime: true})
		w.clock.Advance(time.Minute)
		fetch(app.Fetch{Token: own, Client: "d"}, "")
		fetch(app.Fetch{Token: own, Client: "e"}, "link.used_up")
		last := w.clock.Now()
		fetch(app.Fetch{Token: renewed, Client: "d"}, "")
		w.clock.Advance(15 * 24 * time.Hour)
		fetch(app.Fetch{Token: renewed, Client: "e"}, "link.expired")
		used(app.LinkUse{Links: 2, Downloads: 5, Last: last})
		seller := w.who
		seller.Roles = party.RolesOf(party.AdminAgent, party.GlobalAdmin)
		if _, err := w.LinkUse(ctx, seller, media); code(err) != "role.missing" {
			t.Errorf("told to who does not run the server: %v", err)
		}
	})
}
