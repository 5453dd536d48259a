package vex

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/policy"
)

// context is the only supported version; later ones may give the same words another meaning.
const context = "https://openvex.dev/ns/v0.2.0"

// Bounds of a document. Large ones of distributions have some ten thousand statements and a few
// megabytes; OpenVEX nests seven levels deep.
const (
	maxSize  = 32 << 20
	maxDepth = 16
)

type document struct {
	Context     string          `json:"@context"`
	ID          string          `json:"@id"`
	Author      string          `json:"author"`
	Role        string          `json:"role"`
	Timestamp   string          `json:"timestamp"`
	LastUpdated string          `json:"last_updated"`
	Version     int             `json:"version"`
	Tooling     string          `json:"tooling"`
	Statements  []wireStatement `json:"statements"`
}

type wireStatement struct {
	ID            string `json:"@id"`
	Version       int    `json:"version"`
	Vulnerability struct {
		ID          string   `json:"@id"`
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Aliases     []string `json:"aliases"`
	} `json:"vulnerability"`
	Timestamp                string        `json:"timestamp"`
	LastUpdated              string        `json:"last_updated"`
	Products                 []wireProduct `json:"products"`
	Status                   Status        `json:"status"`
	Supplier                 string        `json:"supplier"`
	StatusNotes              string        `json:"status_notes"`
	Justification            string        `json:"justification"`
	ImpactStatement          string        `json:"impact_statement"`
	ImpactStatementTimestamp string        `json:"impact_statement_timestamp"`
	ActionStatement          string        `json:"action_statement"`
	ActionStatementTimestamp string        `json:"action_statement_timestamp"`

	at       time.Time
	products []*product
}

type wireComponent struct {
	ID          string            `json:"@id"`
	Identifiers wireIdentifiers   `json:"identifiers"`
	Hashes      map[string]string `json:"hashes"`
	Supplier    string            `json:"supplier"`
}

type wireIdentifiers struct {
	Purl  string `json:"purl"`
	CPE22 string `json:"cpe22"`
	CPE23 string `json:"cpe23"`
}

type wireProduct struct {
	wireComponent `json:",inline"`
	// Subcomponents is nil when the product is meant as a whole.
	Subcomponents []wireComponent `json:"subcomponents"`
}

// read decodes and checks one document, and returns all of its mistakes. The document is never nil.
func read(f policy.File) (*document, []error) {
	doc := &document{}
	err := plain(f.Text)
	if err == nil {
		err = json.Unmarshal(f.Text, doc, json.RejectUnknownMembers(true))
	}
	if err != nil {
		return &document{}, []error{fmt.Errorf("%s: %w", f.Name, located(err))}
	}
	c := &checker{file: f.Name}
	c.document(doc)
	return doc, c.errs
}

// plain rejects what a decoder into structs would accept, or spend a long time on: duplicate keys, null
// (which would mean "not set"), deep nesting, text after the document.
func plain(text []byte) error {
	if len(text) > maxSize {
		return fmt.Errorf("the document has %d MB (want at most %d)", len(text)>>20, maxSize>>20)
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF) && d.InputOffset() > 0 && d.StackDepth() == 0:
			return nil
		case err != nil:
			return err
		case token.Kind() == 'n':
			return placed{d.StackPointer(), "null is not allowed (leave the key out)"}
		case d.StackDepth() > maxDepth:
			return fmt.Errorf("nested deeper than %d levels", maxDepth)
		}
	}
}

// A placed error is about one value of the document.
type placed struct {
	at      jsontext.Pointer
	message string
}

func (e placed) Error() string { return place(e.at) + ": " + e.message }

// located rewrites errors of the JSON package with positions in the document.
func located(err error) error {
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return placed{syntax.JSONPointer, "duplicate key"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not JSON: the document ends too early (want an OpenVEX document)")
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d: not JSON: %s", syntax.ByteOffset, strings.TrimPrefix(syntax.Err.Error(), "jsontext: "))
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return placed{semantic.JSONPointer, "unknown key (OpenVEX 0.2.0 does not have it)"}
	case errors.As(err, &semantic) && semantic.GoType != nil:
		return placed{semantic.JSONPointer, fmt.Sprintf("wrong type (want %s)", kinds[semantic.GoType.Kind().String()])}
	}
	return err
}

var kinds = map[string]string{
	"string": "a string", "int": "a whole number", "slice": "a list", "struct": "an object", "map": "an object of strings",
}

// place formats a JSON pointer as a path, such as statements[3].status.
func place(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			fmt.Fprintf(&b, "[%s]", token)
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	if b.Len() == 0 {
		return "document"
	}
	return b.String()
}
