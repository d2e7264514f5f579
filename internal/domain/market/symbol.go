package market

import "github.com/comptoir-dev/comptoir/internal/domain/money"

// symbols are those a reader takes for one currency; dollars other than the US one carry their country's letters.
// A currency without a sign of its own in wide use is shown by its code.
var symbols = map[money.Currency]string{
	"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "RUB": "₽", "BRL": "R$", "INR": "₹", "KRW": "₩",
	"AUD": "A$", "CAD": "CA$", "NZD": "NZ$", "HKD": "HK$", "TWD": "NT$", "SGD": "S$", "MXN": "MX$",
	"ILS": "₪", "TRY": "₺", "UAH": "₴", "KZT": "₸", "GEL": "₾", "AZN": "₼", "AMD": "֏", "PLN": "zł", "CZK": "Kč",
	"VND": "₫", "THB": "฿", "PHP": "₱", "NGN": "₦", "GHS": "GH₵", "MNT": "₮", "LAK": "₭", "KHR": "៛", "CRC": "₡",
	"PYG": "₲", "BDT": "৳", "ZAR": "R",
}

// Symbol is the sign of a currency on the wire and on pages: "$" for USD, "€" for EUR; the code where there is none.
func Symbol(c money.Currency) string {
	if s, ok := symbols[c]; ok {
		return s
	}
	return string(c)
}
