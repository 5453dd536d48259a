package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// The registries for testing a policy: together, they make the gate use every call that its inputs allow.
var leastRegistries = map[string]string{
	"an enhanced scan": `
scanType: ENHANCED
allow: [%s]
images:
  - {repository: team/app, name: app, layers: [a, b], tags: ["1"], scan: [{at: 0s, status: ACTIVE, completed: -1h, findings: []}], coverage: [{at: 0s, code: ACTIVE, reason: SUCCESSFUL, scanned: -1h}]}
  - {repository: team/app, name: old, tags: ["0"], scan: [{at: 0s, status: ACTIVE, completed: -1h, findings: []}], coverage: [{at: 0s, code: ACTIVE, reason: SUCCESSFUL, scanned: -1h}]}
  - {repository: team/base, name: base, layers: [a], tags: ["1"], scan: [{at: 0s, status: ACTIVE, completed: -1h, findings: []}], coverage: [{at: 0s, code: ACTIVE, reason: SUCCESSFUL, scanned: -1h}]}
  - {repository: team/new, name: new, tags: ["1"], scan: [{at: 0s, status: ACTIVE, completed: -1h, findings: []}], coverage: [{at: 0s, code: ACTIVE, reason: SUCCESSFUL, scanned: -1h}]}
`,
	"a basic scan without findings": `
allow: [%s]
images:
  - {repository: team/app, name: app, tags: ["1"], scan: [{at: 0s, status: COMPLETE, completed: -1h, findings: []}]}
  - {repository: team/app, name: old, tags: ["0"], scan: [{at: 0s, status: COMPLETE, completed: -1h, findings: []}]}
  - {repository: team/base, name: base, tags: ["1"], scan: [{at: 0s, status: COMPLETE, completed: -1h, findings: []}]}
`,
	"basic scans, which are missing": `
allow: [%s]
images:
  - {repository: team/app, name: app, layers: [a, b], tags: ["1"], scan: [{afterStart: 0s, status: COMPLETE, findings: []}]}
  - {repository: team/app, name: old, tags: ["0"], scan: [{afterStart: 0s, status: COMPLETE, findings: []}]}
  - {repository: team/base, name: base, layers: [a], tags: ["1"], scan: [{afterStart: 0s, status: COMPLETE, findings: []}]}
  - {repository: team/new, name: new, tags: ["1"], scan: [{afterStart: 0s, status: COMPLETE, findings: []}]}
`,
}

// With the printed policy, no call is denied. Without any one of its actions, some call is.
func TestIAMPolicyIsTheLeast(t *testing.T) {
	for name, inputs := range map[string]string{
		"no inputs":                       "",
		"no scan may be requested":        "--start-scan never",
		"one platform":                    "--platform linux/amd64",
		"a baseline":                      "--baseline :0",
		"a baseline elsewhere":            "--baseline team/base:1",
		"a baseline on one platform":      "--baseline team/base:1 --platform linux/amd64",
		"a base image":                    "--base team/base:1",
		"a new base image":                "--base team/base:1 --new-base team/new:1",
		"a base image that is a baseline": "--base team/base:1 --baseline team/base:1",
		"a type of scan":                  "--policy type.yml",
		"Inspector is not asked":          "--inspector never",
		"a type of scan and no Inspector": "--inspector never --policy type.yml",
		"EPSS scores from Inspector":      "--epss inspector",
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("type.yml", []byte("version: 1\nrules: [{name: any}]\nscan: {type: enhanced}\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			args := append([]string{"123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:1"}, strings.Fields(inputs)...)
			entries := allowed(t, args)
			if denied := deniedCalls(t, args, entries); len(denied) > 0 {
				t.Errorf("with %q, these are denied: %q", entries, denied)
			}
			for i, entry := range entries {
				if len(deniedCalls(t, args, slices.Delete(slices.Clone(entries), i, i+1))) == 0 {
					t.Errorf("%q is not needed", entry)
				}
			}
		})
	}
}

