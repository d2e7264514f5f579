//go:build !unix

package blobs

import "os"

// alone is for systems without such locks: there the digest of the whole finds two writers.
func alone(*os.File) bool { return true }
