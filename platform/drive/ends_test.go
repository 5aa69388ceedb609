package drive

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// event is one of inotify, as in inotify(7).
func event(wd int32, mask uint32, name string) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(wd))
	for _, n := range []uint32{mask, 0, uint32(len(name))} {
		b = binary.NativeEndian.AppendUint32(b, n)
	}
	return append(b, name...)
}

func TestEnds(t *testing.T) {
	pokes := 0
	e := newEnds(func() { pokes++ })
	defer e.close()
	e.added(1, "/media/a")
	e.added(2, "/media/b")
	e.note(append(event(1, unix.IN_IGNORED, ""), event(2, unix.IN_DELETE_SELF|unix.IN_ISDIR, "\x00\x00\x00\x00")...))
	if e.take("/media/a") || e.take("/media/b") {
		t.Error("what isn't watched any more has ended")
	}
	e.note(append(event(2, unix.IN_UNMOUNT, ""), event(2, unix.IN_IGNORED, "")...))
	if !e.take("/media/b") || len(e.of) != 0 {
		t.Errorf("the end is missed, or %v is left", e.of)
	}
	e.begin("/media/b")
	if e.take("/media/b") {
		t.Error("what is mounted anew has ended")
	}
	// What ends while it is being added.
	e.note(append(event(3, unix.IN_UNMOUNT, ""), event(3, unix.IN_IGNORED, "")...))
	if pokes != 0 {
		t.Errorf("%d pokes", pokes)
	}
	e.added(3, "/media/c")
	if !e.take("/media/c") || pokes != 1 || len(e.of)+len(e.early) != 0 {
		t.Errorf("the early end is missed: %d pokes; or %v, %v are left", pokes, e.of, e.early)
	}
}

func TestEndsOfNonsense(t *testing.T) {
	e := newEnds(func() {})
	defer e.close()
	for _, b := range [][]byte{nil, {1, 2, 3}, event(1, unix.IN_UNMOUNT, "")[:12], append(event(1, unix.IN_IGNORED, "")[:12], 0xff, 0xff, 0xff, 0xff)} {
		e.note(b)
	}
	e.begin("/media/none")
	if e.take("/media/none") {
		t.Error("what isn't there has ended")
	}
}

// Without inotify, all else goes on.
func TestWithoutInotify(t *testing.T) {
	e := newEnds(func() {})
	e.close()
	e.file = nil
	e.begin("/")
	if e.take("/") {
		t.Error("/ has ended")
	}
	e.close()
}
