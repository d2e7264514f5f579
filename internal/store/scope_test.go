package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// unscoped are the statements that name a tenant table and no partner, with the reason.
var unscoped = map[string]string{
	"sqlClient":                "a token names a client before it is known whose it is",
	"sqlDueSubscriptionsAt":    "the sweep serves all partners",
	"sqlDueSubscriptionsLater": "the sweep serves all partners",
	"sqlDueAccounts":           "the sweep serves all partners",
	"sqlDueBills":              "the sweep serves all partners",
	"sqlSealedKeys":            "a rotation of the vault's key touches every row",
	"sqlSealedLinks":           "a rotation of the vault's key touches every row",
	"sqlSealedPeople":          "a rotation of the vault's key touches every row",
	"sqlSealedAnswers":         "a rotation of the vault's key touches every row",
	"sqlRewrapPerson":          "a rotation of the vault's key touches every row",
	"sqlChargeTop":             "a number up to which the charges of all partners never change, and nothing of a charge",
	"sqlPostingTop":            "a number up to which the postings of all partners never change, and nothing of a posting",
	"sqlArrivals":              "one tree holds the records of all partners",
	"sqlLeaves":                "one tree holds the records of all partners",
	"sqlUnnumbered":            "one tree holds the records of all partners",
	"sqlReplayPurge":           "answers expire whosever they are",
	"sqlLinkByToken":           "a link is followed by whoever holds its token",
	"sqlUPNTaken":              "a user principal name is unique in the whole store",
	"sqlPersonByID":            "a token names a person before it is known whose staff it is",
	"sqlPersonByName":          "a person signs in by name before it is known whose staff it is",
	"sqlPersonBySubject":       "a person signs in elsewhere before it is known whose staff it is",
	"sqlPasskeyAny":            "a passkey is found before it is known whose it is",
	"sqlChallengePurge":        "challenges end whosever they are",
	"sqlSignIns":               "the operator sees who is signed in, whosever staff",
	"sqlClientsAll":            "the operator sees the API clients of all partners",
	"sqlSession":               "a cookie is found before it is known whose it is",
	"sqlSessionsForget":        "a restored copy signs everybody out",
	"sqlSessionPurge":          "sessions end whosever they are",
	"sqlTicketByHash":          "a ticket is brought by whoever holds it",
	"sqlTicketByCode":          "a user code is typed by whoever reads it",
	"sqlTicketPurge":           "tickets end whosever they are",
	"sqlRequestQueue":          "the operator answers the requests of all partners",
	"sqlRequestHome":           "the operator enters a tenant through its request alone",
	"sqlFilesKnown":            "the folder of attachments serves all partners",
	"sqlDueWaits":              "suppliers are asked for all partners",
	"sqlWaitNames":             "suppliers are asked for all partners",
	"sqlCustomerCounts":        "the operator sees how many customers each partner has",
	"sqlPools":                 "pools that run low are told of all partners",

	"sqlInvoiceGaps":       "the proof covers the whole store",
	"sqlUnbalancedEntries": "the proof covers the whole store",
	"sqlUnpostedCharges":   "the proof covers the whole store",
	"sqlWrongInvoices":     "the proof covers the whole store",
	"sqlForgottenCharges":  "the proof covers the whole store",
	"sqlBrokenCarries":     "the proof covers the whole store",
	"sqlBrokenChains":      "the proof covers the whole store",
	"sqlWrongPayments":     "the proof covers the whole store",
	"sqlUnpostedPayments":  "the proof covers the whole store",
	"sqlNotDue":            "the proof covers the whole store",
	"sqlDueInVain":         "the proof covers the whole store",
	"sqlBillGaps":          "the proof covers the whole store",
	"sqlUnbilledCharges":   "the proof covers the whole store",
	"sqlBrokenBills":       "the proof covers the whole store",
	"sqlAllBills":          "the proof covers the whole store",
}

// isStatement: other constants are fragments of one.
func isStatement(sql string) bool {
	return regexp.MustCompile(`^(SELECT|INSERT|UPDATE|DELETE|WITH)\s`).MatchString(sql)
}

// statements are the package's SQL constants by name, as far as they are written in one piece or joined by +.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	exprs := map[string]ast.Expr{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		named := map[ast.Expr]bool{}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i < len(n.Values) {
						exprs[name.Name] = n.Values[i]
						named[n.Values[i]] = true
					}
				}
			case *ast.BasicLit: // a statement that has no name, or is part of one
				if n.Kind == token.STRING && !named[n] {
					exprs["literal "+f.Name()+":"+strconv.Itoa(int(n.Pos()))] = n
				}
			}
			return true
		})
	}
	found := map[string]string{}
	for name, e := range exprs {
		if sql := text(e, exprs, 0); isStatement(sql) {
			found[name] = sql
		}
	}
	return found
}

// text is what a constant expression says; empty for any other.
func text(e ast.Expr, consts map[string]ast.Expr, depth int) string {
	if depth > 16 {
		return ""
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value)
		return s
	case *ast.Ident:
		if c, ok := consts[e.Name]; ok {
			return text(c, consts, depth+1)
		}
	case *ast.BinaryExpr:
		return text(e.X, consts, depth+1) + text(e.Y, consts, depth+1)
	}
	return ""
}

