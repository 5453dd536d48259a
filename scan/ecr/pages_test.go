package ecr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

var old = ago(24 * 365 * 50 * time.Hour)

func three(c call) page {
	p := page{status: "ACTIVE", completed: old}
	switch c.token {
	case "":
		p.enhanced, p.next = []string{"1:LOW", "2:LOW"}, "b"
	case "b":
		p.enhanced, p.next = []string{"3:LOW", "4:LOW"}, "c"
	default:
		p.enhanced = []string{"5:CRITICAL"}
	}
	return p
}

func TestReadsEveryPage(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply { return three(c).reply() })
	tr.wants(t, 5, minReadingGap, minReadingGap)
	if n := tr.reg.count("DescribeImageScanFindings"); n != 6 {
		t.Errorf("%d calls for 3 pages, read twice", n)
	}
}

// A finding on the first page closes while the second is read, and the findings after it move up: the
// CRITICAL one is on neither page. The second reading has it.
func TestAFindingThatClosesBetweenTwoPagesHidesNoOther(t *testing.T) {
	zero := time.Duration(0)
	for name, settle := range map[string]*time.Duration{"by default": nil, "with settle 0": &zero} {
		closed := false
		tr := try(t, Options{Settle: settle}, time.Hour, func(c call) reply {
			p := page{status: "ACTIVE", completed: old}
			switch {
			case c.token == "" && !closed:
				p.enhanced, p.next = []string{"1:LOW", "2:LOW"}, "b"
			case c.token == "":
				p.enhanced, p.next = []string{"1:LOW", "3:CRITICAL"}, "b"
			default:
				closed = true
				p.enhanced = []string{"4:LOW"}
			}
			return p.reply()
		})
		tr.wants(t, 3, 2*minReadingGap, 2*minReadingGap)
		if tr.result.Scan.Findings[1].Severity != scan.Critical {
			t.Errorf("%s: the reading that missed a finding was believed: %+v", name, tr.result.Scan.Findings)
		}
	}
}

func TestReadingsThatNeverAgreeAreNoResult(t *testing.T) {
	tr := try(t, Options{}, time.Minute, func(c call) reply {
		p := page{status: "ACTIVE", completed: old, enhanced: []string{"1:LOW"}, next: "b"}
		if c.token == "b" {
			p.enhanced, p.next = []string{fmt.Sprint(c.before+2, ":LOW")}, ""
		}
		return p.reply()
	})
	tr.fails(t, "timed out", time.Minute, time.Minute)
}

// Each fault affects the first readings; either the last allowed reading is correct, or none is.
func TestPagesThatDoNotHoldTogetherAreReadAgain(t *testing.T) {
	for name, lie := range map[string]func(c call, p page) page{
		"a token that comes back": func(c call, p page) page {
			if c.token == "c" {
				p.next = "b"
			}
			return p
		},
		"a token that repeats": func(c call, p page) page {
			if c.token == "b" {
				p.next = "b"
			}
			return p
		},
		"a page of another image": func(c call, p page) page {
			if c.token == "c" {
				p.digest = other
			}
			return p
		},
		"a page without the CRITICAL finding that the counts name": func(c call, p page) page {
			if c.token == "c" {
				p.enhanced = []string{}
			}
			p.counts = map[string]int{"LOW": 4, "CRITICAL": 1}
			return p
		},
		"another status on a later page": func(c call, p page) page {
			if c.token == "c" {
				p.status = "PENDING"
			}
			return p
		},
		"a scan that completed meanwhile": func(c call, p page) page {
			if c.token == "c" {
				p.completed = old.Add(time.Second)
			}
			return p
		},
		"a finding that moved to the next page": func(c call, p page) page {
			if c.token == "b" {
				p.enhanced[0] = "2:LOW"
			}
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			readings := 0
			response := func(until int) func(c call) reply {
				readings = 0
				return func(c call) reply {
					if c.token == "" {
						readings++
					}
					p := three(c)
					if readings <= until {
						p = lie(c, p)
					}
					return p.reply()
				}
			}
			mended := try(t, Options{}, time.Hour, response(maxRestarts))
			mended.wants(t, 5, time.Second, time.Minute)
			never := try(t, Options{}, time.Hour, response(1000))
			never.fails(t, "were inconsistent", time.Second, time.Minute)
		})
	}
}

func TestEmptyPagesWithATokenAreFollowed(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		p := three(c)
		if c.token == "b" {
			p.enhanced = []string{}
		}
		return p.reply()
	})
	tr.wants(t, 3, minReadingGap, minReadingGap)
}

