package identity

import (
	"crypto/rand"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

type deviceV1 struct {
	UserCode   string `json:"user_code"`
	DeviceCode string `json:"device_code"`
	Address    string `json:"verification_url"`
	ExpiresIn  string `json:"expires_in"`
	Interval   string `json:"interval"`
	Message    string `json:"message"`
}

type deviceV2 struct {
	UserCode   string `json:"user_code"`
	DeviceCode string `json:"device_code"`
	Address    string `json:"verification_uri"`
	ExpiresIn  int    `json:"expires_in"`
	Interval   int    `json:"interval"`
	Message    string `json:"message"`
}

// pollEvery is how often a device should ask, in seconds.
const pollEvery = 5

// codeLetters make user codes: without vowels, and without what looks alike. 20^8 codes live 15 minutes each.
const (
	codeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	codeLength  = 8
)

// deviceCode begins the sign-in of a device without a browser: a code for the device, one for the person.
func (s *server) deviceCode(w http.ResponseWriter, r *http.Request, to route) {
	form, no := readForm(w, r)
	var want asked
	if no == nil {
		want, no = askedFor(to.v, form)
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	client, _, no, err := s.client(r, to.tenant, form.Get("client_id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if no == nil && client.Disabled {
		no = &disabledClient
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	now := s.Wall.Now()
	if _, wait := s.attempts.begin("device codes/"+address(r), maxOfAddress, now); wait > 0 { // each is a row, and asks for no secret
		retryAfter(w, wait)
		s.refuse(w, r, tooMany)
		return
	}
	code, hash := newTicket(devicePrefix)
	k := party.Ticket{
		Hash: hash, Kind: party.DeviceTicket, Family: s.IDs.GUID(), Client: client.ID, Resource: want.resource, Scope: want.scope,
		MadeAt: now, ExpiresAt: now.Add(DeviceLife),
	}
	for range 3 { // two codes alike: once in years
		k.UserCode = newUserCode()
		_, err = s.Store.Update(r.Context(), app.Act{Actor: own(client.Partner, party.Person{})}, func(tx app.Tx) (any, error) { return nil, tx.AddTicket(k) })
		if !isCode(err, "ticket.code_taken") {
			break
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	address, life := s.Tokens.base+devicePath, int(DeviceLife/time.Second)
	message := "To sign in, use a web browser to open the page " + address + " and enter the code " + k.UserCode + " to authenticate."
	noStore(w.Header())
	if to.v == v2 {
		writeJSON(w, http.StatusOK, deviceV2{k.UserCode, code, address, life, pollEvery, message})
		return
	}
	writeJSON(w, http.StatusOK, deviceV1{k.UserCode, code, address, strconv.Itoa(life), strconv.Itoa(pollEvery), message})
}

func newUserCode() string {
	b := make([]byte, codeLength)
	for i := range b {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters))))
		if err != nil {
			panic(err) // crypto/rand stops the process before
		}
		b[i] = codeLetters[n.Int64()]
	}
	return string(b)
}

// typedCode is a user code as a person typed it.
func typedCode(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		if r < 'A' || r > 'Z' {
			return -1
		}
		return r
	}, s)
}

// device is the page where a person allows a device: first the code, then which program it is, then yes or no.
func (s *server) device(w http.ResponseWriter, r *http.Request, _ route) {
	signed, err := s.People.Authenticate(r)
	if isCode(err, "session.over") {
		http.Redirect(w, r, signInAddress(devicePath, ""), http.StatusSeeOther)
		return
	}
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	v := view{Name: "device", Title: "device.title", Who: signed.Person.UPN}
	if r.Method != http.MethodPost {
		s.page(w, r, http.StatusOK, v)
		return
	}
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	s.decide(w, r, signed, v, form)
}

func (s *server) decide(w http.ResponseWriter, r *http.Request, signed Signed, v view, form url.Values) {
	done, blocked := s.attempts.begin("device/"+string(signed.Person.ID), maxFailures, s.Wall.Now())
	if blocked > 0 {
		s.again(w, r, v, "code", wait(blocked))
		return
	}
	k, client, err := s.waiting(r, signed, typedCode(form.Get("code")))
	if err != nil {
		s.again(w, r, v, "code", err)
		return
	}
	done(true)
	v.Client, v.Code = client.Name, k.UserCode
	switch form.Get("decision") {
	case "allow":
		k.Person, k.Method, k.SignedInAt = signed.Person.ID, signed.Session.Method, signed.Session.ProvedAt
		v.Name = "allowed"
	case "deny":
		k.Denied, v.Name = true, "denied"
	default:
		v.Name = "allow"
		s.page(w, r, http.StatusOK, v)
		return
	}
	k.UserCode = "" // it is decided once
	_, err = s.Store.Update(r.Context(), app.Act{Actor: own(client.Partner, signed.Person)}, func(tx app.Tx) (any, error) { return nil, tx.SaveTicket(k) })
	if err != nil {
		s.again(w, r, view{Name: "device", Title: "device.title", Who: v.Who}, "code", err)
		return
	}
	s.page(w, r, http.StatusOK, v)
}

// waiting finds the device that waits under a code, for a client that the person may act by. Fault "device.unknown".
func (s *server) waiting(r *http.Request, signed Signed, code string) (party.Ticket, party.Client, error) {
	unknown := fault.NotFound("device.unknown", nil)
	if len(code) != codeLength {
		return party.Ticket{}, party.Client{}, unknown
	}
	k, err := s.Store.DeviceTicket(r.Context(), code)
	if missing(err) || err == nil && !s.Wall.Now().Before(k.ExpiresAt) {
		return k, party.Client{}, unknown
	}
	if err != nil {
		return k, party.Client{}, err
	}
	client, partner, err := s.Store.Client(r.Context(), k.Client)
	if missing(err) {
		return k, client, unknown
	}
	if err != nil {
		return k, client, err
	}
	actor, ok := clientActor(client, partner)
	if !ok || client.Disabled || !assigned(actor, client, signed) {
		return k, client, unknown
	}
	return k, client, nil
}
