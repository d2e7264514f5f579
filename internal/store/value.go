// Values on their way to and from the database: the same few on both engines. Arguments are text, 64-bit integers and
// bytes, and what becomes one of them: truth values (0 or 1), instants (microseconds; the zero time is NULL), named
// types of those kinds. NULL reads as the zero value.
package store

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// canonical turns an argument into a string, an int64, bytes or nil (NULL). Text that PostgreSQL would refuse
// (NUL, bad UTF-8) is refused on both: "store.text_invalid".
func canonical(arg any) (any, error) {
	switch v := arg.(type) {
	case nil, int64:
		return arg, nil
	case string:
		return arg, validText(v)
	case []byte:
		if v == nil {
			return nil, nil
		}
		return arg, nil
	case int:
		return int64(v), nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case time.Time:
		if v.IsZero() {
			return nil, nil
		}
		return v.UnixMicro(), nil
	case []int64, []*int64: // these and the next on PostgreSQL alone
		return arg, nil
	case []string:
		for _, s := range v {
			if err := validText(s); err != nil {
				return nil, err
			}
		}
		return arg, nil
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.String:
		s := v.String()
		return s, validText(s)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(v.Uint()), nil
	case reflect.Bool:
		return canonical(v.Bool())
	}
	return nil, fmt.Errorf("store: an argument of type %T", arg)
}

func validText(s string) error {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return fault.Invalid("store.text_invalid", nil)
	}
	return nil
}

// putInt stores a column's integer.
func putInt(dest any, n int64) error {
	switch d := dest.(type) {
	case *int64:
		*d = n
	case *int:
		*d = int(n)
	case *bool:
		*d = n != 0
	case *time.Time:
		*d = time.UnixMicro(n).UTC()
	default:
		v := reflect.ValueOf(dest)
		if v.Kind() != reflect.Pointer {
			return mismatch(dest, "an integer")
		}
		switch v = v.Elem(); v.Kind() {
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			if v.OverflowInt(n) {
				return mismatch(dest, "a larger integer")
			}
			v.SetInt(n)
		case reflect.Uint8, reflect.Uint16, reflect.Uint32:
			if n < 0 || v.OverflowUint(uint64(n)) {
				return mismatch(dest, "a larger integer")
			}
			v.SetUint(uint64(n))
		case reflect.Bool:
			v.SetBool(n != 0)
		default:
			return mismatch(dest, "an integer")
		}
	}
	return nil
}

// putText stores a column's text, which is its engine's until the next row; bytes take it too (JSON columns).
func putText(dest any, text []byte) error {
	switch d := dest.(type) {
	case body:
		return fromBody(text, d.shape)
	case *string:
		*d = string(text)
	case *[]byte:
		*d = append(make([]byte, 0, len(text)), text...)
	default:
		v := reflect.ValueOf(dest)
		if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.String {
			return mismatch(dest, "text")
		}
		v.Elem().SetString(string(text))
	}
	return nil
}

// putBytes stores a column's bytes; b is not kept by its owner.
func putBytes(dest any, b []byte) error {
	d, ok := dest.(*[]byte)
	if !ok {
		return mismatch(dest, "bytes")
	}
	if b == nil {
		b = []byte{}
	}
	*d = b
	return nil
}

// putNull stores the zero value.
func putNull(dest any) error {
	switch d := dest.(type) {
	case body: // the shape is as it was made
	case *string:
		*d = ""
	case *int64:
		*d = 0
	case *[]byte:
		*d = nil
	case *time.Time:
		*d = time.Time{}
	default:
		v := reflect.ValueOf(dest)
		if v.Kind() != reflect.Pointer {
			return mismatch(dest, "NULL")
		}
		v.Elem().SetZero()
	}
	return nil
}

func mismatch(dest any, what string) error {
	return fmt.Errorf("store: %s does not fit a %T", what, dest)
}
