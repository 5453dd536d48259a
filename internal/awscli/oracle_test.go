package awscli_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// modeled is the version of the AWS CLI that the drop-in follows.
const modeled = "1.45.11"

// awsScript is found before a test changes the directory.
var awsScript, _ = filepath.Abs("testdata/aws.py")

// An oracle is the AWS CLI of this machine, run by testdata/aws.py.
type oracle struct {
	in  io.Writer
	out *bufio.Reader
}

// openOracle starts the AWS CLI with the configuration files that an environment names, or skips the test where there is none.
func openOracle(t *testing.T, env map[string]string) *oracle {
	t.Helper()
	version, err := exec.Command("python3", "-c", "import awscli; print(awscli.__version__)").Output()
	if err != nil || strings.TrimSpace(string(version)) != modeled {
		t.Skipf("SKIPPED: nothing is compared with the AWS CLI: python3 has no awscli %s (it has %q)", modeled, version)
	}
	cmd := exec.Command("python3", awsScript)
	cmd.Env = append(environ(env), "PYTHONDONTWRITEBYTECODE=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	o := &oracle{in, bufio.NewReader(out)}
	if _, err := o.out.ReadString('\n'); err != nil {
		t.Fatal("the AWS CLI does not start: ", stderr.String())
	}
	return o
}

// do runs the AWS CLI as r runs our command.
func (o *oracle) do(t *testing.T, r run, folder string) outcome {
	t.Helper()
	words := [][]byte{}
	for _, word := range r.args {
		words = append(words, []byte(word))
	}
	line, err := json.Marshal(map[string]any{"args": words, "env": r.env, "cwd": folder, "columns": r.columns})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	answer, err := o.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		RC             int
		Stdout, Stderr []byte
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	return outcome{rc: got.RC, stdout: string(got.Stdout), stderr: string(got.Stderr)}
}

// A service returns answers in order and records the requests.
type service struct {
	*httptest.Server
	mu       sync.Mutex
	answers  []answer
	requests []request
}

// An answer is the response of a service to one request. Text may contain any bytes. With status 0, the
// connection ends: at once, or after a part of the text.
type answer struct {
	status int
	text   string
}

func newService(t *testing.T) *service {
	s := &service{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// play sets the answers and clears the requests.
func (s *service) play(answers []answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers, s.requests = answers, nil
}

func (s *service) seen() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *service) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(req.Body)
	got := request{Path: req.URL.RequestURI(), Body: string(body), Headers: map[string]string{}}
	for name := range req.Header {
		got.Headers[name] = req.Header.Get(name)
	}
	if _, scope, signed := strings.Cut(req.Header.Get("Authorization"), "Credential="); signed {
		parts := strings.Split(scope[:strings.Index(scope, ",")], "/")
		credential := parts[0] + "/" + parts[2] + "/" + parts[3]
		got.Credential = &credential
	}
	n := len(s.requests)
	s.requests = append(s.requests, got)
	a := answer{http.StatusTeapot, `{"__type": "OutOfAnswers", "message": "the test has no more answers"}`}
	if n < len(s.answers) {
		a = s.answers[n]
	}
	if a.status == 0 {
		hangUp(w, a.text)
		return
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.text)
}

func hangUp(w http.ResponseWriter, text string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if text != "" {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"+text)
	}
}
