package identity_test

import (
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // reads what the store wrote, past it
)

// dump is everything that the database holds, as text.
func (c *centre) dump() string {
	c.Helper()
	if path, ok := strings.CutPrefix(c.dsn, "sqlite:"); ok {
		var all strings.Builder
		for _, file := range []string{path, path + "-wal"} {
			text, err := os.ReadFile(file)
			if err != nil {
				c.Fatal(err)
			}
			all.Write(text)
		}
		return all.String()
	}
	db, err := sql.Open("pgx", c.dsn)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all strings.Builder
	for _, table := range []string{"person", "session", "ticket", "client", "activity", "replay"} {
		rows, err := db.Query("SELECT row_to_json(t)::text FROM " + table + " t")
		if err != nil {
			c.Fatal(err)
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				c.Fatal(err)
			}
			all.WriteString(text)
		}
		if err := rows.Err(); err != nil {
			c.Fatal(err)
		}
	}
	return all.String()
}

// G42: what people and programs sign in with is neither in the log nor, in clear, in the database.
func TestSecretsAreNowhere(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		u, _ := url.Parse(c.url)
		cookie := c.client.Jar.Cookies(u)[0].Value
		code := c.code(ask())
		first := c.told(c.redeem(code))
		second := c.told(c.refresh(first.Refresh))
		device := c.device()
		totp := c.enrol()
		c.post("/sign-in", "name", "ana@p.example", "password", "a wrong password")
		c.redeem(code)
		c.refresh(first.Refresh, "client_secret", "cs_wrong")
		c.get("/sign-in?next=" + url.QueryEscape(ask("state", "a secret state")))
		secrets := map[string]string{
			"password": pass, "wrong password": "a wrong password", "cookie": cookie, "code": code, "refresh token": first.Refresh, "rotated": second.Refresh,
			"access token": first.Access, "id token": first.ID, "device code": device.DeviceCode, "client secret": c.secret, "wrong secret": "cs_wrong",
			"authenticator": totp, "verifier": verifier,
		}
		kept, logged := c.dump(), c.log.String()
		if !strings.Contains(kept, "ana@p.example") || !strings.Contains(logged, "signed in") {
			t.Fatal("the database or the log was not read")
		}
		for name, secret := range secrets {
			if strings.Contains(logged, secret) {
				t.Errorf("the %s is in the log", name)
			}
			if strings.Contains(kept, secret) {
				t.Errorf("the %s is in the database", name)
			}
		}
		if strings.Contains(logged, "a secret state") || strings.Contains(logged, "ana@") {
			t.Error("the log holds what was sent")
		}
	})
}

// A store that fails is our failure: nothing is told of it, and nobody gets in.
func TestStoreThatFails(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		code := c.code(ask())
		if err := c.store.Close(); err != nil {
			t.Fatal(err)
		}
		for _, r := range []reply{
			c.get("/device"), c.get(ask()), c.post("/sign-in", "name", "ana@p.example", "password", pass), c.redeem(code), c.post("/step-up", "password", pass),
		} {
			if r.status != 503 || r.header.Get("Retry-After") == "" || strings.Contains(r.body, "closed") || r.header.Get("Set-Cookie") != "" {
				t.Errorf("%d %s", r.status, r.body)
			}
		}
	})
}
