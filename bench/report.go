package main

import (
	"fmt"
	"io"
	"time"
)

// The goals (docs/performance.md).
const (
	goalRate  = 0.5 // of the raw rate, at goalClients
	goalP99   = 2.0 // times the raw p99, at goalClients
	goalP50   = 3 * time.Millisecond
	goalStart = 300 * time.Millisecond
	goalIdle  = 40 << 20 // bytes
	goalSize  = 40 << 20 // bytes

	quiet = 0.1 // of the machine: what others may take

	goalClients = 64 // for rates
	oneClient   = 1  // for goalP50
)

// report collects what a run found.
type report struct {
	syncs  float64 // of the disk, a second
	size   int64   // of the binary, bytes
	starts []started
	rows   []pair
	gets   []got
	billed []billed

	revealed []revealed
	fetched  []fetched
	logged   []logged
	paged    []paged
	web      []webRead
}

type started struct {
	engine string
	ready  time.Duration
	idle   int64 // bytes
}

// pair is one number of clients on one engine, raw and through HTTP.
type pair struct {
	engine    string
	clients   int
	raw, http figures
}

func head(w io.Writer) {
	fmt.Fprintf(w, "%-9s %7s  %-4s %8s %8s %8s %8s %8s %8s %7s  %9s %9s\n", "engine", "clients", "side", "rate/s", "p50 ms", "p99 ms",
		"cpu ms", "db ms", "load ms", "others", "rate", "p99")
}

// add prints a pair. cpu is the process that is measured: the server, or for raw this one. db is PostgreSQL, load is what
// this process spends on asking, all per checkout. others is what anything else took of the machine.
func (r *report) add(w io.Writer, p pair) {
	r.rows = append(r.rows, p)
	for _, side := range []struct {
		name string
		figures
	}{{"raw", p.raw}, {"http", p.http}} {
		f := side.figures
		fmt.Fprintf(w, "%-9s %7d  %-4s %8.0f %8.2f %8.2f %8.3f %8.3f %8.3f %5.0f %%", p.engine, p.clients, side.name, f.rate(),
			milliseconds(f.at(0.5)), milliseconds(f.at(0.99)), f.each(f.cpu), f.each(f.db), f.each(f.load), 100*f.others())
		if side.name == "http" {
			fmt.Fprintf(w, "  %7.0f %% %7.2f ×", 100*p.rate(), p.p99())
		}
		fmt.Fprintln(w)
	}
}

// rate is how much of the raw rate is left through HTTP.
func (p pair) rate() float64 { return p.http.rate() / p.raw.rate() }

// p99 is how many times the raw p99 it is through HTTP.
func (p pair) p99() float64 { return p.http.at(0.99).Seconds() / p.raw.at(0.99).Seconds() }

// goals says what was reached of what was measured.
func (r *report) goals(w io.Writer) {
	most := 0.0
	for _, p := range r.rows {
		most = max(most, p.raw.others(), p.http.others())
	}
	for _, g := range r.gets {
		most = max(most, g.raw.others(), g.http.others())
	}
	for _, d := range r.revealed {
		most = max(most, d.figures.others())
	}
	for _, d := range r.fetched {
		most = max(most, d.ours.others(), d.plain.others())
	}
	if most > quiet {
		fmt.Fprintf(w, "\nNoisy: others took up to %.0f %% of the machine. Run again when it is quiet.\n", 100*most)
	}
	fmt.Fprintln(w, "\nGoals")
	say := func(met bool, format string, args ...any) {
		word := "MISSED"
		if met {
			word = "met"
		}
		fmt.Fprintf(w, "  %-7s %s\n", word, fmt.Sprintf(format, args...))
	}
	for _, p := range r.rows {
		switch p.clients {
		case goalClients:
			say(p.rate() >= goalRate, "%s, %d clients: %.0f %% of the raw rate (at least %.0f %%)", p.engine, p.clients, 100*p.rate(), 100*goalRate)
			say(p.p99() <= goalP99, "%s, %d clients: p99 %.2f × raw (at most %.0f ×)", p.engine, p.clients, p.p99(), goalP99)
		case oneClient:
			p50 := p.http.at(0.5)
			say(p50 <= goalP50, "%s, 1 client: p50 %.2f ms (at most %.0f ms; the disk syncs in %.2f ms)", p.engine, milliseconds(p50),
				milliseconds(goalP50), 1000/r.syncs)
		}
	}
	for _, g := range r.gets {
		g.goal(say)
	}
	for _, s := range r.starts {
		say(s.ready <= goalStart, "%s: start on an existing store in %.0f ms (at most %.0f ms)", s.engine, milliseconds(s.ready), milliseconds(goalStart))
		say(s.idle <= goalIdle, "%s: %.1f MB when idle (at most %.0f MB)", s.engine, megabytes(s.idle), megabytes(goalIdle))
	}
	for _, f := range r.billed {
		f.goals(say)
	}
	for _, d := range r.revealed {
		d.goal(say)
	}
	for _, d := range r.fetched {
		d.goal(say)
	}
	for _, p := range r.web {
		p.goal(say)
	}
	for _, l := range r.logged {
		l.goals(say)
	}
	for _, p := range r.paged {
		p.goals(say)
	}
	if len(r.rows)+len(r.starts) == 0 { // no binary was made
		return
	}
	say(r.size <= goalSize, "binary of %.1f MB (at most %.0f MB)", megabytes(r.size), megabytes(goalSize))
}
