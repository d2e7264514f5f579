package jobs

import (
	"context"
	"time"
)

// Mailing sends checkpoints to a mailbox.
type Mailing struct {
	Every time.Duration
	// Send sends one message; it is bounded in time.
	Send func(ctx context.Context, at time.Time, subject, text string) error
}

const (
	mailTries = 6
	mailFirst = time.Minute // until the second try; each later one waits twice as long
	mailLook  = time.Minute
)

// run sends the latest checkpoint whenever the last one that was sent is too old. When nothing takes it, it is tried a few
// times and given up until the next is due.
func (m *Mailing) run(ctx context.Context, l *Log) {
	t := time.NewTicker(min(mailLook, m.Every))
	defer t.Stop()
	var next time.Time
	tries := 0
	for {
		if now := l.Wall.Now(); !now.Before(next) {
			sent, err := m.turn(ctx, l, now)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				if tries++; tries < mailTries {
					next = now.Add(mailFirst << (tries - 1))
				} else {
					tries, next = 0, now.Add(m.Every)
				}
				l.Log.Error("mailing a checkpoint of the activity log", "error", err, "again", next)
			case sent:
				tries = 0
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// turn sends the latest checkpoint if one is due.
func (m *Mailing) turn(ctx context.Context, l *Log, now time.Time) (sent bool, err error) {
	tree, err := l.Tree.Store.Tree(ctx)
	if err != nil || tree.Checkpoint == "" || now.Sub(tree.MailedAt) < m.Every {
		return false, err
	}
	if err := m.Send(ctx, now, "Checkpoint of the activity log, "+now.UTC().Format(time.DateOnly), mailText(tree.Checkpoint)); err != nil {
		return false, err
	}
	return true, l.Tree.Store.Mailed(ctx, now)
}

func mailText(checkpoint string) string {
	return "Keep this message. With it, `comptoir verify` finds out whether anything that was recorded up to now has been changed since.\n\n" + checkpoint
}
