package doctor

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The JSON form of a diagnosis. docs/reliability.md describes it: within a version, fields may be added, but
// never changed or removed. Absent values are null.
type (
	wireDiagnosis struct {
		Version    int         `json:"version"` // 1
		Tool       wireTool    `json:"tool"`
		Outcome    Outcome     `json:"outcome"`
		Answer     string      `json:"answer"`
		Image      string      `json:"image"`
		RegistryID *string     `json:"registryId"`
		Region     string      `json:"region"`
		Repository string      `json:"repository"`
		Tag        *string     `json:"tag"`
		Digest     *string     `json:"digest"`
		Checks     []wireCheck `json:"checks"`
	}
	wireTool struct {
		Name    string `json:"name"` // ecrgate
		Version string `json:"version"`
	}
	wireCheck struct {
		Name       string     `json:"name"`
		Platform   *string    `json:"platform"`
		Status     Status     `json:"status"`
		Message    string     `json:"message"`
		Permission *string    `json:"permission"`
		Advice     *string    `json:"advice"`
		Command    *string    `json:"command"`
		Statement  *Statement `json:"statement"`
	}
)

// WriteJSON writes the diagnosis as JSON. version is the version of ecrgate.
func (d *Diagnosis) WriteJSON(w io.Writer, version string) error {
	img := d.Image
	out := wireDiagnosis{
		Version: 1, Tool: wireTool{"ecrgate", version}, Outcome: d.Outcome, Answer: d.Answer,
		Image: img.String(), RegistryID: orNull(img.RegistryID), Region: img.Region, Repository: img.Repository,
		Tag: orNull(img.Tag), Digest: orNull(img.Digest), Checks: []wireCheck{},
	}
	for _, c := range d.Checks {
		out.Checks = append(out.Checks, wireCheck{
			Name: c.Name, Platform: orNull(c.Platform), Status: c.Status, Message: c.Message, Permission: orNull(c.Permission),
			Advice: orNull(c.Advice), Command: orNull(c.Command), Statement: c.Statement,
		})
	}
	if err := json.MarshalWrite(w, out, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
