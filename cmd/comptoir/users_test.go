package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

// typed is standard input with a line on it.
func typed(t *testing.T, line string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdin
	os.Stdin = in
	t.Cleanup(func() { os.Stdin = before; _ = in.Close() })
}

func TestUserCommands(t *testing.T) {
	ctx, st := context.Background(), storage{Data: filepath.Join(t.TempDir(), "data")}
	enter := func(password string) error {
		t.Helper()
		s, err := st.open(ctx, logger())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.close() }()
		_, err = s.people("").SignIn(ctx, identity.Try{Name: "ops@centre.example", Password: password})
		return err
	}
	typed(t, "the first password\n")
	if err := (userAddCommand{storage: st, Name: "Ops@Centre.example", Role: []string{"OA"}}).Run(ctx); err != nil {
		t.Fatalf("the operator's first user on a fresh store: %v", err)
	}
	if err := enter("the first password"); err != nil {
		t.Error(err)
	}
	typed(t, "another password")
	if err := (userPasswordCommand{storage: st, Name: "ops@centre.example"}).Run(ctx); err != nil {
		t.Error(err)
	}
	if err := enter("the first password"); err == nil {
		t.Error("the old password works")
	}
	if err := enter("another password"); err != nil {
		t.Error(err)
	}
	for name, run := range map[string]func() error{
		"a partner's role": func() error {
			return userAddCommand{storage: st, newPassword: newPassword{true}, Name: "x@y.example", Role: []string{"AA"}}.Run(ctx)
		},
		"no such role": func() error {
			return userAddCommand{storage: st, newPassword: newPassword{true}, Name: "x@y.example", Role: []string{"BOSS"}}.Run(ctx)
		},
		"no such partner": func() error {
			return userAddCommand{storage: st, newPassword: newPassword{true}, Name: "x@y.example", Role: []string{"AA"}, Partner: "nowhere.example"}.Run(ctx)
		},
		"the same name": func() error {
			return userAddCommand{storage: st, newPassword: newPassword{true}, Name: "ops@centre.example", Role: []string{"OA"}}.Run(ctx)
		},
		"nobody": func() error { return userRemoveCommand{st, "nobody@centre.example"}.Run(ctx) },
		"no password": func() error {
			typed(t, "\n")
			return userPasswordCommand{storage: st, Name: "ops@centre.example"}.Run(ctx)
		},
		"a weak password": func() error {
			typed(t, "12345678\n")
			return userPasswordCommand{storage: st, Name: "ops@centre.example"}.Run(ctx)
		},
	} {
		if err := run(); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for _, run := range []func() error{
		func() error { return userRolesCommand{st, "ops@centre.example", []string{"OA", "OS"}}.Run(ctx) },
		func() error { return userTOTPCommand{storage: st, Name: "ops@centre.example"}.Run(ctx) },
		func() error { return userListCommand{storage: st}.Run(ctx) },
	} {
		if err := run(); err != nil {
			t.Error(err)
		}
	}
	if err := enter("another password"); err == nil || !strings.Contains(err.Error(), "signin.code") {
		t.Errorf("no authenticator app is asked for: %v", err)
	}
	if err := (userTOTPCommand{storage: st, Name: "ops@centre.example", Forget: true}).Run(ctx); err != nil {
		t.Error(err)
	}
	if err := enter("another password"); err != nil {
		t.Error(err)
	}
	if err := (userRemoveCommand{st, "ops@centre.example"}).Run(ctx); err != nil {
		t.Error(err)
	}
	s, err := st.open(ctx, logger())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	var left []party.Person
	if err := s.store.View(ctx, func(r app.Reader) (err error) {
		left, err = r.People(party.Scope{}, app.PeopleQuery{})
		return err
	}); err != nil || len(left) != 0 {
		t.Errorf("%v %v", err, left)
	}
}

func TestPartnerCommand(t *testing.T) {
	ctx, st := context.Background(), storage{Data: filepath.Join(t.TempDir(), "data")}
	const tenant = "7d000000-0000-4000-8000-000000000001"
	s, err := st.open(ctx, logger())
	if err != nil {
		t.Fatal(err)
	}
	who := party.Actor{Scope: party.NewScope(tenant, "")}
	_, err = s.store.Update(ctx, app.Act{Actor: who}, func(tx app.Tx) (any, error) {
		return nil, tx.AddPartner(party.Partner{ID: tenant, Kind: party.DirectBill, Name: "P", BillingDay: 1, Sandbox: true})
	})
	if err := errors.Join(err, s.close()); err != nil {
		t.Fatal(err)
	}
	yes, no, rate, wrong := true, false, 500, -1
	if err := (partnerCommand{storage: st, Partner: tenant, PeopleOnly: &yes, Sandbox: &no, Rate: &rate}).Run(ctx); err != nil {
		t.Fatal(err)
	}
	if err := (partnerCommand{storage: st, Partner: tenant, Rate: &wrong}).Run(ctx); err == nil {
		t.Error("a rate below zero is taken")
	}
	if err := (partnerCommand{storage: st, Partner: "7d000000-0000-4000-8000-000000000002"}).Run(ctx); err == nil {
		t.Error("a partner that is none is shown")
	}
	if s, err = st.open(ctx, logger()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	if err := s.store.View(ctx, func(r app.Reader) error {
		p, err := r.Partner(who.Scope)
		if !p.PeopleOnly || p.Sandbox || p.RatePerMinute != 500 || p.Name != "P" {
			t.Errorf("%+v", p)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
