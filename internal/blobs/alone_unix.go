//go:build unix

package blobs

import (
	"os"
	"syscall"
)

// alone takes a file for its holder alone, until it is closed, also when the process is killed.
func alone(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