// tenantTables are the tables that have a partner_id, from the database itself.
func tenantTables(t *testing.T, s *store.Store) (tables []string) {
	t.Helper()
	err := s.ViewReader(ctx, func(r *store.Reader) (err error) {
		tables, err = r.Texts(`SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c ON c.name = 'partner_id' WHERE t.type = 'table'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// TestEveryStatementNamesThePartner: one mention of partner_id for each tenant table in the statement.
func TestEveryStatementNamesThePartner(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	tables, all := tenantTables(t, s), statements(t)
	if len(tables) < 12 || len(all) < 40 {
		t.Fatalf("%d tables, %d statements: not all were found", len(tables), len(all))
	}
	excused := map[string]bool{}
	for name, sql := range all {
		if partnersMissing(tables, sql) {
			if unscoped[name] == "" {
				t.Errorf("%s names a tenant table without its partner: %s", name, strings.Join(strings.Fields(sql), " "))
			}
			excused[name] = true
		}
	}
	for name, why := range unscoped {
		if _, there := all[name]; there && !excused[name] {
			t.Errorf("%s needs no excuse (%s)", name, why)
		}
	}
	for sql, want := range map[string]bool{
		`SELECT body FROM cart WHERE id = $1`:                                                     true,
		`SELECT body FROM cart WHERE partner_id = $1 AND id = $2`:                                 false,
		`SELECT 1 FROM orders o JOIN order_line l ON l.order_id = o.id WHERE o.partner_id = $1`:   true,
		`INSERT INTO slot (customer_id) VALUES ($1)`:                                              true,
		`SELECT 1 FROM tenant WHERE id = $1`:                                                      false,
		`UPDATE subscription SET state = $1 WHERE customer_id = $2 AND version = $3`:              true,
		`SELECT subscription_id FROM product WHERE id = $1`:                                       false,
		`SELECT partner_id FROM slot WHERE subscription_id = $1`:                                  true,
		`DELETE FROM slot WHERE partner_id = $1 AND customer_id = $2 AND subscription_id IN ($3)`: false,
	} {
		if partnersMissing(tables, sql) != want {
			t.Errorf("the check is wrong about: %s", sql)
		}
	}
}

func partnersMissing(tables []string, sql string) bool {
	named := 0
	for _, m := range regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)`).FindAllStringSubmatch(sql, -1) {
		for _, table := range tables {
			if m[1] == table {
				named++
			}
		}
	}
	return len(regexp.MustCompile(`partner_id = |INSERT INTO \w+\s+\(partner_id, `).FindAllString(sql, -1)) < named
}

// scans are the statements that read a whole table, with the reason.
var scans = map[string]string{
	"sqlPartnersAll":    "the operator's console lists them all",
	"sqlSessionsForget": "all of them end",
	"sqlCancelRules":    "a few dozen rows, kept in memory",
	"sqlLinkRules":      "a few dozen rows, kept in memory",
	"sqlTaxRows":        "a few hundred rows, kept in memory",
	"sqlRefundLimits":   "a row for each currency at most",

	"sqlSubscriptionNames":   "a thousand names at most",
	"sqlSubscriptionNamesAt": "fifty names at most",
	"sqlPools":               "some dozens of rows, once a minute",
	"sqlCustomerCounts":      "the key alone, when the console lists the partners",
	"sqlFreeUpTo":            "its inner one, which ends at the mark",
	"sqlUploads":             "a hundred rows at most",
	"sqlMigrations":          "a row for each migration",
	"sqlEndingUpTo":          "its inner one, which ends at the mark",
	"sqlRecurring":           "the rows that the bound inside let through",
	"sqlActiveCounts":        "the rows that the bound inside let through",
	"sqlMediaUses":           "asked when a medium is removed",
	"sqlUnnumbered":          "the proof covers the whole store",

	"sqlInvoiceGaps":       "the proof covers the whole store",
	"sqlUnbalancedEntries": "the proof covers the whole store",
	"sqlUnpostedCharges":   "the proof covers the whole store",
	"sqlWrongInvoices":     "the proof covers the whole store",
	"sqlForgottenCharges":  "the proof covers the whole store",
	"sqlBrokenCarries":     "the proof covers the whole store",
	"sqlBrokenChains":      "the proof covers the whole store",
	"sqlWrongPayments":     "the proof covers the whole store",
	"sqlUnpostedPayments":  "the proof covers the whole store",
	"sqlNotDue":            "the proof covers the whole store",
	"sqlDueInVain":         "the proof covers the whole store",
	"sqlBillGaps":          "the proof covers the whole store",
	"sqlUnbilledCharges":   "the proof covers the whole store",
	"sqlBrokenBills":       "the proof covers the whole store",
	"sqlAllBills":          "the proof covers the whole store",
}

// rowLock marks what is said to PostgreSQL alone.
var rowLock = regexp.MustCompile(` FOR (NO KEY UPDATE|UPDATE|SHARE)`)

// TestNoStatementReadsAWholeTable: what SQLite plans for each statement that stands on its own.
func TestNoStatementReadsAWholeTable(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	planned := 0
	for name, sql := range statements(t) {
		if strings.HasPrefix(sql, "INSERT") && !strings.Contains(sql, "VALUES") || rowLock.MatchString(sql) ||
			strings.Contains(sql, "pg_") || strings.Contains(sql, "unnest(") || strings.Contains(sql, "set_config") || strings.HasPrefix(name, "literal") {
			continue
		}
		var plan []string
		err := s.ViewReader(ctx, func(r *store.Reader) error {
			return r.Batch(store.NewRead(func(scan func(...any) error) error {
				var n, parent, unused int
				var detail string
				err := scan(&n, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			}, `EXPLAIN QUERY PLAN `+sql, make([]any, highest(sql))...))
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		planned++
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN") && step != "SCAN CONSTANT ROW" && scans[name] == "" {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
	if planned < 40 {
		t.Errorf("only %d statements were looked at", planned)
	}
}

// highest is the number of the last placeholder.
func highest(sql string) (n int) {
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(sql, -1) {
		i, _ := strconv.Atoi(m[1])
		n = max(n, i)
	}
	return n
}
