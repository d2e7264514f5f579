package store

import (
	"context"
	"net"
	"runtime"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// turns bounds how many do the same at a time. Whoever has none waits, first come, first served.
type turns chan struct{}

func (t turns) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return unavailable(context.Cause(ctx))
	}
}

func (t turns) back() { <-t }

// pgTurns are how many transactions, and how many looks, a pool has at work at a time, and how many trips for single objects.
// Where the database is on this machine they share its processors: more at a time only make each other late, the ones that
// hold locks too (decision 0025). A trip keeps two processors busy, the database's and ours (decision 0027).
func pgTurns(cfg *pgxpool.Config) (transactions, trips int) {
	most := int(cfg.MaxConns)
	if network, _ := pgconn.NetworkAddress(cfg.ConnConfig.Host, cfg.ConnConfig.Port); network == "unix" || loopback(cfg.ConnConfig.Host) {
		return min(2*runtime.NumCPU(), most), min(max(1, runtime.NumCPU()/2), most)
	}
	return most, most
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
