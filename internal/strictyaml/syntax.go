package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// syntax puts an error of the YAML parser into our form.
func (r *Reader) syntax(err error, text []byte) {
	lines := bytes.SplitAfter(bytes.TrimRight(text, "\r\n"), []byte("\n"))
	line, message := blame(err, lines)
	before := r.bareBefore(lines, line, message)
	switch {
	case strings.Contains(message, "cannot start any token") && startsWithTab(lines[line-1]):
		r.Report(beginning(lines, line, ""), "line is indented with a tab (use spaces)")
	case before > 0:
		r.Report(beginning(lines, before, ""), "invalid YAML: a space or colon is missing (write %q before an element and %q after a key)", "- ", ": ")
	default:
		r.Report(beginning(lines, line, message), "invalid YAML: %s (%s)", message, cureOf(message).cure)
	}
}

func startsWithTab(line []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("\t")) }

// blame gives the line, counted from 1, where a text stops being YAML, and what is wrong there.
//
// The library tells where the list or mapping began that it was reading, which can be far above the
// mistake. So beginnings of the text are read: the longest that can be read ends before the guilty
// line. Only where that line opens brackets to close them further down, the library knows better.
func blame(err error, lines [][]byte) (line int, message string) {
	told, message := said(err)
	told = min(max(told, 1), len(lines))
	n := used(lines)
	budget := 4 << 20 // bytes to read again: a fraction of a second
	for text := bytes.Join(lines[:n], nil); n > 0 && budget > 0; n-- {
		text = text[:len(text)-len(lines[n-1])]
		budget -= len(text)
		before := readAll(bytes.NewReader(text))
		switch {
		case before != nil:
			err = before
		case told > n && opens(lines[n-1]):
			return told, message
		default:
			_, message = said(err)
			return n, message
		}
	}
	return told, message
}

var yamlLine = later(`^yaml: (?:line ([0-9]+): )?(.*)$`)

// said takes an error of the library apart. Of some it names the line before; none is 0.
func said(err error) (line int, message string) {
	message = strings.ReplaceAll(err.Error(), "\n", " ")
	if m := yamlLine().FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	if !cureOf(message).scanned {
		line++
	}
	return line, message
}

// readAll reads the documents of a file as YAML, whatever they say.
func readAll(r io.Reader) error {
	for decoder := yaml.NewDecoder(r); ; {
		var doc Node
		switch err := decoder.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// used is the number of lines that the library looks at until it finds the mistake.
func used(lines [][]byte) int {
	r := &lineReader{lines: lines}
	_ = readAll(r)
	return r.taken
}

// A lineReader gives one line, or a piece of it, at a time.
type lineReader struct {
	lines [][]byte
	taken int
	rest  []byte
}

func (r *lineReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.taken == len(r.lines) {
			return 0, io.EOF
		}
		r.rest = r.lines[r.taken]
		r.taken++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

var openEnd = later(`[\[{,][ \t]*(#.*)?\r?\n?$`)

// opens reports whether a line leaves brackets open as if they were to be closed further down.
func opens(line []byte) bool { return openEnd().Match(line) }

// bareBefore gives the line before the guilty one if it is the one at fault: it is taken for text that
// goes on below it. Else it gives 0.
func (r *Reader) bareBefore(lines [][]byte, line int, message string) int {
	if !strings.Contains(message, "mapping values are not allowed") && !strings.Contains(message, "did not find expected") {
		return 0
	}
	// An element or a key that lacks what makes it one: the space after the -, the colon, or the space
	// after the key.
	bare := regexp.MustCompile(`^ *(?:-\w+: |(?:- +)?(?:` + strings.Join(r.format.Keys, "|") + `)(?:[ \r\n]|:[^ \r\n]))`)
	for n := line - 1; n > 0; n-- {
		switch text := bytes.TrimLeft(lines[n-1], " "); {
		case len(bytes.TrimSpace(text)) == 0 || text[0] == '#':
		case bare.Match(lines[n-1]):
			return n
		default:
			return 0
		}
	}
	return 0
}

// beginning is where the text of a line begins, or the anchor or the tab that an error is about.
func beginning(lines [][]byte, line int, message string) *Node {
	text := lines[line-1]
	i := len(text) - len(bytes.TrimLeft(text, " "))
	if parts := strings.Split(message, "'"); strings.HasPrefix(message, "unknown anchor") && len(parts) == 3 {
		i = max(i, bytes.Index(text, []byte("*"+parts[1])))
	}
	return &Node{Line: line, Column: utf8.RuneCount(text[:i]) + 1}
}

// A yamlError is a message of the YAML library with what is mostly behind it. Scanned says that it
// is of the library's scanner, which counts lines as we do.
type yamlError struct {
	message, cure string
	scanned       bool
}

var yamlErrors = []yamlError{
	{"alphabetic or numeric character", "put quotes around a text that begins with *, & or !", true},
	{"mapping values are not allowed", "check the indentation; put quotes around a text that holds a colon", true},
	{"block sequence entries are not allowed", "put the - on a line of its own", true},
	{"could not find expected ':'", "check the indentation, and that a colon follows the key", true},
	{"cannot start any token", "put quotes around a text that begins with @, ` or %", true},
	{"unexpected end of stream", "close the quotes", true},
	{"unexpected document indicator", "close the quotes", true},
	{"unknown escape character", "in double quotes \\ begins an escape: use single quotes", true},
	{"exceeded max depth", "use fewer nested brackets", true},
	{"unknown anchor", "define it with & before it is used; put quotes around a text that begins with *", true},
	{"expected '-' indicator", "check the indentation", false},
	{"expected key", "check the indentation, and for text after a quote that is closed: a ' inside of '…' is written twice", false},
}

func cureOf(message string) yamlError {
	for _, e := range yamlErrors {
		if strings.Contains(message, e.message) {
			return e
		}
	}
	return yamlError{cure: "check the indentation, and at brackets and quotes that are not closed, from this line on"}
}

// later holds an expression back until it is used, which is mostly never: compiling these took a
// part of every start.
func later(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
