package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/collector"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/turn"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

// profiledServer is the first argument of this program when it serves in place of the binary, with profiles. It is
// wired like `comptoir serve` as far as a checkout is concerned.
const profiledServer = "profiled-server"

func serveProfiled(args []string) (err error) {
	set := flag.NewFlagSet(profiledServer, flag.ContinueOnError)
	data := set.String("data", "", "data folder of a demo")
	database := set.String("database", "", "its database")
	listen := set.String("listen", "", "address")
	profile := set.String("profile", "", "profiles: this path with .cpu and .allocs")
	if err := set.Parse(args); err != nil {
		return err
	}
	collector.Tune()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	secrets, err := vault.Open(vault.Options{Dir: filepath.Join(*data, "secrets"), Env: os.Getenv})
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, *database, store.Options{Wall: when.Wall{}, Sealer: secrets.Vault})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	core := &app.App{Store: st, Due: st, Clock: when.Wall{}, Wall: when.Wall{}, IDs: id.Random{}, Vault: secrets.Vault}
	tokens, err := identity.NewTokens("http://"+*listen, secrets.SigningKeys(), when.Wall{}, id.Random{})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	api := partnercenter.New(core, partnercenter.Options{
		Auth: identity.Authenticator{Tokens: tokens, Store: st}, IDs: id.Random{}, Wall: when.Wall{}, Log: log,
		CursorKey: secrets.Derive("paging", 32),
	})
	mux := http.NewServeMux()
	mux.Handle("/", identity.Handler(identity.Options{Tokens: tokens, Store: st, Wall: when.Wall{}, IDs: id.Random{}, Log: log}))
	mux.Handle("/v1/", api)
	for _, path := range [...]string{"/readyz", "/healthz"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	}
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return turn.Caller(ctx) },
	}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	return profiled(*profile, func() error {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
}

// profiled writes profiles of what work does.
func profiled(path string, work func() error) (err error) {
	cpu, err := os.Create(path + ".cpu")
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return err
	}
	err = work()
	pprof.StopCPUProfile()
	allocs, aerr := os.Create(path + ".allocs")
	if aerr == nil {
		aerr = errors.Join(pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close())
	}
	return errors.Join(err, aerr, cpu.Close())
}
