package profile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRead(t *testing.T) {
	folder := t.TempDir()
	config, credentials := filepath.Join(folder, "config"), filepath.Join(folder, "credentials")
	for file, text := range map[string]string{
		config: "# a comment\n[default]\nOutput = text\n[profile a b]\n[profile p]\nregion: eu-west-1 ; no comment\nservices = s\nca_bundle =\n" +
			"[services s]\necr =\n  endpoint_url = http://127.0.0.1:1/x=y\n  other = z\nec2 =\n  endpoint_url = http://no\n[plugins]\nx = y\n",
		credentials: "[p]\naws_access_key_id = AK\nregion = us-east-1\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Read(config, credentials)
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]string{
		"names are in small letters":            {f.Profiles["default"]["output"], "text"},
		"the credentials file beats the other":  {f.Profiles["p"]["region"], "us-east-1"},
		"each file alone":                       {f.Config["p"]["region"], "eu-west-1 ; no comment"},
		"a setting below a setting":             {f.Services[f.Profiles["p"]["services"]].Nested("ecr", "endpoint_url"), "http://127.0.0.1:1/x=y"},
		"one that is not there":                 {f.Services["none"].Nested("ecr", "endpoint_url"), ""},
		"a setting without a text":              {f.Profiles["p"]["ca_bundle"], ""},
		"a setting of the credentials file":     {f.Profiles["p"]["aws_access_key_id"], "AK"},
		"other sections are not profiles":       {f.Profiles["plugins"]["x"], ""},
		"a setting below ends where it ends":    {f.Services["s"].Nested("ec2", "endpoint_url"), "http://no"},
		"a setting below another is not looked": {f.Services["s"].Nested("ec2", "other"), ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
}

func TestFilesThatAreNone(t *testing.T) {
	if f, err := Read("/does/not/exist", ""); err != nil || len(f.Profiles) != 0 {
		t.Errorf("%v, %v", f, err)
	}
	file := filepath.Join(t.TempDir(), "config")
	for _, text := range []string{"a = b\n", "[p]\nnothing\n", "[p]\n[p]\n", "[p]\na=1\na=2\n", "[p\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file, ""); err == nil || err.Error() != "Unable to parse config file: "+file {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzParse checks that no file causes a panic.
func FuzzParse(f *testing.F) {
	f.Add("[p]\na = b\n  c\n")
	f.Fuzz(func(_ *testing.T, text string) {
		sections, _ := parse(text)
		for _, s := range sections {
			s.Nested("a", "b")
		}
	})
}
