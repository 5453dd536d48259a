package awsapi

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestAConnectionThatWasNotMadeSaysWhereTo(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8443}, Err: syscall.ECONNREFUSED}
	for _, err := range []error{dial, fmt.Errorf("request send failed, Post \"https://x/\": %w", dial)} {
		if got := cause(err, &attempt{sent: true}).Error(); !strings.Contains(got, "127.0.0.1:8443") || !strings.Contains(got, "connection refused") {
			t.Errorf("it says %q", got)
		}
	}
}
