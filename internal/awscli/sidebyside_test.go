package awscli_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// BenchmarkSideBySide runs the AWS CLI and our command as processes against the same fake, in turn:
//
//	go test ./internal/awscli -run '^$' -bench SideBySide -benchtime 5x
func BenchmarkSideBySide(b *testing.B) {
	// The script next to Python itself: the first one in PATH may be a slow wrapper.
	prefix, err := exec.Command("python3", "-c", "import awscli, sys; print(sys.prefix, end='')").Output()
	if err != nil {
		b.Skip("SKIPPED: there is no AWS CLI to compare with")
	}
	aws := filepath.Join(string(prefix), "bin", "aws")
	ours := filepath.Join(b.TempDir(), "ecrgate")
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", ours, "../../cmd/ecrgate").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, findings := range []int{2000, 5000} {
		url := serveFindings(b, findings)
		for _, output := range []string{"json", "text", "table"} {
			options := []string{
				"describe-image-scan-findings", "--endpoint-url", url, "--region", "us-east-1", "--output", output,
				"--repository-name", "bench/app", "--image-id", "imageTag=latest",
			}
			for _, command := range [][]string{append([]string{aws, "ecr"}, options...), append([]string{ours}, options...)} {
				b.Run(fmt.Sprintf("%s/%d/%s", output, findings, filepath.Base(command[0])), func(b *testing.B) {
					var used time.Duration
					for b.Loop() {
						used += runQuietly(b, command)
					}
					b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "cpu-ms/op")
				})
			}
		}
	}
}

// serveFindings starts a fake with one image that has so many enhanced findings.
func serveFindings(b *testing.B, findings int) string {
	registry, err := fakeecr.Parse(fmt.Appendf(nil, `
scanType: ENHANCED
images:
  - repository: bench/app
    name: app
    tags: [latest]
    scan: [{at: 0s, status: ACTIVE, completed: -30d, findings: [{count: %d, severities: [MEDIUM, LOW, HIGH]}]}]
`, findings))
	if err != nil {
		b.Fatal(err)
	}
	url, stop, err := fakeecr.ListenOn("127.0.0.1:0", registry)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(stop)
	return url
}

// runQuietly runs a command and returns its processor time, which depends less on the load of the machine
// than elapsed time.
func runQuietly(b *testing.B, command []string) time.Duration {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = []string{
		"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C.UTF-8", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_EC2_METADATA_DISABLED=true",
	}
	var size counter
	cmd.Stdout = &size
	if err := cmd.Run(); err != nil || size < 1000 {
		b.Fatalf("%v, %d bytes of output", err, size)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
