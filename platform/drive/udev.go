//go:build cgo && !noudev

package drive

import (
	"context"
	"errors"
	"fmt"

	"github.com/jochenvg/go-udev"
)

// bufferSize is room for the messages about some thousand devices. Asking for
// more than the system's default needs a privilege, and is no loss without.
const bufferSize = 8 << 20

// asked are the properties that the package goes by.
var asked = []string{"DISKSEQ", "ID_BUS", "ID_DRIVE_FLASH_SD", "ID_FS_TYPE", "ID_FS_USAGE", "ID_FS_LABEL", "ID_FS_LABEL_ENC", "ID_FS_UUID", "ID_FS_UUID_ENC", "ID_PART_ENTRY_NAME", "ID_PART_ENTRY_UUID"}

func copyProperties(d *udev.Device) properties {
	p := properties{}
	for _, k := range asked {
		if v := d.PropertyValue(k); v != "" {
			p[k] = v
		}
	}
	return p
}

// database is udev's own. It is right whenever udev has said something, and when
// what it said was lost.
type database struct{ udev udev.Udev }

// properties is nil if udev hasn't dealt with the device yet.
func (d *database) properties(b *block) properties {
	// Not by MkDev, which packs minor numbers above 255 wrong.
	dev := d.udev.NewDeviceFromDeviceID(fmt.Sprintf("b%d:%d", b.major, b.minor))
	if dev == nil || !dev.IsInitialized() {
		return nil
	}
	return copyProperties(dev)
}

// listen delivers what udev says of block devices, until ctx ends. Then, and if
// udev can't be listened to any more, it closes the channel.
func listen(ctx context.Context, warn func(error)) (<-chan message, error) {
	var u udev.Udev
	m := u.NewMonitorFromNetlink("udev")
	if m == nil {
		return nil, errors.New("udev can't be listened to")
	}
	if err := m.FilterAddMatchSubsystem("block"); err != nil {
		return nil, err
	}
	_ = m.SetReceiveBufferSize(bufferSize)
	devices, errs, err := m.DeviceChan(ctx)
	if err != nil {
		return nil, err
	}
	out := make(chan message)
	go func() {
		defer close(out)
		forward(ctx, devices, errs, out, warn)
	}()
	return out, nil
}

// forward goes on reading when ctx has ended: go-udev's goroutine sends without
// looking, and closes the two channels one after the other up to a second later.
func forward(ctx context.Context, devices <-chan *udev.Device, errs <-chan error, out chan<- message, warn func(error)) {
	for devices != nil || errs != nil {
		select {
		case d, ok := <-devices:
			if !ok {
				devices = nil
				continue
			}
			select {
			case out <- message{action: d.Action(), node: d.PropertyValue("DEVNAME"), props: copyProperties(d)}:
			case <-ctx.Done():
			}
		case err, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			warn(err)
		}
	}
}
