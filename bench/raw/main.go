// Command raw downloads the findings of one image, page by page, and does nothing with them: no
// signature, no decoding, no report. Nothing that reads the pages one after another can be faster,
// so it is what ecrgate is measured against.
//
//	raw URL REPOSITORY TAG
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: raw URL REPOSITORY TAG")
		os.Exit(2)
	}
	pages, size, err := download(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, "raw:", err)
		os.Exit(1)
	}
	fmt.Println(pages, "pages,", size, "bytes")
}

// download follows the next tokens to the last page.
func download(url, repository, tag string) (pages, size int, err error) {
	ask := map[string]any{"repositoryName": repository, "imageId": map[string]string{"imageTag": tag}, "maxResults": 1000}
	var page bytes.Buffer
	for {
		if err := get(url, ask, &page); err != nil {
			return 0, 0, err
		}
		pages, size = pages+1, size+page.Len()
		token := nextToken(page.Bytes())
		if token == "" {
			return pages, size, nil
		}
		ask["nextToken"] = token
	}
}

func get(url string, ask map[string]any, page *bytes.Buffer) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.DescribeImageScanFindings")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	page.Reset()
	if _, err := page.ReadFrom(resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d: %s", resp.StatusCode, page)
	}
	return nil
}

// nextToken looks for the token near the end of the page, where the fake writes it.
func nextToken(page []byte) string {
	name := []byte(`"nextToken":"`)
	at := bytes.LastIndex(page, name)
	if at < 0 {
		return ""
	}
	token, _, _ := bytes.Cut(page[at+len(name):], []byte(`"`))
	return string(token)
}
