package awscli_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/awscli/model"
)

// TestAgainstTheAWSCLI runs random command lines against random responses through the AWS CLI of this machine
// and through our command, and compares bytes, exit code and requests.
//
//	ECRGATE_AWSCLI_RUNS   how many (20)
//	ECRGATE_AWSCLI_SEED   the seed of the first one; each next one has the next number (1)
func TestAgainstTheAWSCLI(t *testing.T) {
	runs, seed := number(t, "ECRGATE_AWSCLI_RUNS", 20), number(t, "ECRGATE_AWSCLI_SEED", 1)
	c := newComparison(t)
	for i := range runs {
		d := dice{rand.New(rand.NewPCG(uint64(seed+i), 0))}
		c.run(t, strconv.Itoa(seed+i), d.randomCase(c.service.URL, c.base))
	}
	c.conclude(t, seed)
}

// TestEachOddThingAgainstTheAWSCLI compares each unusual value, word, variable and response once, by itself.
func TestEachOddThingAgainstTheAWSCLI(t *testing.T) {
	if os.Getenv("ECRGATE_AWSCLI_RUNS") == "" {
		t.Skip("SKIPPED: it takes minutes; set ECRGATE_AWSCLI_RUNS to compare each odd thing with the AWS CLI")
	}
	c := newComparison(t)
	d := dice{rand.New(rand.NewPCG(1, 0))}
	page := answer{200, d.document(model.Output)}
	odd := func(name string, words []string, environment string, answers ...answer) {
		r := randomCase{run: run{env: maps.Clone(c.base)}, answers: append(answers, page, page)}
		if name, text, ok := strings.Cut(environment, "="); ok {
			r.env[name] = text
		}
		r.args = append([]string{"--repository-name", "team/app", "--image-id", "imageTag=1", "--endpoint-url", c.service.URL}, words...)
		c.run(t, name+strconv.Quote(strings.Join(words, " ")+environment), r)
	}
	for option, values := range map[string][]string{
		"--repository-name": repositories, "--image-id": imageIDs, "--query": queries, "--cli-input-json": inputJSON, "--registry-id": repositories, "--starting-token": repositories,
	} {
		for _, text := range values {
			odd("", []string{option + "=" + text}, "")
		}
	}
	for _, word := range oddWords {
		odd("", []string{word}, "")
	}
	for _, line := range oddEnvironment {
		odd("", nil, line)
	}
	for i, a := range failures {
		odd(fmt.Sprint("failure ", i), nil, "", a)
		odd(fmt.Sprint("failure in standard mode ", i), nil, "AWS_RETRY_MODE=standard", a)
	}
	for i, text := range oddBodies {
		for _, output := range []string{"json", "text", "table"} {
			odd(fmt.Sprint("body ", i), []string{"--output", output}, "", answer{200, text})
			odd(fmt.Sprint("body and a token ", i), []string{"--output", output, "--starting-token", "x"}, "", answer{200, text})
		}
	}
	c.conclude(t, 1)
}

// A comparison runs the same case through both programs.
type comparison struct {
	oracle  *oracle
	service *service
	folder  string
	base    map[string]string
	runs    int
	skipped int
	codes   map[int]int
}

func newComparison(t *testing.T) *comparison {
	quietEnvironment(t)
	c := &comparison{service: newService(t), folder: t.TempDir(), base: baseEnvironment(t), codes: map[int]int{}}
	writeFiles(t, c.folder)
	c.base["AWS_CONFIG_FILE"], c.base["TZ"] = c.folder+"/config", "UTC"
	c.oracle = openOracle(t, c.base)
	t.Chdir(c.folder)
	return c
}

func (c *comparison) run(t *testing.T, name string, r randomCase) {
	t.Run(name, func(t *testing.T) {
		c.runs++
		c.service.play(r.answers)
		want := c.oracle.do(t, r.run, c.folder)
		want.requests = c.service.seen()
		if reason := incomparable(want); reason != "" {
			c.skipped++
			t.Skip(reason)
		}
		c.codes[want.rc]++
		c.service.play(r.answers)
		got := r.do(t)
		got.requests = c.service.seen()
		want.compare(t, got, []string{"rc", "stdout", "stderr", "requests"})
		if t.Failed() {
			t.Logf("args %q\nenv %s\nanswers %.2000s\naws stdout %.800q\naws stderr %q", r.args, unusual(r.env, c.base), fmt.Sprint(r.answers), want.stdout, want.stderr)
		}
	})
}

// conclude logs how many cases were compared, and fails if there were too few.
func (c *comparison) conclude(t *testing.T, seed int) {
	t.Logf("compared %d runs from seed %d on; exit codes and how often: %v; not compared: %d", c.runs-c.skipped, seed, c.codes, c.skipped)
	if c.skipped > c.runs/10 {
		t.Errorf("%d of %d runs were not compared", c.skipped, c.runs)
	}
}

// incomparable returns why the drop-in does not follow the AWS CLI in a run: docs/aws-cli.md has the list.
func incomparable(want outcome) string {
	switch {
	case strings.Contains(want.stderr, "Traceback"):
		return "the AWS CLI fails with a traceback"
	case want.rc == 0 && strings.HasPrefix(want.stdout, "aws-cli/"):
		return "--version"
	case strings.Contains(want.stdout, "DESCRIBE-IMAGE-SCAN-FINDINGS"), strings.Contains(want.stderr, "Could not find executable"):
		return "help"
	case !utf8.ValidString(want.stdout):
		return "bytes that the AWS CLI passes on under this locale only"
	case strings.Contains(want.stdout, " object at 0x"):
		return "an address"
	}
	return ""
}

func unusual(env, base map[string]string) string {
	var lines []string
	for name, text := range env {
		if base[name] != text {
			lines = append(lines, name+"="+text)
		}
	}
	for name := range base {
		if _, ok := env[name]; !ok {
			lines = append(lines, "without "+name)
		}
	}
	return fmt.Sprint(lines)
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
