package market

import "strings"

// Segment is the kind of customer a price is meant for (F12).
type Segment string

// The segments.
const (
	Commercial Segment = "commercial"
	Education  Segment = "education"
	Government Segment = "government"
	Nonprofit  Segment = "nonprofit"
)

// Segments is every segment, in the order of the rulebook.
func Segments() []Segment { return []Segment{Commercial, Education, Government, Nonprofit} }

// ParseSegment reads a segment's word in any case; ok is false for another word.
func ParseSegment(s string) (segment Segment, ok bool) {
	for _, known := range Segments() {
		if strings.EqualFold(s, string(known)) {
			return known, true
		}
	}
	return "", false
}
