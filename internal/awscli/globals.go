package awscli

import (
	"math/big"
	"regexp"
	"time"

	"github.com/ecrgate/ecrgate/internal/awscli/argparse"
	"github.com/ecrgate/ecrgate/internal/awscli/jmes"
	"github.com/ecrgate/ecrgate/internal/awscli/python"
)

// globalParser parses the options that every AWS CLI command has, in their order.
var globalParser = argparse.Parser{
	Options: []argparse.Option{
		{Name: "--debug", Kind: argparse.Flag},
		{Name: "--endpoint-url"},
		{Name: "--no-verify-ssl", Kind: argparse.Flag},
		{Name: "--no-paginate", Kind: argparse.Flag},
		{Name: "--output", Choices: []string{"json", "text", "table"}},
		{Name: "--query"},
		{Name: "--profile"},
		{Name: "--region"},
		{Name: "--color", Choices: []string{"on", "off", "auto"}},
		{Name: "--no-sign-request", Kind: argparse.Flag},
		{Name: "--ca-bundle"},
		{Name: "--cli-read-timeout"},
		{Name: "--cli-connect-timeout"},
		{Name: "--v2-debug", Kind: argparse.Flag},
		{Name: "--version", Kind: argparse.Version},
	},
	Word: "command",
}

// serviceParser parses the name of the operation.
var serviceParser = argparse.Parser{Word: "operation"}

// globals are the values of the options that every command has.
type globals struct {
	argparse.Result
	paginate                    bool
	query                       *jmes.Query
	readTimeout, connectTimeout time.Duration // 0: none
}

// parseGlobals parses the global options and returns the rest, for the operation.
func (c *command) parseGlobals(args []string) ([]string, error) {
	found, err := globalParser.Parse(append([]string{"ecr", "describe-image-scan-findings"}, args...))
	if err != nil {
		return nil, err
	}
	rest, err := serviceParser.Parse(found.Rest)
	if err != nil {
		return nil, err
	}
	c.global = globals{Result: found, paginate: !found.Has("--no-paginate")}
	return rest.Rest, c.global.resolve()
}

// resolve parses the values that argparse keeps as text.
func (g *globals) resolve() (err error) {
	if g.Has("--query") {
		if g.query, err = jmes.Compile(g.Values["--query"]); err != nil {
			return &valueError{"--query " + g.Values["--query"], err}
		}
	}
	if endpoint := g.Values["--endpoint-url"]; g.Has("--endpoint-url") && !hasScheme(endpoint) {
		return noScheme(endpoint)
	}
	if g.readTimeout, err = g.timeout("--cli-read-timeout"); err != nil {
		return err
	}
	g.connectTimeout, err = g.timeout("--cli-connect-timeout")
	return err
}

// A valueError is an option whose value cannot be read.
type valueError struct {
	what string
	err  error
}

func (v *valueError) Error() string { return "Bad value for " + v.what + ": " + v.err.Error() }

type noScheme string

func (n noScheme) Error() string {
	return `Bad value for --endpoint-url "` + string(n) + `": scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/`
}

var scheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)

func hasScheme(endpoint string) bool { return scheme.MatchString(endpoint) }

const (
	defaultTimeout = 60 * time.Second
	longest        = 1 << 32 // seconds; more is the same as no limit
)

// timeout parses a number of seconds; 0 means no limit. A negative number is an error only when the client is
// created.
func (g *globals) timeout(option string) (time.Duration, error) {
	if !g.Has(option) {
		return defaultTimeout, nil
	}
	digits, err := python.Int(g.Values[option])
	if err != nil {
		return 0, err
	}
	n, _ := new(big.Int).SetString(string(digits), 10)
	if !n.IsInt64() || n.Int64() > longest {
		n.SetInt64(longest)
	}
	return time.Duration(n.Int64()) * time.Second, nil
}
