package tiff

import (
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
)

// clean reports all, and has go what does.
func (f *file) clean() error {
	f.settle()
	f.lay()
	f.overlaps()
	if f.broken != "" {
		return f.careful()
	}
	f.carve()
	return f.thorough()
}

// settle tells which directories stay: those of pictures, and those of which an entry does.
func (f *file) settle() {
	for i := len(f.all) - 1; i >= 0; i-- {
		d := f.all[i]
		d.stays = d.stays || d.place == pictures
		for _, e := range d.entries {
			for _, sub := range e.subs {
				e.stays = e.stays || sub.stays
			}
			if e.stays && e.role == 0 {
				e.role = scrub.Structure
			}
			d.stays = d.stays || e.stays
		}
	}
	for _, d := range f.all {
		if !d.stays || d.place == neededPlace {
			continue
		}
		for _, e := range d.entries {
			for _, b := range e.raw[len(e.raw)-int(d.wide())+int(min(e.size, d.wide())):] {
				d.slack = d.slack || e.stays && e.inline() && b != 0
			}
		}
	}
}

// thorough cleans a file that doesn't contradict itself.
func (f *file) thorough() error {
	end, err := f.ending()
	if err != nil {
		return err
	}
	gaps := map[int64]bool{} // whether they go
	if err := f.survey(end, gaps); err != nil {
		return err
	}
	if f.broken != "" {
		return f.careful()
	}
	if err := f.rewrite(); err != nil {
		return err
	}
	if err := f.report(); err != nil {
		return err
	}
	f.blank()
	if err := f.paint(); err != nil {
		return err
	}
	if err := f.rekey(); err != nil {
		return err
	}
	err = f.sweep(0, end, func(off, n int64, r *region, g *goes) error {
		switch {
		case r != nil && r.medium != nil:
			return r.medium()
		case r != nil:
			f.Claim(off, n, r.role, r.place)
		case g != nil:
			return f.removed(off, n, g)
		default:
			return f.gap(off, n, gaps[off])
		}
		return nil
	})
	if err != nil {
		return err
	}
	if f.block {
		return nil
	}
	return f.tail(end)
}

// removed fills n bytes at off of what goes: values while entries point to them still,
// directories when nothing does any more.
func (f *file) removed(off, n int64, g *goes) error {
	place, phase := g.dir.name, scrub.Destroy
	if g.entry != nil {
		place, phase = g.entry.String(), scrub.Announce
	}
	zeros, err := f.Constant(off, n, 0)
	if err != nil {
		return err
	}
	if zeros {
		f.Claim(off, n, scrub.Filler, place)
		return nil
	}
	f.Claim(off, n, scrub.Identify, place)
	if g.entry == nil && g.dir.place == pictures {
		f.Gone(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: off, Len: n, Value: "bytes of strips that are no picture"})
	}
	if g.entry == nil && g.dir.place != pictures {
		f.erase(off, off+n)
		return nil
	}
	f.fillAround(phase, off, n)
	return nil
}

// fillAround fills n bytes at off but for those that a directory moves to.
func (f *file) fillAround(phase scrub.Phase, off, n int64) {
	end := off + n
	for _, t := range f.taken {
		if t.End() <= off || t.Off >= end {
			continue
		}
		f.Fill(phase, off, max(0, t.Off-off), 0)
		off = max(off, t.End())
	}
	f.Fill(phase, off, max(0, end-off), 0)
}

// gap claims n bytes that nothing points at.
func (f *file) gap(off, n int64, goes bool) error {
	zeros, err := f.Constant(off, n, 0)
	switch {
	case err != nil:
		return err
	case zeros:
		f.Claim(off, n, scrub.Filler, "gap")
	case goes:
		f.Claim(off, n, scrub.Identify, "gap")
		f.Gone(scrub.Finding{Kind: scrub.Hidden, Place: "gap", Off: off, Len: n})
		f.fillAround(scrub.Destroy, off, n)
	default:
		f.Claim(off, n, scrub.Identify, "gap")
		f.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "gap", Off: off, Len: n})
		f.Doubt("%d bytes that nothing points at may be of the picture", n)
	}
	return nil
}

