package drive

import (
	"maps"
	"slices"
	"time"
)

// holdings are the drives that the reader of the events knows of.
type holdings struct {
	ends    *ends
	drives  map[string]*holding  // by device
	since   map[string]time.Time // when a drive that udev has to tell of was seen first, by device
	lastID  uint64
	waiting bool // for udev
}

type holding struct {
	found
	mounted bool
	removal int
}

func newHoldings(e *ends) holdings {
	return holdings{ends: e, drives: map[string]*holding{}, since: map[string]time.Time{}}
}

// update compares what is held with what was found, holds that, and returns what
// has become of the drives. For what udev doesn't know yet, it is given time.
func (h *holdings) update(now []found, removals map[string]int, at time.Time, wait time.Duration) []Event {
	byDevice := map[string]found{}
	for _, f := range now {
		byDevice[f.Device] = h.remember(f)
	}
	events := h.leave(byDevice, removals)
	h.waiting = false
	for _, device := range slices.Sorted(maps.Keys(byDevice)) {
		f := byDevice[device]
		if h.drives[device] == nil && !f.known && h.early(device, at, wait) {
			h.waiting = true
			continue
		}
		events = append(events, h.arrive(f, removals[device])...)
	}
	maps.DeleteFunc(h.since, func(device string, _ time.Time) bool { return byDevice[device].Device == "" || h.drives[device] != nil })
	return events
}

// early tells whether udev may still say what is on the device.
func (h *holdings) early(device string, at time.Time, wait time.Duration) bool {
	if _, ok := h.since[device]; !ok {
		h.since[device] = at
	}
	return at.Sub(h.since[device]) < wait
}

// remember fills in what was known of the same medium when udev doesn't say: of
// two drives with one label, for instance, the newer one has the link.
func (h *holdings) remember(f found) found {
	old := h.drives[f.Device]
	if f.known || old == nil || old.seq != f.seq || old.Major != f.Major || old.Minor != f.Minor {
		return f
	}
	if f.Label == "" {
		f.Label = old.Label
	}
	if f.UUID == "" {
		f.UUID = old.UUID
	}
	return f
}

// leave lets go of what isn't there any more, or not as it was.
func (h *holdings) leave(now map[string]found, removals map[string]int) (events []Event) {
	for _, device := range slices.Sorted(maps.Keys(h.drives)) {
		old := h.drives[device]
		f, there := now[device]
		stays := there && old.sameDrive(f, removals[device])
		if old.mounted && (!stays || !old.sameMount(f) || h.ends.take(old.MountPoint)) {
			events = append(events, Event{Unmounted, old.Drive})
			old.mounted = false
		}
		if !stays {
			events = append(events, Event{Gone, old.Drive})
			delete(h.drives, device)
		}
	}
	return events
}

// arrive holds what was found.
func (h *holdings) arrive(f found, removal int) (events []Event) {
	old := h.drives[f.Device]
	if old == nil {
		h.lastID++
		old = &holding{removal: removal}
		old.ID = h.lastID
		h.drives[f.Device] = old
		events = append(events, Event{Attached, f.unmounted(old.ID)})
	}
	f.ID = old.ID
	if f.MountPoint != "" && !old.mounted {
		h.ends.begin(f.MountPoint)
		old.mounted = true
		events = append(events, Event{Mounted, f.Drive})
	}
	old.found = f
	return events
}

func (f found) unmounted(id uint64) Drive {
	d := f.Drive
	d.ID, d.MountPoint, d.ReadOnly, d.Part = id, "", f.deviceReadOnly, false
	return d
}

func (h *holding) sameDrive(f found, removal int) bool {
	a, b := h.Drive, f.Drive
	a.ID, b.ID = 0, 0
	a.MountPoint, b.MountPoint = "", ""
	a.FS, b.FS = "", "" // may be known only when mounted
	a.ReadOnly, b.ReadOnly = false, false
	a.Part, b.Part = false, false
	return a == b && h.seq == f.seq && (h.seq != "" || h.removal == removal)
}

func (h *holding) sameMount(f found) bool {
	return h.MountPoint == f.MountPoint && h.mount == f.mount && h.ReadOnly == f.ReadOnly && h.Part == f.Part
}
