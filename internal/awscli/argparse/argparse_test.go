package argparse

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

var parser = Parser{
	Options: []Option{
		{Name: "--name", Required: true},
		{Name: "--number", Int: true},
		{Name: "--flag", Kind: Flag},
		{Name: "--maybe", Kind: Maybe, Const: "input", Choices: []string{"input", "output"}},
		{Name: "--format", Choices: []string{"json", "text", "table"}},
		{Name: "--version", Kind: Version},
	},
	Word:         "word",
	WordOptional: true,
}

func TestWhatIsRead(t *testing.T) {
	for about, c := range map[string]struct {
		words []string
		want  map[string]string
		rest  []string
	}{
		"value after a space":             {[]string{"--name", "a"}, map[string]string{"--name": "a"}, nil},
		"value behind an equals sign":     {[]string{"--name=a=b"}, map[string]string{"--name": "a=b"}, nil},
		"empty value":                     {[]string{"--name="}, map[string]string{"--name": ""}, nil},
		"the last one wins":               {[]string{"--name", "a", "--name", "b"}, map[string]string{"--name": "b"}, nil},
		"unique prefix":                   {[]string{"--na", "a", "--fl"}, map[string]string{"--name": "a", "--flag": ""}, nil},
		"prefix with a value":             {[]string{"--na=a"}, map[string]string{"--name": "a"}, nil},
		"negative number is a value":      {[]string{"--name", "-1.5"}, map[string]string{"--name": "-1.5"}, nil},
		"lone hyphen is a value":          {[]string{"--name", "-"}, map[string]string{"--name": "-"}, nil},
		"text with a blank is a value":    {[]string{"--name", "--a b"}, map[string]string{"--name": "--a b"}, nil},
		"hyphen behind an equals sign":    {[]string{"--name=-x"}, map[string]string{"--name": "-x"}, nil},
		"unknown words are left":          {[]string{"--foo", "w", "--name", "a", "b", "-x"}, map[string]string{"--name": "a", "word": "w"}, []string{"--foo", "b", "-x"}},
		"optional value that is there":    {[]string{"--maybe", "output", "--name", "a"}, map[string]string{"--maybe": "output", "--name": "a"}, nil},
		"optional value that is not":      {[]string{"--maybe", "--name", "a"}, map[string]string{"--maybe": "input", "--name": "a"}, nil},
		"two hyphens end the options":     {[]string{"--name", "a", "--", "--flag"}, map[string]string{"--name": "a", "word": "--flag"}, nil},
		"two hyphens alone are swallowed": {[]string{"--name", "a", "--"}, map[string]string{"--name": "a"}, nil},
		"number as Python reads it":       {[]string{"--name", "a", "--number", " +1_000 "}, map[string]string{"--name": "a", "--number": "1000"}, nil},
	} {
		got, err := parser.Parse(c.words)
		if err != nil {
			t.Errorf("%s: %v", about, err)
		}
		if !maps.Equal(got.Values, c.want) || !slices.Equal(got.Rest, c.rest) {
			t.Errorf("%s: got %v, rest %q", about, got.Values, got.Rest)
		}
	}
}

func TestMistakes(t *testing.T) {
	for text, words := range map[string][]string{
		"the following arguments are required: --name":                             {"--flag"},
		"argument --name: expected one argument":                                   {"--name", "--flag"},
		"ambiguous option: --n=1 could match --name, --number":                     {"--n=1", "--name"},
		"ambiguous option: --f could match --flag, --format":                       {"--name", "--f"},
		"argument --flag: ignored explicit argument \"it's\"":                      {"--flag=it's"},
		"argument --number: invalid int value: '1.5'":                              {"--name", "a", "--number", "1.5"},
		"argument --format: Invalid choice, valid choices are:\n\njson":            {"--format", "yaml"},
		"\n\n\nInvalid choice: 'jso', maybe you meant:\n\n  * json":                {"--format", "jso"},
		"table                                   \n\n\nInvalid choice: 'txt', may": {"--format", "txt"},
	} {
		_, err := parser.Parse(words)
		var mistake *Error
		if !errors.As(err, &mistake) || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: got %q, want %q", words, err, text)
		}
	}
	if _, err := parser.Parse([]string{"--version", "--name"}); !errors.Is(err, ErrVersion) {
		t.Errorf("--version: %v", err)
	}
}
