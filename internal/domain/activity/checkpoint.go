package activity

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says what a tree was at an instant of wall time. Signed and kept elsewhere it holds the log to it: a tree of
// which it was once true cannot be changed below Size without being found out.
type Checkpoint struct {
	Origin string // the name of the key it is signed with
	Size   int64
	Root   tlog.Hash
	At     time.Time // wall time, to the second
}

// Sign gives the checkpoint as a signed note: its four members a line each, an empty line, and the signature.
func (c Checkpoint) Sign(key note.Signer) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", key.Name(), c.Size, c.Root, c.At.UTC().Format(time.RFC3339))
	signed, err := note.Sign(&note.Note{Text: text}, key)
	if err != nil {
		return "", fmt.Errorf("activity: signing a checkpoint: %w", err)
	}
	return string(signed), nil
}

// ErrUnsigned says that a note is no checkpoint that one of the keys signed.
var ErrUnsigned = errors.New("activity: no checkpoint signed by a known key")

// OpenCheckpoint reads a signed note, else ErrUnsigned.
func OpenCheckpoint(signed string, keys ...note.Verifier) (Checkpoint, error) {
	n, err := note.Open([]byte(signed), note.VerifierList(keys...))
	if err != nil {
		return Checkpoint{}, ErrUnsigned
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || n.Sigs[0].Name != lines[0] {
		return Checkpoint{}, ErrUnsigned
	}
	c := Checkpoint{Origin: lines[0]}
	var sizeErr, rootErr, atErr error
	c.Size, sizeErr = strconv.ParseInt(lines[1], 10, 64)
	c.Root, rootErr = tlog.ParseHash(lines[2])
	c.At, atErr = time.Parse(time.RFC3339, lines[3])
	if errors.Join(sizeErr, rootErr, atErr) != nil || c.Size < 1 {
		return Checkpoint{}, ErrUnsigned
	}
	return c, nil
}

// Notes finds the signed notes in a file of checkpoints, or of messages that hold some: a paragraph, an empty line, and
// lines that are signatures. What a power cut left of the last one is no note.
func Notes(file []byte) []string {
	var notes []string
	var before, paragraph, signed string // the paragraph before the empty line, the one being read, and a note being read
	for len(file) > 0 {
		text, rest, whole := bytes.Cut(file, []byte("\n"))
		file = rest
		line := string(bytes.TrimSuffix(text, []byte("\r")))
		switch signature := strings.HasPrefix(line, "— "); {
		case signature && whole && signed != "":
			signed += line + "\n"
			continue
		case signature && whole && paragraph == "" && before != "":
			signed, before = before+"\n"+line+"\n", ""
			continue
		}
		if signed != "" {
			notes, signed = append(notes, signed), ""
		}
		if line == "" {
			if paragraph != "" {
				before, paragraph = paragraph, ""
			}
			continue
		}
		paragraph += line + "\n"
	}
	if signed != "" {
		notes = append(notes, signed)
	}
	return notes
}
