package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func TestPasskeys(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		ana := someone("1", "ana@p.example", "", party.AdminAgent)
		k := party.Passkey{ID: "k1", Person: "1", Credential: "c1", Name: "Laptop", MadeAt: noon, Record: []byte(`{"id":"YzE="}`), Version: 1}
		used := k
		used.Name, used.UsedAt, used.Copied, used.Record, used.Version = "Old laptop", noon.Add(time.Hour), true, []byte(`{}`), 2
		list := func(of party.Scope) []party.Passkey {
			all, err := view(s, func(r *store.Reader) ([]party.Passkey, error) { return r.Passkeys(of, "1") })
			if err != nil {
				t.Error(err)
			}
			return all
		}
		for _, step := range []struct {
			name string
			err  error
			want string
		}{
			{"person", do(s, func(tx *store.Tx) error { return tx.AddPerson(ana) }), ""},
			{"add", do(s, func(tx *store.Tx) error { return tx.AddPasskey(k) }), ""},
			{"the same credential, whosever it is", doAs(s, other, func(tx *store.Tx) error {
				again := k
				again.ID, again.Person = "k2", "2"
				return tx.AddPasskey(again)
			}), "passkey.taken"},
			{"by another partner", doAs(s, other, func(tx *store.Tx) error { return tx.SavePasskey(k) }), "passkey.changed"},
			{"removed by another partner", doAs(s, other, func(tx *store.Tx) error { return tx.RemovePasskey("1", "k1") }), "passkey.unknown"},
			{"save", do(s, func(tx *store.Tx) error {
				u := used
				u.Version = 1
				return tx.SavePasskey(u)
			}), ""},
			{"save what somebody changed", do(s, func(tx *store.Tx) error { return tx.SavePasskey(k) }), "passkey.changed"},
			{"spend", do(s, func(tx *store.Tx) error { return tx.SpendChallenge("h", noon.Add(time.Minute), noon) }), ""},
			{"spend again", do(s, func(tx *store.Tx) error { return tx.SpendChallenge("h", noon.Add(time.Minute), noon) }), "passkey.stale"},
			{"spend again as another partner", doAs(s, other, func(tx *store.Tx) error { return tx.SpendChallenge("h", noon.Add(time.Minute), noon) }), "passkey.stale"},
			{"what is over is forgotten", do(s, func(tx *store.Tx) error { return tx.SpendChallenge("h", noon.Add(time.Hour), noon.Add(time.Minute)) }), ""},
		} {
			if code(step.err) != step.want {
				t.Errorf("%s: %v, want %q", step.name, step.err, step.want)
			}
		}
		found, u, p, err := s.Passkey(ctx, "c1")
		if err != nil || cmp.Diff(used, found) != "" || u.UPN != "ana@p.example" || p.ID != partner {
			t.Errorf("%v %+v %+v", err, found, u)
		}
		if diff := cmp.Diff([]party.Passkey{used}, list(own)); diff != "" {
			t.Error(diff)
		}
		if all := list(party.NewScope(other, "")); len(all) > 0 {
			t.Errorf("another partner sees %+v", all)
		}
		u.Version = 1
		if err := do(s, func(tx *store.Tx) error { return tx.RemovePerson(u) }); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.Passkey(ctx, "c1"); code(err) != "passkey.unknown" || len(list(own)) > 0 {
			t.Errorf("of nobody: %v", err)
		}
	})
}
