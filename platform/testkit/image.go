package testkit

import (
	"os"
	"os/exec"
	"testing"
)

// Image makes a file of that size and a file system in it, to be mounted by
// loop. Where that can't be, the test is skipped.
func Image(t testing.TB, path string, size int64, mkfs ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root to mount an image")
	}
	if _, err := exec.LookPath(mkfs[0]); err != nil {
		t.Skip("needs ", mkfs[0])
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	Execute(t, mkfs[0], append(mkfs[1:len(mkfs):len(mkfs)], path)...)
}
