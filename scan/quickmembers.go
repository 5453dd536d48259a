package scan

import (
	"math"
	"strings"
)

// An object has the members of an object of the answer that ecrgate reads, each with how it is read:
// those of the struct T, which is for encoding/json.
type object[T any] struct {
	list    []field[T]
	folded  map[string]bool // the names in lower case
	lengths uint64          // of the names, a bit for each
}

type field[T any] struct {
	name string
	read func(*quick, *T)
}

func objectOf[T any](list ...field[T]) *object[T] {
	m := &object[T]{list: list, folded: map[string]bool{}}
	for _, one := range list {
		m.folded[strings.ToLower(one.name)] = true
		m.lengths |= 1 << len(one.name)
	}
	return m
}

// headOf is objectOf for the objects around the findings, where other known names must not be passed
// over: a member that stands there twice is refused, see unambiguous.
func headOf[T any](list ...field[T]) *object[T] {
	o := objectOf(list...)
	for _, name := range single {
		o.folded[strings.ToLower(name)] = true
		o.lengths |= 1 << len(name)
	}
	return o
}

// find gives the place of a member in the list; -1 when it is none.
func (m *object[T]) find(name []byte) int {
	for i := range m.list {
		if m.list[i].name == string(name) {
			return i
		}
	}
	return -1
}

// read reads an object, or null as nothing.
func (m *object[T]) read(q *quick, t *T) {
	if q.null() {
		return
	}
	seen := uint64(0)
	q.each('{', '}', func() {
		name := q.quoted()
		q.take(':')
		switch i := m.find(name.raw); {
		case name.escaped || name.wide || i < 0 && m.resembles(name.raw) || i >= 0 && seen&(1<<i) != 0:
			q.giveUp()
		case i < 0:
			q.skip(0)
		default:
			seen |= 1 << i
			m.list[i].read(q, t)
		}
	})
}

