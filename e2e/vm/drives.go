package vm

import (
	"os"
	"time"
)

const cardReader = "reader"

// Stick is what to plug into the USB port.
type Stick struct {
	Name     string // for Unplug
	Image    string
	Serial   string
	ReadOnly bool
	Log      string // if not "", a file that takes every write: see package blklog
	PerSec   int    // if not 0, how many reads and writes it does in a second
}

// PlugUSB plugs a stick in.
func (v *VM) PlugUSB(s Stick) error {
	if s.PerSec > 0 {
		if err := v.slow(s); err != nil {
			return err
		}
	}
	node, err := s.node()
	if err != nil {
		return err
	}
	if err := v.qmp.execute("blockdev-add", node, nil); err != nil {
		return err
	}
	return v.qmp.execute("device_add", arguments{
		"driver": "usb-storage", "id": s.Name, "bus": "xhci.0", "drive": s.Name, "serial": s.Serial, "removable": true,
	}, nil)
}

// slow makes the group by which the stick is slowed down, which stays.
func (v *VM) slow(s Stick) error {
	_ = v.qmp.execute("object-del", arguments{"id": s.group()}, nil) // of when it was plugged in before
	return v.qmp.execute("object-add", arguments{"qom-type": "throttle-group", "id": s.group(), "x-iops-total": s.PerSec}, nil)
}

func (s Stick) group() string { return "slow-" + s.Name }

func (s Stick) node() (arguments, error) {
	file := func(path string) arguments {
		return arguments{"driver": "raw", "read-only": s.ReadOnly, "file": arguments{"driver": "file", "filename": path}}
	}
	node := file(s.Image)
	if s.Log != "" {
		if err := os.WriteFile(s.Log, nil, 0o600); err != nil {
			return nil, err
		}
		node = arguments{"driver": "blklogwrites", "log-sector-size": 512, "log-super-update-interval": 1, "file": node, "log": file(s.Log)}
	}
	if s.PerSec > 0 {
		node = arguments{"driver": "throttle", "throttle-group": s.group(), "file": node}
	}
	node["node-name"] = s.Name
	return node, nil
}

// UnplugUSB pulls a stick out, whatever the machine is doing with it, and lets
// go of its image.
func (v *VM) UnplugUSB(name string) error {
	if err := v.qmp.execute("device_del", arguments{"id": name}, nil); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		// In use until the device is gone.
		err := v.qmp.execute("blockdev-del", arguments{"node-name": name}, nil)
		if err == nil || time.Now().After(end) {
			return err
		}
	}
}

// PlugCard puts a card into the reader. Its size has to be a power of two.
func (v *VM) PlugCard(image string) error {
	return v.qmp.execute("blockdev-change-medium", arguments{"id": cardReader, "filename": image, "format": "raw"}, nil)
}

// UnplugCard pulls the card out.
func (v *VM) UnplugCard() error {
	return v.qmp.execute("eject", arguments{"id": cardReader, "force": true}, nil)
}
