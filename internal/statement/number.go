package statement

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	nbsp  = "\u00a0"
	minus = "\u2212"
)

// numbers is how a language writes them: "€3,465.60", "3 465,60 €".
type numbers struct {
	decimal, group string
	before         bool // the currency stands before the amount
	percent        string
	date           string // a time.Format layout
}

// amount is money with its currency: with the sign of the currency where the font has it, else with its code.
func (n numbers) amount(a money.Amount) string { return n.money(a.Decimal(), a.Currency()) }

// price is a unit price, with all its digits (E28).
func (n numbers) price(p money.Price) string { return n.money(p.Decimal(), p.Currency()) }

func (n numbers) money(decimal string, c money.Currency) string {
	text, negative := strings.CutPrefix(decimal, "-")
	text = n.plain(text)
	sign := market.Symbol(c)
	if !printable(sign) {
		sign = string(c)
	}
	if n.before {
		if last, _ := utf8.DecodeLastRuneInString(sign); unicode.IsLetter(last) {
			sign += nbsp
		}
		text = sign + text
	} else {
		text += nbsp + sign
	}
	if negative {
		return minus + text
	}
	return text
}

// plain groups a decimal without a sign by thousands and gives it the language's point.
func (n numbers) plain(decimal string) string {
	whole, fraction, cut := strings.Cut(decimal, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + n.group + whole[i:]
	}
	if cut {
		return whole + n.decimal + fraction
	}
	return whole
}

func (n numbers) count(v int64) string { return n.plain(strconv.FormatInt(v, 10)) }

// rate is parts per million in per cent.
func (n numbers) rate(ppm int64) string {
	text := strconv.FormatInt(ppm/10_000, 10)
	if rest := ppm % 10_000; rest > 0 {
		text += "." + strings.TrimRight(strconv.FormatInt(10_000+rest, 10)[1:], "0")
	}
	return n.plain(text) + n.percent
}

// day is the date of an instant, UTC.
func (n numbers) day(t time.Time) string { return t.UTC().Format(n.date) }

// span is the days of a period as reconciliation lines have them: the last one included (E28), at least one.
func (n numbers) span(start, end time.Time) string {
	if last := when.Midnight(end).AddDate(0, 0, -1); last.After(when.Midnight(start)) {
		return n.day(start) + " – " + n.day(last)
	}
	return n.day(start)
}
