package awscli

import (
	"math/big"

	"github.com/ecrgate/ecrgate/internal/awscli/paging"
	"github.com/ecrgate/ecrgate/internal/awscli/table"
	"github.com/ecrgate/ecrgate/internal/awscli/text"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// title is the title of a table.
const title = "DescribeImageScanFindings"

// display sends the requests and prints the result.
func (c *command) display(params *value.Object, ask call) error {
	if !c.global.paginate || c.op.skeleton == "output" {
		return c.displayOne(params, ask)
	}
	l, err := listing(params, ask)
	if err != nil {
		return err
	}
	output, err := c.formatter()
	if err != nil {
		return err
	}
	defer c.resetTerminal(output)
	if output == "text" {
		return c.displayPages(l)
	}
	m := paging.Merger{New: newTree}
	if output == "json" && c.global.query == nil {
		m.New = newEncoded
	}
	token, err := l.Collect(m.Add)
	if err != nil {
		return err
	}
	return c.displayWhole(output, m.Result(token))
}

// listing returns the listing for the paging options, which are among the request's members.
func listing(params *value.Object, ask call) (paging.Listing, error) {
	l := paging.Listing{Params: params, Call: ask}
	v, ok := params.Get(pagingConfig)
	if !ok {
		return l, nil
	}
	params.Delete(pagingConfig)
	config, ok := v.(*value.Object)
	if !ok {
		return l, noAttribute(v, "get")
	}
	if v, _ := config.Get("MaxItems"); v != nil {
		n, err := toInt(v)
		if err != nil {
			return l, err
		}
		l.MaxItems, _ = new(big.Int).SetString(string(n.(value.Int)), 10)
	}
	if v, _ := config.Get("PageSize"); v != nil {
		n, err := toInt(v)
		if err != nil {
			return l, err
		}
		l.PageSize = n.(value.Int)
	}
	l.Start, _ = config.Get("StartingToken")
	return l, nil
}

// displayOne sends one request and prints its response as it is.
func (c *command) displayOne(params *value.Object, ask call) error {
	page, err := ask(params)
	if err != nil {
		return err
	}
	output, err := c.formatter()
	if err != nil {
		return err
	}
	defer c.resetTerminal(output)
	if output == "text" {
		return c.displayPart(page)
	}
	return c.displayWhole(output, page)
}

// displayPages prints each page as it comes.
func (c *command) displayPages(l paging.Listing) error {
	token, err := l.Each(func(page paging.Page) error {
		part, err := paging.Part(page)
		if err != nil {
			return err
		}
		return c.displayPart(part)
	})
	if err != nil || token == "" {
		return err
	}
	return c.displayPart(paging.TokenPart(token))
}

// displayPart prints a page as text.
func (c *command) displayPart(part *value.Object) error {
	v, err := c.search(part)
	if err != nil {
		return err
	}
	c.scratch, err = text.Append(c.scratch[:0], v)
	if _, failed := c.env.Stdout.Write(c.scratch); failed != nil {
		return brokenPipe(failed)
	}
	return err
}

// displayWhole prints a result as JSON or a table. It ignores a closed pipe.
func (c *command) displayWhole(output string, result *value.Object) error {
	v, err := c.search(result)
	if err != nil {
		return err
	}
	if output == "json" {
		if c.op.skeleton == "output" {
			v = withMoments(v)
		}
		return writeJSON(c.env.Stdout, v)
	}
	width, _ := c.terminal()
	return table.Write(c.env.Stdout, title, v, width, c.colored())
}

func (c *command) search(o *value.Object) (value.Value, error) {
	if c.global.query == nil {
		return o, nil
	}
	return c.global.query.Search(o)
}

// terminal returns the width that a table may have, and whether it goes to a terminal.
func (c *command) terminal() (width int, ok bool) {
	if c.env.Terminal != nil {
		if width, ok := c.env.Terminal(); ok {
			return width, true
		}
	}
	return 80, false
}

func (c *command) colored() bool {
	switch c.global.Values["--color"] {
	case "on":
		return true
	case "off":
		return false
	}
	_, ok := c.terminal()
	return ok
}

// formatter returns the output format. From here on, a colored table changes both streams.
func (c *command) formatter() (output string, err error) {
	output, err = c.output()
	if err == nil && output == "table" && c.colored() {
		c.afterWrite = table.Reset
	}
	return output, err
}

// resetTerminal resets the colors of a terminal at the very end.
func (c *command) resetTerminal(output string) {
	if _, ok := c.terminal(); ok && output == "table" && c.colored() {
		c.print(table.Reset)
	}
}
