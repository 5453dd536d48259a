package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// lineInterval is how often a wait without changes prints a line, and liveInterval how often the live line of
// a terminal is redrawn.
const (
	lineInterval = 30 * time.Second
	liveInterval = time.Second
)

// A progress reports on stderr what the gate is waiting for: one line per change of status and one every 30
// seconds, or a live line on a terminal.
type progress struct {
	out     io.Writer
	live    bool
	started time.Time

	mu     sync.Mutex
	states map[string]string // image → what the gate is waiting for
	order  []string
	drawn  bool
	quit   chan struct{}
	ended  sync.WaitGroup
}

func newProgress(e env, started time.Time) *progress {
	return &progress{out: e.stderr, live: e.terminal, started: started, states: map[string]string{}}
}

// report records the progress of a wait. The first call starts the ticker.
func (p *progress) report(news ecr.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := news.Image.String()
	if s := news.Platform.String(); s != "" {
		name += " " + s
	}
	if p.quit == nil {
		quit := make(chan struct{})
		p.quit = quit
		p.ended.Go(func() {
			// A crash here costs the progress lines, not the verdict.
			if err := parallel.Catch(func() error { p.tick(quit); return nil }); err != nil {
				p.warn("no more progress lines: " + err.Error())
			}
		})
	}
	old, known := p.states[name]
	if !known {
		p.order = append(p.order, name)
	}
	if old != news.State {
		p.states[name] = news.State
		p.line(fmt.Sprintf("%s: %s", name, news.State))
	}
}

// line prints a whole line; the caller holds the lock.
func (p *progress) line(text string) {
	p.erase()
	fmt.Fprintln(p.out, cleanLine(fmt.Sprintf("ecrgate: [%s] %s", p.elapsed(), text)))
}

func (p *progress) elapsed() time.Duration { return time.Since(p.started).Round(time.Second) }

func (p *progress) erase() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[2K")
		p.drawn = false
	}
}

// tick redraws the live line, or prints a line every 30 seconds.
func (p *progress) tick(quit <-chan struct{}) {
	every := lineInterval
	if p.live {
		every = liveInterval
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-quit:
			return
		case <-ticker.C:
			p.showWaiting()
		}
	}
}

func (p *progress) showWaiting() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var waits []string
	for _, name := range p.order {
		waits = append(waits, name+": "+p.states[name])
	}
	text := "still waiting: " + strings.Join(waits, "; ")
	if !p.live {
		p.line(text)
		return
	}
	p.erase()
	line := []rune(cleanLine(fmt.Sprintf("ecrgate: [%s] %s", p.elapsed(), text)))
	fmt.Fprint(p.out, string(line[:min(len(line), 79)]))
	p.drawn = true
}

// stop stops the ticker and erases the live line.
func (p *progress) stop() {
	p.mu.Lock()
	if p.quit != nil {
		close(p.quit)
		p.quit = nil
	}
	p.erase()
	p.mu.Unlock()
	p.ended.Wait()
}

// undecided lists, after an interrupt, the images without a verdict and the verdicts that were not reported.
func (p *progress) undecided(images []report.Image) {
	for _, img := range images {
		text := fmt.Sprintf("ecrgate: undecided: %s", img.Ref)
		if img.Err == nil {
			text = fmt.Sprintf("ecrgate: decided but not reported: %s: %s", img.Ref, img.Verdict.Outcome)
		}
		fmt.Fprintln(p.out, cleanLine(text))
	}
}

func (p *progress) warn(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	fmt.Fprintln(p.out, cleanLine("ecrgate: warning: "+text))
}

func (p *progress) debug(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	fmt.Fprintln(p.out, cleanLine("ecrgate: debug: "+text))
}

// cleanLine returns text as one harmless line without secrets.
func cleanLine(text string) string { return report.CleanLine(redact.Text(text)) }
