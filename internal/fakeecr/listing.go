package fakeecr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A listing is one page of a list of rows: repositories, images, or covered resources.
type listing struct {
	member             string // the list's name in the answer
	all                []any
	offset, size, next int // next 0: the last page
	again              bool
}

// list answers with a page of rows. The most that a page can have is the API's bound, or less when the
// script says so.
func (r *Registry) list(w http.ResponseWriter, call Request, f *fault, member string, rows []any, most int) {
	l := &listing{member: member, all: rows, offset: offset(call.NextToken), size: min(call.MaxResults, most)}
	if call.MaxResults == 0 {
		l.size = 100
	}
	if r.script.ListSize > 0 {
		l.size = min(l.size, r.script.ListSize)
	}
	if end := l.offset + l.size; end < len(rows) {
		l.next = end
	}
	l.lie(f)
	head := map[string]any{}
	if l.member != "" {
		head[l.member] = l.rows()
	}
	if l.next > 0 || l.again {
		head["nextToken"] = token(l.next, l.again)
	}
	reply(w, head)
}

// rows are those of the page.
func (l *listing) rows() []any {
	from := min(l.offset, len(l.all))
	return append([]any{}, l.all[from:min(from+max(l.size, 0), len(l.all))]...)
}

// lie changes a page into one that AWS should not give.
func (l *listing) lie(f *fault) {
	if f == nil {
		return
	}
	switch f.Lie {
	case "repeatToken":
		l.next = max(l.offset, 1)
	case "dropPage":
		if l.next += l.size; l.next >= len(l.all) {
			l.next = 0
		}
	case "repeatPage":
		l.offset = max(0, l.offset-l.size)
	case "lostToken":
		l.next = 0
	case "emptyPage":
		l.next, l.size, l.again = l.offset, 0, true
	case "noList":
		l.member = ""
	case "otherRegistry":
		l.change("registryId", "999999999999")
	case "noDigest":
		l.change("imageDigest", "")
	case "noPushTime":
		l.change("imagePushedAt", nil)
	case "otherResource":
		l.change("resourceId", "arn:aws:ecr:us-east-1:123456789012:repository/team/app")
	case "noUseCount":
		l.change("resourceMetadata", map[string]any{"ecrImage": map[string]any{}})
	}
}

// change sets a member of all rows.
func (l *listing) change(member string, value any) {
	for i, row := range l.all {
		changed := map[string]any{}
		for name, v := range row.(map[string]any) {
			changed[name] = v
		}
		changed[member] = value
		l.all[i] = changed
	}
}

// describeRepositories answers with the repositories of all images, and those that the script lists.
func (r *Registry) describeRepositories(w http.ResponseWriter, call Request, f *fault) {
	names := slices.Clone(r.script.Repositories)
	for _, img := range r.script.Images {
		names = append(names, img.Repository)
	}
	slices.Sort(names)
	rows := []any{}
	for _, name := range slices.Compact(names) {
		rows = append(rows, map[string]any{
			"registryId": r.script.Account, "repositoryName": name,
			"repositoryArn": fmt.Sprintf("arn:aws:ecr:%s:%s:repository/%s", r.script.Region, r.script.Account, name),
			"repositoryUri": fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", r.script.Account, r.script.Region, name),
		})
	}
	r.list(w, call, f, "repositories", rows, 1000)
}

// describeImages answers with the images of a repository that are there, in the order of the script.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
func (r *Registry) describeImages(w http.ResponseWriter, call Request, f *fault) {
	rows := []any{}
	for _, img := range r.script.Images {
		if img.Repository != call.Repository || call.At < time.Duration(img.Appears) || call.tagStatus == "TAGGED" && len(img.Tags) == 0 {
			continue
		}
		row := map[string]any{
			"registryId": r.script.Account, "repositoryName": img.Repository, "imageDigest": img.Digest, "imageTags": img.Tags,
			"imagePushedAt": seconds(r.begun.Add(time.Duration(img.Pushed))), "imageManifestMediaType": img.mediaType(), "imageStatus": "ACTIVE",
		}
		if t := img.artifactMediaType(); t != "" {
			row["artifactMediaType"] = t
		}
		if img.Subject != "" {
			row["subjectManifestDigest"] = Digest(img.Subject)
		}
		rows = append(rows, row)
	}
	r.list(w, call, f, "imageDetails", rows, 1000)
}

// artifactMediaType is the type of the manifest's config, or of the artifact; an index has none.
func (img *image) artifactMediaType() string {
	switch img.Kind {
	case "index", "list":
		return ""
	case "helm":
		return helmConfig
	case "artifact":
		return "application/vnd.example.sbom"
	case "attestation", "signature", "oci-image", "annotated":
		return ociConfig
	}
	return dockerConfig
}

// listInUse answers with the coverage of all images in use.
func (r *Registry) listInUse(w http.ResponseWriter, call Request, f *fault) {
	rows := []any{}
	for _, img := range r.script.Images {
		account := or(img.Account, r.script.Account)
		if img.InUse == 0 || call.account != "" && call.account != account {
			continue
		}
		rows = append(rows, map[string]any{
			"resourceId":   strings.Join([]string{"arn:" + partition(r.script.Region) + ":ecr", r.script.Region, account, "repository/" + img.Repository + "/" + img.Digest}, ":"),
			"resourceType": "AWS_ECR_CONTAINER_IMAGE", "accountId": account, "scanType": "PACKAGE",
			"resourceMetadata": map[string]any{"ecrImage": map[string]any{"tags": img.Tags, "inUseCount": img.InUse}},
		})
	}
	r.list(w, call, f, "coveredResources", rows, 200)
}

// partition is that of a region's ARNs, of the two that scripts use.
func partition(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "aws-cn"
	}
	return "aws"
}

// A listFilter is what a request for a list filters by.
type listFilter struct {
	Filter struct {
		TagStatus string `json:"tagStatus"`
	} `json:"filter"`
	FilterCriteria struct {
		AccountID []struct {
			Value string `json:"value"`
		} `json:"accountId"`
		InUseCount []struct {
			LowerInclusive int `json:"lowerInclusive"`
		} `json:"ecrImageInUseCount"`
	} `json:"filterCriteria"`
}

// filterBy enters the filters of a request for a list.
func (call *Request) filterBy(text []byte) {
	var f listFilter
	if json.Unmarshal(text, &f) != nil {
		return
	}
	call.tagStatus = f.Filter.TagStatus
	call.inUse = len(f.FilterCriteria.InUseCount) == 1 && f.FilterCriteria.InUseCount[0].LowerInclusive == 1
	if len(f.FilterCriteria.AccountID) == 1 {
		call.account = f.FilterCriteria.AccountID[0].Value
	}
}
