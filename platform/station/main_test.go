package station

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails if descriptors or goroutines are left.
func TestMain(m *testing.M) {
	before := openFiles()
	code := m.Run()
	for end := time.Now().Add(2 * time.Second); runtime.NumGoroutine() > 1 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > 1 {
		buf := make([]byte, 1<<20)
		fmt.Fprintf(os.Stderr, "%d goroutines leak:\n%s\n", n-1, buf[:runtime.Stack(buf, true)])
		code = 1
	}
	if after := openFiles(); len(after) > len(before) {
		fmt.Fprintf(os.Stderr, "descriptors leak: before %v, after %v\n", before, after)
		code = 1
	}
	os.Exit(code)
}

// openFiles lists what is open but for the runtime's own.
func openFiles() (open []string) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && !strings.Contains(to, "eventpoll") && !strings.Contains(to, "eventfd") && !strings.HasPrefix(to, "/proc/") {
			open = append(open, e.Name()+" "+to)
		}
	}
	return open
}
