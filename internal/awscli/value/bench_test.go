package value

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// enhanced returns the JSON of a page with n enhanced findings, of some 2,200 bytes each.
func enhanced(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"registryId":"123456789012","imageScanFindings":{"enhancedFindings":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"awsAccountId":"123456789012","description":%q,"findingArn":"arn:aws:inspector2:eu-west-1:123456789012:finding/%032x",`+
			`"firstObservedAt":1722470400.123,"lastObservedAt":1722556800.0,"packageVulnerabilityDetails":{"cvss":[{"baseScore":7.5,`+
			`"scoringVector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H","source":"NVD","version":"3.1"}],"referenceUrls":[%s],`+
			`"relatedVulnerabilities":[],"source":"UBUNTU_CVE","sourceUrl":"https://ubuntu.com/security/CVE-2024-%d",`+
			`"vulnerabilityId":"CVE-2024-%d","vulnerablePackages":[{"arch":"AMD64","epoch":0,"filePath":"usr/lib/x","fixedInVersion":"0:3.0.2-0ubuntu1.%d",`+
			`"name":"openssl","packageManager":"OS","release":"0ubuntu1","sourceLayerHash":"sha256:%064x","version":"3.0.2"}]},`+
			`"remediation":{"recommendation":{"text":"None Provided"}},"score":7.5,"severity":"HIGH","status":"ACTIVE","title":"CVE-2024-%d - openssl",`+
			`"type":"PACKAGE_VULNERABILITY","updatedAt":1722556800.0,"fixAvailable":"YES","exploitAvailable":"NO"}`,
			strings.Repeat("A flaw in the handling of certificates lets a remote attacker read memory. ", 8), i,
			`"https://example.org/advisories/1","https://example.org/advisories/2","https://example.org/advisories/3"`, i, i, i, i, i)
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	text := enhanced(5000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendIndent(b *testing.B) {
	text := enhanced(5000)
	v := decode(b, string(text))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst, _ = AppendIndent(dst[:0], v, 0)
	}
}

func BenchmarkAppendCompact(b *testing.B) {
	text := enhanced(5000)
	v := decode(b, string(text))
	b.SetBytes(int64(len(text)))
	var dst []byte
	for b.Loop() {
		dst = AppendCompact(dst[:0], v)
	}
}
