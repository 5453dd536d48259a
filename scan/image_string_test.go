package scan

import "testing"

func TestAnImagePrintsWithoutItsHost(t *testing.T) {
	for want, img := range map[string]Image{
		"team/app:1.2":    {RegistryID: "123456789012", Region: "eu-west-1", Repository: "team/app", Tag: "1.2", Digest: sha},
		"team/app@" + sha: {Repository: "team/app", Digest: sha},
		"team/app":        {Repository: "team/app"},
	} {
		if got := img.String(); got != want {
			t.Errorf("%+v prints as %q, want %q", img, got, want)
		}
	}
	img := Image{Repository: "team/app", Tag: "1.2", Digest: sha}
	if got := img.Pinned(); got != "team/app@"+sha {
		t.Errorf("pinned is %q", got)
	}
}

func TestAnImageOfPartsIsCheckedPartByPart(t *testing.T) {
	good := Image{RegistryID: "123456789012", Region: "us-gov-east-1", Repository: "team/app", Tag: "1", Digest: sha}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Image){
		"an account that is too short":  func(i *Image) { i.RegistryID = "1234" },
		"an account with letters":       func(i *Image) { i.RegistryID = "12345678901a" },
		"a region in upper case":        func(i *Image) { i.Region = "EU-WEST-1" },
		"a region with a host in it":    func(i *Image) { i.Region = "eu-west-1.evil.example" },
		"a region with a slash":         func(i *Image) { i.Region = "eu-west-1/x" },
		"a repository with a tag in it": func(i *Image) { i.Repository = "team/app:1" },
		"a repository with a host":      func(i *Image) { i.Repository = "localhost:5000/app" },
		"a tag with a digest in it":     func(i *Image) { i.Tag = "1@" + sha },
		"a digest without sha256":       func(i *Image) { i.Digest = sha[7:] },
		"neither tag nor digest":        func(i *Image) { i.Tag, i.Digest = "", "" },
		"no repository":                 func(i *Image) { i.Repository = "" },
	} {
		img := good
		spoil(&img)
		if img.Check() == nil {
			t.Errorf("%s: %+v passes", name, img)
		}
	}
}