// allowed runs doctor --iam and returns the fake's form of the policy: each action with each repository.
func allowed(t *testing.T, args []string) []string {
	t.Helper()
	out, requests := runWith(t, "images: []\n", append([]string{"doctor", "--iam"}, args...))
	if len(requests) > 0 {
		t.Errorf("it asked AWS: %v", requests)
	}
	var policy struct {
		Version   string
		Statement []struct {
			Sid, Effect      string
			Action, Resource any
		}
	}
	if err := json.Unmarshal([]byte(out), &policy); err != nil || policy.Version != "2012-10-17" {
		t.Fatalf("%v\n%s", err, out)
	}
	var entries []string
	for _, s := range policy.Statement {
		if s.Effect != "Allow" || s.Sid == "" {
			t.Errorf("a statement is %+v", s)
		}
		for _, action := range words(s.Action) {
			for _, resource := range words(s.Resource) {
				repository, limited := strings.CutPrefix(resource, "arn:aws:ecr:us-east-1:123456789012:repository/")
				switch {
				case limited:
					action += " " + repository
				case resource != "*":
					t.Errorf("%s is allowed on %s", action, resource)
				}
				entries = append(entries, action)
				action, _, _ = strings.Cut(action, " ")
			}
		}
	}
	return entries
}

func words(value any) []string {
	if list, ok := value.([]any); ok {
		var out []string
		for _, v := range list {
			out = append(out, fmt.Sprint(v))
		}
		return out
	}
	return []string{fmt.Sprint(value)}
}

// deniedCalls checks the image in all registries with these permissions, and returns what was denied.
func deniedCalls(t *testing.T, args, entries []string) []string {
	t.Helper()
	var denied []string
	for _, script := range leastRegistries {
		quoted := `"` + strings.Join(entries, `", "`) + `"`
		_, requests := runWith(t, fmt.Sprintf(script, quoted), append([]string{"check", "--timeout", "15m"}, args...))
		for _, r := range requests {
			if r.Denied != "" {
				denied = append(denied, r.Denied+" "+r.Repository)
			}
		}
	}
	return denied
}

func runWith(t *testing.T, script string, args []string) (stdout string, requests []fakeecr.Request) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse([]byte(script))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: io.Discard, transport: fakeecr.Transport(registry)}
		run(context.Background(), e, args)
		stdout, requests = out.String(), registry.Requests()
	})
	return stdout, requests
}

// The doctor reads the AWS configuration as check does, and masks what is secret in it.
func TestDoctorReadsTheAWSConfiguration(t *testing.T) {
	registry, err := fakeecr.Parse([]byte("scanType: ENHANCED\nimages:\n  - {repository: team/app, name: app, tags: ['1'], scan: [{at: 0s, status: ACTIVE, completed: -1h, findings: []}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	fake, stop, err := fakeecr.Listen(registry)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	secret := strings.Replace(fake, "http://", "http://joe:s3cret@", 1)
	for name, c := range map[string]struct {
		env  map[string]string
		code int
		says string
	}{
		"no region":                 {map[string]string{"AWS_REGION": ""}, exitUsage, "no region"},
		"a profile that is missing": {map[string]string{"AWS_PROFILE": "missing"}, exitUsage, `profile "missing" does not exist`},
		"no credentials":            {map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, exitNoVerdict, "Cannot find out whether team/app:1 can be checked: no usable AWS credentials"},
		"an endpoint for all":       {nil, exitPass, "ok       permission   inspector2:ListCoverage"},
		"an endpoint that is gone":  {map[string]string{"AWS_ENDPOINT_URL": "http://joe:s3cret@127.0.0.1:1"}, exitNoVerdict, "Amazon ECR did not answer: no response"},
		"an endpoint for ECR alone": {map[string]string{"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_ECR": secret}, exitPass, "AWS STS was not asked"},
	} {
		t.Run(name, func(t *testing.T) {
			reachNothingElse(t)
			t.Setenv("AWS_ENDPOINT_URL", secret)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			var out bytes.Buffer
			e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: &out}
			if code := run(context.Background(), e, []string{"doctor", "team/app:1"}); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit %d, want %d and %q\n%s", code, c.code, c.says, &out)
			}
			if c.env["AWS_ENDPOINT_URL_ECR"] != "" && strings.Contains(out.String(), "inspector2:ListCoverage") {
				t.Errorf("it reports a permission that it did not test\n%s", &out)
			}
			holdsNoSecret(t, "the output", out.Bytes())
		})
	}
}
