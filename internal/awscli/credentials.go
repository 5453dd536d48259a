package awscli

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/smithy-go/logging"

	"github.com/ecrgate/ecrgate/internal/awscli/model"
	"github.com/ecrgate/ecrgate/internal/awscli/profile"
	"github.com/ecrgate/ecrgate/internal/httpclient"
)

// A keys function returns the keys for signing.
type keys = func(context.Context) (aws.Credentials, error)

// credentials returns the source of the keys; nil if requests are not signed. It reads keys from the
// environment and the files itself. For everything else (roles, web identity, SSO, processes, containers,
// instances) it uses the SDK, which follows the same rules but has its own error messages.
func (c *command) credentials(region string) (keys, error) {
	if c.global.Has("--no-sign-request") {
		return nil, nil
	}
	if id := c.vars["AWS_ACCESS_KEY_ID"]; id != "" && c.global.Values["--profile"] == "" {
		secret := c.vars["AWS_SECRET_ACCESS_KEY"]
		if secret == "" {
			return nil, partial("env", "AWS_SECRET_ACCESS_KEY")
		}
		token := c.either("AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
		return c.unexpired(static(id, secret, token))
	}
	section, err := c.settings.scoped()
	if err != nil {
		return nil, err
	}
	if takesRole(section) {
		return c.sdkCredentials(region, section), nil
	}
	shared, own := c.settings.files.Credentials[c.settings.name], c.settings.files.Config[c.settings.name]
	if id, ok := shared["aws_access_key_id"]; ok {
		return fromFile("shared-credentials-file", id, shared)
	}
	if line, ok := section["credential_process"]; ok {
		return fromProcess(line), nil
	}
	if id, ok := own["aws_access_key_id"]; ok {
		return fromFile("config-file", id, own)
	}
	return c.sdkCredentials(region, section), nil
}

// unexpired returns an error for keys from the environment that are past AWS_CREDENTIAL_EXPIRATION.
func (c *command) unexpired(k keys) (keys, error) {
	end := c.vars["AWS_CREDENTIAL_EXPIRATION"]
	if end == "" {
		return k, nil
	}
	expires, err := model.ParseTime(end)
	switch {
	case err != nil:
		return nil, err
	case !expires.After(time.Now()):
		return func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errStillExpired }, nil
	}
	return k, nil
}

func (c *command) either(names ...string) string {
	for _, name := range names {
		if c.vars[name] != "" {
			return c.vars[name]
		}
	}
	return ""
}

type partialError struct{ where, missing string }

func (p partialError) Error() string {
	return "Partial credentials found in " + p.where + ", missing: " + p.missing
}

func partial(where, missing string) error { return partialError{where, missing} }

func static(id, secret, token string) keys {
	return func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token}, nil
	}
}

// fromFile returns the keys in a file.
func fromFile(name, id string, section profile.Section) (keys, error) {
	secret, ok := section["aws_secret_access_key"]
	if !ok {
		return nil, partial(name, "aws_secret_access_key")
	}
	token := section["aws_security_token"]
	if token == "" {
		token = section["aws_session_token"]
	}
	return static(id, secret, token), nil
}

// takesRole reports whether the keys of a profile are only for assuming a role.
func takesRole(section profile.Section) bool {
	for _, name := range []string{"role_arn", "sso_session", "sso_start_url", "web_identity_token_file"} {
		if section[name] != "" {
			return true
		}
	}
	return false
}

var errMFA = errors.New("the profile needs an MFA code (mfa_serial), which cannot be entered here: use temporary credentials of the role")

// sdkCredentials returns the keys that the SDK finds. If no source is configured, the error is the AWS CLI's.
func (c *command) sdkCredentials(region string, section profile.Section) keys {
	var found aws.CredentialsProvider
	return func(ctx context.Context) (aws.Credentials, error) {
		if section["role_arn"] != "" && section["mfa_serial"] != "" && section["web_identity_token_file"] == "" {
			return aws.Credentials{}, errMFA
		}
		if found == nil {
			loaded, err := c.loadSDK(ctx, region)
			if err != nil {
				return aws.Credentials{}, err
			}
			found = loaded.Credentials
		}
		keys, err := found.Retrieve(ctx)
		if err == nil && keys.Expired() {
			return aws.Credentials{}, errStillExpired
		}
		if err != nil && ctx.Err() == nil && !c.hasSource(section) {
			return keys, errNoCredentials
		}
		return keys, err
	}
}

func (c *command) loadSDK(ctx context.Context, region string) (aws.Config, error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(httpclient.RefuseRedirects)
	options := []func(*config.LoadOptions) error{
		config.WithRegion(region),
		config.WithHTTPClient(client),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = client }),
		config.WithLogger(logging.Nop{}), // standard error is only for the AWS CLI's messages
		config.WithSharedConfigFiles([]string{c.file("AWS_CONFIG_FILE", "config")}),
		config.WithSharedCredentialsFiles([]string{c.file("AWS_SHARED_CREDENTIALS_FILE", "credentials")}),
	}
	if c.settings.named {
		options = append(options, config.WithSharedConfigProfile(c.settings.name))
	}
	if os.Getenv("AWS_RETRY_MODE") == "legacy" { // a value that the SDK rejects
		if err := os.Unsetenv("AWS_RETRY_MODE"); err != nil {
			return aws.Config{}, err
		}
	}
	return config.LoadDefaultConfig(ctx, options...)
}

// hasSource reports whether a source of keys is configured.
func (c *command) hasSource(section profile.Section) bool {
	return takesRole(section) || section["login_session"] != "" ||
		c.either("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI") != ""
}
