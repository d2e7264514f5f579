package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// nobodyHome is a store with clients and nothing else; what is written is forgotten.
type nobodyHome struct{ *clients }

var nothing = fault.NotFound("nothing", nil)

func (nobodyHome) Ticket(context.Context, string) (party.Ticket, error) {
	return party.Ticket{}, nothing
}
func (nobodyHome) DeviceTicket(context.Context, string) (party.Ticket, error) {
	return party.Ticket{}, nothing
}
func (nobodyHome) Session(context.Context, string) (party.Session, party.Person, party.Partner, error) {
	return party.Session{}, party.Person{}, party.Partner{}, nothing
}

func (nobodyHome) Update(context.Context, app.Act, func(app.Tx) (any, error)) (app.Reply, error) {
	return app.Reply{}, nil
}

// FuzzDecoders: whatever stands in an address or a form, the endpoints answer without a panic, an error of ours, or a
// redirect to an address that nobody registered (G50, G57).
func FuzzDecoders(f *testing.F) {
	const back = "https://app.example/cb?x=1"
	f.Add("client_id="+appID+"&response_type=code&redirect_uri="+url.QueryEscape(back)+"&scope=openid&state=s", "grant_type=client_credentials&client_id="+appID+"&client_secret=x&scope=y", "/x")
	f.Add("client_id="+appID+"&redirect_uri=http://localhost:1@evil.example", "grant_type=refresh_token&refresh_token=rt_x&client_id="+appID, "//evil.example")
	f.Add("client_id="+appID+"&redirect_uri=http://localhost:1&response_mode=form_post&prompt=none", "grant_type=device_code&code=x&client_id="+appID, "/\\evil")
	f.Add("client_id=%zz&;=&&&client_id", "grant_type=%00&client_id=\xff", "/\t//evil.example")
	f.Add("prompt=none&prompt=login", "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=\x00", "/%2f%2f")
	var log bytes.Buffer
	store := nobodyHome{&clients{partner: party.Partner{ID: partner, Kind: party.DirectBill}, rows: map[id.Client]party.Client{appID: {
		ID: appID, Name: "x", Partner: partner, Roles: party.RolesOf(party.AdminAgent), Public: true, Redirects: []string{back, "http://localhost"},
	}}}}
	w := newWorld(f)
	people := &People{Store: store, Wall: w.wall, IDs: id.Random{}, Key: make([]byte, 32), Log: slog.New(slog.NewTextHandler(&log, nil))}
	handler := Handler(Options{Tokens: w.auth.Tokens, People: people, Store: store, Wall: w.wall, IDs: id.Random{}, Log: people.Log})
	registered := func(to string) bool {
		u, err := url.Parse(to)
		return err == nil && (strings.HasPrefix(to, back) || u.Scheme == "http" && u.Hostname() == "localhost" && u.User == nil)
	}
	call := func(t *testing.T, method, target, query, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		if rec.Code >= 500 {
			t.Errorf("%s %s?%q %q: %d %s", method, target, query, body, rec.Code, rec.Body)
		}
		if to := rec.Header().Get("Location"); to != "" && !strings.HasPrefix(to, SignInPath+"?") && !registered(to) {
			t.Errorf("G57 %q: sent to %q", query, to)
		}
		return rec
	}
	f.Fuzz(func(t *testing.T, query, body, next string) {
		for _, v := range []string{"/oauth2", "/oauth2/v2.0"} {
			call(t, "GET", "/"+partner+v+"/authorize", query, "")
			for _, path := range []string{"/token", "/devicecode"} {
				if rec := call(t, "POST", "/common"+v+path, "", body); rec.Code != http.StatusOK {
					var refused wireRefusal
					if err := json.Unmarshal(rec.Body.Bytes(), &refused); err != nil || refused.Error == "" {
						t.Errorf("%s %q: %s", path, body, rec.Body)
					}
				}
			}
		}
		call(t, "GET", SignInPath, url.Values{"next": {next}, "login_hint": {query}}.Encode(), "")
		if _, _, err := people.resume(t.Context(), body, stepCode); err == nil {
			t.Errorf("a forged step: %q", body)
		}
		rec := httptest.NewRecorder()
		http.Redirect(rec, httptest.NewRequest("POST", SignInPath, nil), localPath(next), http.StatusSeeOther)
		u, err := url.Parse(rec.Header().Get("Location"))
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(rec.Header().Get("Location"), "//") || strings.HasPrefix(u.Path, "/\\") {
			t.Errorf("G57 %q: on to %q", next, rec.Header().Get("Location"))
		}
	})
}
