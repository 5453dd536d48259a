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

// syntax reports an error of the YAML library with its actual line and with advice.
func (r *Reader) syntax(err error, text []byte) {
	lines := bytes.SplitAfter(bytes.TrimRight(text, "\r\n"), []byte("\n"))
	line, message := blame(err, lines)
	before := r.bareBefore(lines, line, message)
	switch {
	case (strings.Contains(message, "cannot start any token") || strings.Contains(message, "tab character")) && startsWithTab(lines[line-1]):
		r.Report(beginning(lines, line, ""), "line is indented with a tab (use spaces)")
	case before > 0:
		r.Report(beginning(lines, before, ""), "invalid YAML: a space or colon is missing (write %q before an element and %q after a key)", "- ", ": ")
	default:
		r.Report(beginning(lines, line, message), "invalid YAML: %s (%s)", message, cureOf(message).cure)
	}
}

func startsWithTab(line []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("\t")) }

// blame returns the line, counted from 1, where a text stops being valid YAML, and the library's message.
//
// The library names the start of the list or mapping that it was parsing, which can be far above the
// mistake. So blame parses prefixes of the text: the longest valid one ends before the faulty line. If
// that line opens brackets that close further down, the library's line is the better one.
func blame(err error, lines [][]byte) (line int, message string) {
	reported, message := splitError(err)
	reported = min(max(reported, 1), len(lines))
	n := used(lines)
	budget := 4 << 20 // bytes to parse again: a fraction of a second
	for text := bytes.Join(lines[:n], nil); n > 0 && budget > 0; n-- {
		text = text[:len(text)-len(lines[n-1])]
		budget -= len(text)
		before := readAll(bytes.NewReader(text))
		switch {
		case before != nil:
			err = before
		case reported > n && opens(lines[n-1]):
			return reported, message
		default:
			_, message = splitError(err)
			return n, message
		}
	}
	return reported, message
}

var yamlLine = lazyRegexp(`^yaml: (?:line ([0-9]+): )?(.*)$`)

// splitError splits an error of the library into line and message. For some errors the library names the line
// before; the line is 0 if it names none.
func splitError(err error) (line int, message string) {
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

// readAll parses all documents of a file and returns the first syntax error.
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

// used returns the number of lines that the library reads before it finds the mistake.
func used(lines [][]byte) int {
	r := &lineReader{lines: lines}
	_ = readAll(r)
	return r.taken
}

// A lineReader returns at most one line per read and counts the lines.
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

var openEnd = lazyRegexp(`[\[{,][ \t]*(#.*)?\r?\n?$`)

// opens reports whether a line ends with an open bracket or a comma.
func opens(line []byte) bool { return openEnd().Match(line) }

// bareBefore returns the line before the faulty one if that is where the mistake is: without a space or
// colon, YAML takes it for text that continues below. Otherwise it returns 0.
func (r *Reader) bareBefore(lines [][]byte, line int, message string) int {
	if !strings.Contains(message, "mapping values are not allowed") && !strings.Contains(message, "did not find expected") {
		return 0
	}
	// The line lacks the space after -, the colon after the key, or the space after the colon.
	keys := make([]string, len(r.format.Keys))
	for i, key := range r.format.Keys {
		keys[i] = regexp.QuoteMeta(key)
	}
	bare := regexp.MustCompile(`^ *(?:-\w+: |(?:- +)?(?:` + strings.Join(keys, "|") + `)(?:[ \r\n]|:[^ \r\n]))`)
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

// beginning returns the position of the first text on a line, or of the unknown anchor in the message.
func beginning(lines [][]byte, line int, message string) *Node {
	text := lines[line-1]
	i := len(text) - len(bytes.TrimLeft(text, " "))
	if parts := strings.Split(message, "'"); strings.HasPrefix(message, "unknown anchor") && len(parts) == 3 {
		i = max(i, bytes.Index(text, []byte("*"+parts[1])))
	}
	return &Node{Line: line, Column: utf8.RuneCount(text[:i]) + 1}
}

// A yamlError is a message of the YAML library with the fix for its usual cause. scanned says that it
// comes from the library's scanner, which counts lines from 1.
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

// lazyRegexp compiles an expression on first use: most runs need none of these.
func lazyRegexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
