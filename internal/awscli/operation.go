package awscli

import (
	"errors"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/argparse"
)

// operation are the values of the options of this command.
type operation struct {
	argparse.Result
	skeleton string // empty, input or output
	// imageIDIsJSON is set if messages show its objects as ordered dictionaries.
	imageIDIsJSON bool
}

// operationParser parses the options of this command, in their order.
func operationParser(optional bool) argparse.Parser {
	return argparse.Parser{
		Options: []argparse.Option{
			{Name: "--registry-id"},
			{Name: "--repository-name", Required: !optional},
			{Name: "--image-id", Required: !optional},
			{Name: "--next-token"},
			{Name: "--max-results"},
			{Name: "--cli-input-json"},
			{Name: "--starting-token"},
			{Name: "--page-size", Int: true},
			{Name: "--max-items", Int: true},
			{Name: "--generate-cli-skeleton", Kind: argparse.Maybe, Const: "input", Choices: []string{"input", "output"}},
		},
		Word:         "help",
		WordOptional: true,
	}
}

// errHelp is the error for a request for help.
var errHelp = errors.New("help")

// parseOperation parses the options of this command.
func (c *command) parseOperation(words []string) error {
	if slices.Equal(words, []string{"help"}) {
		return errHelp
	}
	found, err := operationParser(waived(words)).Parse(words)
	if err != nil {
		return err
	}
	c.op = operation{Result: found, skeleton: found.Values["--generate-cli-skeleton"]}
	if word := found.Values["help"]; word == "help" {
		return errHelp
	} else if word != "" {
		found.Rest = append(found.Rest, word)
	}
	if len(found.Rest) > 0 {
		return unknownError{strings.Join(found.Rest, ", ")}
	}
	return c.checkPaging()
}

// waived reports whether the required options may be missing: with either of two options, if it is written in
// full.
func waived(words []string) bool {
	at := slices.Index(words, "--generate-cli-skeleton")
	wantsOutput := at >= 0 && at+1 < len(words) && words[at+1] == "output"
	return slices.Contains(words, "--cli-input-json") || at >= 0 && !wantsOutput
}

// checkPaging turns paging off for manual paging, and rejects paging options with it.
func (c *command) checkPaging() error {
	if c.op.Has("--next-token") || c.op.Has("--max-results") {
		c.global.paginate = false
	}
	if c.global.paginate {
		return nil
	}
	var used []string
	for _, name := range []string{"--starting-token", "--page-size", "--max-items"} {
		if text := c.op.Values[name]; text != "" && (text != "0" || name == "--starting-token") {
			used = append(used, name)
		}
	}
	if len(used) == 0 {
		return nil
	}
	return errors.New("Error during pagination: Cannot specify --no-paginate along with pagination arguments: " + strings.Join(used, ", "))
}
