package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// saved holds the bytes of saved responses by the name they were asked for under.
type saved map[string][]byte

// readSaved reads the files of the input findings. A file that is not there is a mistake of the
// call; what is in it is judged later.
func readSaved(ctx context.Context, s *settings, stdin io.Reader) (*saved, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, errNoInput)
	defer cancel()
	texts := saved{}
	for _, file := range s.findings {
		text, err := readFile(file, awaited{ctx, stdin})
		if err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		if _, twice := texts[file]; twice {
			return nil, fmt.Errorf("findings: %q is given twice", file)
		}
		texts[file] = text
	}
	return &texts, nil
}

// errNoInput is no mistake of the call: nobody knows whether there would have been input.
var errNoInput = &ecr.Failure{Doing: "reading standard input", Err: fmt.Errorf("it did not end: %w", ecr.ErrTimeout)}

// awaited is standard input for as long as somebody waits for it: a read that never returns does
// not outlast a signal or the timeout.
type awaited struct {
	ctx   context.Context
	input io.Reader
}

func (a awaited) Read(p []byte) (int, error) {
	type result struct {
		bytes []byte
		err   error
	}
	done := make(chan result, 1)
	go func() {
		own := make([]byte, len(p)) // p is not ours any more once nobody waits
		n, err := a.input.Read(own)
		done <- result{own[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.bytes), r.err
	case <-a.ctx.Done():
		return 0, context.Cause(a.ctx)
	}
}

func readFile(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(bufio.NewReaderSize(stdin, 1<<20))
	}
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%q does not exist", file)
	case err != nil:
		return nil, fmt.Errorf("%q cannot be read: %w", file, errors.Unwrap(err))
	}
	return text, nil
}

// judgeSaved judges one saved response.
func (g *gate) judgeSaved(ctx context.Context, file string) report.Image {
	out := report.Image{Notes: slices.Clone(g.settings.notes)}
	s, err := scan.ReadSaved(bytes.NewReader((*g.stdin)[file]))
	if err != nil {
		out.Ref.Repository = label(file)
		return failed(out, fmt.Errorf("%s: %w", file, err))
	}
	if s.Image.Repository == "" {
		s.Image.Repository = label(file)
		out.Notes = append(out.Notes, fmt.Sprintf("%s names no repository: %s stands for it", file, s.Image.Repository))
	}
	out.Ref = s.Image
	known, err := g.baseline(ctx, &ecr.Target{Image: s.Image})
	if err != nil {
		return failed(out, err)
	}
	if known.note != "" {
		out.Notes = append(out.Notes, known.note)
	}
	if !s.Status.Ended() {
		return single(out, g.unread(child{}, s.Image, &scan.Unscanned{Status: s.Status, Description: s.Description}))
	}
	return single(out, g.judge(child{}, s, known))
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// label makes a repository name of a file name, for responses that lost theirs.
func label(file string) string {
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(base), "-"), "-")
	if len(name) < 2 {
		return "saved-response"
	}
	return name
}
