package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

const (
	totpPeriod = 30 // seconds
	totpSkew   = 1  // steps on either side of now
)

// totpSecret is how many bytes a shared secret has; totpText is its form: base32, as authenticator apps take it.
const totpSecret = 20

var totpText = base32.StdEncoding.WithPadding(base32.NoPadding)

// newTOTP is a shared secret.
func newTOTP() string {
	var b [totpSecret]byte
	_, _ = rand.Read(b[:])
	return totpText.EncodeToString(b[:])
}

// soundTOTP tells whether a secret is as long as those that newTOTP makes: the browser brings it back, and could bring another.
func soundTOTP(secret string) bool {
	b, err := totpText.DecodeString(secret)
	return err == nil && len(b) == totpSecret && len(secret) == totpText.EncodedLen(totpSecret)
}

// totpURI is what authenticator apps read from a square code.
func totpURI(issuer, upn, secret string) string {
	return "otpauth://totp/" + url.PathEscape(issuer+":"+upn) + "?secret=" + secret + "&issuer=" + url.QueryEscape(issuer)
}

// totpStep finds the time step that a code is of, one after last; 0: the code is wrong, too old, or was taken before. All
// steps are compared, whichever matches.
func totpStep(secret, code string, now time.Time, last int64) int64 {
	found := int64(0)
	present := now.Unix() / totpPeriod
	for step := present - totpSkew; step <= present+totpSkew; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(max(step, 0)), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			found = step
		}
	}
	return found
}
