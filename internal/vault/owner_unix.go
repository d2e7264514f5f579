//go:build unix

package vault

import (
	"os"
	"syscall"
)

// ours tells whether a file belongs to the user this process runs as.
func ours(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
