package api

import (
	"errors"
	"strings"
	"syscall"
)

// errno returns the number and the text of a failed system call; the text is that of the C library, which
// begins with a capital letter, unlike Go's.
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
