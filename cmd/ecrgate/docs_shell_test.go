package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// docsTime is the time at which the commands in the documents run.
var docsTime = time.Date(2026, time.November, 24, 14, 44, 0, 0, time.UTC)

// TestEcrgateOfTheDocs is the ecrgate command that snippets call: this test binary, in virtual time, against
// the fake of testdata/docs.txtar and of the demo.
func TestEcrgateOfTheDocs(t *testing.T) {
	if os.Getenv("DOCS_LOG") == "" {
		t.Skip("this is the command that the tests of the documents run, not a test")
	}
	script, err := os.ReadFile(os.Getenv("DOCS_REGISTRY"))
	if err != nil {
		t.Fatal(err)
	}
	code := 0
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(docsTime))
		registry, err := fakeecr.Parse(script)
		if err != nil {
			t.Fatal(err)
		}
		e := processEnv()
		e.terminal, e.colors, e.transport = false, false, fakeecr.Transport(registry)
		code = run(context.Background(), e, flag.Args())
	})
	os.Exit(code)
}

const ecrgateOfTheDocs = `#!/bin/sh
"$DOCS_BINARY" -test.run='^TestEcrgateOfTheDocs$' -- "$@"
code=$?
printf '%s\t%s\n' "$code" "$*" >>"$DOCS_LOG"
exit $code
`

// stubs replace commands in snippets that need the network. The drop-in replaces the AWS CLI's findings
// command; calls of other commands are not tested.
var stubs = map[string]string{
	"aws": `case "$1 $2" in
"ecr describe-image-scan-findings") shift; exec ecrgate "$@" ;;
esac`,
	"docker":          dockerStub,
	"podman":          dockerStub,
	"go":              `case "$2" in ./cmd/ecrgate) shift 2; exec ecrgate "$@" ;; esac`,
	"buildkite-agent": `cat >/dev/null`,
	"git":             gitStub,
	"cosign":          "", "curl": "", "gh": "", "npm": "", "sha256sum": "", "tar": "",
}

// gitStub clones a release whose install.sh installs the ecrgate command of these tests.
const gitStub = `[ "$1" = clone ] || exit 0
for dir; do :; done
dir=${dir##*/}
mkdir -p "$dir/setup"
cp -R examples "$dir/"
cat >"$dir/setup/install.sh" <<'END'
while [ "$1" != --to ]; do shift; done
mkdir -p "$2"
ln -sf "$(command -v ecrgate)" "$2/ecrgate"
END`

// dockerStub runs the command after the name of the ecrgate image, and prints a manifest for any other.
const dockerStub = `case "$1" in run) ;; buildx) echo '{"schemaVersion":2,"config":{"mediaType":"application/vnd.docker.container.image.v1+json"},"layers":[{"digest":"sha256:'$(printf %064d 1)'"}]}'; exit 0 ;; *) exit 0 ;; esac
while [ $# -gt 0 ] && [ "$1" != ecrgate ]; do shift; done
[ $# -eq 0 ] || exec "$@"`

