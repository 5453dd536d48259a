package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAListThatCannotBeWrittenIsNotAListing(t *testing.T) {
	registry, err := fakeecr.Parse([]byte(`images: [{repository: team/app, name: app, tags: ["1"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: closedPipe{}, stderr: &stderr, transport: fakeecr.Transport(registry)}
	if code := run(t.Context(), e, []string{"list"}); code != exitNoVerdict || !strings.Contains(stderr.String(), "broken pipe") {
		t.Errorf("exit %d:\n%s", code, &stderr)
	}
}
