package scan

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzParseImage(f *testing.F) {
	const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/"
	for _, ref := range []string{
		"", "app", "app:1", "team/app:1.2@" + sha, "app@" + sha, host + "team/app:1", host + "app@" + sha,
		"123456789012.dkr-ecr-fips.us-west-2.on.aws/app:1", "localhost:5000/app:1", "public.ecr.aws/a/b:1", "app:", "app@",
		"https://" + host + "app:1", "a:b/c:d@e@f", "app:1 ", "äpp:1", host,
	} {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		img, err := ParseImage(ref)
		if err != nil {
			if img != (Image{}) {
				t.Fatalf("an image %+v comes with the error %v", img, err)
			}
			return
		}
		if err := img.Check(); err != nil {
			t.Fatalf("%q: what was parsed does not pass: %v", ref, err)
		}
		if strings.ContainsAny(img.String()+img.Pinned(), " \t\r\n\x00<>\"'`$|&;") || !strings.HasSuffix(ref, img.printed()) {
			t.Fatalf("%q prints as %q", ref, img)
		}
		again, err := ParseImage(img.printed())
		again.RegistryID, again.Region = img.RegistryID, img.Region
		if err != nil || again != img {
			t.Fatalf("%q: again %+v, %v; first %+v", ref, again, err, img)
		}
	})
}

// printed returns the full reference without its host.
func (img Image) printed() string {
	text := img.Repository
	if img.Tag != "" {
		text += ":" + img.Tag
	}
	if img.Digest != "" {
		text += "@" + img.Digest
	}
	return text
}

func FuzzParsePlatform(f *testing.F) {
	for _, text := range []string{"", "linux", "linux/arm64", "linux/arm/v7", "a/b/c/d", "linux /x", "/", "unknown/unknown"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePlatform(text)
		if err != nil {
			return
		}
		if p.String() != text || !p.Covers(p) {
			t.Fatalf("%q prints as %q", text, p)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, text := range []string{
		"0", "1767323045", "1767323045.123456", "-1", "1e9", "253402300799.9999999", "null", `""`, `"2026-01-02T03:04:05Z"`,
		`"2026-01-02T03:04:05.5+02:00"`, `"2026-01-02T03:04:05-0430"`, `"9999-12-31T23:59:59-01:00"`, `"20260102"`, `{}`, `true`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadPage([]byte(`{"imageScanFindings":{"imageScanCompletedAt":` + text + `}}`))
		if err != nil || p.CompletedAt == nil {
			return
		}
		written, err := json.Marshal(p.CompletedAt)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := ReadPage([]byte(`{"imageScanFindings":{"imageScanCompletedAt":` + string(written) + `}}`))
		if err != nil || !again.CompletedAt.Equal(*p.CompletedAt) || p.CompletedAt.Location() != time.UTC {
			t.Fatalf("%s is %s, and that is %v, %v", text, written, again, err)
		}
	})
}

func FuzzReadSaved(f *testing.F) {
	for _, text := range []string{
		complete("a b", ""), "[" + complete("a", `,"nextToken":"1"`) + "," + complete("b", "") + "]",
		complete("a", `,"NextToken":"1"`) + "\n" + complete("b", ""), "\ufeff" + saved("ACTIVE", `"2026-01-02T03:04:05Z"`, "a", ""),
		saved("FAILED", "", "", ""), complete("a", `,"nextToken":"1"`), "[]", "{}", "null", "[[]]", "\xff\xfe{\x00}\x00", complete("a", "")[:90],
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadSaved(strings.NewReader(string(text)))
		if err != nil {
			if s != nil || strings.Contains(err.Error(), "Go ") {
				t.Fatalf("scan %+v with error %v", s, err)
			}
			return
		}
		if s.Status.Ended() && s.Findings == nil {
			t.Fatal("no list of findings")
		}
		if s.Status.Ended() && len(s.Findings) == 0 && s.CompletedAt == nil {
			t.Fatal("empty without a completion time")
		}
		pages, err := savedPages(text)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, p := range pages {
			total += len(p.Findings)
		}
		if total != len(s.Findings) {
			t.Fatalf("%d findings of %d", len(s.Findings), total)
		}
		if last := pages[len(pages)-1]; s.Status.Ended() && (last.NextToken != "" || total < last.CountsTotal) {
			t.Fatalf("token %q left over, %d findings of %d", last.NextToken, total, last.CountsTotal)
		}
		for _, finding := range s.Findings {
			if !utf8.ValidString(finding.ID + finding.Title + finding.Description + finding.ARN) {
				t.Fatalf("not UTF-8: %q", finding.ID)
			}
		}
	})
}
