package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func TestSessions(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		ana := someone("1", "ana@p.example", "", party.AdminAgent)
		ana.Subject = "issuer subject"
		operator := someone("2", "op@centre.example", "", party.OperatorAdmin)
		session := func(user id.User, session string, at time.Time) party.Session {
			return party.Session{ID: session, Person: user, Hash: "hash of " + session, MadeAt: at, SeenAt: at, ProvedAt: at, Method: "pwd", Agent: "Browser"}
		}
		first, second := session("1", "s1", noon), session("1", "s2", noon.Add(time.Hour))
		for _, err := range []error{
			do(s, func(tx *store.Tx) error { return tx.AddPerson(ana) }),
			doAs(s, "", func(tx *store.Tx) error { return tx.AddPerson(operator) }),
			do(s, func(tx *store.Tx) error { return tx.AddSession(first, noon.Add(-time.Hour)) }),
			do(s, func(tx *store.Tx) error { return tx.AddSession(second, noon.Add(-time.Hour)) }),
			doAs(s, "", func(tx *store.Tx) error { return tx.AddSession(session("2", "s3", noon), noon.Add(-time.Hour)) }),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		ana.Partner, ana.Version, operator.Version = partner, 1, 1
		e, u, p, err := s.Session(ctx, "hash of s1")
		if err != nil || cmp.Diff(first, e) != "" || cmp.Diff(ana, u) != "" || p.ID != partner || p.Kind == "" {
			t.Errorf("%v %+v %+v %+v", err, e, u, p)
		}
		if _, u, p, err := s.Session(ctx, "hash of s3"); err != nil || u.UPN != "op@centre.example" || p.ID != "" {
			t.Errorf("the operator's staff has no partner: %v %+v %+v", err, u, p)
		}
		for name, find := range map[string]func() (party.Person, party.Partner, error){
			"id":      func() (party.Person, party.Partner, error) { return s.Person(ctx, "1") },
			"name":    func() (party.Person, party.Partner, error) { return s.PersonNamed(ctx, "ana@p.example") },
			"subject": func() (party.Person, party.Partner, error) { return s.PersonOf(ctx, "issuer subject") },
		} {
			if u, p, err := find(); err != nil || cmp.Diff(ana, u) != "" || p.ID != partner {
				t.Errorf("by %s: %v %+v", name, err, u)
			}
		}
		seen := first
		seen.SeenAt, seen.ProvedAt, seen.Method = noon.Add(2*time.Hour), noon.Add(time.Hour), "mfa"
		list := func() string {
			all, err := view(s, func(r *store.Reader) ([]party.Session, error) { return r.Sessions(own, "1") })
			if err != nil {
				t.Error(err)
			}
			var ids []string
			for _, one := range all {
				ids = append(ids, one.ID)
			}
			return strings.Join(ids, " ")
		}
		for _, one := range []struct {
			name string
			err  error
			want string
		}{
			{"seen", do(s, func(tx *store.Tx) error { return tx.SaveSession(seen) }), ""},
			{"seen by another partner", doAs(s, other, func(tx *store.Tx) error { return tx.SaveSession(first) }), "session.unknown"},
			{"ended by another partner", doAs(s, other, func(tx *store.Tx) error { return tx.EndSession("1", "s1") }), "session.unknown"},
		} {
			if code(one.err) != one.want {
				t.Errorf("%s: %v, want %q", one.name, one.err, one.want)
			}
		}
		if e, _, _, err := s.Session(ctx, "hash of s1"); err != nil || cmp.Diff(seen, e) != "" {
			t.Errorf("%v %s", err, cmp.Diff(seen, e))
		}
		if got := list(); got != "s1 s2" {
			t.Errorf("%q, the latest first", got)
		}
		if err := do(s, func(tx *store.Tx) error { return tx.EndSessions("1", "s2") }); err != nil || list() != "s2" {
			t.Errorf("%v %q: all but one", err, list())
		}
		if err := do(s, func(tx *store.Tx) error {
			return tx.AddSession(session("1", "s4", noon.Add(9*time.Hour)), second.MadeAt)
		}); err != nil || list() != "s4" {
			t.Errorf("%v %q: those that are over go", err, list())
		}
		if err := do(s, func(tx *store.Tx) error { return tx.RemovePerson(ana) }); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.Session(ctx, "hash of s4"); code(err) != "session.unknown" {
			t.Errorf("a session outlives its person: %v", err)
		}
	})
}

