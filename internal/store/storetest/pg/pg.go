// Package pg starts a PostgreSQL server of its own for tests, benchmarks and browser runs: in a temporary folder, on a
// private socket, with the server's own durability settings unless Volatile says otherwise, gone at the end.
package pg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// BinEnv names the folder of initdb and postgres; without it DefaultBin is looked in.
const BinEnv = "COMPTOIR_PG_BIN"

// DefaultBin is where Debian puts PostgreSQL 15.
const DefaultBin = "/usr/lib/postgresql/15/bin"

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 20 * time.Second
	folderPrefix = "comptoir-pg-" // then the owner's process id and a random part
)

// Server is a running server. Its superuser is postgres, without a password, for whoever may open the socket.
type Server struct {
	dir  string
	proc *os.Process
	gone chan struct{} // closed when the server has ended
}

// Start makes a cluster and starts a server on it, as user postgres when this process is root (the server refuses
// root). The server ends with this process, however that ends; Stop also removes its folder. What a killed owner left
// in the temporary folder is removed by the next Start.
func Start(ctx context.Context) (*Server, error) { return start(ctx, os.TempDir()) }

// start is Start with a folder in that one and more settings.
func start(ctx context.Context, in string, settings ...string) (*Server, error) {
	bin := os.Getenv(BinEnv)
	if bin == "" {
		bin = DefaultBin
	}
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return nil, fmt.Errorf("pg: PostgreSQL is needed: no %s in %s (set %s to its folder): %w", name, bin, BinEnv, err)
		}
	}
	cred, err := credential()
	if err != nil {
		return nil, err
	}
	sweep()
	dir, err := os.MkdirTemp(in, folderPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, gone: make(chan struct{})}
	if err := s.start(ctx, bin, cred, settings); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, bin string, cred *syscall.Credential, settings []string) error {
	if cred != nil {
		if err := os.Chown(s.dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: cred}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pg: initdb: %w\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-c", "listen_addresses=",
		"-c", "max_connections=200")
	for _, set := range settings {
		server.Args = append(server.Args, "-c", set)
	}
	server.Dir, server.Stdout, server.Stderr = s.dir, log, log
	server.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGQUIT, Setpgid: true}
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread that forked ends: this one stays as long as the server.
		runtime.LockOSThread()
		err := server.Start()
		started <- err
		if err == nil {
			_ = server.Wait()
			close(s.gone)
		}
		runtime.UnlockOSThread()
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("pg: start: %w", err)
	}
	s.proc = server.Process
	return s.ready(ctx)
}

// ready waits until the server answers.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-s.gone:
			return fmt.Errorf("pg: the server ended: %s", s.log())
		case <-ctx.Done():
			return fmt.Errorf("pg: no answer: %w\n%s", err, s.log())
		}
	}
}

func (s *Server) log() string {
	f, err := os.Open(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	defer func() { _ = f.Close() }()
	text, _ := io.ReadAll(io.LimitReader(f, 8<<10))
	return string(text)
}

// URL of a database of the server.
func (s *Server) URL(database string) string {
	q := url.Values{"host": {s.dir}, "user": {"postgres"}}
	return "postgres:///" + url.PathEscape(database) + "?" + q.Encode()
}

// Create makes a database, a copy of template unless that is empty, and returns its URL. Nobody may be connected to
// the template.
func (s *Server) Create(ctx context.Context, name, template string) (string, error) {
	sql := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize()
	if template != "" {
		sql += " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	}
	return s.URL(name), s.exec(ctx, sql)
}

// Drop removes a database, whoever is connected to it.
func (s *Server) Drop(ctx context.Context, name string) error {
	return s.exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

func (s *Server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// Stop ends the server and removes its folder. More than once does no harm.
func (s *Server) Stop() error {
	if s.proc != nil {
		_ = s.proc.Signal(syscall.SIGINT) // fast shutdown: clients are sent away
		select {
		case <-s.gone:
		case <-time.After(stopTimeout):
			_ = s.proc.Signal(syscall.SIGQUIT)
			<-s.gone
		}
	}
	return os.RemoveAll(s.dir)
}

// Kill ends the server like a crash, its folder stays until Stop.
func (s *Server) Kill() {
	_ = s.proc.Signal(syscall.SIGQUIT)
	<-s.gone
}

// credential of user postgres, nil when this process is not root.
func credential() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("pg: the server does not run as root and there is no user postgres: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// sweep removes the folders of owners that are gone.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	more, _ := filepath.Glob(filepath.Join(memory, folderPrefix+"*"))
	for _, dir := range append(left, more...) {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), folderPrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(dir)
		}
	}
}

var shared struct {
	once   sync.Once
	start  func(ctx context.Context) (*Server, error) // nil: Start
	server *Server
	err    error
}

// Shared is the one server of this process, started when first asked for. Whoever ends the process calls StopShared.
func Shared(ctx context.Context) (*Server, error) {
	shared.once.Do(func() {
		if shared.start == nil {
			shared.start = Start
		}
		shared.server, shared.err = shared.start(ctx)
	})
	return shared.server, shared.err
}

// memory is a folder that Linux keeps in memory, and memoryRoom the bytes that have to be free there.
const (
	memory     = "/dev/shm"
	memoryRoom = 2 << 30
)

// Volatile says, before the first Shared, that nothing of it has to outlive the machine: it lies in memory where there is room,
// and waits for no disk. A transaction is what it always is, and the server may crash. It is for tests of what is decided and
// kept; what is measured, killed or unplugged starts a server of its own.
func Volatile() {
	shared.start = func(ctx context.Context) (*Server, error) {
		in := os.TempDir()
		var room syscall.Statfs_t
		if err := syscall.Statfs(memory, &room); err == nil && room.Bavail*uint64(room.Bsize) >= memoryRoom {
			in = memory
		}
		return start(ctx, in, "fsync=off", "full_page_writes=off", "max_wal_size=128MB")
	}
}

// Set says, before the first Shared, with which settings beside the server's own it is started, such as "max_wal_size=8GB".
func Set(settings ...string) {
	shared.start = func(ctx context.Context) (*Server, error) { return start(ctx, os.TempDir(), settings...) }
}

// StopShared stops the shared server if it was started.
func StopShared() error {
	shared.once.Do(func() { shared.err = errors.New("pg: stopped") })
	if shared.server == nil {
		return nil
	}
	return shared.server.Stop()
}