// report tells what entries give away that go.
func (f *file) report() error {
	for _, d := range f.all {
		others := int64(0)
		for _, e := range d.entries {
			if len(e.subs) > 0 || e.stays {
				continue
			}
			zeros, err := f.empty(e)
			if err != nil {
				return err
			}
			switch {
			case zeros && d.stays && (d.fate == neutral || d.fate == untouched):
			case zeros || !e.named:
				others++
			default:
				if err := f.tell(e); err != nil {
					return err
				}
			}
		}
		if others > 0 {
			kind := scrub.Unknown
			if d.note != nil {
				kind = scrub.MakerNote
			}
			f.Gone(scrub.Finding{Kind: kind, Place: d.name, Off: d.at, Len: d.end - d.at, Value: fmt.Sprintf("%d other entries", others)})
		} else if d.slack && d.stays {
			f.Gone(scrub.Finding{Kind: scrub.Hidden, Place: d.name, Off: d.at, Len: d.end - d.at, Value: "bytes that belong to no value"})
		}
	}
	return nil
}

// empty tells whether the value of an entry is zeros, but for what in it stays for another
// reason.
func (f *file) empty(e *entry) (bool, error) {
	zeros, err := f.Constant(e.off, e.size, 0)
	if err != nil || zeros || e.inline() {
		return zeros, err
	}
	i, _ := slices.BinarySearchFunc(f.stays, e.off, func(r region, off int64) int { return cmp.Compare(r.end(), off+1) })
	for off, end := e.off, e.off+e.size; off < end; i++ {
		next := end
		if i < len(f.stays) {
			next = max(off, min(end, f.stays[i].off))
		}
		if zeros, err = f.Constant(off, next-off, 0); err != nil || !zeros || next == end {
			return zeros, err
		}
		off = f.stays[i].end()
	}
	return true, nil
}

// careful has only go what is positively identified, and leaves every entry in place.
func (f *file) careful() error {
	for i := range f.stays {
		f.stays[i].medium = nil
	}
	text := f.goes[:0]
	for _, g := range f.goes {
		if g.entry != nil && f.identified(g.entry) {
			text = append(text, g)
		}
	}
	f.goes = text
	told := map[*entry]bool{}
	if err := f.carefulEntries(); err != nil {
		return err
	}
	return f.sweep(0, f.Size(), func(off, n int64, r *region, g *goes) error {
		switch {
		case r != nil:
			f.Claim(off, n, r.role, r.place)
		case g == nil:
			f.Claim(off, n, scrub.Identify, "unread")
		default:
			zeros, err := f.Constant(off, n, 0)
			if err != nil {
				return err
			}
			f.Claim(off, n, scrub.Identify, g.entry.String())
			if zeros {
				return nil
			}
			f.Fill(scrub.Destroy, off, n, 0)
			if !told[g.entry] {
				told[g.entry] = true
				return f.tell(g.entry)
			}
		}
		return nil
	})
}

// carefulEntries has go what stands in the entries of makers' notes and of positions and has a name.
func (f *file) carefulEntries() error {
	for _, d := range f.all {
		if d.note == nil && (d.place != gpsTags || !f.apart(d)) {
			continue
		}
		for _, e := range d.entries {
			if e.stays || !e.inline() || !f.identified(e) || e.size == 0 {
				continue
			}
			zeros, err := f.Constant(e.off, e.size, 0)
			if err == nil && !zeros {
				f.Fill(scrub.Destroy, e.off, e.size, 0)
				err = f.tell(e)
			}
			if err != nil {
				return err
			}
		}
	}
	return f.rekey()
}

// apart tells whether a directory shares no byte with what else stays.
func (f *file) apart(d *dir) bool {
	i, found := slices.BinarySearchFunc(f.stays, d.at, func(r region, off int64) int { return cmp.Compare(r.off, off) })
	return found && !f.stays[i].mixed && f.stays[i].end() == d.end
}

// identified tells whether an entry is what it says it is, also in a damaged file.
func (f *file) identified(e *entry) bool {
	text := e.typ == tASCII || e.typ == tByte || e.typ == tUndefined || e.dir.place == gpsTags && e.typ == tRational || e.tag == tagIPTC && e.typ == tLong
	return e.named && e.kind != "" && (text || e.dir.note != nil) && e.known.Role == 0
}