func TestABrokenPageIsAskedForAgainAlone(t *testing.T) {
	broken := 0
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		r := three(c).reply()
		if c.token == "b" && broken < 2 {
			broken++
			r.body = r.body[:len(r.body)-9]
		}
		return r
	})
	tr.wants(t, 5, minReadingGap+time.Second, minReadingGap+10*time.Second)
	if n := tr.reg.count("DescribeImageScanFindings"); n > 3+7 {
		t.Errorf("%d calls for 3 pages, read twice, one of them broken twice", n)
	}
}

func TestAScanThatRestartsWhileItIsReadIsAwaited(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		p := three(c)
		if c.at < 30*time.Second && (c.token == "c" || c.at > 0) {
			return page{status: "PENDING"}.reply()
		}
		return p.reply()
	})
	tr.wants(t, 5, 30*time.Second, 2*time.Minute)
}

func TestATagWithoutPermissionToResolveIsPinnedByTheFirstAnswer(t *testing.T) {
	tr := tryImage(t, scan.Image{Repository: repo, Tag: "1"}, Options{}, time.Hour, func(c call) reply {
		if c.token != "" && c.digest != digest {
			t.Errorf("the page after %q was requested by tag %q", c.token, c.tag)
		}
		return three(c).reply()
	})
	tr.wants(t, 5, minReadingGap, minReadingGap)
	if got := tr.result.Scan.Image.Digest; got != digest {
		t.Errorf("pinned to %q", got)
	}
}

func TestAnOldScanIsAskedForAnew(t *testing.T) {
	var asked time.Duration
	tr := try(t, Options{StartScan: true, MaxAge: 24 * time.Hour}, time.Hour, func(c call) reply {
		p := page{status: "COMPLETE", completed: ago(48 * time.Hour), basic: []string{"LOW"}}
		switch {
		case c.operation == "StartImageScan":
			asked = c.at + 1
			return reply{status: 200, body: "{}"}
		case asked > 0 && c.at > asked+10*time.Second && c.at < asked+30*time.Second:
			return page{status: "IN_PROGRESS"}.reply()
		case asked > 0 && c.at >= asked+30*time.Second:
			p.completed, p.basic = time.Now(), []string{"CRITICAL", "LOW"}
		default:
			p.completed = old
		}
		return p.reply()
	})
	tr.wants(t, 2, 30*time.Second, 2*time.Minute)
	if n := tr.reg.count("StartImageScan"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestAnOldScanStandsWhenANewOneIsRefused(t *testing.T) {
	tr := try(t, Options{StartScan: true, MaxAge: 24 * time.Hour}, time.Hour, func(c call) reply {
		if c.operation == "StartImageScan" {
			return refuse("LimitExceededException", "The scan quota per image has been exceeded.")
		}
		return page{status: "COMPLETE", completed: old, basic: []string{"LOW"}}.reply()
	})
	tr.wants(t, 1, 0, time.Second)
	if len(tr.result.Notes) == 0 {
		t.Error("no note says that a new scan was refused")
	}
}

// The next page is requested before the response is decoded. If the guess of its token was wrong, its
// response is dropped.
func TestAWrongGuessAtTheNextTokenIsDropped(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		if c.token == "evil" {
			return page{status: "ACTIVE", completed: old, enhanced: []string{"9:LOW"}}.reply()
		}
		r := three(c).reply()
		if c.token == "" {
			r.body = strings.Replace(r.body, `"nextToken":"b"`, `"nextToken":"b","x":{"nextToken":"evil"}`, 1)
		}
		return r
	})
	tr.wants(t, 5, minReadingGap, minReadingGap)
}

// A response without imageScanFindings does not mean that there are no findings. Neither do two of them.
func TestPagesThatDoNotSpeakOfFindingsAreNoCleanImage(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		body := `{"imageId":{"imageDigest":"` + digest + `"},"imageScanStatus":{"status":"COMPLETE"}`
		if c.token == "" {
			body += `,"nextToken":"b"`
		}
		return reply{status: 200, body: body + "}"}
	})
	tr.fails(t, "were inconsistent", time.Second, time.Minute)
}

func TestATagIsNotPinnedByAnAnswerForAnotherRepository(t *testing.T) {
	first := true
	tr := tryImage(t, scan.Image{Repository: repo, Tag: "1"}, Options{}, time.Hour, func(c call) reply {
		p := page{status: "ACTIVE", completed: old, enhanced: []string{"1:LOW"}}
		if c.digest != "" {
			p.digest = c.digest
		}
		r := p.reply()
		if first {
			p.digest = other
			r = p.reply()
			r.body = strings.Replace(r.body, repo, "another/one", 1)
			first = false
		}
		return r
	})
	tr.wants(t, 1, 0, time.Minute)
	if got := tr.result.Scan.Image.Digest; got != digest {
		t.Errorf("pinned to %q", got)
	}
}
