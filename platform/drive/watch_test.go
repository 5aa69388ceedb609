package drive

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"untag/platform/leaktest"
)

// quick looks often, since nothing tells of changes in a fake root.
func (f *fake) quick() Options {
	opt := f.options()
	opt.Every = 10 * time.Millisecond
	return opt
}

func TestWatch(t *testing.T) {
	f := newFake(t)
	f.plugStick()
	f.mounts(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"))
	w, stop := watch(t, f.quick())
	expect(t, w, "attached /dev/sdb1 usb ", "mounted /dev/sdb1 usb /media/u/A")
	quiet(t, w)
	f.block(card, "179:0", "device/type=SD", "size=0")
	quiet(t, w)
	f.set(card, "size=1000000")
	expect(t, w, "attached /dev/mmcblk0 mmc ")
	f.mounts(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), vfat(145, 26, "179:0", "/media/u/B", "/dev/mmcblk0"))
	expect(t, w, "mounted /dev/mmcblk0 mmc /media/u/B")
	f.mounts(vfat(145, 26, "179:0", "/media/u/B", "/dev/mmcblk0"))
	expect(t, w, "unmounted /dev/sdb1 usb /media/u/A")
	f.unplug(stick)
	expect(t, w, "gone /dev/sdb1 usb ")
	f.unplug(card)
	expect(t, w, "unmounted /dev/mmcblk0 mmc /media/u/B", "gone /dev/mmcblk0 mmc /media/u/B")
	quiet(t, w)
	stop()
}

// Nothing happens while an event waits for its reader, so that what is told
// is what comes of it all.
func TestWatchSlowReader(t *testing.T) {
	f := newFake(t)
	f.plugStick("diskseq=7")
	w, _ := watch(t, f.quick())
	line := vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1")
	f.mounts(line)
	time.Sleep(100 * time.Millisecond)
	f.unplug(stick)
	f.mounts()
	f.plugStick("diskseq=8")
	f.mounts(line)
	expect(t, w, "attached /dev/sdb1 usb ") // the first one
	events := expect(t, w, "gone /dev/sdb1 usb ", "attached /dev/sdb1 usb ", "mounted /dev/sdb1 usb /media/u/A")
	if a, b := events[0].Drive.ID, events[1].Drive.ID; a == b {
		t.Errorf("two sticks in a row have the ID %d", a)
	}
}

// Mount IDs and device numbers are given out anew at once: four sticks in a row
// were all mount 144 of device 8:1.
func TestWatchNumbersAreReused(t *testing.T) {
	f := newFake(t)
	f.plugStick("diskseq=7")
	f.mounts(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"))
	w, _ := watch(t, f.quick())
	expect(t, w, "attached /dev/sdb1 usb ", "mounted /dev/sdb1 usb /media/u/A")
	for _, seq := range []string{"8", "9", "10"} {
		f.set(stick, "diskseq="+seq)
		expect(t, w, "unmounted /dev/sdb1 usb /media/u/A", "gone /dev/sdb1 usb /media/u/A", "attached /dev/sdb1 usb ", "mounted /dev/sdb1 usb /media/u/A")
	}
}

func TestWatchSystem(t *testing.T) {
	f := newFake(t)
	f.plugStick()
	w, _ := watch(t, f.quick())
	expect(t, w, "attached /dev/sdb1 usb ")
	f.write("proc/swaps", "Filename Type Size Used Priority\n/dev/sdb1 partition 1 0 -2\n")
	expect(t, w, "gone /dev/sdb1 usb ")
}

// When a look fails, nothing is told to have gone, and the next one goes on.
func TestWatchOfWhatCannotBeRead(t *testing.T) {
	f := newFake(t)
	f.plugStick()
	warned := make(chan error, 1000)
	opt := f.quick()
	opt.Warn = func(err error) {
		select {
		case warned <- err:
		default:
		}
	}
	w, _ := watch(t, opt)
	expect(t, w, "attached /dev/sdb1 usb ")
	if err := os.Rename(f.path("sys"), f.path("elsewhere")); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-warned:
		if !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	case <-time.After(slow):
		t.Error("no warning")
	}
	quiet(t, w)
	if err := os.Rename(f.path("elsewhere"), f.path("sys")); err != nil {
		t.Fatal(err)
	}
	quiet(t, w)
	f.unplug(stick)
	expect(t, w, "gone /dev/sdb1 usb ")
}

func TestWatchFails(t *testing.T) {
	for _, missing := range []string{"proc", "sys"} {
		f := newFake(t)
		f.remove(missing)
		fds := len(leaktest.Files())
		if w, err := Watch(t.Context(), f.options()); err == nil {
			t.Errorf("without /%s: %v", missing, w)
		}
		if n := len(leaktest.Files()); n != fds {
			t.Errorf("without /%s: %d files are open, %d before", missing, n, fds)
		}
	}
}

func TestWatchStopsUnread(t *testing.T) {
	f := newFake(t)
	f.plugStick()
	_, stop := watch(t, f.quick())
	stop()
}

func TestWatchOfAContextThatHasEnded(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w, err := Watch(ctx, f.options())
	if err != nil {
		t.Fatal(err)
	}
	if e, ok := <-w.Events(); ok {
		t.Errorf("%v", e)
	}
}

// Who waits for drives is told when nothing will be heard of them any more, and not when it ended
// the watcher itself.
func TestLost(t *testing.T) {
	broken := errors.New("broken")
	for _, want := range []error{broken, nil} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var lost error
		opt := newFake(t).options()
		opt.Lost = func(err error) { lost = err }
		w, err := Watch(ctx, opt)
		if err != nil {
			t.Fatal(err)
		}
		if want != nil {
			w.poller.failed <- want
		} else {
			cancel()
		}
		for range w.Events() {
		}
		if lost != want {
			t.Errorf("%v was told, want %v", lost, want)
		}
	}
}
