package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/api/downloads"
	"github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/jobs"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/turn"
	"github.com/comptoir-dev/comptoir/internal/web"
	"github.com/comptoir-dev/comptoir/internal/web/static"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// listening says where a server listens.
type listening struct {
	Listen  string `help:"Address to listen on." default:"127.0.0.1:8080"`
	TLS     string `help:"self-signed: speak TLS only, with a certificate made for this machine and kept in the data folder." enum:",self-signed" default:"" name:"tls"`
	TLSCert string `help:"Certificate file; with --tls-key the server speaks TLS only." type:"existingfile" name:"tls-cert"`
	TLSKey  string `help:"Key file of the certificate." type:"existingfile" name:"tls-key"`
	// PublicURL is the issuer of tokens too.
	PublicURL string `help:"Address that callers use where it is another than the one listened on, such as a proxy's: https://…" name:"public-url"`
	Metrics   string `help:"Address of a second listener where a monitoring system scrapes /metrics; empty: none."`
	BOM       bool   `help:"Start JSON answers of the API with a byte order mark: one old PowerShell module needs it, plain JSON readers stop at it." name:"bom"`
	OIDC      struct {
		Issuer     string `help:"Issuer that people may sign in with too: its https address."`
		Name       string `help:"What the button of that issuer says." default:"single sign-on"`
		ClientID   string `help:"This server's client id at the issuer." name:"client-id"`
		SecretFile string `help:"File with the client secret." type:"existingfile" name:"secret-file"`
		UPN        bool   `help:"Find people by the upn claim too, where their e-mail address is not verified: only where nobody else than the issuer's operator can choose it." name:"upn"`
	} `embed:"" prefix:"oidc-"`
	logging
}

type serveCommand struct {
	storage
	listening
	Sandbox bool `help:"Movable clock, and playing the publisher."`
}

// Run serves until interrupted.
func (c serveCommand) Run(ctx context.Context) error {
	ln, err := c.listen(ctx)
	if err != nil {
		return err
	}
	s, err := c.open(ctx, logger())
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	return errors.Join(c.serve(ctx, ln, s, c.storage, c.Sandbox, nil), s.close())
}

// listen takes the port before anything else is done: where that fails, nothing was.
func (l listening) listen(ctx context.Context) (net.Listener, error) {
	if (l.TLSCert == "") != (l.TLSKey == "") {
		return nil, errors.New("--tls-cert and --tls-key go together")
	}
	if l.TLS != "" && l.TLSCert != "" {
		return nil, errors.New("--tls self-signed and --tls-cert exclude each other")
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	return ln, nil
}

// serve calls ready with the URL, then answers on ln until ctx ends.
func (l listening) serve(ctx context.Context, ln net.Listener, s *site, st storage, play bool, ready func(url string) error) error {
	url := l.url(ln.Addr())
	pair, err := l.certificate(st.Data)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	if err := s.sweepFiles(ctx, st.engine()); err != nil {
		return errors.Join(err, ln.Close())
	}
	outside, err := l.external(url)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	keep, err := l.job(s, st.Data, play)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	meter, watched, err := l.meter(ctx, s)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer meter.close()
	board := &jobs.Board{Wall: when.Wall{}}
	s.app.Jobs = board
	handler, sweep, err := s.handler(l, url, outside, st, play, watched)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 60 * time.Second, MaxHeaderBytes: 64 << 10,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return turn.Caller(ctx) },
	}
	if ready != nil { // the port is ours and callers may queue: what they need is there before the first answer
		if err := ready(url); err != nil {
			return errors.Join(err, ln.Close())
		}
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var working sync.WaitGroup
	s.work(background, &working, board, sweep, keep)
	served := make(chan error, 1)
	go func() {
		if pair != nil {
			server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*pair}, MinVersion: tls.VersionTLS12}
			served <- server.ServeTLS(ln, "", "")
		} else {
			served <- server.Serve(ln)
		}
	}()
	select {
	case err = <-served:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		err = server.Shutdown(grace)
	}
	stop()
	working.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// work starts what happens by itself, and puts it on the board.
func (s *site) work(ctx context.Context, working *sync.WaitGroup, board *jobs.Board, sweep *jobs.Sweep, keep *jobs.Log) {
	board.Add("sweep", sweep.Now)
	sweep.Note = func(err error) { board.Note("sweep", err) }
	working.Go(func() { sweep.Run(ctx) })

	supplier := &app.Supply{App: s.app}
	board.Add("supply", func(ctx context.Context) error {
		_, err := supplier.Now(ctx)
		board.Note("supply", err)
		return err
	})
	supply := jobs.Supply{Low: s.app.LowPools, Log: s.log, Look: func(ctx context.Context) (app.Supplied, error) {
		out, err := supplier.Look(ctx)
		board.Note("supply", err)
		return out, err
	}}
	working.Go(func() { supply.Run(ctx) })

	board.Add("log", func(ctx context.Context) error {
		_, err := (&app.Integrator{Store: s.tree.Store, Key: s.tree.Key, Wall: s.tree.Wall}).CatchUp(ctx)
		board.Note("log", err)
		return err
	})
	keep.Note = func(err error) { board.Note("log", err) }
	working.Go(func() { keep.Run(ctx) })

	again := func(ctx context.Context) (done, broken int, err error) {
		done, broken, err = s.store.Rewrap(ctx, s.secrets.Vault)
		board.Note("rewrap", err)
		return done, broken, err
	}
	board.Add("rewrap", func(ctx context.Context) error {
		_, _, err := again(ctx)
		return err
	})
	rewrap := jobs.Rewrap{Vault: s.secrets.Vault, Log: s.log, Again: again}
	working.Go(func() { rewrap.Run(ctx) })

	for kind, tidy := range map[string]*jobs.Tidy{
		"uploads": {What: "unfinished media", Every: time.Hour, Do: func(ctx context.Context) (int, error) {
			return s.app.SweepMedia(ctx, when.Wall{}.Now().Add(-app.UploadLife))
		}},
		"replays": {What: "answers kept for replay", Every: time.Minute, Do: s.store.PurgeReplays},
	} {
		do := tidy.Do
		tidy.Log = s.log
		tidy.Do = func(ctx context.Context) (int, error) {
			n, err := do(ctx)
			board.Note(kind, err)
			return n, err
		}
		board.Add(kind, func(ctx context.Context) error {
			_, err := tidy.Do(ctx)
			return err
		})
		working.Go(func() { tidy.Run(ctx) })
	}
}

