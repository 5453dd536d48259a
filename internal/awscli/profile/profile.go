// Package profile reads the AWS configuration files as botocore does: like Python's configparser, with
// continuation lines and both = and : as separators, and with one level of nested settings (services, s3).
// https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-files.html
package profile

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"
)

// A Section is a profile or another section of the files: texts by lower-case name.
type Section map[string]string

// Files is the content of both files.
type Files struct {
	// Profiles are the profiles of both files; the credentials file takes precedence.
	Profiles map[string]Section
	// Config and Credentials are the profiles of each file alone.
	Config, Credentials map[string]Section
	// Services are the sections that a profile's services setting names.
	Services map[string]Section
}

// Read reads the configuration file and the credentials file. A missing one counts as empty.
func Read(config, credentials string) (Files, error) {
	f := Files{Profiles: map[string]Section{}, Config: map[string]Section{}, Services: map[string]Section{}}
	sections, err := readFile(config)
	if err != nil {
		return f, err
	}
	for name, s := range sections {
		kind, rest, _ := strings.Cut(name, " ")
		rest = strings.Trim(strings.TrimSpace(rest), `"'`)
		switch {
		case name == "default":
			f.Config[name] = s
		case kind == "profile" && rest != "":
			f.Config[rest] = s
		case kind == "services" && rest != "":
			f.Services[rest] = s
		}
	}
	if f.Credentials, err = readFile(credentials); err != nil {
		return f, err
	}
	for _, profiles := range []map[string]Section{f.Config, f.Credentials} {
		for name, s := range profiles {
			if f.Profiles[name] == nil {
				f.Profiles[name] = Section{}
			}
			maps.Copy(f.Profiles[name], s)
		}
	}
	return f, nil
}

func readFile(path string) (map[string]Section, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var pathError *fs.PathError
		if errors.As(err, &pathError) {
			return nil, nil // a file that cannot be opened counts as missing
		}
		return nil, err
	}
	sections, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("Unable to parse config file: %s", path)
	}
	return sections, nil
}

var errSyntax = errors.New("not an INI file")

// parse reads the sections of a file.
func parse(text string) (map[string]Section, error) {
	p := parser{sections: map[string]Section{}}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		if err := p.line(lines.Text()); err != nil {
			return nil, err
		}
	}
	return p.sections, lines.Err()
}

type parser struct {
	sections map[string]Section
	current  Section
	key      string
	indent   int // of the line that has the key
}

func (p *parser) line(line string) error {
	content := strings.TrimSpace(line)
	if content == "" || content[0] == '#' || content[0] == ';' {
		return nil
	}
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	if p.key != "" && indent > p.indent {
		p.current[p.key] += "\n" + content
		return nil
	}
	p.indent = indent
	if content[0] == '[' {
		return p.section(content)
	}
	at := strings.IndexAny(content, "=:")
	if at <= 0 || p.current == nil {
		return errSyntax
	}
	p.key = strings.ToLower(strings.TrimSpace(content[:at]))
	if _, twice := p.current[p.key]; twice {
		return errSyntax
	}
	p.current[p.key] = strings.TrimSpace(content[at+1:])
	return nil
}

func (p *parser) section(content string) error {
	stop := strings.LastIndexByte(content, ']')
	if stop < 2 || p.sections[content[1:stop]] != nil {
		return errSyntax
	}
	p.current, p.key = Section{}, ""
	p.sections[content[1:stop]] = p.current
	return nil
}

// Nested returns a setting nested in another one.
func (s Section) Nested(key, name string) string {
	for _, line := range strings.Split(s[key], "\n") {
		inner, text, _ := strings.Cut(line, "=")
		if strings.TrimSpace(inner) == name {
			return strings.TrimSpace(text)
		}
	}
	return ""
}
