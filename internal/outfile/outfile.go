// Package outfile writes files that appear whole or not at all. It knows which names stand for a stream, which
// is written to instead, and which names stand for one file.
package outfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// A Draft is a file that does not have its name yet.
type Draft struct{ name, temporary string }

// Create writes the content under a temporary name in the directory of the file. It creates missing
// directories. The mode is 0644, so that later steps under other users can read the file. An error, such as the
// cause of ctx, or a panic of content leaves nothing behind.
func Create(ctx context.Context, file string, content func(io.Writer) error) (*Draft, error) {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	temporary, err := os.CreateTemp(dir, ".ecrgate-*")
	if err != nil {
		return nil, err
	}
	d, complete := &Draft{name: file, temporary: temporary.Name()}, false
	defer func() {
		if !complete {
			d.Discard()
		}
	}()
	err = WriteTo(ctx, temporary, content)
	if err = errors.Join(err, temporary.Chmod(0o644), temporary.Close()); err != nil {
		return nil, err
	}
	complete = true
	return d, nil
}

// Commit renames the draft to its final name and replaces an existing file. After an error, the draft is gone.
func (d *Draft) Commit() error {
	err := os.Rename(d.temporary, d.name)
	if err != nil {
		d.Discard()
	}
	return err
}

// Discard removes the draft, unless it was committed.
func (d *Draft) Discard() { _ = os.Remove(d.temporary) }

// WriteFile writes the content to a file, or to the stream that the name stands for. For standard output (-),
// use WriteTo.
func WriteFile(ctx context.Context, file string, content func(io.Writer) error) error {
	if IsStream(file) {
		stream, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return err
		}
		return errors.Join(WriteTo(ctx, stream, content), stream.Close())
	}
	d, err := Create(ctx, file, content)
	if err != nil {
		return err
	}
	return d.Commit()
}

// WriteTo writes the content to w until ctx ends.
func WriteTo(ctx context.Context, w io.Writer, content func(io.Writer) error) error {
	out := bufio.NewWriterSize(stoppable{ctx, w}, 1<<16)
	return errors.Join(content(out), out.Flush())
}

// A stoppable is a writer that fails once its context has ended.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s stoppable) Write(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.w.Write(p)
}

// Append appends all of the content to a file, or none of it.
func Append(file string, content func(io.Writer) error) error {
	var b bytes.Buffer
	if err := content(&b); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	before, statErr := f.Stat()
	_, err = f.Write(b.Bytes())
	if err != nil && statErr == nil && before.Mode().IsRegular() {
		_ = f.Truncate(before.Size())
	}
	return errors.Join(err, f.Close())
}
