package jsonreport

// The types in this file are the objects of the report; schema.json describes their fields. A nil pointer is
// an absent value, written as null.

type tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type policySource struct {
	Source string `json:"source"`
	SHA256 string `json:"sha256"`
}

type child struct {
	Platform string    `json:"platform"`
	Digest   string    `json:"digest"`
	Scan     scanState `json:"scan"`
	Verdict  string    `json:"verdict"`
	Error    *string   `json:"error"`
}

type scanState struct {
	Type          *string `json:"type"`
	Status        *string `json:"status"`
	Description   *string `json:"description"`
	CompletedAt   *string `json:"completedAt"`
	SettledBy     *string `json:"settledBy"`
	LastScannedAt *string `json:"lastScannedAt"`
}

type counts struct {
	Critical      int `json:"CRITICAL"`
	High          int `json:"HIGH"`
	Medium        int `json:"MEDIUM"`
	Low           int `json:"LOW"`
	Informational int `json:"INFORMATIONAL"`
	Undefined     int `json:"UNDEFINED"`
	Untriaged     int `json:"UNTRIAGED"`
	Total         int `json:"total"`
	Fixable       int `json:"fixable"`
	Counted       int `json:"counted"`
	Excepted      int `json:"excepted"`
	Known         int `json:"known"`
	SetAside      int `json:"setAside"`
	Unmatched     int `json:"unmatched"`
}

type rule struct {
	Name           string `json:"name"`
	Action         string `json:"action"`
	Max            int    `json:"max"`
	Count          int    `json:"count"`
	SkippedUnknown int    `json:"skippedUnknown"`
	Breached       bool   `json:"breached"`
}

type finding struct {
	ID               string   `json:"id"`
	Severity         *string  `json:"severity"`
	Score            *float64 `json:"score"`
	FixAvailable     string   `json:"fixAvailable"`
	ExploitAvailable string   `json:"exploitAvailable"`
	Packages         []pkg    `json:"packages"`
	Platforms        []string `json:"platforms"`
	Disposition      string   `json:"disposition"`
	Rules            []string `json:"rules"`
	Exception        *string  `json:"exception"`
	Title            *string  `json:"title"`
	URL              *string  `json:"url"`
	FirstObservedAt  *string  `json:"firstObservedAt"`
	EPSS             *float64 `json:"epss"`
	KnownExploited   string   `json:"knownExploited"`
	InBaseImage      string   `json:"inBaseImage"`
	Due              *due     `json:"due"`
}

type due struct {
	Date   string `json:"date"`
	Reason string `json:"reason"`
}

type pkg struct {
	Name    string  `json:"name"`
	Version *string `json:"version"`
	FixedIn *string `json:"fixedIn"`
	Manager *string `json:"manager"`
	Path    string  `json:"path"`
	Layer   *string `json:"layer"`
}

type baseImage struct {
	Image    string        `json:"image"`
	Digest   *string       `json:"digest"`
	Fits     *bool         `json:"fits"`
	Findings int           `json:"findings"`
	Counted  int           `json:"counted"`
	NewBase  *newBaseImage `json:"newBase"`
}

type newBaseImage struct {
	Image   string  `json:"image"`
	Digest  *string `json:"digest"`
	Removes *int    `json:"removes"`
	Adds    *int    `json:"adds"`
}

type exception struct {
	ID      string  `json:"id"`
	Package *string `json:"package"`
	Reason  string  `json:"reason"`
	Expires *string `json:"expires"`
	State   string  `json:"state"`
	Source  *string `json:"source"`
}

type statement struct {
	Source  string  `json:"source"`
	Author  string  `json:"author"`
	ID      string  `json:"id"`
	Product string  `json:"product"`
	Used    bool    `json:"used"`
	Reason  *string `json:"reason"`
}

type dataFile struct {
	Kind   string  `json:"kind"`
	Source string  `json:"source"`
	Date   *string `json:"date"`
	SHA256 *string `json:"sha256"`
}
