package partnercenter

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var printRoutes = flag.Bool("routes", false, "print the table of operations (make routes)")

// RouteLine is a line of testdata/routes.txt: a row of the contract, or one of our own.
type RouteLine struct {
	Method, Path  string
	Section, Mark string // of contract.md: "10", "M"; "-", "own"
	Golden        string // of testdata, without .json; empty while the row is not served
	Later         string // who makes it
}

// RouteLines reads testdata/routes.txt.
func RouteLines(t *testing.T) []RouteLine {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "routes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []RouteLine
	for n, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		if len(f) != 5 {
			t.Fatalf("routes.txt:%d: %d words, want method, path, section, mark, golden", n+1, len(f))
		}
		l := RouteLine{Method: f[0], Path: f[1], Section: f[2], Mark: f[3], Golden: f[4]}
		if who, later := strings.CutPrefix(f[4], "later:"); later {
			l.Golden, l.Later = "", who
		} else if l.Golden == "-" {
			l.Golden = RouteGolden(l.Method, l.Path)
		}
		lines = append(lines, l)
	}
	return lines
}

// RouteGolden is the golden file that a route has unless its line names another.
func RouteGolden(method, path string) string {
	path = strings.NewReplacer("/v1/", "", "{", "", "}", "").Replace(path)
	return "routes/" + strings.ToLower(method+"_"+strings.ReplaceAll(strings.Trim(path, "/"), "/", "_"))
}

// TestEveryRouteIsKnown: every row of the contract that has to be served is, every route is a row of the contract or known as our own,
// and every one has a golden answer. With -routes the table is printed.
func TestEveryRouteIsKnown(t *testing.T) {
	listed := map[string]RouteLine{}
	for _, l := range RouteLines(t) {
		if _, twice := listed[l.Method+" "+l.Path]; twice {
			t.Errorf("%s %s stands twice in routes.txt", l.Method, l.Path)
		}
		listed[l.Method+" "+l.Path] = l
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	a := &api{Options: Options{Sandbox: struct{ Clockwork }{}}}
	for _, op := range a.operations() {
		l, ok := listed[op.method+" "+op.path]
		switch delete(listed, op.method+" "+op.path); {
		case !ok:
			t.Errorf("%s %s has no line in testdata/routes.txt, so no golden", op.method, op.path)
		case l.Later != "":
			t.Errorf("%s %s is served now: take later:%s out of testdata/routes.txt and name its golden", op.method, op.path, l.Later)
		default:
			if _, err := os.Stat(filepath.Join("testdata", l.Golden+".json")); err != nil {
				t.Errorf("%s %s has no golden: %v", op.method, op.path, err)
			}
		}
		if *printRoutes {
			_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t§%s\t%s\t%s\n",
				op.method, op.path, actNames(op.acts), op.roles(), op.scope, l.Section, l.Mark, l.Golden)
		}
	}
	for _, l := range listed {
		if l.Later == "" {
			t.Errorf("%s %s (contract.md §%s, %s) is not served", l.Method, l.Path, l.Section, l.Mark)
		}
	}
	if *printRoutes {
		_ = out.Flush()
	}
}

func actNames(acts []party.Act) string {
	names := make([]string, len(acts))
	for i, a := range acts {
		names[i] = a.ID + " " + a.Name
	}
	return strings.Join(names, ", ")
}