// A sandbox is the environment in which the snippets of a document run, one after another.
type sandbox struct {
	dir string // the checkout
	env []string
	log string
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	root := t.TempDir()
	s := &sandbox{dir: filepath.Join(root, "checkout"), log: filepath.Join(root, "log")}
	archive, err := txtar.ParseFile("testdata/docs.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == "registry.yaml" {
			write(t, filepath.Join(root, "registry.yaml"), string(demoRegistry)+string(f.Data))
			continue
		}
		write(t, filepath.Join(s.dir, f.Name), string(f.Data))
	}
	if err := os.CopyFS(filepath.Join(s.dir, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	program(t, filepath.Join(root, "bin", "ecrgate"), ecrgateOfTheDocs)
	for name, text := range stubs {
		program(t, filepath.Join(root, "bin", name), "#!/bin/sh\n"+text+"\n")
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s.env = append(pipelineVariables(), "PATH="+filepath.Join(root, "bin")+":/usr/local/bin:/usr/bin:/bin",
		"HOME="+s.dir, "DOCS_BINARY="+binary, "DOCS_LOG="+s.log,
		"DOCS_REGISTRY="+filepath.Join(root, "registry.yaml"))
	return s
}

// pipelineVariables returns the variables that CI systems set: the commit, which tags the image, and the
// account.
func pipelineVariables() []string {
	env := []string{"AWS_ACCESS_KEY_ID=fake", "AWS_SECRET_ACCESS_KEY=fake", "AWS_SESSION_TOKEN=fake", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1"}
	for _, name := range []string{"AWS_TOKEN", "CIRCLE_OIDC_TOKEN_V2", "BITBUCKET_STEP_OIDC_TOKEN"} {
		env = append(env, name+"=fake")
	}
	for _, name := range []string{
		"GITHUB_SHA", "CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "GIT_COMMIT", "CODEBUILD_RESOLVED_SOURCE_VERSION",
		"BUILDKITE_COMMIT", "CIRCLE_SHA1", "BUILD_SOURCEVERSION", "BITBUCKET_COMMIT",
	} {
		env = append(env, name+"=1.2")
	}
	return env
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func program(t *testing.T, file, text string) {
	t.Helper()
	write(t, file, text)
	if err := os.Chmod(file, 0o755); err != nil {
		t.Fatal(err)
	}
}

// shell runs a script and returns its output. Each ecrgate command in it must reach a verdict, unless a
// comment in the script says otherwise: "# exits 3".
func (s *sandbox) shell(t *testing.T, script string, extra ...string) string {
	t.Helper()
	if err := exec.Command("bash", "-n", "-c", script).Run(); err != nil {
		t.Errorf("no shell reads this (%v):\n%s", err, script)
		return ""
	}
	_ = os.Remove(s.log)
	cmd := exec.Command("bash", "-u", "-c", script)
	cmd.Dir, cmd.Env = s.dir, append(slices.Clone(s.env), extra...)
	output, _ := cmd.CombinedOutput()
	for _, complaint := range []string{": command not found", ": unbound variable", ": Is a directory"} {
		if strings.Contains(string(output), complaint) {
			t.Errorf("the script would not run:\n%s\n%s", script, output)
		}
	}
	s.judge(t, script, string(output))
	return string(output)
}

var exits = regexp.MustCompile(`# exits (\d+)`)

// judge compares the exit codes of the commands with what the script says about them.
func (s *sandbox) judge(t *testing.T, script, output string) {
	t.Helper()
	log, _ := os.ReadFile(s.log)
	var got []int
	allowed := []int{exitPass, exitBreach}
	for _, m := range exits.FindAllStringSubmatch(script, -1) {
		code, _ := strconv.Atoi(m[1])
		allowed = append(allowed, code)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(log), "\n"), "\n") {
		number, args, _ := strings.Cut(line, "\t")
		if line == "" {
			continue
		}
		code, _ := strconv.Atoi(number)
		got = append(got, code)
		if !slices.Contains(allowed, code) {
			t.Errorf("ecrgate %s: exit %d\n%s", args, code, output)
		}
	}
	for _, want := range allowed[2:] {
		if !slices.Contains(got, want) {
			t.Errorf("no command of this exits %d (got %v):\n%s\n%s", want, got, script, output)
		}
	}
}

// console runs a block of commands (after "$ ") and compares their output with the block, where … matches
// anything.
func (s *sandbox) console(t *testing.T, text string) {
	t.Helper()
	const end = "\n<<the end of a command>>\n"
	commands, wanted := session(text)
	script := ""
	for _, c := range commands {
		script += fmt.Sprintf("%s\n__code=$?\nprintf '%%s' %q\n(exit $__code)\n", c, end)
	}
	script = strings.ReplaceAll(script, `\n`, "\n")
	got := strings.Split(s.shell(t, script), end)
	for i, want := range wanted {
		if i >= len(got)-1 {
			t.Fatalf("%s was not reached:\n%s", commands[i], strings.Join(got, ""))
		}
		if !resembles(got[i], want) {
			t.Errorf("$ %s\nprints:\n%s\nthe document says:\n%s", commands[i], got[i], want)
		}
	}
}

// session splits a console block into commands and outputs.
func session(text string) (commands, outputs []string) {
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		last := len(commands) - 1
		switch command, ok := strings.CutPrefix(line, "$ "); {
		case ok:
			commands, outputs = append(commands, command), append(outputs, "")
		case last >= 0 && outputs[last] == "" && strings.HasSuffix(commands[last], `\`):
			commands[last] += "\n" + line
		case last >= 0:
			outputs[last] += line + "\n"
		}
	}
	return commands, outputs
}

// resembles compares texts, treating spaces and line ends as equal.
func resembles(got, want string) bool {
	var parts []string
	for _, part := range strings.Split(strings.Join(strings.Fields(want), " "), "…") {
		parts = append(parts, regexp.QuoteMeta(strings.TrimSpace(part)))
	}
	return regexp.MustCompile(strings.Join(parts, ".*")).MatchString(strings.Join(strings.Fields(got), " "))
}
