// Package fakeecr is a fake Amazon ECR: an http.Handler that speaks the JSON 1.1 protocol of the
// calls that the gate makes, and plays a script. A script says which images a registry holds, how
// the scan of each goes on with time, and which faults apply to which call.
//
// Time is that of package time, so in a testing/synctest bubble a scan of an hour takes none.
package fakeecr

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// A script is the YAML form of a registry.
type script struct {
	Account  string   `yaml:"account"`
	Region   string   `yaml:"region"`
	ScanType string   `yaml:"scanType"`
	Skew     duration `yaml:"skew"`    // of the fake's clock against the real one
	Latency  duration `yaml:"latency"` // of every answer
	Rate     float64  `yaml:"rate"`    // calls per second, of all operations together, before it throttles; 0: any number
	Images   []*image `yaml:"images"`
	Faults   []*fault `yaml:"faults"`
	// Repositories without images; those of images need not be listed.
	Repositories []string `yaml:"repositories"`
	// ListSize is how many rows a page of a list has at the most; 0: as many as AWS returns.
	ListSize int `yaml:"listSize"`
	// Caller is the account of the credentials, by default that of the registry.
	Caller string `yaml:"caller"`
	// Rules are those of the registry's scanning configuration. Without any, all repositories are scanned.
	Rules []*rule `yaml:"rules"`
	// Allow lists the IAM actions that are allowed, each alone or with the name of a repository, such as
	// "ecr:BatchGetImage team/app". Without a list, all are.
	Allow []string `yaml:"allow"`
}

// An image is one manifest, or an index, of a repository.
type image struct {
	Repository string   `yaml:"repository"`
	Name       string   `yaml:"name"` // Digest(name) is the digest unless one is given
	Digest     string   `yaml:"digest"`
	Tags       []string `yaml:"tags"`
	Moves      []move   `yaml:"moves"`   // tags that go over to other images
	Appears    duration `yaml:"appears"` // not there before
	// Kind is image (the default), oci-image, index, list, attestation, annotated, signature, helm or
	// artifact.
	Kind     string   `yaml:"kind"`
	Platform string   `yaml:"platform"`
	Children []string `yaml:"children"` // names, of an index
	Layers   []string `yaml:"layers"`   // names, from the base up; Digest(name) is the digest of one
	Manifest string   `yaml:"manifest"` // answered as it is, instead of one made up
	Failure  string   `yaml:"failure"`  // the code that BatchGetImage returns instead of a manifest
	Scan     []*state `yaml:"scan"`
	// Coverage is what Inspector lists; without any state it lists nothing.
	Coverage []*coverageState `yaml:"coverage"`
	// StartScan is the answer to StartImageScan: accept (the default for basic), disabled (the default
	// for enhanced), limit, unsupported, denied, archived or missing.
	StartScan string `yaml:"startScan"`
	// Pushed is when, counted from the first call; Subject the name of the image it refers to.
	Pushed  duration `yaml:"pushed"`
	Subject string   `yaml:"subject"`
	// InUse is how many tasks and pods run it, in Inspector's list; Account another one than the script's.
	InUse   int    `yaml:"inUse"`
	Account string `yaml:"account"`
}

type move struct {
	Tag string   `yaml:"tag"`
	At  duration `yaml:"at"`
	To  string   `yaml:"to"`
}

// A state is what DescribeImageScanFindings answers from a moment on: At counts from the first
// call, AfterStart from an accepted StartImageScan. The last one listed that has come holds.
type state struct {
	At          *duration `yaml:"at"`
	AfterStart  *duration `yaml:"afterStart"`
	Error       string    `yaml:"error"`
	Message     string    `yaml:"message"`
	Status      string    `yaml:"status"`
	Description string    `yaml:"description"`
	// Completed is none, now (when the state begins; the default for COMPLETE and ACTIVE), or a
	// time before or after the start, such as -10m.
	Completed string     `yaml:"completed"`
	Type      string     `yaml:"type"` // basic or enhanced; by default as the registry
	Findings  []*finding `yaml:"findings"`
	// Counts is whole (the default for basic), page (for enhanced), none, or numbers by severity.
	Counts   yaml.Node `yaml:"counts"`
	PageSize int       `yaml:"pageSize"`
	Raw      string    `yaml:"raw"` // answered as it is

	encoded *encoded
	listed  map[string]*encoded // by status, as Inspector lists them
}

