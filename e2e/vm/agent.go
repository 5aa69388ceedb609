package vm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// agent is this end of what e2e/agent is the other end of.
type agent struct {
	conn net.Conn

	mu      sync.Mutex
	lastID  int
	waiting map[int]chan reply
}

type reply struct {
	ID     int
	Code   int
	Output []byte
}

func newAgent(conn net.Conn) *agent {
	a := &agent{conn: conn, waiting: map[int]chan reply{}}
	go a.read()
	return a
}

func (a *agent) read() {
	in := json.NewDecoder(a.conn)
	for {
		var r reply
		if err := in.Decode(&r); err != nil {
			return
		}
		a.mu.Lock()
		if answer := a.waiting[r.ID]; answer != nil {
			answer <- r
			delete(a.waiting, r.ID)
		}
		a.mu.Unlock()
	}
}

func (a *agent) ask(command string) (<-chan reply, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lastID++
	answer := make(chan reply, 1)
	a.waiting[a.lastID] = answer
	return answer, json.NewEncoder(a.conn).Encode(map[string]any{"id": a.lastID, "command": command})
}

// ErrTime means that a command has not ended in time.
var ErrTime = errors.New("no answer")

// Shell runs a command in the machine's shell and returns what it printed. If the
// command fails, that is an error.
func (v *VM) Shell(command string, patience time.Duration) ([]byte, error) {
	answer, err := v.agent.ask(command)
	if err != nil {
		return nil, err
	}
	select {
	case r := <-answer:
		if r.Code != 0 {
			return r.Output, fmt.Errorf("exit code %d of %q: %s", r.Code, command, r.Output)
		}
		return r.Output, nil
	case <-time.After(patience):
		return nil, fmt.Errorf("%w in %v to %q", ErrTime, patience, command)
	case <-v.exited:
		return nil, errors.New("the machine has ended")
	}
}

// Await waits until the machine takes commands.
func (v *VM) Await(patience time.Duration) error {
	for end := time.Now().Add(patience); ; {
		_, err := v.Shell("true", 3*time.Second)
		if !errors.Is(err, ErrTime) || time.Now().After(end) {
			return err
		}
	}
}
