package policy

// A Glob is a pattern: * and ? match any characters, / too, […] is a class, and the whole text must
// match. The zero Glob is no pattern.
type Glob struct {
	text string
	fold bool
}

// String gives the pattern as it was written.
func (g Glob) String() string { return g.text }

// IsZero reports whether no pattern was given.
func (g Glob) IsZero() bool { return g.text == "" }
