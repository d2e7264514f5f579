package license_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	. "github.com/comptoir-dev/comptoir/internal/domain/license"
)

var now = time.Date(2023, 5, 10, 9, 30, 0, 0, time.UTC)

var line = Line{Partner: "p1", Customer: "c1", Order: "o1", Number: 2, State: Active}

var server = Delivery{
	HasKeys: true, HasDownloads: true, Pool: "windows-server", KeyVersions: []string{"2022", "2019"},
	Files: []File{
		{Version: "2022", Language: "English", FileType: "iso", Name: "ws2022-en.iso", Blob: "b1"},
		{Version: "2022", Language: "French", FileType: "iso", Name: "ws2022-fr.iso", Blob: "b2"},
		{Version: "2019", Language: "English", FileType: "iso", Name: "ws2019-en.iso", Blob: "b3"},
	},
}

var (
	licenceOnly = Delivery{}
	esu         = Delivery{InstructionsURI: "https://example.org/esu"}
	oneFile     = Delivery{HasDownloads: true, Files: []File{{FileType: "zip", Name: "tool.zip"}}}
	oneKey      = Delivery{HasKeys: true, Pool: "sql"}
)

func in(s LineState) Line { l := line; l.State = s; return l }

// code is the fault's code and, after a space, the value of its only argument when that is a word.
func code(err error) string {
	if err == nil {
		return ""
	}
	f := fault.Of(err)
	if f == nil {
		return "internal: " + err.Error()
	}
	for _, v := range f.Args {
		if s, ok := v.(string); ok {
			return f.Code + " " + s
		}
	}
	return f.Code
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name string
		d    Delivery
		want Options
	}{
		{"F43 a selector without a choice is absent", server, Options{Versions: []string{"2022", "2019"}, Languages: []string{"English", "French"}}},
		{"F43 one file: nothing to choose", oneFile, Options{}},
		{"F48 access right only", licenceOnly, Options{}},
		{"F49 instructions only", esu, Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.d.Options()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFile(t *testing.T) {
	for _, c := range []struct {
		name   string
		d      Delivery
		choice FileChoice
		file   string
		code   string
	}{
		{"F43 chosen, any letter case", server, FileChoice{"2022", "french", "ISO"}, "ws2022-fr.iso", ""},
		{"F43 version alone suffices when one file is left", server, FileChoice{Version: "2019"}, "ws2019-en.iso", ""},
		{"F43 language open", server, FileChoice{Version: "2022"}, "", "download.choice_needed language"},
		{"F43 version open", server, FileChoice{Language: "English"}, "", "download.choice_needed version"},
		{"F43 nothing chosen", server, FileChoice{}, "", "download.choice_needed version"},
		{"F43 no such combination", server, FileChoice{"2019", "French", "iso"}, "", "download.no_such_file"},
		{"F43 the only file", oneFile, FileChoice{}, "tool.zip", ""},
		{"F48 no downloads", licenceOnly, FileChoice{}, "", "download.none"},
		{"F49 instructions instead", esu, FileChoice{}, "", "download.none https://example.org/esu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := c.d.File(c.choice)
			if f.Name != c.file || code(err) != c.code {
				t.Errorf("got %q, %q; want %q, %q", f.Name, code(err), c.file, c.code)
			}
		})
	}
}

func TestRevealKey(t *testing.T) {
	held := func(version string, s KeyState) Key {
		return Key{ID: "k1", Version: version, Kind: MAK, State: s, Order: "o1", Line: 2}
	}
	other := held("2022", Assigned)
	other.Line = 3
	for _, c := range []struct {
		name string
		d    Delivery
		line Line
		held []Key
		ask  KeyRequest
		want Reveal
		code string
	}{
		{"F44 first time: from the pool", server, line, nil, KeyRequest{Version: "2022"}, Reveal{Take: true, Pool: "windows-server", Version: "2022"}, ""},
		{"F44 again: the same key", server, line, []Key{held("2022", Assigned)}, KeyRequest{"2022", "mak"}, Reveal{Key: held("2022", Assigned), Pool: "windows-server", Version: "2022"}, ""},
		{"F44 another version has its own key", server, line, []Key{held("2022", Assigned)}, KeyRequest{Version: "2019"}, Reveal{Take: true, Pool: "windows-server", Version: "2019"}, ""},
		{"F44 another line's key is not shown", server, line, []Key{other}, KeyRequest{Version: "2022"}, Reveal{Take: true, Pool: "windows-server", Version: "2022"}, ""},
		{"F44 withdrawn by the operator", server, line, []Key{held("2022", KeyRevoked)}, KeyRequest{Version: "2022"}, Reveal{}, "key.revoked"},
		{"F43 version needed", server, line, nil, KeyRequest{}, Reveal{}, "key.choice_needed version"},
		{"F43 no version to choose", oneKey, line, nil, KeyRequest{}, Reveal{Take: true, Pool: "sql"}, ""},
		{"F43 unknown version", server, line, nil, KeyRequest{Version: "2016"}, Reveal{}, "key.no_such_version"},
		{"F50 KMS refused", server, line, nil, KeyRequest{"2022", "kms"}, Reveal{}, "key.kms_refused"},
		{"F50 KMS refused even without keys", licenceOnly, line, nil, KeyRequest{Kind: " KMS "}, Reveal{}, "key.kms_refused"},
		{"F50 no other kind", server, line, nil, KeyRequest{"2022", "OEM"}, Reveal{}, "key.unknown_kind"},
		{"F48 access right only", licenceOnly, line, nil, KeyRequest{}, Reveal{}, "key.none"},
		{"F49 instructions instead", esu, line, nil, KeyRequest{}, Reveal{}, "key.none https://example.org/esu"},
		{"F63 cancelled", server, in(Cancelled), []Key{held("2022", Assigned)}, KeyRequest{Version: "2022"}, Reveal{}, "software.cancelled"},
		{"F42 preparing", server, in(Preparing), nil, KeyRequest{Version: "2022"}, Reveal{}, "software.preparing"},
		{"F42 a state nobody knows gives nothing", server, in("?"), nil, KeyRequest{Version: "2022"}, Reveal{}, "software.cancelled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := RevealKey(c.d, c.line, c.held, c.ask)
			if diff := cmp.Diff(c.want, got); diff != "" || code(err) != c.code {
				t.Errorf("fault %q, want %q; %s", code(err), c.code, diff)
			}
		})
	}
}

