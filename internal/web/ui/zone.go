package ui

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// zoneCookie holds the zone of the reader's clock; the script puts it there.
const zoneCookie = "comptoir-zone"

// Zone is where the reader's clock is, as their browser told it; UTC where it did not. It only changes what days are asked for
// and how they are shown: rules know UTC alone (E01).
func (v *Visit) Zone() *time.Location {
	if c, err := v.R.Cookie(zoneCookie); err == nil {
		if zone, ok := when.Zone(c.Value); ok {
			return zone
		}
	}
	return time.UTC
}
