package awsapi

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decode parses JSON from outside. Names match in any case, and duplicates are errors.
func Decode(text []byte, value any) error {
	err := json.Unmarshal(text, value, json.MatchCaseInsensitiveNames(true), jsontext.AllowInvalidUTF8(true))
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax) && errors.Is(syntax.Err, jsontext.ErrDuplicateName):
		return fmt.Errorf("duplicate key %q", syntax.JSONPointer.LastToken())
	}
	return errors.New("it is not the expected JSON")
}
