package gate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// EPSSInspector is the source of EPSS scores from Amazon Inspector, as the input epss and reports name it.
const EPSSInspector = "inspector"

// read waits for the scan of one manifest and reads its findings, with their EPSS scores if those come
// from Amazon Inspector.
func (g *Gate) read(ctx context.Context, img scan.Image, platform scan.Platform, o ecr.Options) (*ecr.Result, error) {
	if !g.EPSSFromInspector {
		return g.client.Read(ctx, img, platform, o)
	}
	result, err := g.client.ReadWithEPSS(ctx, img, platform, o)
	if err != nil {
		return nil, err
	}
	day := g.epssDay(*result.EPSSDate)
	if err := g.Policy.CheckExploitData("Amazon Inspector's response", day, g.today()); err != nil {
		hint := "check for a proxy that changes or removes the Date header of responses"
		if !day.IsZero() && !g.AsOf.IsZero() {
			hint = "allow older data (exploitData.maxAge), or evaluate as of an earlier day: the scores are of today"
		}
		return nil, &ecr.Error{Op: "exploitation data", Err: fmt.Errorf("epss: %w", err), Hint: hint}
	}
	g.epss.add(day)
	return result, nil
}

// epssDay is the UTC day of scores that the server sent at this time; zero without a time. Inspector does
// not date its scores, but they are those that it has now. A run that passes midnight, or a clock that is
// a little behind, does not make them data of the future.
func (g *Gate) epssDay(date time.Time) time.Time {
	if now := g.today(); date.After(now) {
		date = now
	}
	if date.IsZero() {
		return date
	}
	return date.UTC().Truncate(24 * time.Hour)
}

// epssDays remembers the days of Inspector's responses. It is safe for concurrent use.
type epssDays struct {
	mu     sync.Mutex
	any    bool
	oldest time.Time // zero when one response has no date
}

func (d *epssDays) add(day time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.any || day.Before(d.oldest) {
		d.any, d.oldest = true, day
	}
}

// ExploitFiles returns the exploitation data that the verdicts rest on, EPSS first. Scores of Amazon
// Inspector have the day of its oldest response, and no hash.
func (g *Gate) ExploitFiles() []exploit.File {
	files := g.Exploit.Files()
	g.epss.mu.Lock()
	defer g.epss.mu.Unlock()
	if g.epss.any {
		files = append([]exploit.File{{Kind: exploit.KindEPSS, Source: EPSSInspector, Date: g.epss.oldest}}, files...)
	}
	return files
}
