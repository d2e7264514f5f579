package partnercenter

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// elsewhere are faults that never reach this door: their acts have none here, or somebody catches them on the way.
var elsewhere = map[string]string{
	"catalog.changed": "import", "catalog.duplicate": "import", "policy.row_kept": "operator", "partner.exists": "operator",
	"rate.invalid": "operator", "ticket.unknown": "sign-in", "ticket.changed": "sign-in", "ticket.code_taken": "sign-in",
	"invoice.done":      "caught by the sweep",
	"store.replay_race": "the store tries again", "store.tree_taken": "the integrator stands back",
	"rate.limited":   "has a body of its own",
	"tax.incomplete": "operator", "tax.market_unknown": "operator", "tax.rate": "operator",
	"price.negative": "import",
	"policy.id":      "operator", "policy.past": "operator", "policy.taken": "operator", "policy.backwards": "operator", "policy.overlap": "operator", "policy.class": "operator",
	"policy.window": "operator", "policy.credit": "operator", "policy.after": "operator", "policy.source": "operator",
	"policy.unknown": "operator", "policy.closed": "operator", "policy.end_past": "operator",
	"partner.name": "operator", "partner.kind": "operator", "partner.day": "operator", "partner.mpn": "operator", "partner.provider": "operator",
	"partner.domain_taken": "operator", "partner.own": "operator", "pool.withdraw": "operator", "pool.changed": "operator",
	"keyset.unknown": "operator", "keyset.elsewhere": "operator", "keyset.changed": "operator", "client.revoked": "operator",
	"job.unknown": "operator", "discard.reason": "operator", "upload.whole": "operator",
	"replace.same": "operator", "replace.unused": "operator", "replace.too_many": "operator", "replace.moved": "operator",
	"mode.reason": "operator", "mode.same": "operator",
	"view.name": "pages", "view.address": "pages", "view.too_many": "pages",
	"passkey.name": "sign-in", "passkey.taken": "sign-in", "passkey.changed": "sign-in", "passkey.unknown": "sign-in", "passkey.stale": "sign-in",
}

var faultCode = regexp.MustCompile(`fault\.(?:Refuse|Invalid|Conflict|NotFound|Deny|Unavailable)\(\s*"([a-z_.]+)"`)

// Every fault that decisions, use cases and the store can answer with has its words here.
func TestEveryFaultHasARow(t *testing.T) {
	found := map[string]string{}
	for _, room := range []string{"app", "domain", "store", "sandbox", "api/partnercenter"} {
		err := filepath.WalkDir(filepath.Join("..", "..", room), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range faultCode.FindAllSubmatch(text, -1) {
				found[string(m[1])] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) < 80 {
		t.Fatalf("only %d codes found: the walk is wrong", len(found))
	}
	var missing []string
	for code, path := range found {
		if _, ok := faultOf[code]; !ok && elsewhere[code] == "" && !strings.HasPrefix(code, "import.") {
			missing = append(missing, code+" of "+path)
		}
	}
	slices.Sort(missing)
	for _, m := range missing {
		t.Error("no row for " + m)
	}
	for code := range elsewhere {
		if found[code] == "" {
			t.Errorf("%s is nowhere any more", code)
		}
	}
}
