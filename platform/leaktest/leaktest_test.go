package leaktest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

// Each kind of leak is seen, and told.
func TestLeaks(t *testing.T) {
	tests := map[string]struct {
		leak func() (mend func())
		said string
	}{
		"nothing": {func() func() { return func() {} }, ""},
		"a descriptor": {func() func() {
			f, _ := os.Open(os.DevNull)
			return func() { f.Close() }
		}, "descriptors leak: [\""},
		"a process": {func() func() {
			sleep := exec.Command("sleep", "600")
			sleep.Start()
			return func() { sleep.Process.Kill(); sleep.Wait() }
		}, "processes are left: [\""},
		"a goroutine": {func() func() {
			end := make(chan struct{})
			go func() { <-end }()
			return func() { close(end) }
		}, "1 goroutines leak:\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := now()
			mend := test.leak()
			defer mend()
			left := now().since(before)
			if said := left.String(); left.none() != (test.said == "") || !strings.Contains(said, test.said) {
				t.Errorf("said %q", said)
			}
		})
	}
}
