package party

import (
	"testing"
	"time"
)

func TestForgotten(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		state PersonState
		now   time.Time
		want  bool
	}{
		{"last microsecond", PersonDeleted, at.Add(RestoreFor - time.Microsecond), false},
		{"on the dot", PersonDeleted, at.Add(RestoreFor), true},
		{"restored", PersonActive, at.Add(2 * RestoreFor), false},
	} {
		if got := (Person{State: c.state, DeletedAt: at}).Forgotten(c.now); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
