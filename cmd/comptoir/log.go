package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/jobs"
	"github.com/comptoir-dev/comptoir/internal/outbound"
)

type logCommands struct {
	Checkpoint logCheckpointCommand `cmd:"" help:"Number what waits, and print the signed checkpoint of the activity log."`
	Export     logExportCommand     `cmd:"" help:"Write the whole activity log, its hashes and checkpoints into a file."`
	Verify     logVerifyCommand     `cmd:"" help:"Check an export, or a proof, without a database and without this server."`
	Prove      logProveCommand      `cmd:"" help:"Print the proof that a record is in the log."`
	Key        logKeyCommand        `cmd:"" help:"Print the public key that checkpoints are signed with."`
}

// checkpointFile says where checkpoints are kept.
type checkpointFile struct {
	LogCheckpoints string `help:"File that signed checkpoints of the activity log are appended to; the default is checkpoints.txt in the data folder. Whoever can write the database should not be able to write it." type:"path"`
}

func (f checkpointFile) path(data string) string {
	if f.LogCheckpoints != "" {
		return f.LogCheckpoints
	}
	return filepath.Join(data, "checkpoints.txt")
}

// kept reads files of checkpoints. The first may be missing: there is none before the first checkpoint.
func kept(first string, more ...string) (all []app.Kept, err error) {
	for i, path := range append([]string{first}, more...) {
		text, err := os.ReadFile(path)
		if i == 0 && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		notes := activity.Notes(text)
		if i > 0 && len(notes) == 0 {
			return nil, fmt.Errorf("%s holds no checkpoint", path)
		}
		for n, text := range notes {
			all = append(all, app.Kept{Note: text, From: fmt.Sprintf("checkpoint %d of %s", n+1, path)})
		}
	}
	return all, nil
}

// logging says where checkpoints go while a server runs.
type logging struct {
	checkpointFile
	LogEvery time.Duration `help:"How often a checkpoint is appended to the file, while records come." default:"1m"`
	LogMail  struct {
		To           string        `help:"Mailbox that checkpoints are sent to as well."`
		From         string        `help:"Sender of those messages."`
		Server       string        `help:"SMTP server that takes them, host:port."`
		User         string        `help:"Name to sign in with there."`
		PasswordFile string        `help:"File with the password." type:"existingfile"`
		Every        time.Duration `help:"How often one is sent." default:"24h"`
	} `embed:"" prefix:"log-mail-"`
}

// job keeps the log's tree growing and its checkpoints kept. play: the store may be put back.
func (l logging) job(s *site, data string, play bool) (*jobs.Log, error) {
	if l.LogEvery < time.Second || l.LogMail.Every < time.Minute {
		return nil, errors.New("--log-every is at least 1s, --log-mail-every 1m")
	}
	j := &jobs.Log{
		Tree: s.tree, Every: l.LogEvery, Wall: when.Wall{}, Log: s.log,
		Files: &jobs.Checkpoints{Path: l.path(data), Keys: s.secrets.LogKey().Known, Rewinds: play},
	}
	m := l.LogMail
	if m.To == "" {
		return j, nil
	}
	box := outbound.Mailbox{Server: m.Server, User: m.User, From: m.From, To: m.To}
	if m.PasswordFile != "" {
		text, err := os.ReadFile(m.PasswordFile)
		if err != nil {
			return nil, err
		}
		box.Password = strings.TrimSpace(string(text))
	}
	if err := box.Check(); err != nil {
		return nil, fmt.Errorf("--log-mail-…: %w", err)
	}
	j.Mail = &jobs.Mailing{Every: m.Every, Send: box.Send}
	return j, nil
}

type logCheckpointCommand struct{ storage }

// Run prints the checkpoint; on SQLite the server is stopped, whose own are in its file.
func (c logCheckpointCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		if _, err := s.tree.CatchUp(ctx); err != nil {
			return err
		}
		tree, err := s.store.Tree(ctx)
		if err == nil {
			fmt.Print(tree.Checkpoint)
		}
		return err
	})
}

type logExportCommand struct {
	storage
	checkpointFile
	File string `arg:"" help:"File to make."`
}

// Run writes the export; a file that could not be finished is removed.
func (c logExportCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		elsewhere, err := kept(c.path(c.Data))
		if err != nil {
			return err
		}
		if _, err := s.tree.CatchUp(ctx); err != nil {
			return err
		}
		out, err := os.OpenFile(c.File, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		n, err := app.ExportLog(ctx, s.store, elsewhere, s.secrets.LogKey().Public, out)
		if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
			return errors.Join(err, os.Remove(c.File))
		}
		fmt.Printf("%d records are in %s. It is checked with: comptoir log verify %s --key %s\n", n, c.File, c.File, s.secrets.LogKey().Public)
		return nil
	})
}

