package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

type verifyCommand struct {
	storage
	checkpointFile
	Checkpoints []string `help:"More files of checkpoints, kept elsewhere: copies of the file, or saved messages." type:"existingfile"`
}

// Run prints every difference; none is the good answer.
func (c verifyCommand) Run(ctx context.Context) error {
	s, err := c.open(ctx, logger())
	if err != nil {
		return err
	}
	differences, err := s.store.Verify(ctx)
	if err != nil {
		return errors.Join(err, s.close())
	}
	for _, d := range differences {
		fmt.Println(d)
	}
	fmt.Printf("books: %d differences\n", len(differences))
	var wrong error
	if len(differences) > 0 {
		wrong = errors.New("the books do not balance")
	}
	log, err := s.auditLog(ctx, c.engine(), c.path(c.Data), c.Checkpoints)
	if err == nil {
		err = tellAudit(log)
	}
	return errors.Join(wrong, err, s.close())
}

type healthCommand struct {
	URL string `help:"Address of the server." default:"http://localhost:8080"`
}

// Run asks /readyz and fails unless the server is ready.
func (c healthCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
	fmt.Print(string(text))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", resp.Status)
	}
	return nil
}
