package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick of the times in /proc; 100 a second on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// procStat is what /proc/PID/stat tells.
type procStat struct {
	parent int
	cpu    time.Duration // user and system
}

func readStat(pid int) (procStat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return procStat{}, err
	}
	// The name in brackets may hold anything; after it come state, parent, … utime and stime as 14th and 15th of all.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return procStat{}, fmt.Errorf("/proc/%d/stat cannot be read", pid)
	}
	var n [3]int
	for i, at := range []int{1, 11, 12} {
		if n[i], err = strconv.Atoi(string(fields[at])); err != nil {
			return procStat{}, err
		}
	}
	return procStat{n[0], time.Duration(n[1]+n[2]) * tick}, nil
}

// cpuOf reads the CPU time of a process.
func cpuOf(pid int) meter {
	return func() (time.Duration, error) {
		s, err := readStat(pid)
		return s.cpu, err
	}
}

// machineCPU reads what all processors have done for anybody, and what a host took from them.
func machineCPU() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	var user, nice, system, idle, wait, irq, soft, steal int64
	if _, err := fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &wait, &irq, &soft, &steal); err != nil {
		return 0, fmt.Errorf("/proc/stat: %w", err)
	}
	return time.Duration(user+nice+system+irq+soft+steal) * tick, nil
}

// ownCPU reads the CPU time of this process.
func ownCPU() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// cpuOfChildren reads the CPU time of a process and the children it has now: a PostgreSQL server.
func cpuOfChildren(pid int) meter {
	return func() (time.Duration, error) {
		own, err := readStat(pid)
		if err != nil {
			return 0, err
		}
		sum := own.cpu
		all, err := filepath.Glob("/proc/[0-9]*")
		if err != nil {
			return 0, err
		}
		for _, dir := range all {
			child, err := strconv.Atoi(filepath.Base(dir))
			if err != nil {
				continue
			}
			if s, err := readStat(child); err == nil && s.parent == pid { // one that has ended meanwhile is left out
				sum += s.cpu
			}
		}
		return sum, nil
	}
}

// resident is the memory a process holds, in bytes.
func resident(pid int) (int64, error) { return statusOf(pid, "VmRSS:") }

// statusOf reads a size of /proc/PID/status, in bytes.
func statusOf(pid int, name string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status tells no %s", pid, name)
}
