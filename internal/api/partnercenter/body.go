package partnercenter

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// maxBody bounds every body: 1 MiB.
const maxBody = 1 << 20

var bom = []byte{0xef, 0xbb, 0xbf}

// body is a request body read into T, with the presence of its members kept.
type body[T any] struct {
	value   T
	members members
}

// has tells whether a member was given a value: null and the date 0001-01-01 are the SDK's words for "not given". The
// name is a dotted path in lower case without array parts: "status", "attributes.etag". Whether "none" or "unknown"
// is a value only the enumeration knows: ask enum.read.
func (b *body[T]) has(name string) bool { return b.members.has(name) }

// readBody takes the body off the wire before anything is decided, so that its hash is known and its size is bounded.
func (r *request) readBody() error {
	mode, method := r.op.body, r.op.method
	if mode == bodyByMethod && method != http.MethodPost && method != http.MethodPut && method != http.MethodPatch {
		return nil
	}
	if e := first(r.http.Header, "Content-Encoding"); e != "" && !strings.EqualFold(strings.TrimSpace(e), "identity") {
		return fault.Invalid("body.compressed", nil) // a bomb is refused unopened
	}
	if mode == bodyStreamed {
		return nil
	}
	length := r.http.ContentLength
	tooLarge := fault.Invalid("body.too_large", fault.Args{"limit": maxBody})
	if length > maxBody {
		return tooLarge
	}
	if length == 0 {
		return nil
	}
	// The length is a claim: at most 64 KiB are set aside on its word.
	buf := bytes.NewBuffer(make([]byte, 0, max(bytes.MinRead, min(length+bytes.MinRead, 1<<16))))
	_, err := buf.ReadFrom(io.LimitReader(r.http.Body, maxBody+1))
	switch {
	case err != nil:
		return fault.Invalid("body.cut", nil)
	case buf.Len() > maxBody:
		return tooLarge
	}
	r.raw = buf.Bytes()
	return nil
}

// read decodes the body: UTF-8 with or without a byte order mark, one value, at most 32 levels deep, no member twice in
// any letter case. Member names match without case, unknown members are ignored. An empty body and a bare null give the
// zero T where the operation says that a body is optional, and "body.empty" elsewhere. Refusals name a byte or one of our own member names, never
// what was sent.
func read[T any](r *request) (*body[T], error) {
	b := new(body[T])
	text := bytes.TrimPrefix(r.raw, bom)
	shift := len(r.raw) - len(text)
	if empty(text) {
		if r.op.body != bodyOptional {
			return nil, fault.Invalid("body.empty", nil)
		}
		return b, nil
	}
	if err := b.members.scan(text, shift); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &b.value); err != nil {
		return nil, decodeFault(err)
	}
	return b, nil
}

func empty(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) == 0 || string(text) == "null"
}

// decodeFault names the member that did not fit. The error's own text quotes the value, so it goes no further.
func decodeFault(err error) error {
	var wrong *json.UnmarshalTypeError
	var f *fault.Fault
	switch {
	case errors.As(err, &f):
		return f
	case !errors.As(err, &wrong):
		return fault.Invalid("body.shape", nil)
	case wrong.Field == "":
		return fault.Invalid("body.shape", fault.Args{"want": wanted(wrong.Type)})
	}
	return fault.Invalid("body.member", fault.Args{"member": wrong.Field, "want": wanted(wrong.Type)})
}

// wanted says in a word what a type takes.
func wanted(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
		return "another value"
	case t == reflect.TypeFor[wireTime]():
		return "a date-time"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	}
	return "a number"
}
