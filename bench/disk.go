package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// memoryFS is what statfs calls file systems that live in memory: there a sync costs nothing, and no figure counts.
var memoryFS = map[int64]bool{0x01021994: true, 0x858458f6: true} // tmpfs, ramfs

// realDisk is a folder on a disk: the one asked for, or the first good one of the usual.
func realDisk(asked string) (string, error) {
	places := []string{os.TempDir(), "/var/tmp"}
	if asked != "" {
		places = []string{asked}
	}
	for _, place := range places {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(place, &fs); err != nil || memoryFS[int64(fs.Type)] { //nolint:unconvert // int32 on some machines
			continue
		}
		return filepath.Abs(place)
	}
	return "", fmt.Errorf("none of %v is on a real disk; say one with -dir", places)
}

// syncRate is how many times a second the disk makes an appended page durable.
func syncRate(dir string) (rate float64, err error) {
	f, err := os.Create(filepath.Join(dir, "syncs"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	page := make([]byte, 4096)
	begin := time.Now()
	n := 0
	for time.Since(begin) < time.Second {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(begin).Seconds(), nil
}
