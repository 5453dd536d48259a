package awscli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/awscli/model"
	"github.com/ecrgate/ecrgate/internal/awscli/profile"
)

// settings are the settings from the environment and the configuration files.
type settings struct {
	files profile.Files
	name  string // of the profile
	named bool   // it was named explicitly; else it need not exist
	clock model.Clock
}

// variables returns the environment by name. Python distinguishes an empty variable from none.
func variables(environ []string) map[string]string {
	vars := map[string]string{}
	for _, line := range environ {
		name, text, _ := strings.Cut(line, "=")
		vars[name] = text
	}
	return vars
}

// readSettings reads the files, and the setting that is needed first.
func (c *command) readSettings() (err error) {
	s := &c.settings
	if s.files, err = profile.Read(c.file("AWS_CONFIG_FILE", "config"), c.file("AWS_SHARED_CREDENTIALS_FILE", "credentials")); err != nil {
		return err
	}
	s.name, s.named = "default", true
	defaultName, hasDefault := c.vars["AWS_DEFAULT_PROFILE"]
	name, has := c.vars["AWS_PROFILE"]
	switch option := c.global.Values["--profile"]; {
	case option != "":
		s.name = option
	case hasDefault:
		s.name = defaultName
	case has:
		s.name = name
	default:
		s.named = false
	}
	s.clock, err = c.readClock()
	return err
}

func (c *command) readClock() (model.Clock, error) {
	format := c.lenient("cli_timestamp_format", "wire")
	switch format {
	case "wire", "none":
		return model.Wire, nil
	case "iso8601":
		tz, set := c.vars["TZ"]
		return model.ISO8601(model.NewZone(tz, set, time.Now())), nil
	}
	return nil, fmt.Errorf("Unknown cli_timestamp_format value: %s, valid values are \"none\", \"wire\" or \"iso8601\"", format)
}

// file returns the path of a configuration file.
func (c *command) file(variable, name string) string {
	if path, ok := c.vars[variable]; ok {
		return c.expand(path)
	}
	return c.expand(filepath.Join("~", ".aws", name))
}

// scoped returns the settings of the profile. A profile that was named must exist.
func (s *settings) scoped() (profile.Section, error) {
	section, ok := s.files.Profiles[s.name]
	if !ok && s.named {
		return nil, fmt.Errorf("The config profile (%s) could not be found", s.name)
	}
	return section, nil
}

// lenient returns a setting of the profile, or a default; a profile that does not exist has none.
func (c *command) lenient(name, otherwise string) string {
	section, err := c.settings.scoped()
	if text, ok := section[name]; ok && err == nil {
		return text
	}
	return otherwise
}

// setting returns a setting from a variable of the environment, else from the profile; false means that
// it is in neither.
func (c *command) setting(variable, name string) (string, bool, error) {
	if text, ok := c.vars[variable]; ok && variable != "" {
		return text, true, nil
	}
	section, err := c.settings.scoped()
	text, ok := section[name]
	return text, ok, err
}

var outputs = []string{"json", "text", "table"}

// output returns the output format.
func (c *command) output() (string, error) {
	output := c.global.Values["--output"]
	if output == "" {
		text, ok, err := c.setting("AWS_DEFAULT_OUTPUT", "output")
		if err != nil {
			return "", err
		}
		if output = "json"; ok {
			output = text
		}
	}
	for _, known := range outputs {
		if known == output {
			return output, nil
		}
	}
	return "", errors.New("Unknown output type: " + output)
}
