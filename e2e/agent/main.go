// Agent runs in the guest of the end-to-end tests. It reads requests from the
// virtio port that is called "agent", runs each in a shell, and answers there.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

type request struct {
	ID      int    `json:"id"`
	Command string `json:"command"`
}

type reply struct {
	ID     int    `json:"id"`
	Code   int    `json:"code"`
	Output []byte `json:"output"` // any bytes
}

func main() {
	f, err := os.OpenFile(port(), os.O_RDWR, 0)
	if err != nil {
		log.Fatal(err)
	}
	var mu sync.Mutex
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil { // nobody is there yet
			time.Sleep(50 * time.Millisecond)
			continue
		}
		var q request
		if json.Unmarshal(line, &q) != nil {
			continue
		}
		go func() {
			b, _ := json.Marshal(run(q)) // it has nothing that can't be written
			mu.Lock()
			defer mu.Unlock()
			if _, err := f.Write(append(b, '\n')); err != nil {
				log.Print(err)
			}
		}()
	}
}

// port waits for the device.
func port() string {
	for ; ; time.Sleep(50 * time.Millisecond) {
		names, _ := filepath.Glob("/sys/class/virtio-ports/*/name") // the pattern is right
		for _, name := range names {
			if b, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(b)) == "agent" {
				return "/dev/" + filepath.Base(filepath.Dir(name))
			}
		}
	}
}

func run(q request) reply {
	out, err := exec.Command("/bin/sh", "-c", q.Command).CombinedOutput()
	r := reply{ID: q.ID, Output: out}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		r.Code = exit.ExitCode()
	case err != nil:
		r.Code, r.Output = -1, []byte(err.Error())
	}
	return r
}
