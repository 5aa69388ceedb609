package drive

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// a stick as it was found, changed by what a test wants different.
func sdb1(change ...func(f *found)) found {
	f := found{seq: "7", known: true, Drive: Drive{Device: "/dev/sdb1", Major: 8, Minor: 17, FS: "vfat", Label: "A", UUID: "1234", Vendor: "V", Model: "M", Bus: "usb", Size: 8e9}}
	for _, c := range change {
		c(&f)
	}
	return f
}

func at(point string) func(f *found) {
	return func(f *found) { f.MountPoint, f.mount = point, 144 }
}

// What is made of looks that follow one another.
func TestHoldings(t *testing.T) {
	const attached, mounted, unmounted, gone = "attached 1 ", "mounted 1 /media/a", "unmounted 1 /media/a", "gone 1 "
	type looks [][]found
	for _, tt := range []struct {
		name  string
		looks looks
		want  []string
	}{
		{"nothing", looks{{}, {}}, nil},
		{"there and stays", looks{{sdb1()}, {sdb1()}}, []string{attached}},
		{"there, mounted, unmounted, gone", looks{{sdb1()}, {sdb1(at("/media/a"))}, {sdb1()}, {}}, []string{attached, mounted, unmounted, gone}},
		{"mounted from the start", looks{{sdb1(at("/media/a"))}, {sdb1(at("/media/a"))}}, []string{attached, mounted}},
		{"pulled while mounted", looks{{sdb1(at("/media/a"))}, {}}, []string{attached, mounted, unmounted, "gone 1 /media/a"}},
		{"mounted elsewhere", looks{{sdb1(at("/media/a"))}, {sdb1(at("/mnt"))}}, []string{attached, mounted, unmounted, "mounted 1 /mnt"}},
		{"mounted anew at the same place", looks{{sdb1(at("/media/a"))}, {sdb1(at("/media/a"), func(f *found) { f.mount = 145 })}}, []string{attached, mounted, unmounted, mounted}},
		{"becomes read-only", looks{{sdb1(at("/media/a"))}, {sdb1(at("/media/a"), func(f *found) { f.ReadOnly = true })}}, []string{attached, mounted, unmounted, "mounted 1 /media/a ro"}},
		{"another medium under the same numbers and mount ID", looks{{sdb1(at("/media/a"))}, {sdb1(at("/media/a"), func(f *found) { f.seq = "8" })}},
			[]string{attached, mounted, unmounted, "gone 1 /media/a", "attached 2 ", "mounted 2 /media/a"}},
		{"formatted anew", looks{{sdb1()}, {sdb1(func(f *found) { f.UUID = "5678" })}}, []string{attached, gone, "attached 2 "}},
		{"the file system is known only when mounted", looks{{sdb1(func(f *found) { f.FS = "" })}, {sdb1(at("/media/a"))}, {sdb1(func(f *found) { f.FS = "" })}}, []string{attached, mounted, unmounted}},
		{"a second drive takes over its links", looks{{sdb1(unknown)}, {sdb1(unknown, func(f *found) { f.Label, f.UUID = "", "" })}}, []string{attached}},
		{"its links come late", looks{{sdb1(unknown, func(f *found) { f.Label = "" })}, {sdb1(unknown)}}, []string{attached, gone, "attached 2 "}},
		{"udev says that there is no label any more", looks{{sdb1()}, {sdb1(func(f *found) { f.Label = "" })}}, []string{attached, gone, "attached 2 "}},
		{"udev doesn't answer for a moment", looks{{sdb1()}, {sdb1(unknown, func(f *found) { f.Label, f.UUID, f.FS = "", "", "" })}, {sdb1()}}, []string{attached}},
		{"two, in the order of their names", looks{{sdb1(at("/media/a")), sdb1(func(f *found) { f.Device = "/dev/sda1" })}, {}},
			[]string{"attached 1 ", "attached 2 ", "mounted 2 /media/a", "gone 1 ", "unmounted 2 /media/a", "gone 2 /media/a"}},
		{"what goes is told before what comes", looks{{sdb1(at("/media/a"))}, {sdb1(at("/media/a"), func(f *found) { f.Device = "/dev/sda1" })}},
			[]string{attached, mounted, unmounted, "gone 1 /media/a", "attached 2 ", "mounted 2 /media/a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHoldings(newEnds(func() {}))
			defer h.ends.close()
			var got []string
			for _, look := range tt.looks {
				for _, e := range h.update(look, nil, time.Now(), 0) {
					got = append(got, numbered(e))
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func unknown(f *found) { f.known = false }

func numbered(e Event) string {
	s := fmt.Sprintf("%s %d %s", e.Kind, e.Drive.ID, e.Drive.MountPoint)
	if e.Drive.ReadOnly {
		s += " ro"
	}
	return s
}

// Before Linux 5.15 only udev's messages tell two sticks in a row apart.
func TestHoldingsCountRemovals(t *testing.T) {
	for seq, want := range map[string]int{"": 5, "7": 1} {
		h := newHoldings(newEnds(func() {}))
		defer h.ends.close()
		f := sdb1(at("/media/a"), func(f *found) { f.seq = seq })
		h.update([]found{f}, map[string]int{"/dev/sdb1": 1}, time.Now(), 0)
		events := h.update([]found{f}, map[string]int{"/dev/sdb1": 2}, time.Now(), 0)
		if n := len(events) + 1; n != want {
			t.Errorf("sequence number %q: %v", seq, events)
		}
	}
}

func TestHoldingsNoticeEndOfFileSystem(t *testing.T) {
	h := newHoldings(newEnds(func() {}))
	defer h.ends.close()
	look := []found{sdb1(at("/media/a"))}
	h.update(look, nil, time.Now(), 0)
	h.ends.ended["/media/a"] = true
	for _, want := range []int{2, 0} {
		if events := h.update(look, nil, time.Now(), 0); len(events) != want {
			t.Errorf("%d events, want %d: %v", len(events), want, events)
		}
	}
}

// Rules may ask for a label, so a drive waits until udev has told it.
func TestHoldingsWaitForUdev(t *testing.T) {
	h := newHoldings(newEnds(func() {}))
	defer h.ends.close()
	now := time.Now()
	step := func(name string, after, wait time.Duration, f []found, events int, waiting bool) {
		t.Helper()
		if got := h.update(f, nil, now.Add(after), wait); len(got) != events || h.waiting != waiting {
			t.Errorf("%s: %v, waiting %v", name, got, h.waiting)
		}
	}
	new := []found{sdb1(unknown, at("/media/a"))}
	step("it is there", 0, time.Second, new, 0, true)
	step("still unknown", time.Second/2, time.Second, new, 0, true)
	step("gone before it was known", time.Second/2, time.Second, nil, 0, false)
	step("there again: the time begins anew", time.Second, time.Second, new, 0, true)
	step("still unknown", 3*time.Second/2, time.Second, new, 0, true)
	step("known", 3*time.Second/2, time.Second, []found{sdb1(at("/media/a"))}, 2, false)
	step("unknown again", 3*time.Second/2, time.Second, new, 0, false)
	step("gone", 3*time.Second/2, time.Second, nil, 2, false)
	step("there again", 4*time.Second, time.Second, new, 0, true)
	step("for too long", 5*time.Second, time.Second, new, 2, false)
	if len(h.since) != 0 {
		t.Errorf("left: %v", h.since)
	}
}

// IDs are never used twice, whatever comes and goes.
func TestHoldingsIDs(t *testing.T) {
	h := newHoldings(newEnds(func() {}))
	defer h.ends.close()
	seen := map[uint64]bool{}
	for i := range 100 {
		var look []found
		for j := range i % 5 {
			look = append(look, sdb1(func(f *found) { f.Device, f.seq = fmt.Sprintf("/dev/sd%c1", 'a'+j), fmt.Sprint(i/5) }))
		}
		for _, e := range h.update(look, nil, time.Now(), 0) {
			if e.Kind == Attached && seen[e.Drive.ID] || e.Kind == Gone && !seen[e.Drive.ID] {
				t.Fatalf("%+v after %v", e, maps.Keys(seen))
			}
			seen[e.Drive.ID] = true
		}
	}
}
