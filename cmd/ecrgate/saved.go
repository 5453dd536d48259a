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
	"time"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// saved holds the bytes of saved responses by the name they were asked for under.
type saved map[string][]byte

// readSaved reads the files of the input findings. A file that is not there is a mistake of the
// call; what is in it is judged later.
func readSaved(ctx context.Context, s *settings, stdin io.Reader) (saved, error) {
	texts := saved{}
	for _, file := range s.findings {
		text, err := readFile(ctx, file, stdin)
		if err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		if _, twice := texts[file]; twice {
			return nil, fmt.Errorf("findings: %q is given twice", file)
		}
		texts[file] = text
	}
	return texts, nil
}

// reading is a context for reading what the inputs name: the timeout is for that too.
func (s *settings) reading(ctx context.Context, started time.Time) (context.Context, context.CancelFunc) {
	return context.WithDeadlineCause(ctx, started.Add(s.timeout), ecr.Timeout(s.timeout))
}

// readFile reads a file, or standard input, for as long as somebody waits for it: a pipe that nobody
// writes to does not outlast a signal or the timeout. When the time is over, that is no mistake of
// the call: nobody knows whether there would have been input.
func readFile(ctx context.Context, file string, stdin io.Reader) ([]byte, error) {
	name, read := file, func() ([]byte, error) { return os.ReadFile(file) }
	if file == "-" {
		name, read = "standard input", func() ([]byte, error) { return io.ReadAll(bufio.NewReaderSize(stdin, 1<<20)) }
	}
	text, err := parallel.Await(ctx, read)
	var path *fs.PathError
	switch {
	case errors.Is(err, ecr.ErrTimeout):
		return nil, &ecr.Error{Op: "reading " + name, Err: fmt.Errorf("it did not end: %w", err)}
	case !errors.As(err, &path):
		return text, err
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%q does not exist", file)
	}
	return nil, fmt.Errorf("%q cannot be read: %w", file, path.Err)
}

// judgeSaved judges one saved response.
func (g *gate) judgeSaved(ctx context.Context, file string) report.Image {
	out := report.Image{Notes: slices.Clone(g.settings.notes)}
	s, err := scan.ReadSaved(bytes.NewReader(g.saved[file]))
	if err != nil {
		out.Ref.Repository, out.Saved = label(file), file
		return failed(out, fmt.Errorf("%s: %w", file, err))
	}
	if s.Image.Repository == "" {
		s.Image.Repository, out.Saved = label(file), file
		out.Notes = append(out.Notes, fmt.Sprintf("the saved response names no repository: %s stands for it", s.Image.Repository))
	}
	out.Ref = s.Image
	if s.Image.Digest == "" && g.settings.baseline != "" {
		return failed(out, fmt.Errorf("baseline: %s does not say which image it is of (imageId.imageDigest), and what it is of could be the baseline's own image: save it again with its imageId, or leave the baseline out", file))
	}
	known, err := g.baseline(ctx, &ecr.Target{Image: s.Image})
	if err != nil {
		return failed(out, err)
	}
	out.Notes = append(out.Notes, known.notes...)
	if !s.Status.Ended() {
		return single(out, g.unread(child{}, s.Image, &scan.StatusError{Status: s.Status, Description: s.Description}))
	}
	return single(out, g.judge(ctx, child{}, s, known))
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
