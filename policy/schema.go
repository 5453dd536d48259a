package policy

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the policy file, for editors. What loads by itself is
// valid. Load is stricter where a schema cannot be: names and keys that are given twice, broken
// patterns, and how a number is written.
func Schema() []byte { return schema }
