package awscli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecrgate/ecrgate/internal/awscli/api"
	"github.com/ecrgate/ecrgate/internal/awscli/model"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// errStillExpired is the error for credentials that have already expired when they arrive.
var errStillExpired = errors.New("Credentials were refreshed, but the refreshed credentials are still expired.")

// refreshWindow is how long before they expire credentials are requested again.
const refreshWindow = 15 * time.Minute

// fromProcess returns the credentials that the credential_process of a profile prints. The program
// runs without a shell, as with the AWS CLI: $VAR, |, && and redirections are ordinary characters.
// https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-sourcing-external.html
func fromProcess(line string) keys {
	var found aws.Credentials
	return func(ctx context.Context) (aws.Credentials, error) {
		if found.HasKeys() && (!found.CanExpire || time.Until(found.Expires) > refreshWindow) {
			return found, nil
		}
		got, err := runProcess(ctx, line)
		if err == nil && got.CanExpire && time.Until(got.Expires) <= refreshWindow {
			got, err = runProcess(ctx, line)
		}
		switch {
		case err != nil:
			return aws.Credentials{}, err
		case got.CanExpire && !got.Expires.After(time.Now()):
			return aws.Credentials{}, errStillExpired
		}
		found = got
		return found, nil
	}
}

// processError returns an error with the AWS CLI's message.
func processError(text string) error {
	return errors.New("Error when retrieving credentials from custom-process: " + text)
}

func runProcess(ctx context.Context, line string) (aws.Credentials, error) {
	words, err := splitCommand(line)
	if err != nil {
		return aws.Credentials{}, err
	}
	if len(words) == 0 {
		return aws.Credentials{}, errors.New("list index out of range")
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return aws.Credentials{}, ctx.Err()
	case errors.As(err, &exit):
		return aws.Credentials{}, processError(stderr.String())
	case errors.Is(err, exec.ErrNotFound):
		return aws.Credentials{}, fmt.Errorf("[Errno 2] No such file or directory: %s", value.Repr(words[0]))
	case err != nil:
		return aws.Credentials{}, fmt.Errorf("%s: %s", api.ErrnoText(err), value.Repr(words[0]))
	}
	return readProcess(stdout.Bytes())
}

// readProcess parses the JSON object that a credential process prints.
func readProcess(text []byte) (aws.Credentials, error) {
	var c aws.Credentials
	v, err := value.Decode(text)
	if err != nil {
		return c, err
	}
	o, ok := v.(*value.Object)
	if !ok {
		return c, noAttribute(v, "get")
	}
	if version, ok := o.Get("Version"); !ok {
		return c, processError("Unsupported version '<Version key not provided>' for credential process provider, supported versions: 1")
	} else if version != value.Value(value.Int("1")) {
		return c, processError(fmt.Sprintf("Unsupported version '%s' for credential process provider, supported versions: 1", value.Str(version)))
	}
	for _, member := range []struct {
		name string
		to   *string
	}{{"AccessKeyId", &c.AccessKeyID}, {"SecretAccessKey", &c.SecretAccessKey}} {
		v, ok := o.Get(member.name)
		if !ok {
			return c, processError("Missing required key in response: '" + member.name + "'")
		}
		*member.to = value.Str(v)
	}
	if token, ok := o.Get("SessionToken"); ok && token != nil {
		c.SessionToken = value.Str(token)
	}
	if end, ok := o.Get("Expiration"); ok && end != nil {
		c.CanExpire = true
		c.Expires, err = model.ParseTime(value.Str(end))
	}
	return c, err
}

// splitCommand splits a command line into words as Python's shlex does: quotes and backslashes group,
// nothing is expanded.
func splitCommand(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	started, quote := false, rune(0)
	runes := []rune(line)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case r == '\\' && quote != '\'':
			i++
			if i == len(runes) {
				return nil, errors.New("No escaped character")
			}
			if quote == '"' && runes[i] != '"' && runes[i] != '\\' {
				word.WriteRune('\\')
			}
			word.WriteRune(runes[i])
			started = true
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, started = r, true
		case strings.ContainsRune(" \t\r\n", r):
			if started {
				words = append(words, word.String())
				word.Reset()
			}
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if quote != 0 {
		return nil, errors.New("No closing quotation")
	}
	if started {
		words = append(words, word.String())
	}
	return words, nil
}
