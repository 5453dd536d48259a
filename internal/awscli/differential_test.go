package awscli_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestAgainstTheAWSCLI runs random command lines against random answers through the AWS CLI of this
// machine and through our command, and compares bytes, exit code and requests.
//
//	ECRGATE_AWSCLI_RUNS   how many (20)
//	ECRGATE_AWSCLI_SEED   the seed of the first one; each next one has the next number (1)
func TestAgainstTheAWSCLI(t *testing.T) {
	runs, seed := number(t, "ECRGATE_AWSCLI_RUNS", 20), number(t, "ECRGATE_AWSCLI_SEED", 1)
	quietEnvironment(t)
	folder := t.TempDir()
	writeFiles(t, folder)
	base := baseEnvironment(t)
	base["AWS_CONFIG_FILE"], base["TZ"] = folder+"/config", "UTC"
	o := openOracle(t, base)
	t.Chdir(folder)
	s := newService(t)
	skipped, codes := 0, map[int]int{}
	for i := range runs {
		n := seed + i
		d := dice{rand.New(rand.NewPCG(uint64(n), 0))}
		c := d.randomCase(s.URL, base)
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			s.play(c.answers)
			want := o.do(t, c.run, folder)
			want.requests = s.seen()
			if reason := incomparable(want); reason != "" {
				skipped++
				t.Skip(reason)
			}
			codes[want.rc]++
			s.play(c.answers)
			got := c.do(t)
			got.requests = s.seen()
			want.compare(t, got, []string{"rc", "stdout", "stderr", "requests"})
			if t.Failed() {
				t.Logf("args %q\nenv %s\nanswers %.2000s\naws stdout %.800q\naws stderr %q", c.args, unusual(c.env, base), fmt.Sprint(c.answers), want.stdout, want.stderr)
			}
		})
	}
	t.Logf("compared %d runs from seed %d on; exit codes and how often: %v; not compared: %d", runs-skipped, seed, codes, skipped)
	if skipped > runs/10 {
		t.Errorf("%d of %d runs were not compared", skipped, runs)
	}
}

// incomparable says why a run of the AWS CLI is not one that we follow: docs/aws-cli.md has the list.
func incomparable(want outcome) string {
	switch {
	case strings.Contains(want.stderr, "Traceback"):
		return "the AWS CLI fails with a traceback"
	case want.rc == 0 && strings.HasPrefix(want.stdout, "aws-cli/"):
		return "--version"
	case strings.Contains(want.stdout, "DESCRIBE-IMAGE-SCAN-FINDINGS"), strings.Contains(want.stderr, "Could not find executable"):
		return "help"
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