type logVerifyCommand struct {
	File string   `arg:"" help:"Export, or proof." type:"existingfile"`
	Key  []string `help:"Public key that checkpoints were signed with, as log key prints it; may be repeated." required:"" sep:"none"`
}

// Run checks the file and fails on any difference. It reads nothing but the file.
func (c logVerifyCommand) Run() error {
	var keys []note.Verifier
	for _, text := range c.Key {
		v, err := note.NewVerifier(text)
		if err != nil {
			return fmt.Errorf("--key %q is no public key of a log", text)
		}
		keys = append(keys, v)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	out, err := app.AuditExport(f, keys...)
	if errors.Is(err, app.ErrNoExport) {
		return c.proof(f, keys)
	}
	if err != nil {
		return err
	}
	return tellAudit(out)
}

// maxProof bounds a proof's file, in bytes.
const maxProof = 32 << 20

func (c logVerifyCommand) proof(f *os.File, keys []note.Verifier) error {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, maxProof))
	if err != nil {
		return err
	}
	p, err := app.ReadProof(bytes.TrimSpace(text))
	if err != nil {
		return err
	}
	checkpoint, err := p.Check(keys...)
	if err != nil {
		return err
	}
	fmt.Printf("Record %d was in the log of %s at the checkpoint of %s over %d records.\n",
		p.N, checkpoint.Origin, checkpoint.At.UTC().Format(time.RFC3339), checkpoint.Size)
	if p.Leaf == nil {
		fmt.Println("The record itself is not in the proof: only its hash is proved.")
	} else {
		fmt.Printf("\n%s", p.Leaf)
	}
	return nil
}

// tellAudit prints what an audit found; nothing is the good answer.
func tellAudit(out app.Audited) error {
	for _, d := range out.Found {
		fmt.Println(d)
	}
	fmt.Printf("activity log: %d records, %d checkpoints, root %s: %d differences\n", out.Records, out.Checkpoints, out.Root, len(out.Found))
	if len(out.Found) > 0 {
		return errors.New("the activity log is not what was recorded")
	}
	return nil
}

type logProveCommand struct {
	storage
	Partner string `help:"Tenant id or domain of the partner in whose log the record is." required:""`
	Record  string `arg:"" help:"Id of the record, as lists of audit records give it."`
}

// Run prints the proof as JSON.
func (c logProveCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		who, err := s.steward(ctx, c.Partner)
		if err != nil {
			return err
		}
		if _, err := s.tree.CatchUp(ctx); err != nil {
			return err
		}
		record := c.Record
		if parts := strings.Split(record, "_"); len(parts) == 5 { // the composite id of the API
			record = parts[2]
		}
		p, err := s.app.ProveRecord(ctx, who, id.Record(strings.ToLower(record)))
		if err != nil {
			return told(err)
		}
		return app.WriteProof(os.Stdout, p)
	})
}

type logKeyCommand struct{ storage }

// Run prints the key.
func (c logKeyCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		fmt.Println(s.secrets.LogKey().Public)
		return nil
	})
}

const (
	// patience is how old a record may be before it counts as one that nobody numbers (house.md §3).
	patience = 5 * time.Second
	lookWait = 250 * time.Millisecond
)

// auditLog is the part of verify that is about the activity log. A SQLite file is nobody else's meanwhile: what a stopped
// process left without a number is numbered first. On PostgreSQL a server may be at work: what has no number gets time.
func (s *site) auditLog(ctx context.Context, engine, file string, more []string) (app.Audited, error) {
	elsewhere, err := kept(file, more...)
	if err != nil {
		return app.Audited{}, err
	}
	if engine == "SQLite" {
		if _, err := s.tree.CatchUp(ctx); err != nil {
			return app.Audited{}, err
		}
	}
	out, err := app.AuditLog(ctx, s.store, elsewhere, s.secrets.LogKey().Known...)
	if err != nil {
		return out, err
	}
	waiting := out.Waiting
	late := time.After(patience)
watch:
	for engine != "SQLite" && len(waiting) > 0 {
		select {
		case <-late:
			break watch
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(lookWait):
		}
		still, err := s.store.Unnumbered(ctx, len(waiting))
		if err != nil {
			return out, err
		}
		waiting = slices.DeleteFunc(waiting, func(rec id.Record) bool {
			return !slices.ContainsFunc(still, func(a app.Arrival) bool { return a.Entry.ID == rec })
		})
	}
	if len(waiting) > 0 {
		out.Found = append(out.Found, fmt.Sprintf("record %s, and %d more, have no number for %s: nobody numbers them, or they were put in later",
			waiting[0], len(waiting)-1, patience))
	}
	return out, nil
}
