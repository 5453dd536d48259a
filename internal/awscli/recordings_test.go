package awscli_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// record records them again with the AWS CLI of this machine:
//
//	go test ./internal/awscli -run TestRecordings -record
var record = flag.Bool("record", false, "run the AWS CLI and write testdata/recordings again")

// A recording is a run of the AWS CLI, in testdata/recordings. Args, env and answers are written by hand;
// -record fills in the rest. {ENDPOINT}, {FOLDER} and {HOME} are placeholders for the service's URL, the
// directory with the files of writeFiles, and an empty one.
type recording struct {
	About    string             `json:"about"`
	Args     []string           `json:"args"`
	Env      map[string]*string `json:"env,omitempty"` // null removes a variable
	Columns  int                `json:"columns,omitempty"`
	Answers  []recordedAnswer   `json:"answers,omitempty"`
	RC       int                `json:"rc"`
	Stdout   string             `json:"stdout"`
	Stderr   string             `json:"stderr"`
	Requests []recordedRequest  `json:"requests"`
}

type recordedAnswer struct {
	Status int    `json:"status,omitempty"` // 200 if absent
	Text   string `json:"text"`
}

type recordedRequest struct {
	Path       string `json:"path"`
	Body       string `json:"body"`
	Credential string `json:"credential,omitempty"`
	Token      string `json:"token,omitempty"` // X-Amz-Security-Token
}

const randomRecordings = "random.json"

func TestRecordings(t *testing.T) {
	files, err := filepath.Glob("testdata/recordings/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no recordings: ", err)
	}
	for i := range files {
		if files[i], err = filepath.Abs(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	quietEnvironment(t)
	r := newReplay(t)
	if *record {
		r.recordAll(t, files)
	}
	for _, file := range files {
		for _, rec := range readRecordings(t, file) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json")+"/"+rec.About, func(t *testing.T) {
				r.check(t, rec)
			})
		}
	}
}

// A replay is the environment for making and replaying recordings.
type replay struct {
	folder  string
	base    map[string]string
	service *service
}

func newReplay(t *testing.T) *replay {
	r := &replay{folder: t.TempDir(), base: baseEnvironment(t), service: newService(t)}
	writeFiles(t, r.folder)
	r.base["AWS_CONFIG_FILE"], r.base["TZ"] = filepath.Join(r.folder, "config"), "UTC"
	t.Chdir(r.folder)
	return r
}

func (r *replay) here(text string) string {
	return strings.NewReplacer("{ENDPOINT}", r.service.URL, "{FOLDER}", r.folder, "{HOME}", r.base["HOME"]).Replace(text)
}

func (r *replay) anywhere(text string) string {
	return strings.NewReplacer(r.service.URL, "{ENDPOINT}", r.folder, "{FOLDER}", r.base["HOME"], "{HOME}").Replace(text)
}

// prepare sets up the service and returns the run.
func (r *replay) prepare(rec recording) run {
	c := run{env: maps.Clone(r.base), columns: rec.Columns}
	for name, text := range rec.Env {
		if text == nil {
			delete(c.env, name)
			continue
		}
		c.env[name] = r.here(*text)
	}
	for _, word := range rec.Args {
		c.args = append(c.args, r.here(word))
	}
	var answers []answer
	for _, a := range rec.Answers {
		answers = append(answers, answer{max(a.Status, 200), a.Text})
	}
	r.service.play(answers)
	return c
}

func (r *replay) check(t *testing.T, rec recording) {
	got := r.prepare(rec).do(t)
	want := outcome{rc: rec.RC, stdout: r.here(rec.Stdout), stderr: r.here(rec.Stderr)}
	want.compare(t, got, []string{"rc", "stdout", "stderr"})
	requests := recorded(r.service.seen())
	if len(requests) != len(rec.Requests) {
		t.Fatalf("%d requests, want %d", len(requests), len(rec.Requests))
	}
	for i, w := range rec.Requests {
		if requests[i] != w {
			t.Errorf("request %d:\n got %v\nwant %v", i+1, requests[i], w)
		}
	}
}

func recorded(requests []request) []recordedRequest {
	list := []recordedRequest{}
	for _, r := range requests {
		rec := recordedRequest{Path: r.Path, Body: r.Body, Token: r.Headers["X-Amz-Security-Token"]}
		if r.Credential != nil {
			rec.Credential = *r.Credential
		}
		list = append(list, rec)
	}
	return list
}

func readRecordings(t *testing.T, file string) []recording {
	t.Helper()
	var list []recording
	decodeFile(t, file, &list)
	return list
}

// recordAll runs the AWS CLI and fills in the results.
func (r *replay) recordAll(t *testing.T, files []string) {
	t.Helper()
	o := openOracle(t, r.base)
	for _, file := range files {
		list := readRecordings(t, file)
		if filepath.Base(file) == randomRecordings {
			list = r.random()
		}
		for i := range list {
			got := o.do(t, r.prepare(list[i]), r.folder)
			if reason := incomparable(got); reason != "" {
				t.Fatalf("%s: %s: %s", filepath.Base(file), list[i].About, reason)
			}
			list[i].RC, list[i].Stdout, list[i].Stderr = got.rc, r.anywhere(got.stdout), r.anywhere(got.stderr)
			list[i].Requests = recorded(r.service.seen())
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(list); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// random returns some of the cases of the differential test, those that are not too large.
func (r *replay) random() []recording {
	const wanted, largest = 60, 4000
	var list []recording
	for seed := uint64(1); len(list) < wanted; seed++ {
		c := dice{rand.New(rand.NewPCG(seed, 0))}.randomCase(r.service.URL, r.base)
		rec := recording{About: fmt.Sprint("seed ", seed), Env: map[string]*string{}}
		size := 0
		for _, word := range c.args {
			rec.Args = append(rec.Args, r.anywhere(word))
			if !utf8.ValidString(word) { // JSON cannot represent it
				size += largest
			}
		}
		for _, a := range c.answers {
			rec.Answers = append(rec.Answers, recordedAnswer{a.status, a.text})
			size += len(a.text)
			if !utf8.ValidString(a.text) {
				size += largest
			}
		}
		for name, text := range c.env {
			if old, ok := r.base[name]; !ok || old != text {
				text = r.anywhere(text)
				rec.Env[name] = &text
			}
		}
		for name := range r.base {
			if _, ok := c.env[name]; !ok {
				rec.Env[name] = nil
			}
		}
		if size < largest {
			list = append(list, rec)
		}
	}
	return list
}
