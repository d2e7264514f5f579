// Package house holds the tests about the code itself: who imports whom, which rooms are pure, where the clock may be
// read. A rule is a check over one file and a bad sample that the check must catch; add both to checks_test.go.
package house

// The rooms of the domain, in three steps. "domain" in the table below is all of them.
const (
	lowest = "fault id money when"
	trade  = lowest + " market party license catalog policy"
	domain = trade + " ledger activity reservation usage billing subscription order support"
	inner  = domain + " app"
	page   = inner + " statement identity web/ui web/locale web/static" // of the pages
	all    = inner + " statement store vault blobs depot outbound jobs collector turn metrics identity sandbox api/partnercenter api/marketplace api/downloads" +
		" web web/ui web/locale web/static web/partner web/portal web/publisher web/operator"
)

// rooms says which rooms a room may import. Rows go from low to high and name only rooms of rows above them, so the
// arrows point down and there is no circle. A folder inside a room belongs to it (store/storetest is store); a folder
// that belongs to no row fails. Names leave out internal/ and internal/domain/.
var rooms = []struct{ room, may string }{
	// Decisions.
	{"fault", ""},
	{"id", "fault"},
	{"money", "fault"},
	{"when", "fault"},
	{"market", lowest},
	{"party", lowest + " market"},
	{"license", lowest + " market party"}, // below the catalogue: a product says how it is delivered
	{"catalog", lowest + " market party license"},
	{"policy", lowest + " market party license catalog"},
	{"ledger", lowest + " party"},
	{"activity", lowest + " party"},
	{"reservation", trade},
	{"usage", trade},
	{"billing", trade + " ledger usage"},
	{"subscription", trade + " ledger billing"},
	{"order", trade + " ledger reservation usage billing subscription"},
	{"support", trade + " ledger billing subscription order"},

	// Acts, and what carries them out.
	{"app", domain},
	{"turn", ""}, // who is next where many wait for the same
	{"store", inner + " turn"},
	{"vault", inner},
	{"blobs", inner},
	{"depot", inner}, // a supplier of keys that is met in a folder
	{"outbound", inner},
	{"jobs", inner},
	{"identity", inner},
	{"sandbox", inner + " jobs"},
	{"collector", ""},    // when memory is collected
	{"metrics", "when"},  // how the server fares, for a monitoring system
	{"statement", inner}, // what is printed: a statement as PDF, with words of its own

	// Doors. They know neither each other nor the store.
	{"api/partnercenter", inner + " statement"},
	{"api/marketplace", inner},
	{"api/downloads", inner + " blobs"}, // it sends the files themselves
	{"web/static", ""},
	{"web/locale", domain},
	{"web/ui", inner + " statement identity web/locale web/static"}, // pages know who is signed in
	{"web/partner", page},
	{"web/portal", page},
	{"web/publisher", page},
	{"web/operator", page},
	{"web", page + " web/partner web/portal web/publisher web/operator"},

	// Nobody imports these.
	{"house", ""},
	{"cmd", all},
	{"bench", all},
	{"sim", all},
	{"e2e", all},
}

// testsToo is what the test files of a room may import beyond its row: the store is tested with what it keeps for others.
var testsToo = map[string]string{
	"store": "vault blobs jobs identity sandbox",
	// What keeps the log is tested on a real store.
	"jobs": "store",
	// Signing in is tested over HTTP on real stores, with secrets really sealed.
	"identity": "store vault",
	// The use cases are tested on real stores that the demo's story has filled.
	"app": "store vault blobs depot jobs sandbox",
	// The door of /v1 is tested on real stores that the demo's story has filled; it makes the addresses that downloads reads.
	"api/partnercenter": "store vault blobs jobs sandbox identity api/downloads",
	// Pages are walked through over HTTP on a real store with the demo's story.
	"web": "store vault blobs jobs sandbox",
}

// impure are the packages that no pure room (internal/domain) imports: there everything is decided from arguments.
// Time may be computed with, only when reads it; chance comes from id.Source.
const impure = "os os/exec os/signal syscall net net/http database/sql database/sql/driver embed log log/slog" +
	" math/rand math/rand/v2 context encoding/json encoding/json/v2 encoding/json/jsontext"

// exact are the rooms where no floating-point number may appear (G24).
const exact = "money billing ledger order subscription policy catalog"

// nameless are package names that say nothing of what is inside.
const nameless = "util utils common models helper helpers"

// maxLines is the longest a Go file may be; most stay under 150.
const maxLines = 600
