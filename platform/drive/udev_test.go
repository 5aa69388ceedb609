//go:build cgo && !noudev

package drive

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jochenvg/go-udev"
	"golang.org/x/sys/unix"
)

// say multicasts what udevd would. Messages stay in their network namespace: in
// that of the machine, everybody who listens would believe them.
//
// The format is that of struct monitor_netlink_header in systemd's
// sd-device/device-monitor.c.
func say(t *testing.T, action, path string, props ...string) {
	t.Helper()
	body := map[string]string{"ACTION": action, "DEVPATH": "/devices/" + path, "SUBSYSTEM": "block", "DEVTYPE": "disk", "SEQNUM": "4711", "DEVNAME": "/dev/" + path[strings.LastIndexByte(path, '/')+1:], "MAJOR": "8", "MINOR": "17"}
	for _, p := range props {
		k, v, _ := strings.Cut(p, "=")
		body[k] = v
	}
	var b bytes.Buffer
	for _, k := range slices.Sorted(maps.Keys(body)) {
		fmt.Fprintf(&b, "%s=%s\x00", k, body[k])
	}
	const headerLen = 40
	h := append([]byte("libudev\x00"), 0xfe, 0xed, 0xca, 0xfe)
	for _, n := range []int{headerLen, headerLen, b.Len()} { // its length, where properties begin, their length
		h = binary.NativeEndian.AppendUint32(h, uint32(n))
	}
	h = binary.BigEndian.AppendUint32(h, murmur2(body["SUBSYSTEM"]))
	h = binary.BigEndian.AppendUint32(h, murmur2(body["DEVTYPE"]))
	h = append(h, make([]byte, headerLen-len(h))...) // no tags
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	const fromUdev = 2 // the group
	err = unix.Sendto(fd, append(h, b.Bytes()...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: fromUdev})
	if err != nil && !errors.Is(err, unix.ENOBUFS) { // somebody's socket is full
		t.Fatal(err)
	}
}

// murmur2 is MurmurHash2 with the seed 0, which libudev's socket filter compares.
func murmur2(s string) uint32 {
	const m, r = 0x5bd1e995, 24
	h := uint32(len(s))
	b := []byte(s)
	for ; len(b) >= 4; b = b[4:] {
		k := binary.LittleEndian.Uint32(b) * m
		h = h*m ^ (k^k>>r)*m
	}
	var rest uint32
	for i, c := range b {
		rest |= uint32(c) << (8 * i)
	}
	if len(b) > 0 {
		h = (h ^ rest) * m
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}

// sdb1Says is what udev says of the stick's partition.
func sdb1Says(label string, more ...string) []string {
	return append([]string{"DEVTYPE=partition", "ID_BUS=usb", "ID_FS_USAGE=filesystem", "ID_FS_TYPE=vfat", "ID_FS_UUID=E89B-6D34", "ID_FS_LABEL=" + label}, more...)
}

// udevFake is a fake in which udev runs.
func udevFake(t *testing.T) (*fake, Options) {
	f := newFake(t)
	f.write("run/udev/control", "")
	return f, Options{Root: f.dir, Every: time.Hour, testPatience: time.Hour}
}

func TestUdev(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNET) {
		return
	}
	f, opt := udevFake(t)
	w, stop := watch(t, opt)
	quiet(t, w)
	f.plugStick("diskseq=7")
	say(t, "add", stick, "DISKSEQ=7")
	quiet(t, w) // not without knowing what is on it
	say(t, "add", stick+"/sdb1", sdb1Says("CAMERA", "DISKSEQ=7")...)
	d := expect(t, w, "attached /dev/sdb1 usb ")[0].Drive
	if d.Label != "CAMERA" || d.UUID != "E89B-6D34" || d.FS != "vfat" {
		t.Errorf("%+v", d)
	}
	// There is always one more message than needed.
	say(t, "change", stick, "DISKSEQ=7")
	say(t, "change", stick+"/sdb1", sdb1Says("CAMERA", "DISKSEQ=7")...)
	quiet(t, w)
	say(t, "change", stick+"/sdb1", sdb1Says("RENAMED", "DISKSEQ=7")...)
	expect(t, w, "gone /dev/sdb1 usb ", "attached /dev/sdb1 usb ")
	// When it goes, its parents in /sys are gone before udev says it, or others
	// are in their place.
	f.unplug(stick)
	say(t, "remove", stick+"/sdb1", "DEVTYPE=partition")
	expect(t, w, "gone /dev/sdb1 usb ")
	say(t, "remove", stick)
	quiet(t, w)
	stop()
}

