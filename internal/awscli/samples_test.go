package awscli_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// samples are recorded runs of the AWS CLI next to the repository, not in it.
const samples = "../../../shared/aws-cli-samples"

// A sample is one recorded run. Its directory also has stdout, stderr and rc.
type sample struct {
	Group      string
	Argv       []string
	Env        map[string]string
	EnvRemoved []string `json:"env_removed"`
	TTY        bool
	Columns    int
	RC         int
	Compare    []string
	Requests   []request
}

// notThisCommand are samples of the AWS CLI as a whole.
var notThisCommand = map[string]string{
	"noargs":      "aws without a command",
	"unknown-svc": "a service that does not exist",
}

func TestSamplesOfTheAWSCLI(t *testing.T) {
	root, err := filepath.Abs(samples)
	if err != nil {
		t.Fatal(err)
	}
	folders, _ := filepath.Glob(root + "/*/meta.json")
	if len(folders) == 0 {
		t.Skip("SKIPPED: the recorded runs of the AWS CLI are not beside the repository; the committed recordings are compared anyway")
	}
	quietEnvironment(t)
	stub := startStub(t)
	for _, file := range folders {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			if reason := notThisCommand[name]; reason != "" {
				t.Skip("not this command: " + reason)
			}
			replaySample(t, filepath.Dir(file), stub)
		})
	}
}

func replaySample(t *testing.T, folder string, s *stub) {
	var meta sample
	decodeFile(t, filepath.Join(folder, "meta.json"), &meta)
	work := t.TempDir()
	replace := s.placeholders(t, work)
	copyReplaced(t, filepath.Join(filepath.Dir(folder), "fixtures"), work, replace)
	s.reset(t)
	r := run{env: baseEnvironment(t)}
	for _, name := range meta.EnvRemoved {
		delete(r.env, name)
	}
	for name, text := range meta.Env {
		r.env[name] = replace.Replace(text)
	}
	for _, word := range commandWords(meta.Argv) {
		r.args = append(r.args, replace.Replace(word))
	}
	if meta.TTY {
		r.columns = max(meta.Columns, 80)
	}
	t.Chdir(work)
	got := r.do(t)
	want := outcome{rc: meta.RC, stdout: readText(t, folder, "stdout"), stderr: replace.Replace(readText(t, folder, "stderr"))}
	if slices.Contains(meta.Compare, "requests") {
		got.requests, want.requests = s.requests(t), meta.Requests
		for i := range want.requests {
			want.requests[i].Path = replace.Replace(want.requests[i].Path)
		}
	}
	want.compare(t, got, meta.Compare)
}

// commandWords removes the words that our command does not take.
func commandWords(argv []string) []string {
	var words []string
	for i, word := range argv {
		named := word == "ecr" && i+1 < len(argv) && argv[i+1] == "describe-image-scan-findings" ||
			word == "describe-image-scan-findings" && argv[i-1] == "ecr"
		if i > 0 && !named {
			words = append(words, word)
		}
	}
	return words
}

// A stub is the server that the samples were recorded against, once with TLS.
type stub struct {
	plain, tls, stalled string // URLs
	log, certificate    string // files
	tlsLog              string
}

func startStub(t *testing.T) *stub {
	t.Helper()
	s := &stub{log: filepath.Join(t.TempDir(), "log"), tlsLog: filepath.Join(t.TempDir(), "log")}
	certificate, key := writeCertificate(t)
	s.certificate = certificate
	s.plain = startProcess(t, "--log", s.log)
	s.tls = startProcess(t, "--log", s.tlsLog, "--tls", certificate, key)
	s.stalled = stalledListener(t)
	return s
}

func startProcess(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("python3", append([]string{"../../../shared/tools/awscli-stub.py"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip("SKIPPED: the stub needs Python: ", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func (s *stub) placeholders(t *testing.T, work string) *strings.Replacer {
	host := func(url string) string { _, h, _ := strings.Cut(url, "://"); return h }
	return strings.NewReplacer(
		"{ENDPOINT}", s.plain, "{HOST}", host(s.plain), "{TLS_ENDPOINT}", s.tls, "{TLS_HOST}", host(s.tls),
		"{STALLED}", s.stalled, "{CA_FILE}", s.certificate, "{FIXTURES}", work)
}

func (s *stub) reset(t *testing.T) {
	t.Helper()
	for _, url := range []string{s.plain, s.tls} {
		req, err := http.NewRequest(http.MethodDelete, url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := trusting(s.certificate).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func (s *stub) requests(t *testing.T) []request {
	t.Helper()
	var all []request
	for _, file := range []string{s.log, s.tlsLog} {
		for _, line := range strings.Split(readText(t, filepath.Dir(file), filepath.Base(file)), "\n") {
			if line == "" {
				continue
			}
			var r request
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			all = append(all, r)
		}
	}
	return all
}

func copyReplaced(t *testing.T, from, to string, replace *strings.Replacer) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text := replace.Replace(readText(t, from, entry.Name()))
		if err := os.WriteFile(filepath.Join(to, entry.Name()), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func decodeFile(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// readText reads a file; a missing one counts as empty.
func readText(t *testing.T, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}