func TestAssign(t *testing.T) {
	for _, c := range []struct {
		name  string
		state KeyState
		line  Line
		code  string
	}{
		{"F44 free", Free, line, ""},
		{"F44 taken by somebody else", Assigned, line, "key.taken"},
		{"F63 a revoked key is never given again", KeyRevoked, line, "key.taken"},
		{"F63 not to a cancelled line", Free, in(Cancelled), "software.cancelled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, err := Key{ID: "k1", State: c.state}.Assign(c.line, now)
			if code(err) != c.code {
				t.Fatalf("fault %q, want %q", code(err), c.code)
			}
			want := Key{ID: "k1", State: Assigned, Customer: "c1", Order: "o1", Line: 2, AssignedAt: now}
			if diff := cmp.Diff(want, k); err == nil && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRevoke(t *testing.T) {
	keys := []Key{{ID: "a", State: Assigned}, {ID: "r", State: KeyRevoked}}
	links := []Link{
		{ID: "live", State: Live, ExpiresAt: now.Add(time.Hour), Max: 50},
		{ID: "customer", Side: CustomerSide, State: Live, ExpiresAt: now.Add(time.Hour), Max: 50},
		{ID: "once", OneTime: true, State: Live, ExpiresAt: now.Add(time.Hour), Max: 1},
		{ID: "spent", State: Spent, ExpiresAt: now.Add(time.Hour), Max: 50, Used: 50},
		{ID: "replaced", State: Replaced}, {ID: "revoked", State: LinkRevoked},
	}
	got := Revoke(keys, links, now)
	if len(got.Keys) != 1 || got.Keys[0].State != KeyRevoked || !got.Keys[0].RevokedAt.Equal(now) {
		t.Errorf("F63 keys: %+v", got.Keys)
	}
	if len(got.Links) != 4 {
		t.Errorf("F63 links: %d changed, want 4", len(got.Links))
	}
	for _, l := range got.Links {
		if _, err := Admit(l, Visit{Last: now.Add(-time.Minute), Ranged: true}, now); code(err) != "link.revoked" {
			t.Errorf("E24 %s: the resumed transfer gets %q", l.ID, code(err))
		}
	}
	if again := Revoke(got.Keys, got.Links, now); len(again.Keys)+len(again.Links) != 0 {
		t.Errorf("F63 twice: %+v", again)
	}
}
