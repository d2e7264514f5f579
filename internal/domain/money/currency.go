package money

import "strings"

// Currency is an ISO 4217 code in upper case.
type Currency string

// digitsOf holds every active code of ISO 4217 that has a minor unit, by the digits of that unit. CLDR's own numbers
// tell everyday use (0 for IQD and IDR) and would lose fractions that the standard allows. Metals, the special
// drawing right and the test codes have no minor unit: nothing is billed in them. Codes withdrawn (HRK, ANG, BGN) are out.
var digitsOf = byDigits(map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP
		COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
		JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN
		NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
		THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
})

func byDigits(groups map[int]string) map[Currency]int {
	all := map[Currency]int{}
	for digits, codes := range groups {
		for code := range strings.FieldsSeq(codes) {
			all[Currency(code)] = digits
		}
	}
	return all
}

// ParseCurrency takes an active ISO 4217 code in any case; ok is false for anything else.
func ParseCurrency(s string) (c Currency, ok bool) {
	if len(s) != 3 {
		return "", false
	}
	c = Currency(strings.ToUpper(s))
	if _, ok = digitsOf[c]; !ok {
		return "", false
	}
	return c, true
}

// Digits is how many decimal digits the currency's minor unit has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD,
// 4 for UYW; 2 for a code that is not in the standard.
func (c Currency) Digits() int {
	if d, ok := digitsOf[c]; ok {
		return d
	}
	return 2
}
