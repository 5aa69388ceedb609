package tiff

import (
	"cmp"
	"errors"
	"slices"

	"untag/scrub"
)

// region is a run of bytes that stays.
type region struct {
	off, len    int64
	role        scrub.Role
	place       string
	first, last part         // of payload
	medium      func() error // claims and cleans what lies there, nil if it is claimed as it is
	mixed       bool         // it shares bytes with another
}

func (r region) end() int64 { return r.off + r.len }

// goes is a run of bytes that does not.
type goes struct {
	scrub.Range
	entry *entry // whose value it is, nil for a directory
	dir   *dir
}

// marks is what lies where.
type marks struct {
	stays  []region // sorted and apart from each other after overlaps
	shared bool     // strips share bytes
	goes   []goes
	inside []goes        // bytes of strips that are no picture
	rooms  []goes        // for directories that move: values that go, and gaps
	taken  []scrub.Range // of rooms
	asked  int           // regions that gaps were compared with
}

// maxRegions bounds the memory for regions; neighbouring strips are one.
const maxRegions = 1 << 18

// stay notes a region.
func (f *file) stay(r region) {
	if r.len <= 0 {
		return
	}
	if n := len(f.stays); r.role == scrub.Payload && n > 0 {
		if last := &f.stays[n-1]; last.role == scrub.Payload && last.place == r.place && last.end() == r.off && last.medium == nil && r.medium == nil {
			last.len, last.last = last.len+r.len, r.last
			return
		}
	}
	if len(f.stays) < maxRegions {
		f.stays = append(f.stays, r)
		return
	}
	f.contradict("there are more strips than can be kept account of")
}

// payload notes a strip or tile.
func (f *file) payload(p part) {
	if p.len <= 0 {
		return
	}
	r := region{off: p.off, len: p.len, role: scrub.Payload, place: p.image.dir.name, first: p, last: p}
	if p.image.compression == webP && (p.edge() || f.DeepUpTo(deepUpTo)) {
		r.medium = f.webp(p)
	}
	f.stay(r)
}

// lay notes what stays beside the pictures, and what goes.
func (f *file) lay() {
	f.stay(region{off: 0, len: f.head, role: scrub.Structure, place: "header"})
	for _, d := range f.all {
		if d.stays || f.broken != "" {
			f.stay(region{off: d.at, len: d.end - d.at, role: scrub.Structure, place: d.name})
		} else {
			f.goes = append(f.goes, goes{Range: scrub.Range{Off: d.at, Len: d.end - d.at}, dir: d})
		}
		for _, e := range d.entries {
			switch {
			case e.inline():
			case len(e.subs) > 0 && e.typ == tUndefined && e.stays: // it is the directory
				f.stay(region{off: e.off, len: max(0, min(e.subs[0].at-e.off, 64)), role: scrub.Structure, place: e.String()})
			case e.stays:
				f.stay(region{off: e.off, len: e.size, role: e.role, place: e.String(), medium: f.medium(e)})
			default:
				f.goes = append(f.goes, goes{Range: scrub.Range{Off: e.off, Len: e.size}, entry: e, dir: d})
			}
		}
	}
	f.goes = append(f.goes, f.thumbs...)
	slices.SortStableFunc(f.goes, func(a, b goes) int { return cmp.Compare(a.Off, b.Off) })
}

// overlaps brings what stays into order. Strips may share bytes, and directories values;
// a picture that shares bytes with what describes it contradicts itself.
func (f *file) overlaps() {
	slices.SortStableFunc(f.stays, func(a, b region) int { return cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(b.len, a.len)) })
	var out []region
	for _, r := range f.stays {
		n := len(out)
		if n == 0 || r.off >= out[n-1].end() {
			out = append(out, r)
			continue
		}
		last := &out[n-1]
		same := r.off == last.off && r.len == last.len && r.role == last.role
		switch {
		case same:
		case r.role == scrub.Payload && last.role == scrub.Payload && last.medium == nil && r.medium == nil:
			f.shared = true
			if r.end() > last.end() {
				last.len, last.last = r.end()-last.off, r.last
			}
		case r.role != scrub.Payload && last.role != scrub.Payload && r.role == last.role && r.medium == nil && last.medium == nil && r.role != scrub.Structure:
			last.len = max(last.len, r.end()-last.off)
		default:
			f.contradict("%s and %s share bytes", last.place, r.place)
			last.mixed, r.mixed = true, true
			if r.end() > last.end() {
				r.len, r.off, r.medium = r.end()-last.end(), last.end(), nil
				out = append(out, r)
			}
		}
	}
	f.stays = out
}

// sweep visits [from, to) in pieces: those that stay, those that go, and gaps.
func (f *file) sweep(from, to int64, visit func(off, n int64, r *region, g *goes) error) error {
	stays, going := f.stays, f.goes
	for off := from; off < to; {
		for len(stays) > 0 && stays[0].end() <= off {
			stays = stays[1:]
		}
		for len(going) > 0 && going[0].End() <= off {
			going = going[1:]
		}
		end, r, g := to, (*region)(nil), (*goes)(nil)
		if len(stays) > 0 {
			if r = &stays[0]; r.off > off {
				end, r = min(end, r.off), nil
			} else {
				end = min(end, r.end())
			}
		}
		if len(going) > 0 && r == nil {
			if g = &going[0]; g.Off > off {
				end, g = min(end, g.Off), nil
			} else {
				end = min(end, g.End())
			}
		}
		if note := f.noteEnd(off); r == nil && g == nil && note > off { // behind it an interrupted run may have left more
			end = min(end, note)
		}
		if err := visit(off, end-off, r, g); err != nil {
			return err
		}
		off = end
	}
	return nil
}

// ending is where the last thing that anything points at ends, or the directories behind it
// that an interrupted run left.
func (f *file) ending() (int64, error) {
	end := f.head
	if f.block {
		return f.Size(), nil
	}
	for _, r := range f.stays {
		end = max(end, r.end())
	}
	for _, g := range f.goes {
		end = max(end, g.End())
	}
	for _, e := range f.notes {
		end = max(end, e.off+e.size)
	}
	if n := f.Left(end); n > 0 && n <= scrub.MaxPiece {
		remains, err := f.remains(end, n)
		zeros, fail := f.Constant(end, n, 0)
		if err != nil || fail != nil || zeros || !remains {
			return end, errors.Join(err, fail)
		}
		lost, err := f.lost(end, n)
		if err == nil && lost == "" {
			end = f.Size()
		}
		return end, err
	}
	return end, nil
}

// carve takes out of the pictures what in them is none.
func (f *file) carve() {
	if f.shared || len(f.inside) == 0 {
		return
	}
	byOffset := func(a, b goes) int { return cmp.Compare(a.Off, b.Off) }
	slices.SortStableFunc(f.inside, byOffset)
	inside := f.inside
	var out []region
	for _, r := range f.stays {
		for len(inside) > 0 && inside[0].Off < r.off {
			inside = inside[1:]
		}
		for ; r.role == scrub.Payload && len(inside) > 0 && inside[0].End() <= r.end(); inside = inside[1:] {
			hole := inside[0]
			if hole.Off < r.off {
				continue
			}
			left := r
			left.len, left.last = hole.Off-r.off, part{}
			if left.len > 0 {
				out = append(out, left)
			}
			r.off, r.len, r.first = hole.End(), r.end()-hole.End(), part{}
			f.goes = append(f.goes, hole)
		}
		if r.len > 0 {
			out = append(out, r)
		}
	}
	f.stays = out
	slices.SortStableFunc(f.goes, byOffset)
}
