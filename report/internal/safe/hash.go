package safe

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Hash is a name for some texts: 64 hex digits that stay the same as long as each text does.
func Hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
