package vm

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"
)

// monitor speaks QMP: one object a line, a greeting first, events in between.
type monitor struct {
	mu   sync.Mutex
	conn net.Conn
	in   *json.Decoder
}

type arguments map[string]any

// patience is for how long QEMU may take to answer; with a state of some hundred
// megabytes to save, on a busy machine, that is long.
const patience = 3 * time.Minute

func newMonitor(conn net.Conn) (*monitor, error) {
	m := &monitor{conn: conn, in: json.NewDecoder(conn)}
	var greeting struct{}
	if err := m.in.Decode(&greeting); err != nil {
		return nil, err
	}
	return m, m.execute("qmp_capabilities", nil, nil)
}

// execute runs a command and fills in its result, unless that is nil.
func (m *monitor) execute(command string, args arguments, result any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	request := map[string]any{"execute": command}
	if args != nil {
		request["arguments"] = args
	}
	if err := m.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if err := json.NewEncoder(m.conn).Encode(request); err != nil {
		return err
	}
	for {
		var r struct {
			Event  string
			Return json.RawMessage
			Error  *struct{ Desc string }
		}
		if err := m.in.Decode(&r); err != nil {
			return err
		}
		switch {
		case r.Event != "":
		case r.Error != nil:
			return fmt.Errorf("qemu: %s: %s", command, r.Error.Desc)
		case result != nil:
			return json.Unmarshal(r.Return, result)
		default:
			return nil
		}
	}
}
