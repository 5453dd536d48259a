//go:build linux || darwin

package main

import (
	"os"
	"syscall"
	"unsafe"
)

// columns returns the width of a terminal, and whether f is one.
func columns(f *os.File) (int, bool) {
	var size struct{ rows, columns, width, height uint16 }
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	return int(size.columns), failed == 0
}
