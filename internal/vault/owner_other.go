//go:build !unix

package vault

import "os"

// ours is left to the access lists of systems that have no numeric owners.
func ours(os.FileInfo) bool { return true }
