package safe

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Hash returns a name for some texts: 64 hexadecimal digits that depend only on the texts.
func Hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
