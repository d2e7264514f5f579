package identity_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/identity"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

type waiting struct {
	UserCode   string `json:"user_code"`
	DeviceCode string `json:"device_code"`
	Address    string `json:"verification_uri"`
	ExpiresIn  int    `json:"expires_in"`
	Interval   int    `json:"interval"`
	Message    string `json:"message"`
}

func (c *centre) device() waiting {
	c.Helper()
	r := c.post("/common/oauth2/v2.0/devicecode", "client_id", desktop, "scope", api+"/user_impersonation offline_access openid")
	var w waiting
	if err := json.Unmarshal([]byte(r.body), &w); err != nil || r.status != 200 {
		c.Fatalf("%d %s", r.status, r.body)
	}
	if !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{8}$`).MatchString(w.UserCode) || w.Address != c.url+"/device" || w.ExpiresIn != 900 || w.Interval != 5 ||
		!strings.Contains(w.Message, w.UserCode) || r.header.Get("Cache-Control") != "no-store" {
		c.Errorf("%+v", w)
	}
	return w
}

func (c *centre) poll(w waiting) reply {
	c.Helper()
	return c.post("/"+partner+"/oauth2/v2.0/token", "grant_type", deviceGrant, "client_id", desktop, "device_code", w.DeviceCode)
}

func TestDeviceFlow(t *testing.T) {
	centres(t, nil, func(c *centre) {
		w := c.device()
		if r := c.poll(w); r.status != 400 || r.word() != "authorization_pending" {
			c.Errorf("pending: %d %s", r.status, r.body)
		}
		if r := c.get("/device"); r.status != http.StatusSeeOther || r.location().Query().Get("next") != "/device" {
			c.Errorf("without a session: %d %s", r.status, r.location())
		}
		c.signIn("ana@p.example")
		if r := c.get("/device"); r.status != 200 || !strings.Contains(r.body, `<label for="code">`) {
			c.Errorf("%d %s", r.status, r.body)
		}
		if r := c.post("/device", "code", "BBBBBBBB"); r.status != 403 || !strings.Contains(r.body, "No device") {
			c.Errorf("a code of nobody: %d %s", r.status, r.body)
		}
		typed := strings.ToLower(w.UserCode[:4] + "-" + w.UserCode[4:])
		if r := c.post("/device", "code", typed); r.status != 200 || !strings.Contains(r.body, "Desktop") || !strings.Contains(r.body, `value="allow"`) {
			c.Errorf("%d %s", r.status, r.body)
		}
		if r := c.poll(w); r.word() != "authorization_pending" {
			c.Errorf("allowed before anybody did: %s", r.body)
		}
		if r := c.send("POST", "/device", form("code", w.UserCode, "decision", "allow"), "Sec-Fetch-Site", "cross-site"); r.status != 403 {
			c.Errorf("G54: %d", r.status)
		}
		if r := c.post("/device", "code", w.UserCode, "decision", "allow"); r.status != 200 || !strings.Contains(r.body, "Desktop is signed in") {
			c.Errorf("%d %s", r.status, r.body)
		}
		got := c.told(c.poll(w))
		if actor, err := c.auth.Actor(t.Context(), got.Access); err != nil || actor.User != "u1" || actor.Client != desktop || got.Refresh == "" || got.ID == "" {
			c.Errorf("%v %+v", err, actor)
		}
		if r := c.poll(w); r.word() != "invalid_grant" {
			c.Errorf("twice: %s", r.body)
		}
		if r := c.refresh(got.Refresh, "client_id", desktop, "client_secret", ""); r.word() != "invalid_grant" {
			c.Errorf("what came of it goes on: %s", r.body)
		}
		if r := c.post("/device", "code", w.UserCode, "decision", "allow"); r.status != 403 {
			c.Errorf("decided twice: %d", r.status)
		}

		w = c.device()
		c.post("/device", "code", w.UserCode, "decision", "deny")
		if r := c.poll(w); r.word() != "authorization_declined" {
			c.Errorf("refused: %s", r.body)
		}

		w = c.device()
		c.newBrowser()
		c.signIn("eve@other.example")
		if r := c.post("/device", "code", w.UserCode, "decision", "allow"); r.status != 403 {
			c.Errorf("another partner's person allows: %d", r.status)
		}
		tries := 0
		for range 20 {
			if c.post("/device", "code", "CCCCCCCC").status == 403 {
				tries++
			}
		}
		if tries != 9 { // one went before
			c.Errorf("G47: %d codes evaluated", tries+1)
		}

		c.newBrowser()
		w = c.device()
		c.wall.Advance(identity.DeviceLife - time.Microsecond)
		if r := c.poll(w); r.word() != "authorization_pending" {
			c.Errorf("last microsecond: %s", r.body)
		}
		c.signIn("ana@p.example")
		c.wall.Advance(time.Microsecond)
		if r := c.poll(w); r.word() != "expired_token" {
			c.Errorf("expired on the dot: %s", r.body)
		}
		if r := c.post("/device", "code", w.UserCode, "decision", "allow"); r.status != 403 {
			c.Errorf("allowed after its end: %d", r.status)
		}
	})
}

// TestDeviceFlowInOneWord: MSAL for Node calls the grant by its short name on v2, too.
func TestDeviceFlowInOneWord(t *testing.T) {
	centres(t, nil, func(c *centre) {
		w := c.device()
		short := func() reply {
			return c.post("/"+partner+"/oauth2/v2.0/token", "grant_type", "device_code", "client_id", desktop, "device_code", w.DeviceCode)
		}
		if r := short(); r.status != 400 || r.word() != "authorization_pending" {
			c.Errorf("pending: %d %s", r.status, r.body)
		}
		c.signIn("ana@p.example")
		c.post("/device", "code", w.UserCode, "decision", "allow")
		if r := short(); r.status != 200 || !strings.Contains(r.body, `"access_token"`) {
			c.Errorf("allowed: %d %s", r.status, r.body)
		}
	})
}

func TestDeviceFlowV1(t *testing.T) {
	centres(t, nil, func(c *centre) {
		r := c.post("/"+partner+"/oauth2/devicecode", "client_id", desktop, "resource", "https://graph.windows.net")
		var w map[string]string // all numbers are strings
		if err := json.Unmarshal([]byte(r.body), &w); err != nil || w["expires_in"] != "900" || w["interval"] != "5" || w["verification_url"] != c.url+"/device" {
			c.Fatalf("%d %s", r.status, r.body)
		}
		c.signIn("ana@p.example")
		c.post("/device", "code", w["user_code"], "decision", "allow")
		r = c.post("/common/oauth2/token", "grant_type", "device_code", "client_id", desktop, "code", w["device_code"], "resource", "https://graph.windows.net")
		if r.status != 200 || !strings.Contains(r.body, `"expires_in":"3600"`) || !strings.Contains(r.body, `"refresh_token"`) {
			c.Errorf("%d %s", r.status, r.body)
		}
		for name, form := range map[string][]string{
			"no client":       {"resource", api},
			"unknown client":  {"client_id", "aa000000-0000-4000-8000-00000000000f"},
			"strange request": {"client_id", desktop, "resource", "https://graph.microsoft.com"},
		} {
			if r := c.post("/common/oauth2/devicecode", form...); r.status != 400 {
				c.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
		if r := c.poll(waiting{DeviceCode: "dc_x"}); r.word() != "bad_verification_code" {
			c.Errorf("made up: %s", r.body)
		}
	})
}
