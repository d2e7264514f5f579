package harness

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take to be ready, or to stop.
const patience = 60 * time.Second

// Server is the program at work.
type Server struct {
	URL     string
	Began   time.Time     // when the process was started
	ReadyIn time.Duration // from then to the first 200 of /readyz; set by Await
	left    string        // a file that it leaves when it is ready; empty: none
	cert    string        // the file of its certificate; empty: it speaks no TLS
	log     lockedBuffer
	proc    *os.Process
	gone    chan struct{} // closed when the process has ended
	state   *os.ProcessState
}

// Start runs the site on a free port until the end of the test and waits until it is ready. It must end well by itself
// unless the test ends it.
func (s *Site) Start(t testing.TB) *Server {
	t.Helper()
	server, err := s.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Errorf("%v\n%s", err, server.Log())
		}
	})
	if err := server.Await(); err != nil {
		t.Fatal(err)
	}
	if s.ClientID == "" {
		s.enter(t)
	}
	return server
}

// Launch starts the site without waiting: serves it as a sandbox, or makes the demo first where there is none. It keeps
// the port it had, so that tokens stay good.
func (s *Site) Launch() (*Server, error) {
	if s.URL == "" {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		s.URL = "http://localhost:" + port
		if s.TLS {
			s.URL = "https://localhost:" + port
		}
		if err := ln.Close(); err != nil {
			return nil, err
		}
	}
	out := &Server{URL: s.URL, gone: make(chan struct{})}
	listen := "--listen=127.0.0.1" + s.URL[strings.LastIndex(s.URL, ":"):]
	cmd := s.Command("serve", "--sandbox", listen)
	if s.ClientID == "" {
		cmd, out.left = s.Command("demo", listen), filepath.Join(s.Dir, entranceFile)
	}
	if s.TLS {
		cmd.Args, out.cert = append(cmd.Args, "--tls", "self-signed"), s.Cert()
	}
	cmd.Stderr = &out.log
	// It dies with this process, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go run(cmd, out, started)
	return out, <-started
}

// run stays on the thread that starts the process: the kernel sends Pdeathsig when that thread ends.
func run(cmd *exec.Cmd, out *Server, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out.Began = time.Now()
	err := cmd.Start()
	out.proc = cmd.Process
	started <- err
	if err != nil {
		return
	}
	_ = cmd.Wait() // the state says it all
	out.state = cmd.ProcessState
	close(out.gone)
}

// Await waits until /readyz answers 200 and a demo that is new has told how it is entered.
func (s *Server) Await() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: s.trust()}}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(r)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK && s.entered() {
				s.ReadyIn = time.Since(s.Began)
				return nil
			}
		}
		select {
		case <-s.gone:
			return fmt.Errorf("the server ended: %v\n%s", s.state, s.Log())
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w\n%s", ctx.Err(), s.Log())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// trust is what a client of the server needs to believe its certificate, which it makes while it starts; nil without TLS.
func (s *Server) trust() *tls.Config {
	text, err := os.ReadFile(s.cert)
	if s.cert == "" || err != nil {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

func (s *Server) entered() bool {
	if s.left == "" {
		return true
	}
	_, err := os.Stat(s.left)
	return err == nil
}

// Stop interrupts the server as Ctrl-C does; it must end well. More than once does no harm.
func (s *Server) Stop() error {
	select {
	case <-s.gone:
		return nil
	default:
	}
	_ = s.proc.Signal(os.Interrupt)
	select {
	case <-s.gone:
	case <-time.After(patience):
		s.Kill()
		return errors.New("the server does not stop")
	}
	if !s.state.Success() {
		return fmt.Errorf("the server ended with %v", s.state)
	}
	return nil
}

// Kill ends the process at once, like a power switch for it alone.
func (s *Server) Kill() {
	_ = s.proc.Kill()
	<-s.gone
}

// Log is what the server wrote to standard error so far.
func (s *Server) Log() string { return s.log.String() }

// lockedBuffer is written by the process and read by a test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
