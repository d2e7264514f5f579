package app

import (
	"fmt"
	"io"
	"log/slog"
)

// Clear is a text that nobody may read but whom it is handed to: a product key, the token of a link. However it is formatted,
// logged or marshalled, alone or deep inside of something else, a panic's value too, it says nothing. Who hands it out converts
// it to a string, and nobody else does.
type Clear string

const hidden = "[hidden]"

// Format implements fmt.Formatter.
func (Clear) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue implements slog.LogValuer.
func (Clear) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (Clear) MarshalText() ([]byte, error) { return []byte(hidden), nil }
