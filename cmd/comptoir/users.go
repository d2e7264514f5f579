package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

type userCommands struct {
	Add      userAddCommand      `cmd:"" help:"Add somebody who signs in: the operator's staff, or with --partner or --customer theirs."`
	Password userPasswordCommand `cmd:"" help:"Set a password; sessions and tokens end."`
	Roles    userRolesCommand    `cmd:"" help:"Set the roles."`
	TOTP     userTOTPCommand     `cmd:"" name:"totp" help:"Enrol an authenticator app, or forget it."`
	List     userListCommand     `cmd:"" help:"List people."`
	Remove   userRemoveCommand   `cmd:"" help:"Remove somebody."`
	Erase    userEraseCommand    `cmd:"" help:"Remove somebody and forget the name: the activity log says erased from then on. There is no way back."`
}

// newPassword says where a password comes from: never from the command line, which others can read.
type newPassword struct {
	Generate bool `help:"Make the password and print it, once; it is to be changed at the first sign-in. Else it is asked for, or read from standard input."`
}

// read gives the password; empty: one is to be made.
func (p newPassword) read(in *os.File, out io.Writer) (string, error) {
	if p.Generate {
		return "", nil
	}
	if !term.IsTerminal(int(in.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return required(strings.TrimRight(line, "\r\n"))
	}
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Once more: "} {
		_, _ = fmt.Fprint(out, prompt)
		text, err := term.ReadPassword(int(in.Fd()))
		_, _ = fmt.Fprintln(out)
		if err != nil {
			return "", err
		}
		typed[i] = string(text)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ")
	}
	return required(typed[0])
}

func required(password string) (string, error) {
	if password == "" {
		return "", errors.New("no password was given")
	}
	return password, nil
}

type userAddCommand struct {
	storage
	newPassword
	Name      string       `arg:"" help:"User principal name, such as ana@partner.example."`
	Role      []string     `help:"Short words of roles: GA, AA, OA …; may be repeated." required:""`
	Display   string       `help:"The name that is shown."`
	Partner   string       `help:"Tenant id or domain of the partner whose staff it is."`
	Customer  id.Customer  `help:"With --partner: tenant id of the customer whose staff it is."`
	Publisher id.Publisher `help:"Publisher whose staff it is."`
}

// Run adds the person.
func (c userAddCommand) Run(ctx context.Context) error {
	roles, err := parseRoles(c.Role)
	if err != nil {
		return err
	}
	password, err := c.read(os.Stdin, os.Stderr)
	if err != nil {
		return err
	}
	return c.with(ctx, func(s *site) error {
		who, err := s.steward(ctx, c.Partner)
		if err != nil {
			return err
		}
		if c.Customer != "" && c.Partner == "" {
			return errors.New("--customer goes with --partner")
		}
		p := party.Person{UPN: c.Name, DisplayName: c.Display, Customer: c.Customer, Publisher: c.Publisher, Roles: roles}
		added, err := outcome[app.Admitted](func(req app.Request) (app.Reply, error) {
			return s.app.Admit(ctx, who, req, p, password, !c.Generate)
		})
		if err != nil {
			return err
		}
		fmt.Printf("%s is added with the roles %s.\n", added.UPN, added.Roles)
		c.tell(added)
		return nil
	})
}

// tell prints a password that was made.
func (p newPassword) tell(a app.Admitted) {
	if p.Generate {
		fmt.Printf("Password, to be changed at the first sign-in: %s\n", a.InitialPassword)
	}
}

type userPasswordCommand struct {
	storage
	newPassword
	Name string `arg:"" help:"User principal name."`
}

// Run sets the password.
func (c userPasswordCommand) Run(ctx context.Context) error {
	password, err := c.read(os.Stdin, os.Stderr)
	if err != nil {
		return err
	}
	return c.change(ctx, c.Name, func(a app.Admitted) {
		fmt.Printf("The password of %s is set.\n", a.UPN)
		c.tell(a)
	}, app.PersonChange{Password: &password, Keep: !c.Generate})
}

type userRolesCommand struct {
	storage
	Name string   `arg:"" help:"User principal name."`
	Role []string `arg:"" help:"All roles, by their short words."`
}

// Run sets the roles.
func (c userRolesCommand) Run(ctx context.Context) error {
	roles, err := parseRoles(c.Role)
	if err != nil {
		return err
	}
	return c.change(ctx, c.Name, func(a app.Admitted) { fmt.Printf("%s has the roles %s.\n", a.UPN, a.Roles) }, app.PersonChange{Roles: &roles})
}

type userTOTPCommand struct {
	storage
	Name   string `arg:"" help:"User principal name."`
	Forget bool   `help:"Forget the authenticator app: signing in takes the password alone."`
}

// Run enrols an authenticator app and prints what it reads, once.
func (c userTOTPCommand) Run(ctx context.Context) error {
	if c.Forget {
		return c.change(ctx, c.Name, func(a app.Admitted) { fmt.Printf("The authenticator app of %s is forgotten.\n", a.UPN) }, app.PersonChange{DropTOTP: true})
	}
	return c.with(ctx, func(s *site) error {
		p, _, err := s.find(ctx, c.Name)
		if err != nil {
			return err
		}
		secret, uri := s.people("").EnrolTOTP(p)
		sealed, err := s.people("").SealTOTP(p, secret)
		if err != nil {
			return err
		}
		return s.changePerson(ctx, p, app.PersonChange{TOTP: sealed}, func(app.Admitted) {
			fmt.Printf("Add this to the authenticator app of %s; it is shown once:\n%s\n", p.UPN, uri)
		})
	})
}

