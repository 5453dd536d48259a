package value

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// seeds are the texts from which random ones are generated.
var seeds = []string{
	`{"b":1,"a":[2,-0,1.5e3,12345678901234567890,{}],"é":"\ud83d\ude00\n\u007f","c":{"d":null,"e":true}}`,
	`[NaN, Infinity, -Infinity, false, "it's", "\"", "\ud83d", "\ud83d\u0041", [[]], "日本\\\/\b"]`,
	` {"a" : 1 , "a" : 2.0 , "" : [ ] } `,
	`"\u00e9\u0000\ud83d\ud83d\ude00"`,
	`[1e5, 1E-7, 1e16, 0.1, -0.0, 1e400, 5e-324, 0.0001, 123456789012345.67, 9007199254740993]`,
	`-1.0e+2`, `"😀\u2028 \u200b\u00ad\ue000\u0378"`,
}

// variant returns a seed with random changes.
func variant(r *rand.Rand) []byte {
	text := []rune(seeds[r.IntN(len(seeds))])
	for range r.IntN(4) {
		at := r.IntN(len(text) + 1)
		switch r.IntN(4) {
		case 0:
			text = text[:at]
		case 1:
			other := []rune(seeds[r.IntN(len(seeds))])
			text = append(text[:at:at], other[r.IntN(len(other)):]...)
		default:
			bits := []rune("{}[],:\"\\ue0123456789-+.EafNI \n\t\rx\u0001é😀\ufeff\u00a0")
			text = append(append(text[:at:at], bits[r.IntN(len(bits))]), text[at:]...)
		}
	}
	return []byte(string(text))
}

// ours returns our result in the format of testdata/oracle.py.
func ours(text []byte) List {
	v, err := Decode(text)
	if err != nil {
		return List{err.Error()}
	}
	answer := List{string(AppendCompact(nil, v)), Repr(v), ReprOrdered(v)}
	b, err := AppendIndent(nil, v, 0)
	if answer = append(answer, string(b)); err != nil {
		answer = append(answer, err.Error())
	}
	return answer
}

// VALUE_COUNT and VALUE_SEED set the number of compared texts and the seed.
func TestLiveAgainstPython(t *testing.T) {
	if exec.Command("python3", "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 11))").Run() != nil {
		t.Skip("SKIPPED: no Python 3.11 here, whose Unicode tables and JSON texts the AWS CLI has; nothing was compared")
	}
	count, err := strconv.Atoi(os.Getenv("VALUE_COUNT"))
	if err != nil {
		count = 2000
	}
	seed, _ := strconv.Atoi(os.Getenv("VALUE_SEED"))
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	var texts [][]byte
	var in bytes.Buffer
	for range count {
		text := variant(r)
		texts = append(texts, text)
		in.Write(append(AppendCompact(nil, string(text)), '\n'))
	}
	cmd := exec.Command("python3", "testdata/oracle.py")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		if got := AppendCompact(nil, ours(texts[i])); !bytes.Equal(got, want) {
			t.Errorf("%q\n got %s\nwant %s", texts[i], got, want)
		}
	}
	t.Logf("seed %d: %d compared", seed, count)
}
