package policy

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the policy file, for editors. Load is stricter: it
// also knows dates, patterns, and names that are given twice.
func Schema() []byte { return schema }
