package fakeecr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A coverageState is the row that Inspector's ListCoverage has for an image from a moment on, counted
// from the first call.
type coverageState struct {
	At     duration `yaml:"at"`
	Code   string   `yaml:"code"`
	Reason string   `yaml:"reason"`
	// Scanned is the time of the last scan, before or after the first call; nil for none.
	Scanned *duration `yaml:"scanned"`
	// Rows is how many rows there are; 0 means 1.
	Rows int `yaml:"rows"`
	// Of is the name of the image whose row it is instead.
	Of string `yaml:"of"`
}

// coveragePath is that of Inspector's ListCoverage, whose protocol is REST-JSON.
// https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListCoverage.html
const coveragePath = "/coverage/list"

// inspectorFilter returns the resource and the status that a request for coverage or findings filters by.
func inspectorFilter(text []byte) (resource, status string) {
	type filter []struct {
		Value string `json:"value"`
	}
	var body struct {
		FilterCriteria struct {
			ResourceID    filter `json:"resourceId"`
			FindingStatus filter `json:"findingStatus"`
		} `json:"filterCriteria"`
	}
	if json.Unmarshal(text, &body) != nil || len(body.FilterCriteria.ResourceID) != 1 {
		return "", ""
	}
	if len(body.FilterCriteria.FindingStatus) == 1 {
		status = body.FilterCriteria.FindingStatus[0].Value
	}
	return body.FilterCriteria.ResourceID[0].Value, status
}

// listCoverage answers for the image with the ARN: no row before its first state.
func (r *Registry) listCoverage(w http.ResponseWriter, call Request) {
	rows := []any{}
	if r.isForeign() {
		reply(w, map[string]any{"coveredResources": rows})
		return
	}
	for _, img := range r.script.Images {
		if r.arn(img) != call.resource {
			continue
		}
		var now *coverageState
		for _, s := range img.Coverage {
			if call.At >= time.Duration(s.At) {
				now = s
			}
		}
		if now == nil {
			continue
		}
		of := img
		if now.Of != "" {
			of = r.byName[now.Of]
		}
		for range max(1, now.Rows) {
			rows = append(rows, r.coverageRow(r.arn(of), now))
		}
	}
	reply(w, map[string]any{"coveredResources": rows})
}

// arn is the ARN of an image, as Inspector lists it.
func (r *Registry) arn(img *image) string {
	partition := "aws"
	switch {
	case strings.HasPrefix(r.script.Region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(r.script.Region, "us-gov-"):
		partition = "aws-us-gov"
	}
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s/%s", partition, r.script.Region, r.script.Account, img.Repository, img.Digest)
}

func (r *Registry) coverageRow(arn string, s *coverageState) map[string]any {
	row := map[string]any{
		"resourceId": arn, "resourceType": "AWS_ECR_CONTAINER_IMAGE", "accountId": r.script.Account, "scanType": "PACKAGE",
		"scanStatus": map[string]string{"statusCode": s.Code, "reason": s.Reason},
	}
	if s.Scanned != nil {
		at := r.begun.Add(time.Duration(*s.Scanned)).Add(time.Duration(r.script.Skew))
		row["lastScannedAt"] = float64(at.UnixMilli()) / 1000
	}
	return row
}
