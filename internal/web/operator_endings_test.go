package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// A dated row is ended from now or later, once what follows was seen; an older one applies again, or none (rules.md §3, R15).
func TestR15RowIsEnded(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	day := func(n int) string { return c.app.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator/policies/P05/close"), 200)
		o.has(o.get("/operator/policies/P05/close?last="+day(3)), 200, "P04")
	}
	o.has(o.get("/operator/policies"), 200, `href="/operator/policies/P05/close"`)
	o.has(o.get("/operator/policies/P12/close?last="+day(0)), 200, "No row applies")
	o.has(o.get("/operator/policies/P99/close"), 404)
	o.has(o.get("/operator/policies/P05/close?last="+day(-1)), 422, `href="#f-last"`)
	o.has(o.post("/operator/policies/P05/close", "typed", "P05", "last", "tomorrow"), 422, `href="#f-last"`, `value="tomorrow"`)
	o.has(o.post("/operator/policies/P05/close", "once", "c1", "typed", "P05", "last", day(-1)), 422, `href="#f-last"`)
	o.has(o.post("/operator/policies/P05/close", "once", "c0", "typed", "P04", "last", day(3)), 422, `href="#f-typed"`, "Nothing was done.")
	o.has(o.post("/operator/policies/P05/close", "once", "c2", "typed", "P05", "last", day(3)), 200, "Row P05 holds to")
	o.has(o.post("/operator/policies/P05/close", "once", "c2", "typed", "P05", "last", day(3)), 200, "Row P05 holds to") // sent twice, done once
	o.has(o.post("/operator/policies/P05/close", "once", "c3", "typed", "P05", "last", day(9)), 409, "has its end already")
	o.has(o.get("/operator/policies?class=software_subscription&at="+day(3)), 200, "<dd>P05")
	page := o.get("/operator/policies?class=software_subscription&at=" + day(4))
	o.has(page, 200, "<dd>P04")
	if strings.Contains(page.body, `href="/operator/policies/P05/close"`) {
		t.Error("a row that has an end is offered to be ended")
	}
	s := c.ops(party.SupportAgent)
	s.has(s.get("/operator/policies/P05/close"), 403)
	s.has(s.post("/operator/policies/P08/close", "typed", "P08", "last", day(3)), 403)
}

// Keys that nobody was given are revoked, the latest first, as many as were looked at; what was given out stays (R15).
func TestR15KeysAreRevoked(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	tenant := "/operator/tenants/" + string(c.seeded.Partner.ID)
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.OperatorAdmin)}
	free := func() int64 {
		pools, err := c.app.KeyPools(context.Background(), who)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pools {
			if p.Name == "batch" {
				return p.Free
			}
		}
		return -1
	}
	o.has(o.post(tenant+"/keys", "once", "k1", "pool", "batch", "version", "", "keys", "KEY-OLD-1\nKEY-OLD-2"), 200, `/withdraw?pool=batch&amp;version=`)
	o.has(o.post(tenant+"/keys", "once", "k2", "pool", "batch", "version", "", "keys", "KEY-NEW-1\nKEY-NEW-2\nKEY-NEW-3"), 200)
	at := tenant + "/withdraw"
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at+"?pool=batch&version="), 200)
		o.has(o.get(at+"?pool=batch&version=&count=3"), 200, `name="free" value="5"`)
	}
	o.has(o.get(at+"?pool=batch&version=&count=6"), 422, `href="#f-count"`, `value="6"`)
	o.has(o.get(at+"?pool=nowhere&version=&count=1"), 404)
	page := o.get(at + "?pool=batch&version=&count=3")
	o.has(page, 200, "3 keys are revoked", "Revoke 3 keys")
	o.has(o.post(tenant+"/keys", "once", "k3", "pool", "batch", "version", "", "keys", "KEY-NEWER-1"), 200)
	o.has(o.post(at, "once", "w1", "pool", "batch", "version", "", "count", "3", "free", "5"), 409, "meanwhile")
	if n := free(); n != 6 {
		t.Errorf("%d keys are free, want 6: a refusal revokes none", n)
	}
	o.has(o.post(at, "once", "w2", "pool", "batch", "version", "", "count", "x", "free", "6"), 422, `href="#f-count"`)
	o.has(o.post(at, "once", "w3", "pool", "batch", "version", "", "count", "4", "free", "6"), 200, "4 keys are revoked.")
	o.has(o.post(at, "once", "w3", "pool", "batch", "version", "", "count", "4", "free", "6"), 200, "4 keys are revoked.")
	if n := free(); n != 2 {
		t.Errorf("%d keys are free, want 2", n)
	}
	// The older two are left: brought again they are there already, and so is what was revoked.
	o.has(o.post(tenant+"/keys", "once", "k4", "pool", "batch", "version", "", "keys", "KEY-OLD-1\nKEY-NEW-1"), 200)
	if n := free(); n != 2 {
		t.Errorf("%d keys are free: a revoked key came in again", n)
	}
	c.wall.Set(now.Add(6 * time.Minute))
	if a := o.get(at + "?pool=batch&version="); !strings.HasPrefix(a.path, "/step-up") {
		t.Errorf("without a fresh proof it leads to %s", a.path)
	}
}
