// Package outbound is the only room that calls out.
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"strings"
	"time"
)

// Mailbox is where messages of the program itself go, by one SMTP server of the operator's choice.
type Mailbox struct {
	Server         string         // host:port; 465 speaks TLS from the start, others after STARTTLS where the server offers it
	User, Password string         // with both the server is asked to know us, over TLS or on this machine alone
	From, To       string         // addresses
	Roots          *x509.CertPool // of the server's certificate; nil: those of the machine
}

// Check tells what is wrong with the settings, without calling anybody.
func (m Mailbox) Check() error {
	_, from := mail.ParseAddress(m.From)
	_, to := mail.ParseAddress(m.To)
	_, _, server := net.SplitHostPort(m.Server)
	return errors.Join(from, to, server)
}

// mailTime bounds one message, from the call to the server's last word.
const mailTime = 30 * time.Second

// Send sends one message of plain text. Errors hold what the server said, never the password.
func (m Mailbox) Send(ctx context.Context, at time.Time, subject, text string) error {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return fmt.Errorf("outbound: the sender: %w", err)
	}
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return fmt.Errorf("outbound: the recipient: %w", err)
	}
	host, port, err := net.SplitHostPort(m.Server)
	if err != nil {
		return fmt.Errorf("outbound: the mail server: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	if err := m.deliver(ctx, host, port, from.Address, to.Address, message(from, to, at, subject, text)); err != nil {
		return fmt.Errorf("outbound: mail to %s: %w", host, err)
	}
	return nil
}

func (m Mailbox) deliver(ctx context.Context, host, port, from, to string, text []byte) (err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return err
	}
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return errors.Join(err, conn.Close())
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	settings := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: m.Roots}
	if port == "465" {
		conn = tls.Client(conn, settings)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer func() { _ = c.Close() }()
	if ok, _ := c.Extension("STARTTLS"); ok && port != "465" {
		if err := c.StartTLS(settings); err != nil {
			return err
		}
	}
	if m.User != "" {
		if ok, _ := c.Extension("AUTH"); !ok {
			return errors.New("it does not take names and passwords (AUTH)")
		}
		if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
			return err
		}
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// message is a plain-text message as SMTP takes it: lines end with CR LF, and stay as they are on the way.
func message(from, to *mail.Address, at time.Time, subject, text string) []byte {
	var b strings.Builder
	for _, h := range [][2]string{
		{"From", from.String()}, {"To", to.String()}, {"Date", at.UTC().Format(time.RFC1123Z)}, {"Subject", mime.QEncoding.Encode("utf-8", subject)},
		{"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "8bit"}, {"Auto-Submitted", "auto-generated"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	b.WriteString(strings.ReplaceAll(text, "\n", "\r\n"))
	return []byte(b.String())
}
