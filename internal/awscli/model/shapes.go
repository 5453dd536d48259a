package model

// Input is the request.
var Input = structure(
	member("registryId", text),
	required("repositoryName", &Shape{Kind: Text, Min: 2}),
	required("imageId", imageID),
	member("nextToken", text),
	member("maxResults", &Shape{Kind: Integer, Min: 1}),
)

// Output is the response.
var Output = structure(
	member("registryId", text),
	member("repositoryName", text),
	member("imageId", imageID),
	member("imageScanStatus", structure(texts("status", "description")...)),
	member("imageScanFindings", structure(
		member("imageScanCompletedAt", timestamp),
		member("vulnerabilitySourceUpdatedAt", timestamp),
		member("findingSeverityCounts", mapOf(integer)),
		member("findings", list(finding)),
		member("enhancedFindings", list(enhancedFinding)),
	)),
	member("nextToken", text),
)

var imageID = structure(
	member("imageDigest", text),
	member("imageTag", &Shape{Kind: Text, Min: 1}),
)

var finding = structure(
	member("name", text),
	member("description", text),
	member("uri", text),
	member("severity", text),
	member("attributes", list(structure(texts("key", "value")...))),
)

var enhancedFinding = structure(
	member("awsAccountId", text),
	member("description", text),
	member("findingArn", text),
	member("firstObservedAt", timestamp),
	member("lastObservedAt", timestamp),
	member("packageVulnerabilityDetails", vulnerability),
	member("remediation", structure(
		member("recommendation", structure(texts("url", "text")...)),
	)),
	member("resources", list(resource)),
	member("score", double),
	member("scoreDetails", structure(member("cvss", scoreDetails))),
	member("severity", text),
	member("status", text),
	member("title", text),
	member("type", text),
	member("updatedAt", timestamp),
	member("fixAvailable", text),
	member("exploitAvailable", text),
)

var vulnerability = structure(
	member("cvss", list(structure(
		member("baseScore", double),
		member("scoringVector", text),
		member("source", text),
		member("version", text),
	))),
	member("referenceUrls", textList("Url")),
	member("relatedVulnerabilities", textList("RelatedVulnerability")),
	member("source", text),
	member("sourceUrl", text),
	member("vendorCreatedAt", timestamp),
	member("vendorSeverity", text),
	member("vendorUpdatedAt", timestamp),
	member("vulnerabilityId", text),
	member("vulnerablePackages", list(structure(
		member("arch", text),
		member("epoch", integer),
		member("filePath", text),
		member("name", text),
		member("packageManager", text),
		member("release", text),
		member("sourceLayerHash", text),
		member("version", text),
		member("fixedInVersion", text),
	))),
)

var resource = structure(
	member("details", structure(member("awsEcrContainerImage", structure(
		member("architecture", text),
		member("author", text),
		member("imageHash", text),
		member("imageTags", textList("ImageTag")),
		member("platform", text),
		member("pushedAt", timestamp),
		member("lastInUseAt", timestamp),
		member("inUseCount", integer),
		member("registry", text),
		member("repositoryName", text),
	)))),
	member("id", text),
	member("tags", mapOf(text)),
	member("type", text),
)

var scoreDetails = structure(
	member("adjustments", list(structure(texts("metric", "reason")...))),
	member("score", double),
	member("scoreSource", text),
	member("scoringVector", text),
	member("version", text),
)
