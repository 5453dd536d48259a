package api

import (
	"errors"
	"strings"
	"syscall"
)

// errno returns number and text of a failed system call; the text as the C library has it, which
// begins with a capital where Go's does not.
func errno(err error) (int, string) {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return 0, err.Error()
	}
	text := number.Error()
	switch number {
	case syscall.EIO:
		text = "Input/output error"
	case syscall.ENOTTY:
		text = "Inappropriate ioctl for device"
	default:
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return int(number), text
}
