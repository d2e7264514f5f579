package locale

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

const (
	nbsp   = "\u00a0" // no-break space
	nnbsp  = "\u202f" // narrow no-break space
	minus  = "\u2212"
	dashed = "–"
)

// numbers is how a language writes figures: "€3,465.60", "3 465,60 €".
type numbers struct {
	decimal, group string
	before         bool       // the sign of the currency stands before the amount
	months         [12]string // short, as they stand in a date
	days           [7]string  // short, from Sunday
	first          string     // the first day of a month, as it stands in a date
}

var written = map[string]numbers{
	"en": {
		decimal: ".", group: ",", before: true, first: "1",
		months: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		days:   [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	},
	"fr": {
		decimal: ",", group: nnbsp, first: "1er",
		months: [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		days:   [7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
	},
	"ru": {
		decimal: ",", group: nbsp, first: "1",
		months: [12]string{"янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."},
		days:   [7]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"},
	},
}

// Money is an amount with the sign of its currency.
func (l *L) Money(a money.Amount) string { return l.numbers.money(a.Decimal(), a.Currency()) }

// Price is a unit price with all its digits (E28).
func (l *L) Price(p money.Price) string { return l.numbers.money(p.Decimal(), p.Currency()) }

func (n numbers) money(decimal string, c money.Currency) string {
	text, negative := strings.CutPrefix(decimal, "-")
	text = n.plain(text)
	if c != "" {
		sign := market.Symbol(c)
		switch last, _ := utf8.DecodeLastRuneInString(sign); {
		case !n.before:
			text += nbsp + sign
		case unicode.IsLetter(last):
			text = sign + nbsp + text
		default:
			text = sign + text
		}
	}
	if negative {
		return minus + text
	}
	return text
}

// plain groups a decimal by thousands and gives it the language's point.
func (n numbers) plain(decimal string) string {
	text, negative := strings.CutPrefix(decimal, "-")
	whole, fraction, cut := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + n.group + whole[i:]
	}
	if cut {
		whole += n.decimal + fraction
	}
	if negative {
		return minus + whole
	}
	return whole
}

// Figures writes the decimals in a line of arithmetic, such as "23.75 × 12", with the language's own sign.
func (l *L) Figures(s string) string { return strings.ReplaceAll(s, ".", l.numbers.decimal) }

// Percent is parts per million in per cent.
func (l *L) Percent(ppm int64) string {
	text := strconv.FormatInt(ppm/10_000, 10)
	if rest := ppm % 10_000; rest > 0 {
		text += "." + strings.TrimRight(strconv.FormatInt(10_000+rest, 10)[1:], "0")
	}
	return l.numbers.plain(text) + nbsp + "%"
}

// Bytes is a size in the unit that suits it, powers of a thousand.
func (l *L) Bytes(n int64) string {
	unit, per := "size.b", int64(1)
	for _, u := range []struct {
		key string
		per int64
	}{{"size.kb", 1e3}, {"size.mb", 1e6}, {"size.gb", 1e9}} {
		if n >= u.per {
			unit, per = u.key, u.per
		}
	}
	text := strconv.FormatInt(n/per, 10)
	if tenth := n % per * 10 / per; per > 1 && n/per < 100 && tenth > 0 {
		text += "." + strconv.FormatInt(tenth, 10)
	}
	return l.numbers.plain(text) + nbsp + l.Text(unit)
}

// Value writes what stands in a hole: text as it is, numbers, amounts, instants as the language does.
func (l *L) Value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case template.HTML:
		return string(v)
	case int:
		return l.Int(int64(v))
	case int64:
		return l.Int(v)
	case money.Amount:
		return l.Money(v)
	case money.Price:
		return l.Price(v)
	case []money.Amount:
		parts := make([]string, len(v))
		for i, a := range v {
			parts[i] = l.Money(a)
		}
		return strings.Join(parts, ", ")
	case time.Time:
		return l.Instant(v)
	case []string:
		return strings.Join(v, ", ")
	case nil:
		return dashed
	}
	return fmt.Sprint(v)
}
