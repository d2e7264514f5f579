package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// demoDomain is the demo partner's.
const demoDomain = "quainine.example"

type demoCommand struct {
	Data     string `help:"Folder of the demo." default:"comptoir-demo" type:"path"`
	Database string `help:"sqlite:PATH or postgres://… of an empty database; the default is a SQLite file in the folder."`
	listening
}

// demoFile is demo.json: what scripts need to drive the demo (product.md).
type demoFile struct {
	URL          string         `json:"url"`
	Tenant       id.Partner     `json:"tenant"`
	PartnerID    id.Partner     `json:"partnerId"`
	ClientID     id.Client      `json:"clientId"`
	ClientSecret string         `json:"clientSecret"`
	Roles        []party.Role   `json:"roles"`
	Users        []demoUser     `json:"users"`
	Customers    []demoCustomer `json:"customers"`
	Clock        string         `json:"clock"`
}

type demoUser struct {
	Role     party.Role `json:"role"`
	Name     string     `json:"userPrincipalName"`
	Password string     `json:"password"`
}

type demoCustomer struct {
	ID          id.Customer `json:"id"`
	CompanyName string      `json:"companyName"`
	Country     string      `json:"country"`
}

// Run makes the demo if the folder has none, and serves it. What is made half is made again: a demo is whole once its
// demo.json stands.
func (c demoCommand) Run(ctx context.Context) error {
	ln, err := c.listen(ctx)
	if err != nil {
		return err
	}
	held, err := hold(c.Data)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer func() { _ = held.Close() }()
	st := storage{Data: c.Data, Database: c.Database}
	file := filepath.Join(c.Data, "demo.json")
	var demo demoFile
	text, err := os.ReadFile(file)
	switch { // a half-made demo has no demo.json
	case err == nil:
		if err := json.Unmarshal(text, &demo); err != nil {
			return errors.Join(fmt.Errorf("%s cannot be read; remove the folder to begin anew: %w", file, err), ln.Close())
		}
	case errors.Is(err, fs.ErrNotExist):
		if err := discard(c.Data); err != nil {
			return errors.Join(err, ln.Close())
		}
	default:
		return errors.Join(err, ln.Close())
	}
	s, err := st.open(ctx, logger())
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	if demo.ClientID == "" {
		if demo, err = s.seed(ctx); err != nil {
			return errors.Join(err, s.close(), ln.Close())
		}
	}
	ready := func(url string) error {
		demo.URL, demo.Clock = url, s.clock.Now().Format("2006-01-02T15:04:05Z")
		if err := writeDemo(file, demo); err != nil {
			return err
		}
		trust := ""
		if c.TLS != "" {
			trust = " --cacert " + filepath.Join(c.Data, "tls", "cert.pem")
		}
		demo.greet(file, trust)
		return nil
	}
	return errors.Join(c.serve(ctx, ln, s, st, true, ready), s.close())
}

