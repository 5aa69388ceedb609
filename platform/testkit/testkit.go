// Package testkit is what the tests of several packages need alike: a bus of their
// own, images with a file system, buffers that many write to, waiting.
package testkit

import (
	"bytes"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// Buffer is a buffer for several goroutines.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// patience is for how long Await waits, on a busy machine.
const patience = time.Minute

// Await waits until it is so, and fails the test if it doesn't come to that.
func Await(t testing.TB, what string, so func() bool) {
	t.Helper()
	if !Within(patience, so) {
		t.Fatalf("%s: not within %v", what, patience)
	}
}

// Within waits until it is so, and returns false if it isn't by then.
func Within(limit time.Duration, so func() bool) bool {
	for end := time.Now().Add(limit); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// Execute runs a program, which must succeed, and returns what it prints.
func Execute(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}
