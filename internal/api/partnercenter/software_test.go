package partnercenter

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
)

func bought() app.SoftwareItem {
	return app.SoftwareItem{
		Order: order.Order{ID: "Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1", At: utc("2026-11-02T09:15:00Z")},
		Line: order.Line{
			Number: 1, Item: id.Item{Product: "CMP000000001", Sku: "0001", Availability: "CMPAVL000001"}, Title: "Server Std 2-core (perpetual)", Quantity: 2,
		},
		Delivery: license.Delivery{HasKeys: true, HasDownloads: true}, State: license.Active,
		Until: utc("2026-12-02T23:59:00Z"), Policy: "P02", Open: true,
	}
}

func TestSoftwareGolden(t *testing.T) {
	gone := bought()
	gone.State, gone.Open = license.Cancelled, false
	updates := bought()
	updates.Delivery = license.Delivery{InstructionsURI: "https://docs.comptoir.example/extended-updates"}
	updates.Until, updates.Policy, updates.Open = time.Time{}, "P06", false
	body, err := encode(collect([]softwareItem{softwareOf(bought()), softwareOf(gone), softwareOf(updates)}))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "software", body)
}

func TestSecretAnswers(t *testing.T) {
	ans, err := keysAnswer(app.RevealedKey{Key: license.Key{Kind: license.MAK, Version: "2022"}, Plain: "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "software_keys", ans.Body)
	l := license.Link{ExpiresAt: utc("2026-11-16T09:15:00Z"), Max: 50, Used: 3}
	f := license.File{Name: "server-2022.zip", Size: 1 << 32, SHA256: strings.Repeat("ab", 32)}
	if ans, err = linkAnswer("https://pc.example", app.IssuedLink{Link: l, File: f, Token: "token"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "software_download", ans.Body)
}

func TestBase(t *testing.T) {
	for _, c := range []struct{ public, target, want string }{
		{"", "http://pc.example:8080/x", "http://pc.example:8080"},
		{"", "https://pc.example/x", "https://pc.example"},
		{"https://public.example/", "http://10.0.0.1/x", "https://public.example"},
	} {
		r := &request{api: newAPI(nil, options(func(o *Options) { o.PublicURL = c.public })), http: httptest.NewRequest("GET", c.target, nil)}
		if got := r.base(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
