package policy

import "fmt"

// Conclude looks at the exceptions over all images of a run: an exception is unused when no image
// needed it. Where complete is false, because an image has no complete result, nobody can say so,
// and none is called unused.
func (p *Policy) Conclude(verdicts []*Verdict, complete bool) {
	used := map[int]int{}
	seen := map[int]bool{}
	for _, v := range verdicts {
		for _, x := range v.Exceptions {
			used[x.Index] += x.Used
			seen[x.Index] = true
		}
	}
	unused := 0
	for _, v := range verdicts {
		for i := range v.Exceptions {
			x := &v.Exceptions[i]
			if x.State == StateUnused && (used[x.Index] > 0 || !complete) {
				x.State = StateUsed
			}
		}
	}
	for index := range seen {
		if used[index] == 0 {
			unused++
		}
	}
	if complete && p.UnusedExceptions == UnusedFail {
		p.failUnused(verdicts, unused)
	}
}

// failUnused makes exceptions that excuse nothing a breach of every image that looked at them.
func (p *Policy) failUnused(verdicts []*Verdict, unused int) {
	detail := ""
	if unused > 0 {
		detail = fmt.Sprintf("%s excused nothing: remove them", plural(unused, "exception"))
	}
	for _, v := range verdicts {
		if v.Outcome == Errored {
			continue
		}
		r := demand(nameUnused, detail)
		r.Count = unused
		v.Rules = append(v.Rules, r)
		v.decide()
	}
}
