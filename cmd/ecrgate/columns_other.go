//go:build !linux && !darwin

package main

import "os"

// columns is not known here: no file counts as a terminal.
func columns(*os.File) (int, bool) { return 0, false }
