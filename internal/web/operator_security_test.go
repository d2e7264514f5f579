package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

// The vault's key is rotated once for its number typed, whoever sends it twice; what was sealed goes on being opened; who proved
// nothing, and the desk, rotate none (R15, pages.md §2).
func TestR15KeysetIsRotated(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator/security"), 200, `href="/operator/security/keyset"`, `id="keyset"`, `id="sign-ins"`)
		o.has(o.get("/operator/security/keyset"), 200, `id="f-typed"`)
	}
	who := party.Actor{Roles: party.RolesOf(party.OperatorAdmin), Proved: true}
	state := func() string {
		k, err := c.app.KeysetState(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(k.Primary, "/", k.Keys)
	}
	before := state()
	key, _, _ := strings.Cut(before, "/")
	sealed, err := c.app.Vault.Seal("row", []byte("KEY"))
	if err != nil {
		t.Fatal(err)
	}
	o.has(o.post("/operator/security/keyset", "once", "k0", "typed", "rotate"), 422, `href="#f-typed"`, "Nothing was done.")
	if state() != before {
		t.Error("rotated without its number")
	}
	for range 2 { // the second time is the first form again
		o.has(o.post("/operator/security/keyset", "once", "k1", "typed", key), 200, "A new key seals from now on.")
	}
	after := state()
	if after == before || !strings.HasSuffix(after, "/2") {
		t.Errorf("from %s to %s", before, after)
	}
	o.has(o.post("/operator/security/keyset", "once", "k2", "typed", key), 409, "Another key seals already")
	if plain, err := c.app.Vault.OpenSealed("row", sealed); err != nil || string(plain) != "KEY" {
		t.Errorf("what was sealed before: %q, %v", plain, err)
	}
	o.has(o.get("/operator/security?format=csv"), 200, "Buy software and reservations")
	s := c.ops(party.SupportAgent)
	s.has(s.get("/operator/security/keyset"), 403)
	s.has(s.post("/operator/security/keyset", "typed", key), 403)
	c.wall.Set(now.Add(identity.ProofLife))
	if a := o.get("/operator/security/keyset"); strings.Contains(a.body, `id="f-typed"`) {
		t.Error("asked without a proof")
	}
}

// Who signed in lately and who failed to is seen, and API clients of every partner are, with their secrets' ages; one that leaked
// is revoked (R13, R15).
func TestR15ClientsAreSeenAndRevoked(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	agent := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	name := regexp.MustCompile(`p[0-9a-f]{8}@[0-9a-z.-]+example`).FindString(agent.get("/me").body)
	c.stranger().post("/sign-in", "name", name, "password", "wrong horse 9", "next", "/")
	c.stranger().post("/sign-in", "name", "nobody@example.com", "password", "wrong horse 9", "next", "/")
	o.has(o.get("/operator/security"), 200, `id="failed"`, "Names that nobody has", name, c.seeded.Partner.Name)

	scope := party.NewScope(c.seeded.Partner.ID, "")
	who := party.Actor{Scope: scope, Roles: party.RolesOf(party.GlobalAdmin), Proved: true}
	_, err := c.app.RegisterClient(t.Context(), who, app.Request{}, party.Client{Name: "Billing <tool>", Roles: party.RolesOf(party.AdminAgent)})
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.app.Clients(t.Context(), who)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	one := all[0]
	at := "/operator/security/clients"
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at), 200, "Billing &lt;tool&gt;", string(one.ID), c.seeded.Partner.Name)
	}
	o.has(o.get(at+"?format=csv"), 200, one.Name)
	act := at + "/" + string(c.seeded.Partner.ID) + "/" + string(one.ID) + "/revoke"
	o.has(o.get(act), 200, "Revoke this API client?")
	s := c.ops(party.SupportAgent)
	for _, path := range []string{at, act} {
		s.has(s.get(path), 403)
	}
	s.has(s.post(act), 403)
	for range 2 {
		o.has(o.post(act, "once", "r1"), 200, "is revoked.")
	}
	o.has(o.post(act, "once", "r2"), 409, "revoked already")
	after, err := c.app.APIClient(t.Context(), who, one.ID)
	if err != nil || !after.Disabled || len(after.Secrets) > 0 {
		t.Errorf("%+v, %v", after, err)
	}
	o.has(o.get(at+"/"+string(c.seeded.Partner.ID)+"/none/revoke"), 200)
	o.has(o.post(at+"/"+string(c.seeded.Partner.ID)+"/none/revoke", "once", "r3"), 404)
}
