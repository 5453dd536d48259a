package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// The functions of this file write what long lists are made of: JSON, byte for byte as encoding/json
// and jsonText make it of the same values, in a fraction of the time. Tests hold them against those.

// appendText writes a text in quotes.
func appendText[T ~string | ~[]byte](b []byte, s T) []byte {
	b = append(b, '"')
	taken := 0
	for i := without(inJSON, s); i < len(s); i += without(inJSON, s[i:]) {
		if s[i] == '#' && (i == 0 || s[i-1] != '#') {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
		if !plainRune(r, size) {
			b = appendEscape(append(b, s[taken:i]...), r)
			taken = i + size
		}
		i += size
	}
	return append(append(b, s[taken:]...), '"')
}

// plainRune tells what is more than ASCII and written as it is. A wrong byte has the size 1.
func plainRune(r rune, size int) bool {
	return size > 1 && r != '\u2028' && r != '\u2029' && !unicode.IsControl(r) && !hidden(r)
}

// shortEscapes are what follows the backslash in those of two characters.
var shortEscapes = ['\\' + 1]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

func appendEscape(b []byte, r rune) []byte {
	if int(r) < len(shortEscapes) && shortEscapes[r] != 0 {
		return append(b, '\\', shortEscapes[r])
	}
	const digits = "0123456789abcdef"
	for _, unit := range utf16.AppendRune(nil, r) {
		b = append(b, '\\', 'u', digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
	}
	return b
}

// appendGiven writes a member, with null for an absent text.
func appendGiven[T ~string](b []byte, member string, s T) []byte {
	b = append(b, member...)
	if s == "" {
		return append(b, "null"...)
	}
	return appendText(b, s)
}

// appendPresent writes a member, or nothing.
func appendPresent(b []byte, member string, s *string) []byte {
	if s == nil {
		return b
	}
	return appendText(append(b, member...), *s)
}

func appendList[T any](b []byte, list []T, write func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, one := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = write(b, one)
	}
	return append(b, ']')
}

// appendNumber writes a number; what JSON has no way to write is an error.
func appendNumber(b []byte, n *float64) ([]byte, error) {
	switch {
	case n == nil:
		return append(b, "null"...), nil
	case *n >= 0 && *n < 1e6 && (*n == 0 || *n >= 1e-6):
		return strconv.AppendFloat(b, *n, 'f', -1, 64), nil
	}
	text, err := json.Marshal(n)
	return append(b, text...), err
}

// appendFinding writes a jsonFinding.
func appendFinding(b []byte, f *policy.JudgedFinding) ([]byte, error) {
	b = appendText(append(b, `{"id":`...), f.ID)
	b = appendGiven(b, `,"severity":`, f.Severity)
	b, err := appendNumber(append(b, `,"score":`...), f.Score)
	b = appendText(append(b, `,"fixAvailable":`...), f.FixAvailable)
	b = appendText(append(b, `,"exploitAvailable":`...), f.ExploitAvailable)
	b = appendList(append(b, `,"packages":`...), f.Packages, appendPackage)
	b = appendList(append(b, `,"platforms":`...), platformNames(f.Platforms), appendText)
	b = appendText(append(b, `,"disposition":`...), f.Disposition)
	b = appendList(append(b, `,"rules":`...), f.Rules, appendText)
	exception := ""
	if f.Exception != nil {
		exception = f.Exception.ID.String()
	}
	b = appendGiven(b, `,"exception":`, exception)
	b = appendGiven(b, `,"title":`, f.Title)
	b = appendGiven(b, `,"url":`, f.URL)
	first := ""
	if at := timeText(f.FirstObserved); at != nil {
		first = *at
	}
	return append(appendGiven(b, `,"firstObservedAt":`, first), '}'), err
}

func appendPackage(b []byte, p scan.Package) []byte {
	b = appendText(append(b, `{"name":`...), p.Name)
	b = appendGiven(b, `,"version":`, p.Version)
	b = appendGiven(b, `,"fixedIn":`, p.FixedIn)
	b = appendGiven(b, `,"manager":`, p.Manager)
	return append(appendText(append(b, `,"path":`...), p.Path), '}')
}

// appendDescriptor writes the members that descriptor sets, and the markdown of the help.
func appendDescriptor(b []byte, d *sarif.ReportingDescriptor, markdown []byte) []byte {
	b = appendText(append(b, `{"id":`...), d.ID)
	b = appendPresent(b, `,"name":`, d.Name)
	b = appendMultiformat(append(b, `,"shortDescription":`...), d.ShortDescription)
	b = appendMultiformat(append(b, `,"fullDescription":`...), d.FullDescription)
	b = appendText(append(b, `,"defaultConfiguration":{"level":`...), d.DefaultConfiguration.Level)
	b = appendPresent(append(b, '}'), `,"helpUri":`, d.HelpURI)
	b = appendText(append(b, `,"help":{"text":`...), *d.Help.Text)
	b = appendText(append(b, `,"markdown":`...), markdown)
	return append(appendProperties(append(b, `},"properties":`...), d.Properties), '}')
}

func appendMultiformat(b []byte, m *sarif.MultiformatMessageString) []byte {
	return append(appendText(append(b, `{"text":`...), *m.Text), '}')
}

// appendProperties writes texts and lists of texts by name.
func appendProperties(b []byte, properties map[string]any) []byte {
	names := make([]string, 0, 8)
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, name), ':')
		switch value := properties[name].(type) {
		case string:
			b = appendText(b, value)
		case []string:
			b = appendList(b, value, appendText)
		}
	}
	return append(b, '}')
}

// appendResult writes the members that result sets.
func appendResult(b []byte, r *sarif.Result) []byte {
	b = appendText(append(b, `{"ruleId":`...), *r.RuleID)
	b = strconv.AppendUint(append(b, `,"ruleIndex":`...), uint64(*r.RuleIndex), 10)
	b = appendText(append(b, `,"level":`...), *r.Level)
	b = appendText(append(b, `,"message":{"text":`...), *r.Message.Text)
	b = appendList(append(b, `},"locations":`...), r.Locations, appendLocation)
	return append(appendProperties(append(b, `,"partialFingerprints":`...), r.PartialFingerprints), '}')
}

func appendLocation(b []byte, l *sarif.Location) []byte {
	place := l.PhysicalLocation
	b = appendText(append(b, `{"physicalLocation":{"artifactLocation":{"uri":`...), *place.ArtifactLocation.URI)
	b = strconv.AppendInt(append(b, `},"region":{"startLine":`...), int64(*place.Region.StartLine), 10)
	b = strconv.AppendInt(append(b, `,"startColumn":`...), int64(*place.Region.StartColumn), 10)
	b = strconv.AppendInt(append(b, `,"endLine":`...), int64(*place.Region.EndLine), 10)
	b = strconv.AppendInt(append(b, `,"endColumn":`...), int64(*place.Region.EndColumn), 10)
	return append(b, "}}}"...)
}
