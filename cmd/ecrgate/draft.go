package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/ecrgate/ecrgate/internal/outfile"
	"github.com/ecrgate/ecrgate/report"
)

// A draft is a report to a file that does not have its name yet.
type draft struct {
	format    format
	file      string
	written   *outfile.Draft // nil until it is written
	withdraws bool           // there is no report, and the file of an earlier run is removed
	stale     bool           // the file is from an earlier run, and no report of this run replaces it
	err       error
}

// write writes the report under a temporary name.
func (d *draft) write(ctx context.Context, run report.Run) {
	if d.withdraws || d.err != nil {
		return
	}
	d.written, d.err = outfile.Create(ctx, d.file, func(w io.Writer) error { return d.format.write(w, run) })
}

// problem returns the error that kept the report from being written, or nil.
func (d *draft) problem() error { return wrap("writing the "+d.format.name+" report", d.err) }

// name renames the draft to its final name, or removes the file of an earlier run, which could be mistaken for the
// report of this one.
func (d *draft) name() {
	switch {
	case d.err != nil:
	case !d.withdraws:
		d.err = d.written.Commit()
	default:
		if err := os.Remove(d.file); !errors.Is(err, fs.ErrNotExist) {
			d.err = err
		}
	}
}

// discard removes the draft, unless it has its name.
func (d *draft) discard() {
	if d.written != nil {
		d.written.Discard()
	}
}

// withdraw removes the attestation of an earlier run before anything else can end this one: a stale
// attestation would vouch for an image that was not checked.
func withdraw(file string) error {
	stat, err := os.Lstat(file)
	if file == "" || outfile.IsStream(file) || errors.Is(err, fs.ErrNotExist) {
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
