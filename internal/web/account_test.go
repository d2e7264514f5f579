package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestR11R13AccountSettings: staff are added with a password that is shown once, given roles, switched off and removed; who is
// above the reader is only shown; each role finds its own pages.
func TestR11AccountStaff(t *testing.T) {
	c := open(t)
	c.as(c.seeded.Partner, "", party.GlobalAdmin)
	b := c.as(c.seeded.Partner, "", party.UserAdmin)
	page := b.get("/account/users")
	b.has(page, 200, "User management", "Roles", "Global admin")
	if strings.Contains(page.body, `href="/account/apps"`) || strings.Contains(page.body, `href="/account"`) {
		t.Error("R13 R20 a user-management admin is led to applications or the company")
	}
	form := b.get("/account/users/new")
	b.has(form, 200, "Sales agent", "role-SA")
	if strings.Contains(form.body, "role-GA") {
		t.Error("R11 a user-management admin is offered to make global admins")
	}
	b.has(b.post("/account/users/new", "upn", "nina@quai.example", "first", "Nina", "last", ""), 422, `value="Nina"`, "f-last")
	made := b.post("/account/users/new", "upn", "nina@quai.example", "first", "Nina", "last", "Moreau", "role-SA", "1")
	b.has(made, 200, "nina@quai.example", "shown this once")
	if made.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a password is kept")
	}
	b.has(b.post("/account/users/new", "upn", "nina@quai.example", "first", "Nina", "last", "Moreau"), 409, "f-upn")
	one := hrefOf(b.get("/account/users").row("Nina Moreau"))
	page = b.get(one)
	b.has(page, 200, "Sales agent", "Switch off", "Make a new password")
	old := page
	b.has(b.press(page, `value="roles"`, "role-SA", "", "role-BA", "1", "role-HA", "1"), 200, "The change is saved.", "Billing admin")

	// A page that is old says what is there now, and what it showed.
	stale := b.press(old, `value="roles"`, "once", "another", "role-AA", "1")
	b.has(stale, 409, "It was changed meanwhile", "you saw", "Sales agent", "Billing admin")
	b.has(b.press(stale, `value="disable"`), 200, "The change is saved.", "Inactive")
	b.has(b.press(b.get(one), `value="enable"`), 200, "Active")
	reset := b.press(b.get(one), `value="reset"`)
	b.has(reset, 200, "New password", "shown this once")
	b.has(b.get(one+"/remove"), 200, "<dialog", "cannot come back")
	b.has(b.post(one+"/remove"), 200, "The user is removed.")
	b.has(b.get(one), 404)

	global := hrefOf(b.get("/account/users").row("Global admin"))
	page = b.get(global)
	b.has(page, 200, "Global admin")
	if strings.Contains(page.body, "Save the roles") {
		t.Error("R11 who is above the reader can be changed")
	}
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.get("/account/users"), 403)
	sales.has(sales.get("/account/apps"), 403)
	sales.has(sales.get("/account"), 200, "Company", "Quai Nine Software")
	sales.has(sales.get("/account/roles"), 200, "Buy software and reservations", "R01")
	if strings.Contains(sales.get("/account").body, "Change where customers find help") {
		t.Error("R23 a sales agent is offered to edit the partner")
	}

	// Roles are given only by who has just proved who they are.
	c.wall.Set(c.wall.Now().Add(10 * time.Minute))
	if a := b.get("/account/users/new"); !strings.HasPrefix(a.path, "/step-up") {
		t.Errorf("led to %s", a.path)
	}
	for lang, text := range map[string]string{"fr": "Gestion des utilisateurs", "ru": "Управление пользователями"} {
		b.lang = lang
		b.has(b.get("/account/users"), 200, text)
		b.has(b.get("/account/roles"), 200)
	}
}

// TestR13AccountApps: an application is registered, its secret shown once and rotated, old ones end when it was said.
func TestR13AccountApps(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	b.has(b.get("/account/apps/new"), 200, "Register the application")
	b.has(b.post("/account/apps/new", "name", "Nightly", "redirects", "ftp://no"), 422, "f-redirects", `value="Nightly"`)
	made := b.post("/account/apps/new", "name", "Nightly", "redirects", "https://a.example/cb\nhttps://b.example/cb", "role-AA", "1")
	b.has(made, 200, "shown this once", "Nightly")
	secret := regexp.MustCompile(`cs_[A-Za-z0-9_-]{20,}`).FindString(made.body)
	if secret == "" || made.header.Get("Cache-Control") != "no-store" {
		t.Fatal("no secret, or a page that is kept")
	}
	one := hrefOf(b.get("/account/apps").row("Nightly"))
	page := b.get(one)
	b.has(page, 200, "https://b.example/cb", "no end", "Rotate the secret")
	if strings.Contains(page.body, secret) {
		t.Error("the secret is shown again")
	}
	second := b.press(page, `value="rotate"`, "days", "7")
	b.has(second, 200, "shown this once")
	if next := regexp.MustCompile(`cs_[A-Za-z0-9_-]{20,}`).FindString(second.body); next == "" || next == secret {
		t.Error("no other secret")
	}
	page = b.get(one)
	b.has(page, 200, "27\u00a0Nov\u00a02026")
	b.has(b.press(page, `value="rotate"`, "days", "7"), 409, "secrets")
	b.has(b.press(page, `value="revoke"`), 200, "no longer works")
	old := b.get(one)
	b.has(b.press(old, `value="edit"`, "name", "Every night"), 200, "The change is saved.", "Every night")
	b.has(b.press(old, `value="edit"`, "once", "another", "name", "Mine"), 409, "It was changed meanwhile", "Nightly", "Every night")
	b.has(b.press(b.get(one), `value="disable"`), 200, "Switched off")
	b.has(b.get(one+"/remove"), 200, "<dialog", "refused from the next request")
	b.has(b.post(one+"/remove"), 200, "The application is removed.")
	b.has(b.get(one), http.StatusNotFound)

	b.has(b.post("/account", "version", "0", "email", "nowhere", "website", "help"), 422, "f-email", "f-website")
	page = b.get("/account")
	b.has(b.press(page, `name="website"`, "email", "help@quai.example", "phone", "+33 1", "website", "https://help.example"), 200, "The change is saved.", "https://help.example")
	b.has(b.press(page, `name="website"`, "once", "another", "email", "other@quai.example"), 409, "It was changed meanwhile", "it is “help@quai.example” now", `value="other@quai.example"`)
	for lang, text := range map[string]string{"fr": "Applications d’API", "ru": "Приложения API"} {
		b.lang = lang
		b.has(b.get("/account/apps"), 200, text)
		b.has(b.get("/account/apps/new"), 200)
		b.has(b.get("/account"), 200)
	}
}
