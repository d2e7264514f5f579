package outbound

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// post is an SMTP server for one conversation.
type post struct {
	addr   string
	offers []string    // extensions
	tls    *tls.Config // of STARTTLS
	refuse string      // the command that it refuses
	silent bool        // says nothing after the greeting

	mu   sync.Mutex
	said []string // by the client, outside of the message
	text string
}

func (p *post) start(t *testing.T) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = ln.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		p.talk(conn)
	})
	t.Cleanup(func() { _ = ln.Close(); serving.Wait() })
}

func (p *post) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(lines ...string) { _, _ = fmt.Fprint(conn, strings.Join(lines, "\r\n")+"\r\n") }
	say("220 post.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		p.mu.Lock()
		p.said = append(p.said, line)
		p.mu.Unlock()
		verb, _, _ := strings.Cut(line, " ")
		switch {
		case p.silent:
		case p.refuse != "" && strings.HasPrefix(line, p.refuse):
			say("550 not here")
		case verb == "EHLO":
			lines := []string{"250-post.example"}
			for _, e := range p.offers {
				lines = append(lines, "250-"+e)
			}
			say(append(lines, "250 8BITMIME")...)
		case verb == "STARTTLS":
			say("220 go on")
			secure := tls.Server(conn, p.tls)
			if secure.Handshake() != nil {
				return
			}
			conn, in = secure, bufio.NewReader(secure)
		case verb == "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				b.WriteString(line)
			}
			p.mu.Lock()
			p.text = b.String()
			p.mu.Unlock()
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		case verb == "AUTH":
			say("235 known")
		default:
			say("250 fine")
		}
	}
}

func (p *post) heard(prefix string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.said {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	return false
}

func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}, pool
}

var sentAt = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

func TestF53MailIsTaken(t *testing.T) {
	settings, roots := certificate(t)
	for _, c := range []struct {
		name   string
		post   *post
		user   string
		secure bool
	}{
		{"in clear", &post{}, "", false},
		{"over TLS where it is offered, known by name", &post{offers: []string{"STARTTLS", "AUTH PLAIN"}, tls: settings}, "comptoir", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.post.start(t)
			m := Mailbox{Server: c.post.addr, From: "Log <log@centre.example>", To: "auditor@elsewhere.example", User: c.user, Password: "canary", Roots: roots}
			if err := m.Check(); err != nil {
				t.Fatal(err)
			}
			if err := m.Send(t.Context(), sentAt, "Prüfpunkt", "one\n.\n— two\n"); err != nil {
				t.Fatal(err)
			}
			c.post.mu.Lock()
			text := c.post.text
			c.post.mu.Unlock()
			for _, want := range []string{
				"From: \"Log\" <log@centre.example>\r\n", "To: <auditor@elsewhere.example>\r\n", "Date: Fri, 20 Nov 2026 10:00:00 +0000\r\n",
				"Subject: =?utf-8?q?Pr=C3=BCfpunkt?=\r\n", "\r\n\r\none\r\n..\r\n— two\r\n",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("%q lacks %q", text, want)
				}
			}
			if !c.post.heard("MAIL FROM:<log@centre.example>") || !c.post.heard("RCPT TO:<auditor@elsewhere.example>") ||
				c.post.heard("STARTTLS") != c.secure || c.post.heard("AUTH") != (c.user != "") {
				t.Errorf("%q", c.post.said)
			}
		})
	}
}

func TestMailIsNotTaken(t *testing.T) {
	settings, roots := certificate(t)
	for _, c := range []struct {
		name  string
		post  *post
		roots *x509.CertPool
		user  string
		says  string
	}{
		{"the sender is refused", &post{refuse: "MAIL"}, roots, "", "550"},
		{"the recipient is refused", &post{refuse: "RCPT"}, roots, "", "550"},
		{"a certificate of nobody we know", &post{offers: []string{"STARTTLS"}, tls: settings}, x509.NewCertPool(), "", "certificate"},
		{"it does not ask for names", &post{}, roots, "comptoir", "AUTH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.post.start(t)
			m := Mailbox{Server: c.post.addr, From: "log@centre.example", To: "a@b.example", User: c.user, Password: "canary", Roots: c.roots}
			err := m.Send(t.Context(), sentAt, "x", "y")
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "canary") || c.post.text != "" {
				t.Errorf("%v, want %s", err, c.says)
			}
		})
	}
	silent := post{silent: true}
	silent.start(t)
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	m := Mailbox{Server: silent.addr, From: "log@centre.example", To: "a@b.example"}
	if err := m.Send(ctx, sentAt, "x", "y"); err == nil {
		t.Error("a server that says nothing took it")
	}
	for name, m := range map[string]Mailbox{
		"no sender":    {Server: "h:25", To: "a@b.example"},
		"no recipient": {Server: "h:25", From: "a@b.example"},
		"no port":      {Server: "h", From: "a@b.example", To: "a@b.example"},
		"two lines":    {Server: "h:25", From: "a@b.example\r\nBcc: c@d.example", To: "a@b.example"},
	} {
		if m.Check() == nil {
			t.Errorf("%s will do", name)
		}
	}
}
