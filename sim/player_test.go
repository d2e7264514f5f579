package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Seeds are played in processes of their own, one for each processor: within one process SQLite's memory and pages have a lock
// that all its stores share, a sixth of the time on two processors.

// playsFrom names the stocked file from which a process plays seeds in place of running tests.
const playsFrom = "SIM_PLAYS_FROM"

// task is a seed to play.
type task struct {
	Seed  uint64
	Steps int
}

// played is what became of it: a divergence, or how often what was played.
type played struct {
	Divergence string
	Years      float64
	Acts       map[string]int
}

// playSeeds plays each task that in tells, until it ends, and tells out what became of it.
func playSeeds(in io.Reader, out io.Writer, template string) {
	tasks, tell := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var do task
		err := tasks.Decode(&do)
		if errors.Is(err, io.EOF) {
			return
		}
		var of played
		if err == nil {
			of, err = playSeed(do, template)
		}
		if err != nil {
			of.Divergence = err.Error()
		}
		if tell.Encode(of) != nil {
			return // nobody listens any more
		}
	}
}

func playSeed(do task, template string) (played, error) {
	dir, err := os.MkdirTemp(filepath.Dir(template), "seed")
	if err != nil {
		return played{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r, err := onSQLite(do.Seed, do.Steps, template, dir)
	if err != nil {
		return played{}, err
	}
	return played{Years: r.g.now.Sub(r.g.started).Hours() / (365 * 24), Acts: r.acts}, nil
}

// player is such a process, for one goroutine.
type player struct {
	steps  int
	cmd    *exec.Cmd
	tasks  io.Closer
	ask    *json.Encoder
	answer *json.Decoder
	stderr bytes.Buffer
}

// newPlayer starts one. It is killed when ctx is over.
func newPlayer(ctx context.Context, template string, steps int) (*player, error) {
	p := &player{steps: steps, cmd: exec.CommandContext(ctx, os.Args[0])}
	p.cmd.Env = append(os.Environ(), playsFrom+"="+template, "GOMAXPROCS=1")
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.tasks, p.ask, p.answer = in, json.NewEncoder(in), json.NewDecoder(out)
	return p, p.cmd.Start()
}

// play has a seed played; a divergence is an error, and so is an end of the process.
func (p *player) play(seed int) (of played, err error) {
	if err = p.ask.Encode(task{uint64(seed), p.steps}); err == nil {
		err = p.answer.Decode(&of)
	}
	switch {
	case err != nil:
		_ = p.tasks.Close()
		return of, fmt.Errorf("seed %d: the process that played it ended: %w\n%s", seed, errors.Join(err, p.cmd.Wait()), &p.stderr)
	case of.Divergence != "":
		return of, errors.New("divergence: " + of.Divergence)
	}
	return of, nil
}

// end waits for the process to end by itself.
func (p *player) end() error {
	if err := p.tasks.Close(); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, &p.stderr)
	}
	return nil
}
