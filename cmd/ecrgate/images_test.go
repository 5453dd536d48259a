package main

import (
	"slices"
	"testing"
)

func TestACommentEndsWithItsLine(t *testing.T) {
	want := []string{"team/a:1", "team/b:1"}
	for _, end := range []string{"\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"} {
		got, err := pipedReferences("# fleet" + end + "team/a:1" + end + end + " # more" + end + "team/b:1")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("lines that end with %q: %q, %v", end, got, err)
		}
	}
	for _, text := range []string{"\ufeffteam/a:1", "team/a:1\x00team/b:1", "team/a:1 # mine", "team/a@sha256:abc"} {
		if got, err := pipedReferences(text); err == nil {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}
