package partnercenter

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

func TestWireTime(t *testing.T) {
	nine := time.Date(2026, 11, 2, 9, 15, 0, 0, time.UTC)
	for _, c := range []struct {
		in   string
		want time.Time
		ok   bool
	}{
		{`"2026-11-02T09:15:00.0000000Z"`, nine, true},
		{`"2026-11-02T09:15:00Z"`, nine, true},
		{`"2026-11-02T09:15:00"`, nine, true},
		{`"2026-11-02T09:15:00.863"`, nine.Add(863 * time.Millisecond), true},
		{`"2026-11-02T09:15:00.71Z"`, nine.Add(710 * time.Millisecond), true},
		{`"2026-11-02T09:15:00.1234567Z"`, nine.Add(123456 * time.Microsecond), true},
		{`"2026-11-02T02:15:00-07:00"`, nine, true},
		{`"2026-11-02T11:15:00.5+02:00"`, nine.Add(500 * time.Millisecond), true},
		{`"2026-11-02"`, nine.Truncate(24 * time.Hour), true},
		{`"9999-12-14T00:00:00.000Z"`, time.Date(9999, 12, 14, 0, 0, 0, 0, time.UTC), true},
		{`"0001-01-01T00:00:00"`, time.Time{}, true},
		{`"0001-01-01T00:00:00Z"`, time.Time{}, true},
		{`"0001-01-01T00:00:00-08:00"`, time.Time{}, true},
		{`null`, time.Time{}, true},
		{`""`, time.Time{}, true},
		{`"9999-12-31T23:59:59-01:00"`, time.Time{}, false},
		{`"2026-02-30T00:00:00Z"`, time.Time{}, false},
		{`"2026-11-02T09:15"`, time.Time{}, false},
		{`"2026-11-02T"`, time.Time{}, false},
		{`"11/02/2026"`, time.Time{}, false},
		{`5`, time.Time{}, false},
		{`{}`, time.Time{}, false},
	} {
		got := at(nine)
		err := json.Unmarshal([]byte(c.in), &got)
		if (err == nil) != c.ok || c.ok && !got.Equal(c.want) {
			t.Errorf("%s: %v, %v", c.in, got, err)
		}
	}
	type dates struct {
		Always wireTime `json:"always"`
		Never  wireTime `json:"never"`
		Maybe  wireTime `json:"maybe,omitzero"`
	}
	paris := time.FixedZone("", 3600)
	out, err := encode(dates{Always: at(nine.In(paris))})
	if want := `{"always":"2026-11-02T09:15:00.0000000Z","never":"0001-01-01T00:00:00"}`; err != nil || string(out) != want {
		t.Errorf("wrote %s, %v", out, err)
	}
}

func TestWireTimeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := time.UnixMicro(rapid.Int64Range(-62_000_000_000_000_000, 253_402_300_799_999_999).Draw(t, "micro"))
		b, err := json.Marshal(at(in))
		if err != nil {
			t.Fatal(err)
		}
		var out wireTime
		if err := json.Unmarshal(b, &out); err != nil || !out.Equal(in) {
			t.Fatalf("%s read as %v, %v", b, out, err)
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"2026-11-02T09:15:00.1234567Z", "6/1/2017 12:00:00 AM", "01/31/2026 00:00:00", "2026-01-01T00:00:00 02:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := parseTime(s); ok {
			if _, err := json.Marshal(at(v)); err != nil {
				t.Errorf("%q: cannot be written: %v", s, err)
			}
		}
		if v, ok := parseQueryDate(s); ok && (v.Location() != time.UTC || v.Year() > 9999) {
			t.Errorf("%q: %v", s, v)
		}
	})
}

func TestEnum(t *testing.T) {
	cycles := numbered("unknown", "monthly", "annual", "none", "one_time", "triennial", "biennial")
	for _, c := range []struct {
		in, want string
		given    bool
		code     string
	}{
		{`"one_time"`, "one_time", true, ""},
		{`"OneTime"`, "one_time", true, ""},
		{`"onetime"`, "one_time", true, ""},
		{`"ONE_TIME"`, "one_time", true, ""},
		{`" Monthly "`, "monthly", true, ""},
		{`4`, "one_time", true, ""},
		{`"4"`, "one_time", true, ""},
		{`0`, "", false, ""},
		{`null`, "", false, ""},
		{`""`, "", false, ""},
		{`"none"`, "", false, ""},
		{`"Unknown"`, "", false, ""},
		{`7`, "", false, "enum.unknown"},
		{`-1`, "", false, "enum.unknown"},
		{`1.0`, "", false, "enum.unknown"},
		{`"weekly"`, "", false, "enum.unknown"},
	} {
		var in enumText
		if err := json.Unmarshal([]byte(c.in), &in); err != nil {
			t.Fatalf("%s: %v", c.in, err)
		}
		word, given, err := cycles.read("billingCycle", in)
		if word != c.want || given != c.given || (err == nil) != (c.code == "") || err != nil && fault.Of(err).Code != c.code {
			t.Errorf("%s: %q %v %v", c.in, word, given, err)
		}
	}
	states := named("Active", "Ordered")
	if w, ok := states.match("active"); !ok || w != "Active" {
		t.Errorf("a set written in Pascal: %q", w)
	}
	if _, ok := states.match("1"); ok {
		t.Error("an integer was read where numbers are not known")
	}
	if _, given, err := states.read("status", "none"); given || err != nil {
		t.Error("none is the SDK's word for absent in every enumeration")
	}
}

func TestWireMoney(t *testing.T) {
	unit, err := money.ParsePrice("1234567.12345678", "EUR")
	if err != nil {
		t.Fatal(err)
	}
	out, err := encode([]json.Number{amount(money.Of(-8799307, "EUR")), amount(money.Of(1000, "JPY")), amount(money.Of(5, "KWD")), price(unit)})
	if want := `[-87993.07,1000,0.005,1234567.12345678]`; err != nil || string(out) != want {
		t.Errorf("wrote %s, want %s (%v)", out, want, err)
	}
}

func TestCollection(t *testing.T) {
	out, err := encode(collect[string](nil))
	if want := `{"totalCount":0,"items":[],"attributes":{"objectType":"Collection"}}`; err != nil || string(out) != want {
		t.Errorf("wrote %s", out)
	}
	out, err = encode(self("/products/CMP000000001?country=FR&x=<"))
	if want := `{"self":{"uri":"/products/CMP000000001?country=FR&x=<","method":"GET","headers":[]}}`; err != nil || string(out) != want {
		t.Errorf("wrote %s", out)
	}
}