// hold keeps a demo folder for this process: another one that found it half made would begin by clearing it.
func hold(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("demo folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "demo.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("demo folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("another demo runs in this folder"), f.Close())
	}
	return f, nil
}

// discard removes what an interrupted seeding left, and nothing it does not know.
func discard(dir string) error {
	for _, name := range []string{"comptoir.db", "comptoir.db-wal", "comptoir.db-shm", "comptoir.db.lock", "secrets", "media", "checkpoints.txt"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// seed fills a new store, on a clock of the past that ends now.
func (s *site) seed(ctx context.Context) (demoFile, error) {
	fmt.Fprintln(os.Stderr, "Making the demo …")
	media, err := s.demoMedia(ctx)
	if err != nil {
		return demoFile{}, err
	}
	past := *s.app
	clock := when.NewFixed(when.Date(2020, 7, 1))
	past.Clock = clock
	seeder := sandbox.Seeder{App: &past, Clock: clock, Media: media, Keys: demoKey}
	seeded, err := seeder.Seed(ctx, s.clock.Now())
	if err != nil {
		return demoFile{}, err
	}
	plain, secret := identity.NewSecret()
	secret.MadeAt = when.Wall{}.Now()
	client := party.Client{
		ID: id.Client(id.Random{}.GUID()), Name: "Demo script", CreatedAt: secret.MadeAt, Secrets: []party.Secret{secret},
		Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin),
	}
	owner := party.Actor{Scope: party.NewScope(seeded.Partner.ID, "")}
	if _, err := s.store.Update(ctx, app.Act{Actor: owner}, func(tx app.Tx) (any, error) {
		file := app.MediaFile{SHA256: media.SHA256, Name: "demo-server.zip", Size: media.Size, StoredAt: s.clock.Now()}
		return nil, errors.Join(tx.AddMedia(file), tx.AddClient(client))
	}); err != nil {
		return demoFile{}, err
	}
	if err := s.store.SetDomain(ctx, seeded.Partner.ID, demoDomain); err != nil {
		return demoFile{}, err
	}
	demo := demoFile{
		Tenant: seeded.Partner.ID, PartnerID: seeded.Partner.ID, ClientID: client.ID, ClientSecret: plain, Roles: client.Roles.List(),
	}
	if demo.Users, err = s.demoUsers(ctx, seeded); err != nil {
		return demoFile{}, err
	}
	for _, c := range seeded.Customers {
		demo.Customers = append(demo.Customers, demoCustomer{c.ID, c.CompanyName, string(c.Country())})
	}
	return demo, nil
}

// demoUsers makes people to sign in as: one of each role of the partner, of its first customer, of its indirect provider's
// reseller, and of the operator.
func (s *site) demoUsers(ctx context.Context, seeded sandbox.Seeded) ([]demoUser, error) {
	customer := seeded.Customers[0]
	var users []demoUser
	for _, side := range []struct {
		at     string // whose staff: a partner's, or nobody's for the operator's
		people []party.Person
	}{
		{string(seeded.Partner.ID), []party.Person{
			demoPerson("admin.agent", demoDomain, "Ada Agent", "", party.AdminAgent),
			demoPerson("sales.agent", demoDomain, "Sam Sales", "", party.SalesAgent),
			demoPerson("helpdesk.agent", demoDomain, "Hal Helpdesk", "", party.HelpdeskAgent),
			demoPerson("billing.admin", demoDomain, "Bea Billing", "", party.BillingAdmin),
			demoPerson("global.admin", demoDomain, "Gil Global", "", party.GlobalAdmin),
			demoPerson("account.admin", demoDomain, "Ari Account", "", party.AccountAdmin),
			demoPerson("referral.admin", demoDomain, "Rae Referral", "", party.ReferralAdmin),
			demoPerson("marketing.admin", demoDomain, "Max Marketing", "", party.MarketingAdmin),
			demoPerson("user.admin", demoDomain, "Uma User", "", party.UserAdmin),
			demoPerson("global.admin", customer.Domain, "Cleo Customer", customer.ID, party.CustomerGlobal),
			demoPerson("billing.admin", customer.Domain, "Ben Bills", customer.ID, party.CustomerBilling),
			demoPerson("user", customer.Domain, "Una User", customer.ID, party.CustomerUser),
		}},
		{"", []party.Person{
			demoPerson("operator", "comptoir.example", "Otto Operator", "", party.OperatorAdmin),
			demoPerson("support", "comptoir.example", "Suki Support", "", party.SupportAgent),
		}},
		{string(seeded.Provider.ID), []party.Person{
			demoPerson("admin.agent", "grandbazar.example", "Pia Provider", "", party.AdminAgent),
		}},
	} {
		who, err := s.steward(ctx, side.at)
		if err != nil {
			return nil, err
		}
		for _, p := range side.people {
			a, err := outcome[app.Admitted](func(req app.Request) (app.Reply, error) {
				return s.app.Admit(ctx, who, req, p, identity.Credentials{}.NewPassword(), true)
			})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.UPN, err)
			}
			users = append(users, demoUser{a.Roles.List()[0], a.UPN, a.InitialPassword})
		}
	}
	return users, nil
}

func demoPerson(name, domain, shown string, customer id.Customer, role party.Role) party.Person {
	return party.Person{UPN: name + "@" + domain, DisplayName: shown, Customer: customer, Roles: party.RolesOf(role)}
}

// demoMedia stores the small real download of the demo.
func (s *site) demoMedia(ctx context.Context) (sandbox.File, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct{ name, text string }{
		{"README.txt", "Comptoir demo download.\nThis is what a customer fetches by a link of 14 days or 50 downloads.\n"},
		{"setup.cfg", "product=demo\nactivation=MAK\n"},
	} {
		w, err := z.Create(f.name)
		if err != nil {
			return sandbox.File{}, err
		}
		if _, err := w.Write([]byte(f.text)); err != nil {
			return sandbox.File{}, err
		}
	}
	if err := z.Close(); err != nil {
		return sandbox.File{}, err
	}
	size, sum, err := s.media.Add(ctx, &b)
	return sandbox.File{Blob: sum, SHA256: sum, Size: size}, err
}

// demoKey makes a product key of 32 digits.
func demoKey(string, string, int) string {
	const digits = "0123456789"
	raw := []byte(id.Random{}.Opaque(32))
	for i, b := range raw {
		raw[i] = digits[int(b)%len(digits)]
	}
	return string(raw)
}

// writeDemo replaces demo.json whole; it holds a secret, so only its owner reads it.
func writeDemo(file string, demo demoFile) error {
	text, err := json.MarshalIndent(demo, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// greet prints how to enter. trust is what curl needs to know of the certificate; empty without one of our own.
func (d demoFile) greet(file, trust string) {
	var people strings.Builder
	for _, u := range d.Users {
		fmt.Fprintf(&people, "  %-4s          %s  %s\n", u.Role, u.Name, u.Password)
	}
	fmt.Printf(`
Comptoir runs at %[1]s (sandbox: the clock can be moved)

  tenant        %[2]s
  clientId      %[3]s
  clientSecret  %[4]s
%[6]s  all of it in  %[5]s

Try it:
  token=$(curl -s%[7]s %[1]s/%[2]s/oauth2/token -d grant_type=client_credentials \
    -d client_id=%[3]s --data-urlencode client_secret=%[4]s \
    -d resource=https://api.partnercenter.microsoft.com | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s%[7]s %[1]s/v1/customers -H "Authorization: Bearer $token"

People sign in at %[1]s/sign-in. The README has a five-minute tour. Stop with Ctrl-C; run it again to go on.
`, d.URL, d.Tenant, d.ClientID, d.ClientSecret, file, people.String(), trust)
}
