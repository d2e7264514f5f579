package partnercenter

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What net/http makes of real request lines before the door sees them is part of the contract too.
func TestOnASocket(t *testing.T) {
	d := pagedDoor(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !Owns(r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		d.ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, c := range []struct {
		name, line, headers, want string
		status                    int
	}{
		{"Java's double slash", "GET /v1//customers?size=1", "", `"items":["0"]`, 200},
		{"bare JSON in the query", `GET /v1/customers/?size=1&filter={"Field":"Name","Value":"a+b","Operator":"StartsWith"}`, "", `"items":["0a b"]`, 200},
		{"absolute form", "GET http://x/V1/Customers?size=1", "", `"items":["0"]`, 200},
		{"dots", "GET /v1/../v1/customers", "", `"code":"1000"`, 404},
		{"options of everything, answered by net/http", "OPTIONS *", "", "", 200},
		{"odd method", "BREW /v1/customers", "", `"code":"900127"`, 405},
		{"second header does not count", "GET /v1/customers?size=1", "Authorization: Bearer two\r\n", `"items"`, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer one\r\n%s\r\n", c.line, c.headers)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body := new(strings.Builder)
			_, _ = bufio.NewReader(res.Body).WriteTo(body)
			if res.StatusCode != c.status || !strings.Contains(body.String(), c.want) {
				t.Errorf("%d %s, want %d with %s", res.StatusCode, body, c.status, c.want)
			}
		})
	}
}
