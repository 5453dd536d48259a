package outfile

import (
	"os"
	"path/filepath"
	"strings"
)

// Replaces reports whether writing a file would replace another one, which exists. It replaces a symbolic link,
// not the file that the link points to.
func Replaces(file, other string) bool {
	if Path(file) == Path(other) {
		_, err := os.Lstat(other)
		return err == nil
	}
	target, err := os.Lstat(file)
	if err != nil {
		return false
	}
	for _, stat := range []func(string) (os.FileInfo, error){os.Lstat, os.Stat} {
		if there, err := stat(other); err == nil && os.SameFile(target, there) {
			return true
		}
	}
	return false
}

// Path returns one path for all names of a file: it resolves links in the directories, as far as they
// exist. The last element may be a link, which writing replaces. The name - stays as it is.
func Path(file string) string {
	if file == "-" {
		return file
	}
	whole, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	dir, rest := filepath.Dir(whole), filepath.Base(whole)
	for {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if parent := filepath.Dir(dir); parent != dir && !strings.HasSuffix(dir, string(filepath.Separator)) {
			dir, rest = parent, filepath.Join(filepath.Base(dir), rest)
			continue
		}
		return whole
	}
}

// IsStream reports whether a name stands for a stream, which is written to instead of replaced: standard output
// (-), a device, a pipe, or another open file of the process.
func IsStream(file string) bool {
	if file == "-" || isDescriptor(file) {
		return true
	}
	stat, err := os.Stat(file)
	return err == nil && !stat.Mode().IsRegular() && !stat.IsDir()
}

// isDescriptor reports whether a name, such as /dev/stdout, stands for an open file of the process.
func isDescriptor(file string) bool {
	name := filepath.Clean(file)
	for range 4 { // /dev/stdout → /proc/self/fd/1 → the file itself
		dir := filepath.Dir(name)
		if dir == "/dev/fd" || strings.HasPrefix(dir, "/proc/") && filepath.Base(dir) == "fd" {
			return true
		}
		to, err := os.Readlink(name)
		if err != nil {
			return false
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		name = to
	}
	return false
}
