package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// An export is JSON, a line each: what it is, the checkpoints, then every record by its number. Nothing of it needs us to be
// checked: docs/operate.md says what is hashed.
type (
	exportHead struct {
		Log     int    `json:"comptoirLog"` // the form: 1
		Records int64  `json:"records"`
		Key     string `json:"key"` // public
	}
	exportCheckpoint struct {
		Checkpoint string `json:"checkpoint"`
		From       string `json:"from"`
	}
	exportRecord struct {
		N            int64              `json:"n"`
		Hash         tlog.Hash          `json:"hash"`
		Partner      id.Partner         `json:"partner"`
		ID           id.Record          `json:"id"`
		At           int64              `json:"at"` // microseconds since 1970, UTC
		Customer     id.Customer        `json:"customer"`
		CustomerName string             `json:"customerName"`
		Operation    activity.Operation `json:"operation"`
		Resource     activity.Resource  `json:"resource"`
		Security     bool               `json:"security"`
		Body         string             `json:"body"`
	}
)

// maxLine bounds a line of an export: a record's body is bounded by what an act can do, far below.
const maxLine = 16 << 20

// ExportLog writes the whole log with its hashes and the checkpoints: that of the database and those kept elsewhere. Names
// are no part of it. It tells how many records it wrote.
func ExportLog(ctx context.Context, s TreeStore, elsewhere []Kept, key string, w io.Writer) (int64, error) {
	tree, err := s.Tree(ctx)
	if err != nil {
		return 0, err
	}
	buffered := bufio.NewWriterSize(w, 1<<16)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	if err := out.Encode(exportHead{1, tree.Size, key}); err != nil {
		return 0, err
	}
	if tree.Size > 0 {
		elsewhere = append([]Kept{{tree.Checkpoint, ours}}, elsewhere...)
	}
	for _, k := range elsewhere {
		if err := out.Encode(exportCheckpoint{k.Note, k.From}); err != nil {
			return 0, err
		}
	}
	var n int64
	for n < tree.Size {
		leaves, err := s.Leaves(ctx, n, auditPage)
		if err != nil {
			return n, err
		}
		if len(leaves) == 0 {
			break
		}
		for _, l := range leaves {
			if l.N >= tree.Size {
				break
			}
			e := l.Entry
			if !l.Found {
				return n, fmt.Errorf("app: record %d is missing: see comptoir verify", l.N)
			}
			n = l.N + 1
			if err := out.Encode(exportRecord{
				l.N, l.Stored, e.Partner, e.ID, e.At.UnixMicro(), e.Customer, e.CustomerName, e.Operation, e.Resource, e.Security, e.Body,
			}); err != nil {
				return n, err
			}
		}
	}
	return n, buffered.Flush()
}

// ErrNoExport says that a file is no export of a log.
var ErrNoExport = errors.New("the file is no export of an activity log")

// AuditExport checks an export without a database, as AuditLog checks one, by the keys given alone.
func AuditExport(r io.Reader, keys ...note.Verifier) (out Audited, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	var head exportHead
	if line, err := lineOf(in); err != nil || json.Unmarshal(line, &head) != nil || head.Log != 1 || head.Records < 0 {
		return out, errors.Join(ErrNoExport, ignoreEnd(err))
	}
	var marks []activity.Mark
	var unsigned []string
	var a *activity.Audit
	for number := 2; ; number++ {
		line, err := lineOf(in)
		if errors.Is(err, io.EOF) {
			break
		}
		var kept exportCheckpoint
		if err == nil && a == nil && json.Unmarshal(line, &kept) == nil && kept.Checkpoint != "" {
			c, err := activity.OpenCheckpoint(kept.Checkpoint, keys...)
			if err != nil {
				unsigned = append(unsigned, kept.From+" is signed by no key that was given")
				continue
			}
			marks = append(marks, activity.Mark{Checkpoint: c, From: kept.From})
			continue
		}
		if a == nil {
			a = activity.NewAudit(head.Records, marks, nil)
		}
		var e exportRecord
		if err == nil {
			err = json.Unmarshal(line, &e)
		}
		if err != nil {
			a.Report(fmt.Sprintf("line %d is no record", number))
			break
		}
		_ = a.Add(activity.Numbered{N: e.N, Found: true, Stored: e.Hash, Entry: activity.Entry{ // reads no stored hashes
			Partner: e.Partner, ID: e.ID, At: time.UnixMicro(e.At).UTC(), Customer: e.Customer, CustomerName: e.CustomerName,
			Operation: e.Operation, Resource: e.Resource, Security: e.Security, Body: e.Body,
		}})
	}
	if a == nil {
		a = activity.NewAudit(head.Records, marks, nil)
	}
	for _, u := range unsigned {
		a.Report(u)
	}
	if head.Records > 0 && len(marks) == 0 {
		a.Report("the file holds no checkpoint that can be trusted: whoever made it may have made the records")
	}
	out.Records, out.Checkpoints = head.Records, len(marks)
	out.Found, err = a.End()
	out.Root = a.Root().String()
	return out, err
}

func lineOf(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(line, []byte("\n")), nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxLine:
			return nil, errors.New("a line that is too long")
		}
	}
}

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// proofFile is a proof as it is handed on. The API's answer has the same members.
type proofFile struct {
	N          int64       `json:"n"`
	Leaf       string      `json:"leaf,omitempty"`
	Hash       tlog.Hash   `json:"hash"`
	Path       []tlog.Hash `json:"path"`
	Checkpoint string      `json:"checkpoint"`
	Key        string      `json:"key"`
}

// WriteProof writes a proof for others to check.
func WriteProof(w io.Writer, p RecordProof) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(proofFile{p.N, string(p.Leaf), p.Hash, p.Path, p.Checkpoint, p.Key})
}

// ReadProof reads one; the key in it is for whoever has no better one, and proves nothing by itself.
func ReadProof(text []byte) (activity.Proof, error) {
	var f proofFile
	if err := json.Unmarshal(text, &f); err != nil || f.Checkpoint == "" {
		return activity.Proof{}, errors.New("the file is neither an export of an activity log nor a proof")
	}
	p := activity.Proof{N: f.N, Hash: f.Hash, Path: f.Path, Checkpoint: f.Checkpoint}
	if f.Leaf != "" {
		p.Leaf = []byte(f.Leaf)
	}
	return p, nil
}
