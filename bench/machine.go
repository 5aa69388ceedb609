package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// machine describes in one line what the figures were measured on.
func machine() string {
	var info unix.Sysinfo_t
	var name unix.Utsname
	if unix.Sysinfo(&info) != nil || unix.Uname(&name) != nil {
		return runtime.GOARCH
	}
	memory := float64(info.Totalram) * float64(info.Unit) / gib
	return fmt.Sprintf("%s %s, %d processors (%s), %.0f GiB of memory, load at the start %s", runtime.GOOS,
		unix.ByteSliceToString(name.Release[:]), runtime.NumCPU(), processor(), memory, load())
}

// load is how many processes ran or waited for the disk in the last minute.
func load() string {
	load, _, _ := strings.Cut(readFile("/proc/loadavg"), " ")
	return load
}

func processor() string {
	for line := range strings.Lines(readFile("/proc/cpuinfo")) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func readFile(name string) string {
	text, _ := os.ReadFile(name)
	return string(text)
}
