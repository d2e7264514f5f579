package identity

import (
	"net/url"
	"slices"
	"strings"
)

// impersonation is the one permission there is with a person in the token: to act for that person.
const impersonation = "user_impersonation"

const maxAsked = 4 << 10 // bytes of a scope, a state

// openIDScopes are those that are no resource's.
var openIDScopes = []string{"openid", "profile", "email", "offline_access"}

// askedResource is what a client's own token is for: resource in v1, "<resource>/.default" as the only scope in v2, beside those
// of OpenID, which mean nothing here: MSAL for Java sends them with every request.
func askedResource(v version, form url.Values) (string, *refusal) {
	asked := form.Get("resource")
	if v == v2 {
		if asked = form.Get("scope"); strings.TrimSpace(asked) == "" {
			return "", &noScope
		}
		if len(asked) > maxAsked {
			return "", &otherScope
		}
		words := slices.DeleteFunc(strings.Fields(asked), func(word string) bool {
			return slices.Contains(openIDScopes, strings.ToLower(word))
		})
		asked = strings.Join(words, " ")
		var ok bool
		if asked, ok = cutSuffixFold(asked, "/.default"); !ok || strings.ContainsAny(asked, " \t") {
			return "", &otherScope
		}
		asked = strings.TrimPrefix(asked, "api://")
	}
	if asked == "" {
		return "", &noResource
	}
	resource, ok := resourceOf(asked)
	if !ok {
		return "", &otherResource
	}
	return resource, nil
}

// asked is what is asked for in a person's name.
type asked struct {
	resource string // empty: not said
	shown    string // the resource, or in v2 its scopes, as it was written
	scope    string // all of it, as it was written
	openID   bool   // an id token
	offline  bool   // a refresh token
}

// askedFor reads what is asked for in a person's name: resource in v1, which may be told later; scopes of one resource in
// v2, beside those of OpenID. Without a scope of a resource the API itself is meant.
func askedFor(v version, form url.Values) (asked, *refusal) {
	a := asked{scope: form.Get("scope")}
	if len(a.scope) > maxAsked {
		return a, &unknownScope
	}
	if v == v1 {
		a.openID, a.offline, a.shown = true, true, form.Get("resource")
		if a.shown == "" {
			return a, nil
		}
		var ok bool
		if a.resource, ok = resourceOf(a.shown); !ok {
			return a, &otherResource
		}
		return a, nil
	}
	var shown []string
	for word := range strings.FieldsSeq(a.scope) {
		switch strings.ToLower(word) {
		case "openid":
			a.openID = true
			continue
		case "offline_access":
			a.offline = true
			continue
		case "profile", "email":
			continue
		case impersonation, ".default":
			word = apiResource + "/" + word
		}
		at := strings.LastIndexByte(word, '/')
		if at < 0 || !strings.EqualFold(word[at+1:], impersonation) && !strings.EqualFold(word[at+1:], ".default") {
			return a, &unknownScope
		}
		resource, ok := resourceOf(strings.TrimPrefix(word[:at], "api://"))
		if !ok {
			return a, &otherResource
		}
		if a.resource != "" && a.resource != resource {
			return a, &twoResources
		}
		a.resource = resource
		shown = append(shown, word)
	}
	a.shown = strings.Join(shown, " ")
	return a, nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if n := len(s) - len(suffix); n >= 0 && strings.EqualFold(s[n:], suffix) {
		return s[:n], true
	}
	return s, false
}
