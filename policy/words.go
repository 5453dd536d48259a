package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// notReported replaces data that ECR did not report.
const notReported = "not reported"

func word(s string) string {
	if s == "" {
		return notReported
	}
	return s
}

func join[T any](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

func severityText(f *scan.Finding) string {
	if ranked := f.RankedSeverity(); ranked != f.Severity {
		return fmt.Sprintf("%s (by its score of %g; ECR reports %s)", ranked, *f.Score, f.Severity)
	}
	return word(string(f.Severity))
}

func epssText(f *scan.Finding) string {
	if f.EPSS == nil {
		return "no EPSS score"
	}
	return fmt.Sprint(*f.EPSS)
}

func scoreText(f *scan.Finding) string {
	score, ok := scoreOf(f)
	switch {
	case !ok:
		return notReported
	case f.Score == nil:
		return fmt.Sprintf("%.1f (the highest of %s, since ECR gave no score)", score, f.Severity.Counted())
	}
	return fmt.Sprint(score)
}

func ageText(f *scan.Finding, now time.Time) string {
	first := firstSeen(f)
	if first == nil {
		return notReported
	}
	age := now.Sub(*first)
	if age >= 2*day {
		age = age.Truncate(day)
	}
	return fmt.Sprintf("an age of %s, since %s", days(age), first.UTC().Format(time.DateOnly))
}

const day = 24 * time.Hour

// days formats a duration in whole days if it has no other hours, else in hours.
func days(d time.Duration) string {
	if d >= day && d%day == 0 {
		return plural(int(d/day), "day")
	}
	return plural(int(d.Hours()), "hour")
}

// wordsOf lists texts from ECR, each once.
func wordsOf(texts []string) string {
	words := make([]string, len(texts))
	for i, t := range texts {
		words[i] = word(t)
	}
	return word(strings.Join(unite(nil, words), ", "))
}
