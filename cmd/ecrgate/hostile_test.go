package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/github"
)

// hostile is text with a special meaning to a log, a runner, a browser or a parser. printable is the part of
// it that a policy file may contain.
const (
	printable = "::error::owned ##[group]pass ##vso[task.setvariable variable=x]y </script><img src=x onerror=alert(1)> ]]> [x](javascript:alert(1)) | ` \\ @octocat #1"
	hostile   = "\r\n::set-output name=verdict::pass\n##[error]x\x1b]8;;https://evil.example\x07\x1b[2J\x00\u202e\u2066\u2028\u0085 " + printable + "\n_GitHubActionsFileCommandDelimeter_\nverdict<<E\npass\nE\n"
)

// hostileResponse is a saved response with hostile text wherever ECR writes text.
func hostileResponse(t *testing.T) []byte {
	t.Helper()
	pkg := map[string]any{"name": hostile, "version": hostile, "fixedInVersion": hostile, "packageManager": hostile, "filePath": hostile, "arch": hostile, "release": hostile}
	finding := func(id, severity string) map[string]any {
		return map[string]any{
			"title": hostile, "description": hostile, "severity": severity, "status": hostile, "fixAvailable": hostile, "exploitAvailable": hostile, "score": 9.9, "findingArn": id,
			"scoreDetails": map[string]any{"cvss": map[string]any{"score": 9.9, "scoreSource": hostile, "scoringVector": hostile}},
			"packageVulnerabilityDetails": map[string]any{"vulnerabilityId": id, "sourceUrl": "javascript:alert(1)//" + hostile, "vulnerablePackages": []any{pkg, pkg},
				"referenceUrls": []any{"https://evil.example/##[error]x", "javascript:alert(1)", hostile}, "relatedVulnerabilities": []any{hostile}},
		}
	}
	text, err := json.Marshal(map[string]any{
		"registryId": hostile, "repositoryName": "team/" + hostile, "imageId": map[string]any{"imageDigest": "sha256:" + hostile, "imageTag": hostile},
		"imageScanStatus": map[string]any{"status": "ACTIVE", "description": hostile},
		"imageScanFindings": map[string]any{"imageScanCompletedAt": "2026-01-19T03:04:05Z",
			"enhancedFindings": []any{finding("CVE-1"+hostile, "CRITICAL"), finding(hostile, hostile), finding("", "HIGH"), finding("CVE-2"+hostile, "LOW")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.TrimSuffix(text, []byte("}")), []byte(",\"other\":\"\xff\xfe\"}")...)
}

const hostilePolicy = `version: 1
rules:
  - name: '` + printable + `'
  - name: 'warn ` + printable + `'
    action: warn
exceptions:
  - {id: CVE-2*, images: "team/*", reason: '` + printable + `', expires: 2099-01-01}
  - {id: 'CVE-3 ` + printable + `', package: 'x ` + printable + `', reason: '` + printable + `'}
`

// ours matches the commands that the gate writes for a runner.
var ours = regexp.MustCompile(`^::group::|^::endgroup::$|^::(error|warning) title=[^:,]*::`)

var unshown = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x9f\x{202a}-\x{202e}\x{2028}\x{2029}\x{2066}-\x{2069}]`)

// TestHostileTextStaysText checks that no text in a scan or a policy becomes a command in the log, in any
// report, or sets an output.
func TestHostileTextStaysText(t *testing.T) {
	for _, format := range append([]format{{}}, formats...) {
		if format.name == "attestation" { // attestation does not accept a saved response
			continue
		}
		t.Run("log "+format.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "hostile.json", string(hostileResponse(t)))
			write(t, "policy.yml", hostilePolicy)
			variables := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary", "ECRGATE_DEBUG": "true"}
			var stdout, stderr bytes.Buffer
			e := env{getenv: func(name string) string { return variables[name] }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
			args := []string{"check", "--findings", "hostile.json", "--policy", "policy.yml"}
			if format.name != "" {
				args = append(args, "--"+format.name, "-")
			}
			if code := run(context.Background(), e, args); code != exitBreach {
				t.Fatalf("exit %d:\n%s", code, stderr.String())
			}
			for _, line := range strings.Split(stdout.String()+"\n"+stderr.String(), "\n") {
				head := ours.FindString(line)
				first := strings.TrimSpace(strings.TrimPrefix(line, head))
				if strings.HasPrefix(first, "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") || unshown.MatchString(line) || !utf8.ValidString(line) {
					t.Errorf("a command or what is not shown: %.300q", line)
				}
			}
			onlyOurOutputs(t)
		})
	}
}

// onlyOurOutputs reads the runner's file as the runner does.
func onlyOurOutputs(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(".", "outputs"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, o := range github.Outputs(report.Run{}, nil) {
		want = append(want, o.Name)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		name, end, _ := strings.Cut(lines[i], "<<")
		got = append(got, name)
		for i++; i < len(lines) && lines[i] != end; i++ {
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("outputs %.500q, want %q", got, want)
	}
}
