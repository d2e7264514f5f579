package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

// cartLines are the lines of every cart.
const cartLines = 3

func checkoutPath(customer, cart string) string {
	return "/v1/customers/" + customer + "/carts/" + cart + "/checkout"
}

// caller is one client: a connection kept alive, a request put together without net/http, an answer hardly parsed. It
// shares the machine with the server, so it does as little as it can.
type caller struct {
	conn  net.Conn
	in    *bufio.Reader
	out   []byte
	body  []byte
	head  string // what follows the path in every request
	tail  []byte // of every request: its body
	first bool   // its first answer is read whole
}

func newCaller(addr, token string) (*caller, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &caller{
		conn: conn, in: bufio.NewReaderSize(conn, 16<<10), first: true,
		head: " HTTP/1.1\r\nHost: " + addr + "\r\nAuthorization: Bearer " + token + "\r\nContent-Length: 0\r\nMS-RequestId: ",
	}, nil
}

// checkout buys a cart under a new request id.
func (c *caller) checkout(customer, cart string) error {
	status, err := c.call(http.MethodPost, checkoutPath(customer, cart), cart)
	if err != nil {
		return err
	}
	if status != http.StatusCreated || bytes.Count(c.body, []byte(`"lineItemNumber":`)) != cartLines {
		return fmt.Errorf("a checkout was answered otherwise than with 201 and %d lines: %.500s", cartLines, c.body)
	}
	if c.first {
		c.first = false
		var a checkoutAnswer
		if err := json.Unmarshal(c.body, &a); err != nil {
			return err
		}
		return a.check()
	}
	return nil
}

// call sends a request without a body, under a new request id in the form of like, and reads the answer.
func (c *caller) call(method, target, like string) (status int, err error) {
	c.out = append(c.out[:0], method...)
	c.out = append(c.out, ' ')
	c.out = append(c.out, target...)
	c.out = append(c.out, c.head...)
	c.out = append(c.out, freshID(like)...)
	c.out = append(c.out, "\r\n\r\n"...)
	c.out = append(c.out, c.tail...)
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, err
	}
	if status, err = c.read(); err != nil {
		return 0, fmt.Errorf("reading an answer: %w", err)
	}
	return status, nil
}

// read reads an answer: its status, and its body.
func (c *caller) read() (status int, err error) {
	length := -1
	for n := 0; ; n++ {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case n == 0:
			code, _, _ := bytes.Cut(bytes.TrimPrefix(line, []byte("HTTP/1.1 ")), []byte(" "))
			if status, err = strconv.Atoi(string(code)); err != nil {
				return 0, err
			}
			continue
		case len(line) > 0:
			if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
				if length, err = strconv.Atoi(string(v)); err != nil {
					return 0, err
				}
			}
			continue
		}
		break
	}
	if length < 0 {
		return 0, errors.New("an answer without Content-Length")
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	_, err = io.ReadFull(c.in, c.body)
	return status, err
}

// measureHTTP runs one round of a row through the server.
func (b *bench) measureHTTP(e database, s *server, token string, st *stock, row int) (f figures, err error) {
	callers := make([]*caller, b.clients[row])
	for i := range callers {
		if callers[i], err = newCaller(s.addr, token); err != nil {
			return f, err
		}
		defer func() { _ = callers[i].conn.Close() }()
	}
	meters := []meter{machineCPU, cpuOf(s.cmd.Process.Pid), ownCPU}
	if m := e.cpu(); m != nil {
		meters = append(meters, m)
	}
	f, used, err := drive(len(callers), b.measure/rounds, func(client int) error {
		customer, cart, err := st.take(sideHTTP, row)
		if err != nil {
			return err
		}
		return callers[client].checkout(customer, cart)
	}, meters...)
	if err != nil {
		return f, fmt.Errorf("%w\n%s", err, s.said())
	}
	st.made[sideHTTP] += int64(f.total)
	f.busy, f.cpu, f.load = used[0], used[1], used[2]
	if len(used) > 3 {
		f.db = used[3]
	}
	return f, nil
}
