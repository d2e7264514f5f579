package turn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

func names[T any](places []*Place[T]) string {
	all := ""
	for _, p := range places {
		all += fmt.Sprint(p.For)
	}
	return all
}

// TestWhoWasServedLongestAgoIsNext, however those who wait came into the line.
func TestWhoWasServedLongestAgoIsNext(t *testing.T) {
	var l Line[string]
	a, b, c := Caller(context.Background()), Caller(context.Background()), Caller(context.Background())
	l.Join(a, "a")
	l.Join(b, "b")
	l.Join(c, "c")
	first := l.Next(9)
	if got := names(first); got != "abc" {
		t.Fatalf("three who were never served are called %s", got)
	}
	for _, p := range first {
		l.Served(p)
	}
	l.Join(c, "c") // as the runtime wakes them
	l.Join(b, "b")
	l.Join(a, "a")
	l.Join(a, "A") // a's next before it has this one's answer: behind all who are there
	l.Join(context.Background(), "x")
	if got := names(l.Next(2)) + "," + names(l.Next(9)); got != "ab,cAx" {
		t.Errorf("called %s, want ab,cAx", got)
	}
}

func TestWhoLeavesIsNotCalled(t *testing.T) {
	var l Line[string]
	gone, stays := l.Join(context.Background(), "gone"), l.Join(context.Background(), "stays")
	if !l.Leave(gone) || l.Leave(gone) {
		t.Error("a place can be left once")
	}
	if got := names(l.Next(9)); got != "stays" || l.Leave(stays) {
		t.Errorf("called %s; or who was called has left", got)
	}
}

// TestNobodyIsServedTwiceWhileAnotherWaits: of callers who ask again once they are answered, as often as they like.
func TestNobodyIsServedTwiceWhileAnotherWaits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l Line[int]
		callers := make([]context.Context, rapid.IntRange(1, 6).Draw(t, "callers"))
		for i := range callers {
			callers[i] = Caller(context.Background())
		}
		waits := make([]bool, len(callers))
		passed := make([]map[int]int, len(callers)) // for each that waits, how often each other was served meanwhile
		for range 60 {
			c := rapid.IntRange(0, len(callers)-1).Draw(t, "who")
			if !waits[c] {
				l.Join(callers[c], c)
				waits[c], passed[c] = true, map[int]int{}
				continue
			}
			for _, p := range l.Next(rapid.IntRange(1, 3).Draw(t, "called")) {
				l.Served(p)
				waits[p.For] = false
				for i := range callers {
					if waits[i] {
						if passed[i][p.For]++; passed[i][p.For] > 1 {
							t.Fatalf("%d was served %d times while %d waited", p.For, passed[i][p.For], i)
						}
					}
				}
			}
		}
	})
}

// TestFewHaveATurnAtATime, everybody has it in the end, and who gives up holds none.
func TestFewHaveATurnAtATime(t *testing.T) {
	const few, callers, times = 3, 20, 50
	turns := Few(few)
	var now, had atomic.Int64
	var all sync.WaitGroup
	for range callers {
		ctx := Caller(context.Background())
		all.Go(func() {
			for i := range times {
				if i%10 == 9 {
					gone, leave := context.WithCancel(ctx)
					leave()
					if mine, err := turns.Take(gone); err == nil { // it was called before it could leave
						mine.Back()
					}
				}
				mine, err := turns.Take(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				if n := now.Add(1); n > few {
					t.Errorf("%d have a turn at a time", n)
				}
				had.Add(1)
				Gather()
				now.Add(-1)
				mine.Back()
			}
		})
	}
	all.Wait()
	if had.Load() != callers*times {
		t.Errorf("%d turns of %d", had.Load(), callers*times)
	}
	for range few { // none was lost
		if _, err := turns.Take(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	gone, leave := context.WithCancelCause(context.Background())
	leave(errors.New("gone"))
	if _, err := turns.Take(gone); err == nil || err.Error() != "gone" {
		t.Errorf("all turns are taken, and the caller has gone: %v", err)
	}
}