// A fault applies to calls of an operation ("*" or none: all) by their number, by time, or both.
type fault struct {
	Operation string   `yaml:"operation"`
	Image     string   `yaml:"image"` // name of the image asked for; none: any
	Calls     string   `yaml:"calls"` // "2", "2-4" or "3-": numbers of calls of the operation
	From      duration `yaml:"from"`
	To        duration `yaml:"to"` // 0: forever

	Throttle bool   `yaml:"throttle"`
	Error    string `yaml:"error"`
	Message  string `yaml:"message"`
	HTTP     int    `yaml:"http"`
	Location string `yaml:"location"` // where a redirect leads
	Body     string `yaml:"body"`
	// Break is reset, truncate, hang, drip, unreachable, dns or tls.
	Break string `yaml:"break"`
	// Slow makes the answer late, and then the call is answered as ever.
	Slow duration `yaml:"slow"`
	// Lie is repeatToken, newTokens, dropPage, repeatPage, shiftPage, lostToken, emptyPage, otherImage, noImage,
	// otherRepository, otherRegistry, otherStatus, otherScan, noDate, badDate, futureDate, pastDate, twoSeverities or
	// twinSeverity; for lists also noList, noDigest, noPushTime, otherResource or noUseCount; of ListFindings
	// also oneMore, oneLess or closed.
	Lie string `yaml:"lie"`

	first, last int
}

// A duration is written like time.Duration, with d for days too.
type duration time.Duration

// UnmarshalYAML reads "10s", "-10m" or "3d".
func (d *duration) UnmarshalYAML(n *yaml.Node) error {
	v, err := parseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*d = duration(v)
	return nil
}

func parseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// Digest is the digest of an image that a script calls by name.
func Digest(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Parse reads a script. Its clock starts with the first request.
func Parse(text []byte) (*Registry, error) {
	s := script{Account: "123456789012", Region: "us-east-1", ScanType: "BASIC"}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the fake's script: %w", err)
	}
	r := &Registry{script: s, byDigest: map[string]*image{}, byName: map[string]*image{}, calls: map[string]int{}, scanned: map[*image]time.Time{}}
	for _, img := range s.Images {
		if err := r.add(img); err != nil {
			return nil, err
		}
	}
	for _, f := range s.Faults {
		if err := f.parseCalls(); err != nil {
			return nil, err
		}
	}
	return r, r.check()
}

// add enters an image.
func (r *Registry) add(img *image) error {
	if img.Repository == "" || img.Name == "" {
		return errors.New("the fake's script: an image needs a repository and a name")
	}
	if img.Digest == "" {
		img.Digest = Digest(img.Name)
	}
	if r.byName[img.Name] != nil {
		return fmt.Errorf("the fake's script: two images are called %q", img.Name)
	}
	r.byName[img.Name], r.byDigest[img.Repository+"@"+img.Digest] = img, img
	for _, s := range img.Scan {
		if s.At == nil && s.AfterStart == nil {
			return fmt.Errorf("the fake's script: a scan of %s has neither at nor afterStart", img.Name)
		}
		s.encoded, s.listed = &encoded{}, map[string]*encoded{"ACTIVE": {}, "SUPPRESSED": {}, "CLOSED": {}}
	}
	return nil
}

// check finds undefined names.
func (r *Registry) check() error {
	for _, img := range r.script.Images {
		for _, child := range img.Children {
			if r.byName[child] == nil {
				return fmt.Errorf("the fake's script: the child %q of %s is not an image", child, img.Name)
			}
		}
		for _, m := range img.Moves {
			if r.byName[m.To] == nil {
				return fmt.Errorf("the fake's script: the tag %q moves to %q, which is not an image", m.Tag, m.To)
			}
		}
		for _, s := range img.Coverage {
			if s.Of != "" && r.byName[s.Of] == nil {
				return fmt.Errorf("the fake's script: the coverage of %s is of %q, which is not an image", img.Name, s.Of)
			}
		}
	}
	return nil
}

func (f *fault) parseCalls() error {
	if f.Calls == "" {
		f.first = 1
		return nil
	}
	first, last, isRange := strings.Cut(f.Calls, "-")
	var err error
	if f.first, err = strconv.Atoi(first); err != nil {
		return fmt.Errorf("the fake's script: calls %q is neither 2 nor 2-4 nor 3-", f.Calls)
	}
	switch {
	case !isRange:
		f.last = f.first
	case last != "":
		f.last, err = strconv.Atoi(last)
	}
	return err
}
