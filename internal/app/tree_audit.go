package app

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// auditPage is how many records an audit holds at a time: four tiles.
const auditPage = 1024

// ours names the checkpoint kept beside the tree.
const ours = "the checkpoint in the database"

// Kept is a signed checkpoint and where it was kept.
type Kept struct{ Note, From string }

// Audited is what an audit of the log went through.
type Audited struct {
	Records     int64
	Checkpoints int
	Root        string
	Found       []string // differences; none is the good answer
	Waiting     []id.Record
}

// AuditLog recomputes the tree of the activity log from its records and compares it with the hashes that are kept, with the
// checkpoint kept beside them and with those kept elsewhere, and names with the aliases they were given. It reads in pieces
// and may run while records are written: what has no number yet is told in Waiting, at most some of it.
func AuditLog(ctx context.Context, s TreeStore, elsewhere []Kept, keys ...note.Verifier) (Audited, error) {
	tree, err := s.Tree(ctx)
	if err != nil {
		return Audited{}, err
	}
	var unsigned []string
	var marks []activity.Mark
	if tree.Size > 0 {
		elsewhere = append([]Kept{{tree.Checkpoint, ours}}, elsewhere...)
	}
	for _, k := range elsewhere {
		c, err := activity.OpenCheckpoint(k.Note, keys...)
		if err != nil {
			unsigned = append(unsigned, k.From+" is signed by no known key")
			continue
		}
		marks = append(marks, activity.Mark{Checkpoint: c, From: k.From})
	}
	if len(marks) > 0 && marks[0].From == ours && marks[0].Size != tree.Size {
		unsigned = append(unsigned, fmt.Sprintf("%s is of %d records, the tree has %d", ours, marks[0].Size, tree.Size))
	}
	a := activity.NewAudit(tree.Size, marks, tileOf(ctx, s))
	for from := int64(0); from < tree.Size; from += auditPage {
		leaves, err := s.Leaves(ctx, from, auditPage)
		if err != nil {
			return Audited{}, err
		}
		for _, l := range leaves {
			if l.N < tree.Size && l.N < from+auditPage { // what came since is another audit's
				if err := a.Add(l); err != nil {
					return Audited{}, err
				}
			}
		}
		if len(leaves) == 0 {
			break
		}
	}
	for _, u := range unsigned {
		a.Report(u)
	}
	if err := auditTail(ctx, s, tree.Size, a); err != nil {
		return Audited{}, err
	}
	if err := auditAliases(ctx, s, a); err != nil {
		return Audited{}, err
	}
	out := Audited{Records: tree.Size, Checkpoints: len(marks)}
	waiting, err := s.Unnumbered(ctx, auditPage)
	if err != nil {
		return out, err
	}
	for _, w := range waiting {
		out.Waiting = append(out.Waiting, w.Entry.ID)
	}
	out.Found, err = a.End()
	out.Root = a.Root().String()
	return out, err
}

// auditTail looks for leaves behind the end of the tree. It is asked how long it is after they are read.
func auditTail(ctx context.Context, s TreeStore, size int64, a *activity.Audit) error {
	behind, err := s.Leaves(ctx, size, auditPage)
	if err != nil || len(behind) == 0 {
		return err
	}
	now, err := s.Tree(ctx)
	if err != nil {
		return err
	}
	for _, l := range behind {
		if l.N >= now.Size {
			a.Report(fmt.Sprintf("record %d is beyond the end of the tree, which has %d", l.N, now.Size))
		}
	}
	return nil
}

func auditAliases(ctx context.Context, s TreeStore, a *activity.Audit) error {
	for last := id.Alias(""); ; {
		page, err := s.Aliases(ctx, last, auditPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, al := range page {
			if last = al.ID; !al.Sound() {
				a.Report(fmt.Sprintf("the name kept for %s is not the one that records were written under", al.ID))
			}
		}
	}
}