// What udev said of the last stick is not believed of the next one.
func TestUdevSaysOldThings(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNET) {
		return
	}
	f, opt := udevFake(t)
	f.plugStick("diskseq=7")
	w, _ := watch(t, opt)
	say(t, "add", stick+"/sdb1", sdb1Says("OLD", "DISKSEQ=7")...)
	expect(t, w, "attached /dev/sdb1 usb ")
	f.set(stick, "diskseq=8")
	say(t, "change", stick, "DISKSEQ=8")
	expect(t, w, "gone /dev/sdb1 usb ")
	quiet(t, w)
	say(t, "add", stick+"/sdb1", sdb1Says("NEW", "DISKSEQ=8")...)
	if d := expect(t, w, "attached /dev/sdb1 usb ")[0].Drive; d.Label != "NEW" {
		t.Errorf("%+v", d)
	}
	say(t, "remove", stick+"/sdb1", sdb1Says("OLD", "DISKSEQ=7")...)
	quiet(t, w)
}

// Before Linux 5.15, what tells two sticks in a row apart is that one was removed.
func TestUdevTellsSticksApart(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNET) {
		return
	}
	f, opt := udevFake(t)
	f.plugStick()
	w, _ := watch(t, opt)
	say(t, "add", stick+"/sdb1", sdb1Says("SAME")...)
	expect(t, w, "attached /dev/sdb1 usb ")
	say(t, "remove", stick+"/sdb1", sdb1Says("SAME")...)
	say(t, "add", stick+"/sdb1", sdb1Says("SAME")...)
	expect(t, w, "gone /dev/sdb1 usb ", "attached /dev/sdb1 usb ")
}

func TestUdevSaysNothing(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNET) {
		return
	}
	f, opt := udevFake(t)
	opt.testPatience = 300 * time.Millisecond
	f.plugStick()
	w, _ := watch(t, opt)
	quiet(t, w)
	if d := expect(t, w, "attached /dev/sdb1 usb ")[0].Drive; d.Label != "" {
		t.Errorf("%+v", d)
	}
}

// Where udevd doesn't run, as in containers, nobody is waited for.
func TestUdevDoesNotRun(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNET) {
		return
	}
	f, opt := udevFake(t)
	f.remove("run")
	f.plugStick()
	w, _ := watch(t, opt)
	expect(t, w, "attached /dev/sdb1 usb ")
}

// Messages are lost, in silence, when the socket is full.
func TestUdevMessagesAreLost(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNET) {
		return
	}
	f, opt := udevFake(t)
	opt.Every, opt.testPatience = 20*time.Millisecond, 40*time.Millisecond
	w, _ := watch(t, opt)
	f.plugStick()
	expect(t, w, "attached /dev/sdb1 usb ")
	f.mounts(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"))
	expect(t, w, "mounted /dev/sdb1 usb /media/u/A")
	f.unplug(stick)
	expect(t, w, "unmounted /dev/sdb1 usb /media/u/A", "gone /dev/sdb1 usb /media/u/A")
}

// go-udev sends without looking whether somebody still reads.
func TestUdevStopsWhileMessagesPour(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNET) {
		return
	}
	for range 3 {
		_, opt := udevFake(t)
		_, stop := watch(t, opt)
		pour, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-pour:
					return
				default:
					say(t, "change", stick+"/sdb1", sdb1Says("A")...)
				}
			}
		}()
		time.Sleep(100 * time.Millisecond)
		began := time.Now()
		time.AfterFunc(500*time.Millisecond, func() { close(pour) })
		go func() { <-done }()
		stop()
		<-done
		t.Logf("stopped after %v", time.Since(began))
	}
}

// go-udev closes its two channels one after the other, and sends as long as it
// likes after the end of the context.
func TestForward(t *testing.T) {
	devices, errs, out := make(chan *udev.Device), make(chan error), make(chan message)
	ctx, cancel := context.WithCancel(t.Context())
	var warned []error
	done := make(chan struct{})
	go func() {
		defer close(done)
		forward(ctx, devices, errs, out, func(err error) { warned = append(warned, err) })
	}()
	errs <- errors.New("a warning")
	cancel()
	close(errs)
	select {
	case <-done:
		t.Fatal("the channel of devices is still open")
	case <-time.After(20 * time.Millisecond):
	}
	close(devices)
	<-done
	if len(warned) != 1 {
		t.Errorf("%v", warned)
	}
}

// MkDev of go-udev packs minor numbers above 255 wrong; going by it, the
// database would be asked about another device.
func TestUdevDatabaseBigMinor(t *testing.T) {
	if n := udev.MkDev(259, 300); n.Major() == 259 && n.Minor() == 300 {
		t.Error("go-udev packs device numbers right by now: see database.properties")
	}
	var db database
	for _, b := range []*block{{name: "none", major: 4000, minor: 1}, {name: "none", major: 259, minor: 1 << 19}} {
		if p := db.properties(b); p != nil {
			t.Errorf("%+v: %v", b, p)
		}
	}
	all, err := readBlocks("/")
	if err != nil {
		t.Skip(err)
	}
	for _, b := range all {
		p := db.properties(b)
		_, err := os.Stat(fmt.Sprintf("/run/udev/data/b%d:%d", b.major, b.minor))
		if (p != nil) != (err == nil) {
			t.Errorf("%s: %v, in the database: %v", b.name, p, err)
		}
	}
	runtime.KeepAlive(&db)
}