type userListCommand struct {
	storage
	Partner  string      `help:"Tenant id or domain of the partner; without it the operator's and publishers' people."`
	Customer id.Customer `help:"With --partner: tenant id of a customer."`
}

// Run prints a table.
func (c userListCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		who, err := s.steward(ctx, c.Partner)
		if err != nil {
			return err
		}
		var people []party.Person
		if err := s.store.View(ctx, func(r app.Reader) (err error) {
			people, err = r.People(who.Scope, app.PeopleQuery{Customer: c.Customer})
			return err
		}); err != nil {
			return err
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		for _, p := range people {
			second := ""
			if p.TOTP != nil {
				second = "authenticator"
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", p.UPN, p.Roles, p.State, second, p.DisplayName)
		}
		return out.Flush()
	})
}

type userRemoveCommand struct {
	storage
	Name string `arg:"" help:"User principal name."`
}

// Run removes the person.
func (c userRemoveCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		p, who, err := s.find(ctx, c.Name)
		if err != nil {
			return err
		}
		if _, err := s.app.Dismiss(ctx, who, app.Request{}, p.Customer, p.ID); err != nil {
			return told(err)
		}
		fmt.Printf("%s is removed.\n", p.UPN)
		return nil
	})
}

type userEraseCommand struct {
	storage
	Name string `arg:"" help:"User principal name, also of somebody who was removed before."`
}

// Run forgets the name.
func (c userEraseCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		p, who, err := s.find(ctx, c.Name)
		found := &p
		if f := fault.Of(err); f != nil && f.Code == "user.unknown" {
			found = nil
			who, err = s.steward(ctx, "")
		}
		if err != nil {
			return err
		}
		upn, _ := party.ParseUPN(c.Name)
		n, err := outcome[int](func(req app.Request) (app.Reply, error) { return s.app.Erase(ctx, who, req, upn, found) })
		if err != nil {
			return err
		}
		fmt.Printf("%s is erased from the activity log, where the name stood for %d users. Older backups still hold it.\n", upn, n)
		return nil
	})
}

func parseRoles(words []string) (party.Roles, error) {
	roles, ok := party.ParseRoles(strings.Join(words, " "))
	if !ok {
		return nil, fmt.Errorf("a role is none of %s", party.RolesOf(party.AllRoles()...))
	}
	return roles, nil
}

// with opens the installation for one command.
func (s storage) with(ctx context.Context, do func(*site) error) error {
	open, err := s.open(ctx, logger())
	if err != nil {
		return err
	}
	return errors.Join(do(open), open.close())
}

// change changes one person and tells of it.
func (s storage) change(ctx context.Context, name string, tell func(app.Admitted), c app.PersonChange) error {
	return s.with(ctx, func(open *site) error {
		p, _, err := open.find(ctx, name)
		if err != nil {
			return err
		}
		return open.changePerson(ctx, p, c, tell)
	})
}

func (s *site) changePerson(ctx context.Context, p party.Person, c app.PersonChange, tell func(app.Admitted)) error {
	who, err := s.steward(ctx, string(p.Partner))
	if err != nil {
		return err
	}
	a, err := outcome[app.Admitted](func(req app.Request) (app.Reply, error) { return s.app.Reform(ctx, who, req, p.Customer, p.ID, c) })
	if err != nil {
		return err
	}
	tell(a)
	return nil
}

// steward is who runs commands on the installation's own machine, at work in a partner's tenant; "" is none.
func (s *site) steward(ctx context.Context, partner string) (party.Actor, error) {
	who := operator
	who.Roles, who.Proved = party.RolesOf(party.OperatorAdmin, party.GlobalAdmin), true
	if partner == "" {
		return who, nil
	}
	tenant, ok := id.ParseGUID(partner)
	if !ok {
		found, err := s.store.Tenant(ctx, strings.ToLower(partner))
		if err != nil {
			return who, fmt.Errorf("no partner has the domain %s: %w", partner, err)
		}
		tenant = string(found)
	}
	who.Scope = party.NewScope(id.Partner(tenant), "")
	err := s.store.View(ctx, func(r app.Reader) error {
		_, err := r.Partner(who.Scope)
		return err
	})
	return who, err
}

// find is the person with a user principal name, and who may change it.
func (s *site) find(ctx context.Context, name string) (party.Person, party.Actor, error) {
	upn, _ := party.ParseUPN(name)
	p, _, err := s.store.PersonNamed(ctx, upn)
	if err != nil {
		return p, party.Actor{}, fmt.Errorf("%s: %w", name, err)
	}
	who, err := s.steward(ctx, string(p.Partner))
	return p, who, err
}

// outcome runs an act and gives what came of it.
func outcome[T any](act func(app.Request) (app.Reply, error)) (out T, err error) {
	_, err = act(app.Request{Answer: func(o any) (app.Reply, error) {
		out = o.(T)
		return app.Reply{}, nil
	}})
	return out, told(err)
}

// told is an error with the values of its fault, for who runs the installation.
func told(err error) error {
	if f := fault.Of(err); f != nil && len(f.Args) > 0 {
		return fmt.Errorf("%s %v", f.Code, f.Args)
	}
	return err
}

// people is the site's sign-in at an address.
func (s *site) people(url string) *identity.People {
	return &identity.People{
		Store: s.store, Wall: when.Wall{}, IDs: id.Random{}, Vault: s.secrets.Vault, Key: s.secrets.Derive("sign-in", 32),
		URL: url, Secure: strings.HasPrefix(url, "https:"), Log: s.log,
	}
}
