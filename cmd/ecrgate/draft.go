package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A draft is a report that is written and does not have its name yet.
type draft struct {
	file      string
	temporary string // the file it is in; empty when it went straight to its place
	none      bool   // there is no report, and no file of an earlier run may stand for it
	err       error
}

// place gives the draft its name.
func (d draft) place() error {
	switch {
	case d.err != nil:
		return d.err
	case d.none:
		return withdraw(d.file)
	case d.temporary == "":
		return nil
	}
	err := os.Rename(d.temporary, d.file)
	if err != nil {
		d.drop()
	}
	return err
}

func (d draft) drop() {
	if d.temporary != "" {
		_ = os.Remove(d.temporary)
	}
}

// draftOf writes a file in a temporary one beside it, so that it comes whole or not at all. Parents are
// created; the mode is 0644, so that later steps under other users can read it. A device or a pipe is
// written to, never replaced.
func draftOf(ctx context.Context, file string, content func(io.Writer) error) draft {
	if isDevice(file) {
		return draft{file: file, err: writeThrough(ctx, file, content)}
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return draft{err: err}
	}
	temporary, err := os.CreateTemp(dir, ".ecrgate-*")
	if err != nil {
		return draft{err: err}
	}
	d := draft{file: file, temporary: temporary.Name()}
	out := bufio.NewWriterSize(stoppable{ctx, temporary}, 1<<16)
	d.err = errors.Join(content(out), out.Flush(), temporary.Chmod(0o644), temporary.Close())
	if d.err != nil {
		d.drop()
		d.temporary = ""
	}
	return d
}

// withdraw removes the file of an earlier run, which would be taken for this one's.
func withdraw(file string) error {
	if file == "-" || isDevice(file) {
		return nil
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// isDevice reports whether a name stands for something that no file may take the place of.
func isDevice(file string) bool {
	stat, err := os.Stat(file)
	return err == nil && !stat.Mode().IsRegular() || strings.HasPrefix(filepath.Clean(file), "/dev/")
}

func writeThrough(ctx context.Context, file string, write func(io.Writer) error) error {
	device, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(stoppable{ctx, device}, 1<<16)
	return errors.Join(write(out), out.Flush(), device.Close())
}

// stoppable ends the writing when the process is told to stop.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s stoppable) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}
