package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/policy"
)

// yaml tests every document of a YAML text: policies are loaded, steps that use the action and scripts that
// call ecrgate are run, all other scripts are parsed.
func (s *sandbox) yaml(t *testing.T, b block) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(b.text))
	for {
		var root yaml.Node
		err := d.Decode(&root)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("invalid YAML: %v", err)
		}
		if len(root.Content) == 0 {
			continue
		}
		if isPolicy(root.Content[0]) {
			loadsAsPolicy(t, b)
			continue
		}
		v := variablesOf(root.Content[0])
		s.pipeline(t, root.Content[0], v)
	}
}

var policyKeys = []string{"version", "rules", "exceptions", "exceptionRules", "scan", "exploitData", "unusedExceptions"}

// isPolicy reports whether all keys are policy keys.
func isPolicy(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return false
	}
	for i := 0; i < len(n.Content); i += 2 {
		if !slices.Contains(policyKeys, n.Content[i].Value) {
			return false
		}
	}
	return true
}

// loadsAsPolicy loads a policy, or a part of one, as strictly as check does. After "wrong" it must be
// rejected.
func loadsAsPolicy(t *testing.T, b block) {
	t.Helper()
	text := b.text
	if !regexp.MustCompile(`(?m)^version:`).MatchString(text) {
		text += "version: 1\n"
	}
	if !regexp.MustCompile(`(?m)^rules:`).MatchString(text) {
		text += "rules: [{name: nothing high or worse, minSeverity: HIGH}]\n"
	}
	_, err := policy.Load([]policy.File{{Name: "policy.yml", Text: []byte(text)}}, docsTime)
	switch {
	case b.is("wrong") && err == nil:
		t.Errorf("this policy is marked wrong, but it loads:\n%s", b.text)
	case !b.is("wrong") && err != nil:
		t.Errorf("%v\n%s", err, b.text)
	}
}

// pairs returns the keys and values of a mapping.
func pairs(n *yaml.Node) map[string]*yaml.Node {
	all := map[string]*yaml.Node{}
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			all[n.Content[i].Value] = n.Content[i+1]
		}
	}
	return all
}

// variablesOf collects what a pipeline sets: env, variables, environment, and the first cell of a matrix.
func variablesOf(n *yaml.Node) map[string]string {
	all := map[string]string{}
	for key, value := range pairs(n) {
		for name, v := range pairs(value) {
			switch {
			case slices.Contains([]string{"env", "variables", "environment"}, key) && v.Kind == yaml.ScalarNode:
				all[name] = v.Value
			case key == "matrix" && v.Kind == yaml.SequenceNode && len(v.Content) > 0:
				all[name] = v.Content[0].Value
			}
		}
	}
	for _, child := range n.Content {
		for name, v := range variablesOf(child) {
			all[name] = v
		}
	}
	return all
}

// scriptKeys are the keys of shell scripts in GitHub, GitLab, Azure, Bitbucket, CircleCI, Buildkite and
// CodeBuild.
var scriptKeys = []string{"run", "script", "before_script", "after_script", "bash", "command", "commands", "inlineScript"}

// pipeline tests all steps.
func (s *sandbox) pipeline(t *testing.T, n *yaml.Node, vars map[string]string) {
	t.Helper()
	keys := pairs(n)
	if uses := keys["uses"]; uses != nil && (uses.Value == "./" || strings.HasPrefix(uses.Value, "ecrgate/ecrgate@")) {
		s.step(t, pairs(keys["with"]), vars)
	}
	for _, key := range scriptKeys {
		if text := scriptOf(keys[key]); text != "" {
			s.script(t, text, vars)
		}
	}
	for _, child := range n.Content {
		s.pipeline(t, child, vars)
	}
}

// scriptOf returns a script from a string or a list of strings.
func scriptOf(n *yaml.Node) string {
	switch {
	case n == nil:
		return ""
	case n.Kind == yaml.ScalarNode:
		return n.Value
	case n.Kind != yaml.SequenceNode:
		return ""
	}
	var lines []string
	for _, line := range n.Content {
		if line.Kind == yaml.ScalarNode {
			lines = append(lines, line.Value)
		}
	}
	return strings.Join(lines, "\n")
}

var calls = regexp.MustCompile(`(^|[\s;|&(])ecrgate\s`)

// script parses a script, and runs one that calls ecrgate.
func (s *sandbox) script(t *testing.T, text string, vars map[string]string) {
	t.Helper()
	text = strings.ReplaceAll(fill(t, text, vars), "$$", "$") // Buildkite's form of $
	if !calls.MatchString(text) {
		if out, err := exec.Command("bash", "-n", "-c", text).CombinedOutput(); err != nil {
			t.Errorf("%s\n%s", out, text)
		}
		return
	}
	s.shell(t, text, assignments(t, vars)...)
}

func assignments(t *testing.T, vars map[string]string) []string {
	t.Helper()
	var env []string
	for name, value := range vars {
		env = append(env, name+"="+fill(t, value, nil))
	}
	return env
}

// expressions are what GitHub fills in; env and matrix come from the workflow itself.
var expressions = map[string]string{
	"github.sha":          "1.2",
	"github.workspace":    ".",
	"github.token":        "fake",
	"github.ref":          "refs/heads/main",
	"github.base_ref":     "main",
	"github.event_name":   "push",
	"runner.temp":         "/tmp",
	"vars.AWS_ROLE":       "arn:aws:iam::123456789012:role/ci-image",
	"vars.AWS_ACCOUNT_ID": "123456789012",
	"matrix.batch":        "0", // from an output

	"steps.batch.outputs.images": "team/app:1.2 team/web:1.2",
}

var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// fill replaces the expressions in a text. An output of another step becomes "output".
func fill(t *testing.T, text string, vars map[string]string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		name := expression.FindStringSubmatch(found)[1]
		place, rest, _ := strings.Cut(name, ".")
		value, known := vars[rest]
		if (place == "env" || place == "matrix") && known {
			return fill(t, value, vars)
		}
		value, known = expressions[name]
		switch {
		case known:
		case place == "steps" || place == "needs":
			return "output"
		default:
			t.Errorf("the test of the documents does not know the expression %q", name)
		}
		return value
	})
}

// step runs the action as the runner would, with every input as a variable.
func (s *sandbox) step(t *testing.T, with map[string]*yaml.Node, vars map[string]string) {
	t.Helper()
	action := readAction(t)
	env := []string{
		"GITHUB_ACTIONS=true", "CI=true", "GITHUB_WORKSPACE=" + s.dir,
		"GITHUB_OUTPUT=" + filepath.Join(s.dir, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "summary"),
	}
	for _, file := range []string{"output", "summary"} {
		if err := os.WriteFile(filepath.Join(s.dir, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range with {
		if _, ok := action.Inputs[name]; !ok {
			t.Errorf("the action has no input %s", name)
		}
		env = append(env, fmt.Sprintf("INPUT_%s=%s", strings.ToUpper(name), fill(t, value.Value, vars)))
	}
	s.shell(t, "ecrgate check", env...)
}
