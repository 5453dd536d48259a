package awscli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/user"
	"regexp"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/api"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
	"github.com/ecrgate/ecrgate/internal/redact"
)

// A bytesValue is the value of fileb://: it is not text, and so no option of this command can use it.
type bytesValue string

func (bytesValue) TypeName() string { return "bytes" }

// String returns the Python notation.
func (b bytesValue) String() string {
	quote := byte('\'')
	if strings.Contains(string(b), "'") && !strings.Contains(string(b), `"`) {
		quote = '"'
	}
	out := []byte{'b', quote}
	for _, c := range []byte(b) {
		switch {
		case c == '\\' || c == quote:
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, `\n`...)
		case c == '\r':
			out = append(out, `\r`...)
		case c == '\t':
			out = append(out, `\t`...)
		case c < ' ' || c > '~':
			out = fmt.Appendf(out, `\x%02x`, c)
		default:
			out = append(out, c)
		}
	}
	return string(append(out, quote))
}

// local returns the content for a value that begins with file:// or fileb://, and any other value as it is.
func (c *command) local(text string) (value.Value, error) {
	if path, ok := strings.CutPrefix(text, "file://"); ok {
		content, err := c.readFile(text, path)
		if err != nil {
			return nil, err
		}
		if value.CheckUTF8(content) != nil {
			return nil, fmt.Errorf("Unable to load paramfile (%s), text contents could not be decoded.  If this is a binary file, please use the fileb:// prefix instead of the file:// prefix.", c.expand(path))
		}
		return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(content)), nil
	}
	if path, ok := strings.CutPrefix(text, "fileb://"); ok {
		content, err := c.readFile(text, path)
		return bytesValue(content), err
	}
	return text, nil
}

func (c *command) readFile(text, path string) ([]byte, error) {
	path = c.expand(path)
	content, err := os.ReadFile(encodedWord(path))
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("Unable to load paramfile %s: %s: %s", text, api.ErrnoText(failed), value.Repr(path))
	}
	return content, err
}

// loaded is like local for an option's value, which may also be a URL.
func (c *command) loaded(ctx context.Context, option, text string) (value.Value, error) {
	remote := strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
	var v value.Value
	var err error
	if remote && c.lenient("cli_follow_urlparam", "true") == "true" {
		v, err = c.fetch(ctx, text)
	} else {
		v, err = c.local(text)
	}
	if err != nil {
		return nil, &paramError{option, err.Error()}
	}
	return v, nil
}

// A paramError is an error for an option whose value cannot be loaded.
type paramError struct{ option, text string }

func (p *paramError) Error() string {
	return fmt.Sprintf("Error parsing parameter '%s': %s", p.option, p.text)
}

func (c *command) fetch(ctx context.Context, address string) (value.Value, error) {
	link := api.Link{ConnectTimeout: defaultTimeout, ReadTimeout: defaultTimeout, Getenv: c.env.Getenv}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("Unable to retrieve %s: %w", api.MaskURL(address), redact.Error(err))
	}
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := link.Client().Do(req)
	if err != nil {
		return nil, fmt.Errorf("Unable to retrieve %s: %s", api.MaskURL(address), api.LostText(address, err))
	}
	defer resp.Body.Close()
	content, err := api.ReadBody(resp.Body)
	switch {
	case errors.Is(err, api.ErrTooLarge):
		return nil, fmt.Errorf("Unable to retrieve %s: %w", api.MaskURL(address), err)
	case err != nil:
		return nil, fmt.Errorf("Unable to retrieve %s: %s", api.MaskURL(address), api.LostText(address, err))
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("Unable to retrieve %s: received non 200 status code of %d", api.MaskURL(address), resp.StatusCode)
	}
	return string(content), nil
}

var variable = regexp.MustCompile(`\$(?:\w+|\{[^}]*\})`)

// expand replaces ~ and variables in a path; unset variables stay.
func (c *command) expand(path string) string {
	if strings.HasPrefix(path, "~") {
		name, _, _ := strings.Cut(path[1:], "/")
		if home := c.home(name); home != "" {
			path = strings.TrimRight(home, "/") + path[1+len(name):]
			if path == "" {
				path = "/"
			}
		}
	}
	return variable.ReplaceAllStringFunc(path, func(name string) string {
		if text, ok := c.vars[strings.Trim(name[1:], "{}")]; ok {
			return text
		}
		return name
	})
}

// home returns the home directory of a user, "" for the current one; empty if unknown.
func (c *command) home(name string) string {
	if home, ok := c.vars["HOME"]; ok && name == "" {
		return home
	}
	u, err := user.Current()
	if name != "" {
		u, err = user.Lookup(name)
	}
	if err != nil {
		return ""
	}
	return u.HomeDir
}
