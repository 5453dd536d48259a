package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ecrgate/ecrgate/report"
)

// A draft is a report in a temporary file that has not been renamed to its final name.
type draft struct {
	format    format
	file      string
	temporary string // the file that holds the report until it is renamed
	withdraws bool   // there is no report, and the file of an earlier run is removed
	stale     bool   // the file is from an earlier run, and no report of this run replaces it
	err       error
}

// write writes the report to a temporary file in the same directory, so that it appears completely or not at
// all. It creates missing directories. The mode is 0644, so that later steps under other users can read it.
func (d *draft) write(ctx context.Context, run report.Run) {
	if d.withdraws || d.err != nil {
		return
	}
	dir := filepath.Dir(d.file)
	if d.err = os.MkdirAll(dir, 0o755); d.err != nil {
		return
	}
	temporary, err := os.CreateTemp(dir, ".ecrgate-*")
	if d.err = err; err != nil {
		return
	}
	d.temporary = temporary.Name()
	err = writeAll(ctx, temporary, func(w io.Writer) error { return d.format.write(w, run) })
	if d.err = errors.Join(err, temporary.Chmod(0o644), temporary.Close()); d.err != nil {
		d.discard()
	}
}

// problem returns the error that kept the report from being written, or nil.
func (d *draft) problem() error {
	if d.err == nil {
		return nil
	}
	return fmt.Errorf("writing the %s report: %w", d.format.name, d.err)
}

// name renames the draft to its final name, or removes the file of an earlier run, which could be mistaken
// for the report of this one.
func (d *draft) name() {
	switch {
	case d.err != nil:
	case d.withdraws:
		if err := os.Remove(d.file); !errors.Is(err, fs.ErrNotExist) {
			d.err = err
		}
	default:
		if d.err = os.Rename(d.temporary, d.file); d.err != nil {
			d.discard()
		}
	}
}

// discard removes the temporary file, unless it was renamed.
func (d *draft) discard() {
	if d.temporary != "" {
		_ = os.Remove(d.temporary)
	}
}

// writeThrough writes to a device or a pipe.
func writeThrough(ctx context.Context, file string, content func(io.Writer) error) error {
	device, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	return errors.Join(writeAll(ctx, device, content), device.Close())
}

// writeAll writes content to w until ctx ends.
func writeAll(ctx context.Context, w io.Writer, content func(io.Writer) error) error {
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

// withdraw removes the attestation of an earlier run before anything else can end this one: a stale
// attestation would vouch for an image that was not checked.
func withdraw(file string) error {
	stat, err := os.Lstat(file)
	if file == "" || isStream(file) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !stat.IsDir() {
		err = os.Remove(file)
	}
	if err != nil {
		return fmt.Errorf("attestation: the file of an earlier run cannot be removed: %w", err)
	}
	return nil
}
