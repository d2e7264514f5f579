package web_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// What a job could not do is told by its kind, and it is done at once by hand; an upload that is not whole is discarded for a
// reason. The desk does neither (R15).
func TestR15JobsAreRetriedAndDiscarded(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	at := "/operator/jobs"
	c.board.Note("sweep", errors.Join(app.ErrHeldBack, fault.Refuse("partner.own", nil)))
	c.board.Note("sweep", errors.Join(app.ErrHeldBack, errors.New("SELECT secret")))
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		page := o.get(at)
		o.has(page, 200, `id="kinds"`, `action="/operator/jobs/sweep/retry"`)
		if strings.Contains(page.body, "SELECT") {
			t.Error("an error of ours is shown")
		}
	}
	o.has(o.get(at), 200, "Fails", "the server’s log tells it")
	o.has(o.post(at+"/sweep/retry", "once", "j1"), 200, "What falls due: done once", "In order")
	if n := c.records("retry_job"); n != 1 {
		t.Errorf("%d records", n)
	}
	o.has(o.post(at+"/sweep/retry", "once", "j1"), 200)
	if n := c.records("retry_job"); n != 1 {
		t.Errorf("the form sent again: %d records", n)
	}
	o.has(o.post(at+"/none/retry", "once", "j2"), 404)

	who := party.Actor{Name: "operator", Roles: party.RolesOf(party.OperatorAdmin)}
	u := app.MediaUpload{ID: id.Upload("u-1"), Name: "server <iso>.zip", Size: 100, Received: 40, SHA256: strings.Repeat("a", 64), State: app.UploadOpen, By: "operator", TouchedAt: now, Digest: []byte{0}}
	if _, err := c.app.Store.Update(t.Context(), app.Act{Actor: who}, func(tx app.Tx) (any, error) { return nil, tx.AddUpload(u) }); err != nil {
		t.Fatal(err)
	}
	discard := at + "/discard"
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at), 200, "server &lt;iso&gt;.zip", `action="/operator/jobs/discard"`, `id="f-reason"`)
	}
	s := c.ops(party.SupportAgent)
	s.has(s.post(discard, "upload", "u-1", "reason", "x"), 403)
	s.has(s.post(at+"/sweep/retry"), 403)
	o.has(o.post(discard, "once", "d1", "upload", "u-1", "reason", " "), 422, `href="#f-reason"`)
	o.has(o.post(discard, "once", "d2", "upload", "u-1", "reason", "sent twice"), 200, "is discarded")
	if n := c.records("discard_job"); n != 1 {
		t.Errorf("%d records", n)
	}
	o.has(o.post(discard, "once", "d3", "upload", "u-1", "reason", "again"), 404)
}

// records counts what the operator's own log holds of an operation.
func (c *town) records(op activity.Operation) (n int) {
	c.t.Helper()
	err := c.app.Store.View(c.t.Context(), func(r app.Reader) error {
		all, err := r.Records(party.Scope{}, app.RecordQuery{Security: true, Business: true, Limit: 1000})
		for _, rec := range all {
			if rec.Operation == op {
				n++
			}
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}
