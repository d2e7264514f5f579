package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// flat is one client of those that ask as fast as they are answered: a socket that one thread watches with all others.
// A goroutine for each would take a sixth of the machine that it measures.
type flat struct {
	fd    int
	out   []byte
	in    []byte // room for an answer
	n     int    // of it that came
	whole int    // how long it is, header and body; 0: not known yet
	key   string // the id that it must tell
	begun time.Time
}

// asked is what the next client asks for: a path, a value that request ids take their form from, and the id to look for.
type asked func() (target, like, key string)

const answerRoom = 64 << 10 // bytes; an answer that is longer is refused

// driveFlat lets clients ask the server as fast as they are answered, for the warm-up and then for the measure.
func driveFlat(addr, token string, next asked, measure time.Duration, meters ...meter) (f figures, used []time.Duration, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return f, nil, os.NewSyscallError("epoll_create1", err)
	}
	defer func() { err = errors.Join(err, os.NewSyscallError("close", syscall.Close(poll))) }()
	head := " HTTP/1.1\r\nHost: " + addr + "\r\nAuthorization: Bearer " + token + "\r\nMS-RequestId: "
	clients := make([]flat, readClients)
	for i := range clients {
		c := &clients[i]
		if c.fd, err = connect(addr); err != nil {
			return f, nil, err
		}
		defer func() { _ = syscall.Close(c.fd) }()
		c.in = make([]byte, answerRoom)
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(i)} //nolint:gosec // a small number of clients
		if err := syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, c.fd, &event); err != nil {
			return f, nil, os.NewSyscallError("epoll_ctl", err)
		}
		if err := c.ask(head, next); err != nil {
			return f, nil, err
		}
	}
	start := time.Now().Add(warmUp)
	var began time.Time
	events := make([]syscall.EpollEvent, readClients)
	for {
		n, err := syscall.EpollWait(poll, events, 10_000)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return f, nil, os.NewSyscallError("epoll_wait", err)
		case n == 0:
			return f, nil, errors.New("nobody was answered for ten seconds")
		}
		for _, e := range events[:n] {
			c := &clients[e.Fd]
			done, err := c.read()
			if err != nil {
				return f, nil, err
			}
			if !done {
				continue
			}
			f.total++
			if !began.IsZero() {
				f.times = append(f.times, time.Since(c.begun))
			}
			if err := c.ask(head, next); err != nil {
				return f, nil, err
			}
		}
		now := time.Now()
		if began.IsZero() && now.After(start) {
			if used, err = readAll(meters); err != nil {
				return f, nil, err
			}
			began = time.Now()
		}
		if !began.IsZero() && now.Sub(began) >= measure {
			break
		}
	}
	f.took = time.Since(began)
	after, err := readAll(meters)
	if err != nil {
		return f, nil, err
	}
	for i := range after {
		after[i] -= used[i]
	}
	return f, after, nil
}

// connect gives a socket that never blocks whoever reads it.
func connect(addr string) (fd int, err error) {
	to, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return 0, err
	}
	if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0); err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())})
	if err == nil {
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	}
	if err == nil {
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		return 0, errors.Join(os.NewSyscallError("connect", err), syscall.Close(fd))
	}
	return fd, nil
}

func (c *flat) ask(head string, next asked) error {
	target, like, key := next()
	c.key, c.n, c.whole = key, 0, 0
	c.out = append(append(c.out[:0], "GET "...), target...)
	c.out = append(append(c.out, head...), freshID(like)...)
	c.out = append(c.out, "\r\n\r\n"...)
	c.begun = time.Now()
	n, err := syscall.Write(c.fd, c.out)
	if err == nil && n < len(c.out) {
		err = syscall.EAGAIN
	}
	return os.NewSyscallError("write", err)
}

// read takes what came of an answer; true: that was the end, and it is right.
func (c *flat) read() (bool, error) {
	n, err := syscall.Read(c.fd, c.in[c.n:])
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return false, nil
	case err != nil:
		return false, os.NewSyscallError("read", err)
	case n == 0:
		return false, errors.New("an answer that ends early, or is too long")
	}
	c.n += n
	if c.whole == 0 {
		at := bytes.Index(c.in[:c.n], []byte("\r\n\r\n"))
		if at < 0 {
			return false, nil
		}
		_, rest, found := bytes.Cut(c.in[:at+2], []byte("\r\nContent-Length: "))
		digits, _, _ := bytes.Cut(rest, []byte("\r\n"))
		length, err := strconv.Atoi(string(digits))
		if !found || err != nil {
			return false, errors.New("an answer without Content-Length")
		}
		c.whole = at + 4 + length
	}
	if c.n < c.whole {
		return false, nil
	}
	if !bytes.HasPrefix(c.in, []byte("HTTP/1.1 200 ")) || !bytes.Contains(c.in[:c.n], []byte(c.key)) {
		return false, fmt.Errorf("a GET was answered otherwise than with %d and its id: %.500s", http.StatusOK, c.in[:c.n])
	}
	return true, nil
}
