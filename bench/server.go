package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// readyTimeout bounds a start, the demo's making included.
const readyTimeout = 60 * time.Second

// build makes the binary as it is released, and notes its size.
func (b *bench) build(ctx context.Context) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	b.binary = filepath.Join(b.dir, "comptoir")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.binary, "./cmd/comptoir")
	build.Dir = strings.TrimSpace(string(root))
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	b.report.size = info.Size()
	fmt.Printf("binary: %.1f MB\n", megabytes(info.Size()))
	return nil
}

// server is our binary in a process of its own.
type server struct {
	addr, data string
	cmd        *exec.Cmd
	ended      chan error
	ready      time.Duration // from its start to the first 200 of /readyz
	log        *os.File
}

// serve starts a command of the binary that serves, and waits until it is ready.
func (b *bench) serve(ctx context.Context, e database, dir, command string, more ...string) (*server, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{addr: ln.Addr().String(), data: filepath.Join(dir, "data"), ended: make(chan error, 1)}
	if err := ln.Close(); err != nil {
		return nil, err
	}
	if s.log, err = os.CreateTemp(dir, "log-"); err != nil {
		return nil, err
	}
	binary := b.binary
	if command == profiledServer {
		if binary, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	args := append([]string{command, "--data", s.data, "--database", e.url(), "--listen", s.addr}, more...)
	s.cmd = exec.CommandContext(ctx, binary, args...)
	s.cmd.Stderr = s.log
	begin := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.cmd.Wait() }()
	for {
		if s.answers() {
			s.ready = time.Since(begin)
			return s, nil
		}
		select {
		case err := <-s.ended:
			return nil, fmt.Errorf("%s ended: %w\n%s", command, err, s.said())
		case <-time.After(time.Millisecond):
		}
		if time.Since(begin) > readyTimeout {
			s.kill()
			return nil, fmt.Errorf("%s was not ready after %s\n%s", command, readyTimeout, s.said())
		}
	}
}

// answers asks /readyz once, on a connection of its own.
func (s *server) answers() bool {
	conn, err := net.DialTimeout("tcp", s.addr, time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(3 * time.Second)); err != nil {
		return false
	}
	if _, err := io.WriteString(conn, "GET /readyz HTTP/1.1\r\nHost: "+s.addr+"\r\nConnection: close\r\n\r\n"); err != nil {
		return false
	}
	text, err := io.ReadAll(conn)
	return err == nil && bytes.HasPrefix(text, []byte("HTTP/1.1 200 "))
}

// said is the end of what the server logged.
func (s *server) said() string {
	text, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}

// stop asks the server to end and waits until it has.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	select {
	case err := <-s.ended:
		s.ended <- err
		if err != nil {
			return fmt.Errorf("the server ended badly: %w\n%s", err, s.said())
		}
		return s.log.Close()
	case <-time.After(20 * time.Second):
		return errors.New("the server does not end")
	}
}

// kill ends the server if it still runs.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	err := <-s.ended
	s.ended <- err
}

// token signs in as the demo's client.
func (s *server) token(ctx context.Context, d demo) (string, error) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {d.ClientID}, "client_secret": {d.ClientSecret},
		"resource": {"https://api.partnercenter.microsoft.com"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.addr+"/"+d.Tenant+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var out struct {
		Token string `json:"access_token"`
	}
	return out.Token, s.do(req, http.StatusOK, &out)
}

// post sends a value as JSON, or nothing, and reads the answer into out.
func (s *server) post(ctx context.Context, token, path string, in any, want int, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.addr+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("MS-RequestId", id.Random{}.GUID())
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return s.do(req, want, out)
}

func (s *server) do(req *http.Request, want int, out any) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != want {
		return fmt.Errorf("%s %s: %s %.500s\n%s", req.Method, req.URL.Path, resp.Status, text, s.said())
	}
	return json.Unmarshal(text, out)
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }
