package partner

import "github.com/comptoir-dev/comptoir/internal/web/ui"

// desk is where staff raise and follow support requests (R10).
var desk = ui.Desk{At: "/requests", Area: "requests"}
