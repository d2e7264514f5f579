package partnercenter

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// page is one page of a seek list: at most size rows (0: all of them) after the row whose sort key is after.
type page struct {
	size  int
	after []string // nil: from the start
}

// cursor is what a continuation token carries: the whole first query (size and filter included) and the last row's key.
type cursor struct {
	Query []string `json:"q"` // key, value, key, value …
	Size  int      `json:"s"`
	After []string `json:"a"`
}

const (
	cursorMAC = 16 // bytes
	maxCursor = 24 << 10
)

// page reads size, seekOperation and the continuation token of a seek list. A token brings back the query it was made
// for: r.query is replaced, so read the other parameters and the filter afterwards. Absent size is def; more than most
// is most; 0 or less is all. A token that is forged, or another caller's, or another list's, is "cursor.invalid".
func (r *request) page(def, most int) (page, error) {
	token := strings.TrimSpace(first(r.http.Header, headerContinuation))
	switch foldWord(r.query.get("seekoperation", "seek_operation")) {
	case "", "first":
		if token != "" && !r.query.has("seekoperation") && !r.query.has("seek_operation") {
			return r.resume(token)
		}
		size, err := r.query.number("size", def)
		if err != nil {
			return page{}, err
		}
		return page{size: min(max(size, 0), most)}, nil
	case "next":
		if token == "" {
			return page{}, fault.Invalid("cursor.missing", nil)
		}
		return r.resume(token)
	case "previous", "last", "pageindex":
		return page{}, fault.Refuse("cursor.operation", nil)
	}
	return page{}, badValue("seekOperation", "Next or First")
}

func (r *request) resume(token string) (page, error) {
	invalid := fault.Invalid("cursor.invalid", nil)
	if len(token) > maxCursor {
		return page{}, invalid
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(sealed) < cursorMAC || !hmac.Equal(sealed[:cursorMAC], r.mac(sealed[cursorMAC:])) {
		return page{}, invalid
	}
	var c cursor
	if json.Unmarshal(sealed[cursorMAC:], &c) != nil || len(c.Query)%2 != 0 || c.Size < 0 {
		return page{}, invalid
	}
	r.query = make(query, 0, len(c.Query)/2)
	for i := 0; i < len(c.Query); i += 2 {
		r.query = append(r.query, param{c.Query[i], c.Query[i+1]})
	}
	return page{c.Size, c.After}, nil
}

// mac binds a cursor to the caller's partner and reseller and to the list it walks, so that it opens nothing else.
func (r *request) mac(text []byte) []byte {
	m := hmac.New(sha256.New, r.api.CursorKey)
	for _, part := range [...]string{
		"cursor 1", string(r.actor.Scope.Partner()), string(r.actor.Scope.Reseller()), string(r.actor.Customer), r.http.URL.EscapedPath(),
	} {
		m.Write([]byte(part))
		m.Write([]byte{0})
	}
	m.Write(text)
	return m.Sum(nil)[:cursorMAC]
}

// seek is one page as a collection. last is the sort key of the page's last row when more rows follow, else nil.
func seek[T any](r *request, p page, items []T, last []string) collection[T] {
	c := collect(items)
	query := r.query.without("seekoperation", "seek_operation")
	c.Links = &collectionLinks{Self: linkTo(r.uri(query))}
	onward := append(query[:len(query):len(query)], param{"seekOperation", "Next"})
	if p.after != nil {
		c.Links.Self = link{r.uri(onward), "GET", continuation(first(r.http.Header, headerContinuation))}
	}
	if last == nil {
		return c
	}
	cur := cursor{Query: make([]string, 0, 2*len(query)), Size: p.size, After: last}
	for _, q := range query {
		cur.Query = append(cur.Query, q.key, q.value)
	}
	text, _ := json.Marshal(cur) // strings and a number always marshal
	c.ContinuationToken = base64.RawURLEncoding.EncodeToString(append(r.mac(text), text...))
	c.Links.Next = link{r.uri(onward), "GET", continuation(c.ContinuationToken)}
	return c
}

func continuation(token string) []linkHeader { return []linkHeader{{"MS-ContinuationToken", token}} }

// offset is one page of a list that is walked by row numbers: size rows (0: all) from the row number offset, zero-based.
type offset struct{ size, offset int }

// offset reads size and offset; bounds are those of page.
func (r *request) offset(def, most int) (offset, error) {
	size, err := r.query.number("size", def)
	if err != nil {
		return offset{}, err
	}
	from, err := r.query.number("offset", 0)
	return offset{min(max(size, 0), most), max(from, 0)}, err
}

// offsetPage is one page as a collection; more tells whether rows follow it.
func offsetPage[T any](r *request, p offset, items []T, more bool) collection[T] {
	c := collect(items)
	rest := r.query.without("size", "offset")
	link := func(from int) link {
		return linkTo(r.uri(append(rest[:len(rest):len(rest)],
			param{"size", strconv.Itoa(p.size)}, param{"offset", strconv.Itoa(from)})))
	}
	c.Links = &collectionLinks{Self: link(p.offset)}
	if more && p.size > 0 {
		c.Links.Next = link(p.offset + p.size)
	}
	if p.offset > 0 && p.size > 0 {
		c.Links.Previous = link(max(p.offset-p.size, 0))
	}
	return c
}

// seekKey is the sort key of a row that is listed by instant and id; seekPoint reads it back from a cursor.
func seekKey(at time.Time, rowID string) []string {
	return []string{at.UTC().Format(time.RFC3339Nano), rowID}
}

func seekPoint(key []string) (at time.Time, rowID string, ok bool) {
	if len(key) != 2 {
		return at, "", false
	}
	at, err := time.Parse(time.RFC3339Nano, key[0])
	return at, key[1], err == nil
}