func TestTickets(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		k := party.Ticket{
			Hash: "h1", Kind: party.DeviceTicket, Family: "f", Client: "c", UserCode: "BCDFGHJK", Resource: "r", Scope: "s", Redirect: "u", Challenge: "x",
			Nonce: "n", Method: "pwd", MadeAt: noon, ExpiresAt: noon.Add(time.Hour), Version: 1,
		}
		add := func(k party.Ticket) error { return do(s, func(tx *store.Tx) error { return tx.AddTicket(k) }) }
		if err := add(k); err != nil {
			t.Fatal(err)
		}
		for name, find := range map[string]func() (party.Ticket, error){
			"hash": func() (party.Ticket, error) { return s.Ticket(ctx, "h1") },
			"code": func() (party.Ticket, error) { return s.DeviceTicket(ctx, "BCDFGHJK") },
		} {
			if got, err := find(); err != nil || cmp.Diff(k, got) != "" {
				t.Errorf("by %s: %v %s", name, err, cmp.Diff(k, got))
			}
		}
		double := k
		double.Hash = "h2"
		used := k
		used.Person, used.UserCode, used.UsedAt, used.SignedInAt, used.Denied = "1", "", noon.Add(time.Minute), noon, true
		for _, one := range []struct {
			name string
			err  error
			want string
		}{
			{"a user code twice", add(double), "ticket.code_taken"},
			{"by another partner", doAs(s, other, func(tx *store.Tx) error { return tx.SaveTicket(used) }), "ticket.changed"},
			{"used", do(s, func(tx *store.Tx) error { return tx.SaveTicket(used) }), ""},
			{"used twice", do(s, func(tx *store.Tx) error { return tx.SaveTicket(used) }), "ticket.changed"},
			{"the code is free again", add(double), ""},
			{"another partner ends the family", doAs(s, other, func(tx *store.Tx) error { return tx.EndFamily("f") }), ""},
		} {
			if code(one.err) != one.want {
				t.Errorf("%s: %v, want %q", one.name, one.err, one.want)
			}
		}
		used.Version = 2
		if got, err := s.Ticket(ctx, "h1"); err != nil || cmp.Diff(used, got) != "" {
			t.Errorf("%v %s", err, cmp.Diff(used, got))
		}
		late := party.Ticket{Hash: "h3", Kind: party.RefreshTicket, Family: "g", Client: "c", MadeAt: noon.Add(time.Hour), ExpiresAt: noon.Add(2 * time.Hour)}
		if err := add(late); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ticket(ctx, "h1"); code(err) != "ticket.unknown" {
			t.Errorf("expired on the dot, and still there: %v", err)
		}
		if err := do(s, func(tx *store.Tx) error { return tx.EndFamily("g") }); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ticket(ctx, "h3"); code(err) != "ticket.unknown" {
			t.Errorf("its family ended: %v", err)
		}
	})
}

func TestSandboxOfAResellerIsItsProviders(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		add := func(p party.Partner) {
			if err := doAs(s, p.ID, func(tx *store.Tx) error { return tx.AddPartner(p) }); err != nil {
				t.Fatal(err)
			}
		}
		add(party.Partner{ID: partner, Kind: party.IndirectProvider, Sandbox: true})
		add(party.Partner{ID: reseller, Kind: party.IndirectReseller, Provider: partner})
		if err := doAs(s, reseller, func(tx *store.Tx) error { return tx.AddClient(party.Client{ID: "app", Name: "Shop"}) }); err != nil {
			t.Fatal(err)
		}
		if _, p, err := s.Client(ctx, "app"); err != nil || p.ID != reseller || !p.Sandbox {
			t.Errorf("%v %+v", err, p)
		}
	})
}

func TestRestoreEndsSessions(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	oneSale(t, s)
	ana := someone("1", "ana@p.example", "", party.AdminAgent)
	if err := do(s, func(tx *store.Tx) error {
		if err := tx.AddPerson(ana); err != nil {
			return err
		}
		return tx.AddSession(party.Session{ID: "s", Person: "1", Hash: "h", MadeAt: noon, SeenAt: noon, ProvedAt: noon, Method: "pwd"}, time.Time{})
	}); err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir() + "/copy"
	if err := s.Snapshot(ctx, copied, func() (time.Duration, time.Time) { return 0, noon }); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.Session(ctx, "h"); err != nil {
		t.Errorf("the copy ended it: %v", err)
	}
	if err := s.Restore(ctx, copied, func(time.Time) time.Duration { return 0 }); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.Session(ctx, "h"); code(err) != "session.unknown" {
		t.Errorf("somebody is signed in again: %v", err)
	}
}