// resembles tells a name that is another one in upper and lower case, for which encoding/json takes
// it.
func (m *object[T]) resembles(name []byte) bool {
	var lower [64]byte
	if len(name) >= len(lower) || m.lengths&(1<<len(name)) == 0 {
		return false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return m.folded[string(lower[:len(name)])]
}

// listOf reads a list, or null as none. It makes room for elements of so many bytes.
func listOf[T any](q *quick, bytes int, read func(*T)) []T {
	if q.null() {
		return nil
	}
	list := make([]T, 0, min((len(q.raw)-q.at)/bytes, 1000))
	q.each('[', ']', func() {
		var one T
		read(&one)
		list = append(list, one)
	})
	return list
}

func (q *quick) textList() []string { return listOf(q, math.MaxInt, func(s *string) { *s = q.word() }) }

// time reads a number of seconds, or the text of a date.
func (q *quick) time() (t timestamp) {
	if q.null() || q.gaveUp {
		return t
	}
	parse, text := parseSeconds, ""
	if q.peek() == '"' {
		parse, text = parseISO, q.text()
	} else {
		text = q.number()
	}
	parsed, err := parse(text)
	if err != nil {
		q.giveUp()
	}
	return timestamp{date(parsed)}
}

var pageObject = headOf(
	field[wirePage]{"registryId", func(q *quick, w *wirePage) { w.RegistryID = q.text() }},
	field[wirePage]{"repositoryName", func(q *quick, w *wirePage) { w.RepositoryName = q.text() }},
	field[wirePage]{"imageId", func(q *quick, w *wirePage) { imageObject.read(q, &w.ImageID) }},
	field[wirePage]{"imageScanStatus", func(q *quick, w *wirePage) { statusObject.read(q, &w.ImageScanStatus) }},
	field[wirePage]{"imageScanFindings", func(q *quick, w *wirePage) {
		if !q.null() {
			w.ImageScanFindings = &wireFindings{}
			findingsObject.read(q, w.ImageScanFindings)
		}
	}},
	field[wirePage]{"nextToken", func(q *quick, w *wirePage) { w.NextToken = q.text() }},
	field[wirePage]{"NextToken", func(q *quick, w *wirePage) { w.CLIToken = q.text() }},
)

var imageObject = headOf(
	field[wireImage]{"imageDigest", func(q *quick, w *wireImage) { w.ImageDigest = q.text() }},
	field[wireImage]{"imageTag", func(q *quick, w *wireImage) { w.ImageTag = q.text() }},
)

var statusObject = headOf(
	field[wireStatus]{"status", func(q *quick, w *wireStatus) { w.Status = q.text() }},
	field[wireStatus]{"description", func(q *quick, w *wireStatus) { w.Description = q.text() }},
)

var findingsObject = headOf(
	field[wireFindings]{"imageScanCompletedAt", func(q *quick, w *wireFindings) { w.ImageScanCompletedAt = q.time() }},
	field[wireFindings]{"findingSeverityCounts", func(q *quick, w *wireFindings) { w.FindingSeverityCounts = q.counts() }},
	field[wireFindings]{"findings", func(q *quick, w *wireFindings) {
		w.Findings = listOf(q, 400, func(f *basicFinding) { basicObject.read(q, f) })
	}},
	field[wireFindings]{"enhancedFindings", func(q *quick, w *wireFindings) {
		list := enhancedFindingList(listOf(q, 2000, func(f *enhancedFinding) { enhancedObject.read(q, f) }))
		if list != nil {
			w.EnhancedFindings = &list
		}
	}},
)

// counts are numbers by name.
func (q *quick) counts() map[string]float64 {
	if q.null() {
		return nil
	}
	counts := map[string]float64{}
	q.each('{', '}', func() {
		if q.peek() != '"' { // text takes a null too
			q.giveUp()
		}
		name := q.text()
		q.take(':')
		if counts[name] = 0; !q.null() {
			counts[name] = q.float()
		}
	})
	return counts
}

var basicObject = objectOf(
	field[basicFinding]{"name", func(q *quick, f *basicFinding) { f.Name = q.text() }},
	field[basicFinding]{"description", func(q *quick, f *basicFinding) { f.Description = q.text() }},
	field[basicFinding]{"uri", func(q *quick, f *basicFinding) { f.URI = q.text() }},
	field[basicFinding]{"severity", func(q *quick, f *basicFinding) { f.Severity = q.word() }},
	field[basicFinding]{"attributes", func(q *quick, f *basicFinding) {
		f.Attributes = listOf(q, math.MaxInt, func(a *attribute) { attributeObject.read(q, a) })
	}},
)

var attributeObject = objectOf(
	field[attribute]{"key", func(q *quick, a *attribute) { a.Key = q.word() }},
	field[attribute]{"value", func(q *quick, a *attribute) { a.Value = q.text() }},
)

var enhancedObject = objectOf(
	field[enhancedFinding]{"description", func(q *quick, f *enhancedFinding) { f.Description = q.text() }},
	field[enhancedFinding]{"findingArn", func(q *quick, f *enhancedFinding) { f.FindingArn = q.text() }},
	field[enhancedFinding]{"firstObservedAt", func(q *quick, f *enhancedFinding) { f.FirstObservedAt = q.time() }},
	field[enhancedFinding]{"packageVulnerabilityDetails", func(q *quick, f *enhancedFinding) { detailObject.read(q, &f.Details) }},
	field[enhancedFinding]{"score", func(q *quick, f *enhancedFinding) {
		if !q.null() {
			score := q.float()
			f.Score = &score
		}
	}},
	field[enhancedFinding]{"scoreDetails", func(q *quick, f *enhancedFinding) {
		if !q.null() {
			f.ScoreDetails = &scoreDetails{}
			scoreObject.read(q, f.ScoreDetails)
		}
	}},
	field[enhancedFinding]{"severity", func(q *quick, f *enhancedFinding) { f.Severity = q.word() }},
	field[enhancedFinding]{"status", func(q *quick, f *enhancedFinding) { f.Status = q.word() }},
	field[enhancedFinding]{"title", func(q *quick, f *enhancedFinding) { f.Title = q.text() }},
	field[enhancedFinding]{"fixAvailable", func(q *quick, f *enhancedFinding) { f.Fix = q.word() }},
	field[enhancedFinding]{"exploitAvailable", func(q *quick, f *enhancedFinding) { f.Exploit = q.word() }},
)

var scoreObject = objectOf(
	field[scoreDetails]{"cvss", func(q *quick, s *scoreDetails) { cvssObject.read(q, &s.CVSS) }},
)

var cvssObject = objectOf(
	field[cvss]{"scoreSource", func(q *quick, c *cvss) { c.ScoreSource = q.word() }},
	field[cvss]{"scoringVector", func(q *quick, c *cvss) { c.ScoringVector = q.word() }},
)

var detailObject = objectOf(
	field[enhancedDetails]{"referenceUrls", func(q *quick, d *enhancedDetails) { d.ReferenceURLs = q.textList() }},
	field[enhancedDetails]{"relatedVulnerabilities", func(q *quick, d *enhancedDetails) { d.RelatedVulnerabilities = q.textList() }},
	field[enhancedDetails]{"sourceUrl", func(q *quick, d *enhancedDetails) { d.SourceURL = q.word() }},
	field[enhancedDetails]{"vendorCreatedAt", func(q *quick, d *enhancedDetails) { d.VendorCreatedAt = q.time() }},
	field[enhancedDetails]{"vulnerabilityId", func(q *quick, d *enhancedDetails) { d.VulnerabilityID = q.text() }},
	field[enhancedDetails]{"vulnerablePackages", func(q *quick, d *enhancedDetails) {
		d.VulnerablePackages = listOf(q, math.MaxInt, func(p *vulnerablePackage) { packageObject.read(q, p) })
	}},
)

var packageObject = objectOf(
	field[vulnerablePackage]{"arch", func(q *quick, p *vulnerablePackage) { p.Arch = q.word() }},
	field[vulnerablePackage]{"epoch", func(q *quick, p *vulnerablePackage) { p.Epoch = q.epoch() }},
	field[vulnerablePackage]{"filePath", func(q *quick, p *vulnerablePackage) { p.FilePath = q.text() }},
	field[vulnerablePackage]{"name", func(q *quick, p *vulnerablePackage) { p.Name = q.text() }},
	field[vulnerablePackage]{"packageManager", func(q *quick, p *vulnerablePackage) { p.PackageManager = q.word() }},
	field[vulnerablePackage]{"release", func(q *quick, p *vulnerablePackage) { p.Release = q.text() }},
	field[vulnerablePackage]{"version", func(q *quick, p *vulnerablePackage) { p.Version = q.text() }},
	field[vulnerablePackage]{"fixedInVersion", func(q *quick, p *vulnerablePackage) { p.FixedInVersion = q.text() }},
)

func (q *quick) epoch() epoch {
	if q.null() || q.gaveUp {
		return 0
	}
	n, err := parseEpoch(q.number())
	if err != nil {
		q.giveUp()
	}
	return epoch(n)
}
