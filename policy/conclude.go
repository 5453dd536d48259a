package policy

import "fmt"

// Conclude looks at the exceptions over all images of a run: an exception is unused when no image
// needed it. Where complete is false, because an image has no complete result, nobody can say so,
// and none is called unused.
func (p *Policy) Conclude(verdicts []*Verdict, complete bool) {
	used := map[int]int{}
	for _, v := range verdicts {
		for _, x := range v.Exceptions {
			used[x.Index] += x.Used
		}
	}
	for _, v := range verdicts {
		v.allowUnused = p.UnusedExceptions == UnusedAllow
		for i := range v.Exceptions {
			x := &v.Exceptions[i]
			x.State = x.state(x.State == StateExpired, used[x.Index] > 0 || !complete)
		}
	}
	if complete && p.UnusedExceptions == UnusedFail {
		for _, v := range verdicts {
			v.failUnused()
		}
	}
}

// failUnused makes exceptions that excuse nothing a breach of the images that they look at.
func (v *Verdict) failUnused() {
	if v.Outcome != Passed && v.Outcome != Failed {
		return // no verdict, which a count does not make one of
	}
	ids := v.Unused()
	detail := ""
	if len(ids) > 0 {
		detail = fmt.Sprintf("%s excused nothing: remove %s", plural(len(ids), "exception"), some(ids))
	}
	r := demand(nameUnused, detail)
	r.Count = len(ids)
	v.Rules = append(v.Rules, r)
	v.decide()
}

// Unused gives the ids of the exceptions that excuse nothing and are to be told of: none when the
// policy allows them.
func (v *Verdict) Unused() []string {
	var ids []string
	for _, x := range v.Exceptions {
		if x.State == StateUnused && !v.allowUnused {
			ids = append(ids, x.ID.String())
		}
	}
	return ids
}