// external is the issuer that people may sign in with beside their passwords; nil where none is set.
func (l listening) external(url string) (*identity.External, error) {
	o := l.OIDC
	if o.Issuer == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	if o.ClientID == "" || o.SecretFile == "" {
		return nil, errors.New("--oidc-issuer needs --oidc-client-id and --oidc-secret-file")
	}
	secret, err := os.ReadFile(o.SecretFile)
	if err != nil {
		return nil, err
	}
	return &identity.External{
		Name: o.Name, Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: strings.TrimSpace(string(secret)), Callback: url + identity.CallbackPath,
		HTTP: &http.Client{Timeout: 10 * time.Second}, UPN: o.UPN,
	}, nil
}

// url is how callers on this machine reach the server: by name where it listens on the loopback, so that passkeys work.
func (l listening) url(a net.Addr) string {
	if l.PublicURL != "" {
		return strings.TrimRight(l.PublicURL, "/")
	}
	scheme := "http"
	if l.TLSCert != "" || l.TLS != "" {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// handler is everything the server answers.
func (s *site) handler(l listening, url string, outside *identity.External, st storage, play bool, watched watch) (http.Handler, *jobs.Sweep, error) {
	tokens, err := identity.NewTokens(url, s.secrets.SigningKeys(), when.Wall{}, id.Random{})
	if err != nil {
		return nil, nil, err
	}
	sweep := &jobs.Sweep{App: s.app, Clock: s.clock, Log: s.log}
	o := partnercenter.Options{
		Auth: identity.Authenticator{Tokens: tokens, Store: s.store}, IDs: id.Random{}, Wall: when.Wall{}, Log: s.log,
		CursorKey: s.secrets.Derive("paging", 32), RequestsPerMinute: (&rates{store: s.store}).of, PublicURL: url, BOM: l.BOM,
		ServerID: id.Random{}.Opaque(8), // tells processes apart, and nothing of the machine
	}
	people := s.people(url)
	shown := &ui.Site{
		App: s.app, People: people, IDs: id.Random{}, Wall: when.Wall{}, Log: s.log, Version: buildVersion(), Database: st.engine(), URL: url,
	}
	shown.Sweep = sweep.Last
	shown.LogWaiting = func(ctx context.Context) (int, error) {
		_, _, arrived, err := s.store.Arrivals(ctx, manyWaiting)
		return len(arrived), err
	}
	shown.Paces = s.pace
	if st.engine() == "SQLite" {
		shown.Backups = &backups{dir: filepath.Join(st.Data, "backups"), url: st.url(), log: s.log}
	}
	shown.Schema = s.schema
	shown.Verify = func(ctx context.Context) ([]string, app.Audited, error) {
		books, err := s.store.Verify(ctx)
		if err != nil {
			return nil, app.Audited{}, err
		}
		log, err := s.auditLog(ctx, st.engine(), l.path(st.Data), nil)
		return books, log, err
	}
	if play {
		clockwork := &sandbox.Clockwork{
			Sweep: sweep, Clock: s.clock, Due: s.store, Log: s.log,
			Archive: s.store, Folder: filepath.Join(st.Data, "snapshots"), Wall: when.Wall{},
		}
		o.Sandbox, shown.Sandbox = clockwork, clockwork
	}
	api := watched("api", partnercenter.New(s.app, o))
	signIn := watched("sign-in", identity.Handler(identity.Options{Tokens: tokens, People: people, Store: s.store, Wall: when.Wall{}, IDs: id.Random{}, Log: s.log, External: outside, Style: static.Path("comptoir.css"), Script: static.Path("passkey.js")}))
	media := watched("downloads", downloads.Handler{App: s.app, Media: s.media, Log: s.log})
	pages := http.NewServeMux()
	pages.Handle("/", watched("pages", web.Handler(shown)))
	pages.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	pages.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := s.store.Health(ctx); err != nil {
			s.log.Error("readiness", "error", err)
			plain(w, http.StatusServiceUnavailable, "the database does not answer")
			return
		}
		plain(w, http.StatusOK, "ready")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case partnercenter.Owns(r.URL.Path):
			api.ServeHTTP(w, r)
		case identity.Serves(r.URL.Path):
			signIn.ServeHTTP(w, r)
		case downloads.Owns(r.URL.Path):
			media.ServeHTTP(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	}), sweep, nil
}

// pace is how long answers took, as the console shows it.
func (s *site) pace() (all []ui.Pace) {
	for _, p := range s.paces() {
		span := func(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
		all = append(all, ui.Pace{Door: p.Door, Answers: p.Answers, P50: span(p.P50), P99: span(p.P99), Over: p.Over})
	}
	return all
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a caller who hung up is no error of ours
}
