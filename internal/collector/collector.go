// Package collector tunes the garbage collector of this process: seldom while the heap is small, and within bounds when it grows.
package collector

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// smallHeap is how far the heap grows before it is collected: what lives is small, and a collection interrupts whoever
	// is being answered.
	smallHeap = 24 << 20
	// heapGrowth is by how many percent of what lives it grows where that is more: with 400 a billing run takes more than 64 MB.
	heapGrowth = 200
	// mostGrowth is where what the runtime collects at the earliest, 4 MB for each hundred percent, is smallHeap: with more a
	// billing run that began with little alive took 150 MB.
	mostGrowth = 100 * smallHeap / (4 << 20)
)

// Tune has the collector run when the heap has grown to smallHeap or by heapGrowth, whichever is more. What lives is only
// known after a collection, so each one sets when the next begins. Where GOGC is set, that stands.
func Tune() {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	last := 0
	var set func(*[16]byte)
	set = func(mark *[16]byte) {
		metrics.Read(live)
		now := max(live[0].Value.Uint64(), 1<<20)
		percent := heapGrowth
		if now < smallHeap {
			percent = max(percent, min(mostGrowth, int(100*(smallHeap-now)/now)))
		}
		if percent < last*9/10 || percent > last*11/10 { // setting it stops everybody for a moment
			last = percent
			debug.SetGCPercent(percent)
		}
		runtime.SetFinalizer(mark, set) // it is reached once after each collection
	}
	set(new([16]byte))
}
