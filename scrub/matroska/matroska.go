// Package matroska cleans Matroska and WebM in place (RFC 8794, RFC 9559).
//
// An element that goes becomes Void and is as long as before, so that no index has to
// change. Checksums over what changes go first, then entries that lead to what goes.
package matroska

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/sniff"
	"untag/scrub/tags"
)

// Format is the entry of this family in the table of formats.
var Format = scrub.Format{
	Name: "matroska", Title: "Matroska, WebM film", Extensions: []string{"mkv", "mka", "mks", "webm", "weba"},
	Sniff: sniff.Like("\x1a\x45\xdf\xa3"),
	Parse: func(s *scrub.Scan) error { return chunk.Parse(s, dialect, known().rules, parse) },
}

// film is the work on one segment.
type film struct {
	*chunk.Walk
	look    codec.Look
	fetch   func(off int64, n int) ([]byte, error)
	segment chunk.Part
	tracks  []*track
	numbers map[string]renumbering // of tracks, editions, chapters, files
	heads   []chunk.Part           // seek heads
	cues    []chunk.Part
	gone    map[int64]bool // elements of the segment that go, by their offsets
	parts   int            // elements of the segment that are no clusters

	open     map[int64]int64 // lengths of clusters that don't say it, by their offsets
	scale    int64           // nanoseconds of a tick
	clusters int64           // how many there are
	first    []int64         // where the first ones with blocks are
	last     int64           // where the last one is, -1 for nowhere
	every    bool            // the blocks of every cluster are looked at

	now     *run       // the cluster that is being claimed
	adding  *track     // of the group that is being claimed
	data    scrub.Role // of the attached file that is being claimed
	unclean bool       // it can't be cleaned
	files   int        // how many files stay
}

// maxParts bounds the elements of a segment that are no clusters.
const maxParts = 1 << 12

// parse plans a medium: headers, segments, and Void between them.
func parse(w *chunk.Walk) error {
	w.Hands = map[string]chunk.Hand{"EBML/" + crc32: keepCRC, "EBML/DocType": docType}
	off, segments, clusters, open, headed := int64(0), 0, int64(0), false, false
	for w.Left(off) >= w.Least && !open {
		p, err := w.Read(w.Scan, off, w.Size())
		if scrub.Refusal(err) && segments > 0 || err == nil && p.ID != "EBML" && p.ID != "Segment" && p.ID != void {
			break
		}
		if err != nil {
			return err
		}
		if headed = p.ID == "EBML" || headed && p.ID == void; p.ID != "Segment" {
			if p.Cut {
				w.Distrust("element %s is cut short", p.ID)
			}
			if _, err := w.Part(p, "", p.ID); err != nil {
				return err
			}
			off = p.End()
			continue
		}
		if p, open, err = extent(w, p); err != nil {
			return err
		}
		f := &film{Walk: w, look: codec.Look{S: w.Scan}, segment: p, numbers: map[string]renumbering{}, gone: map[int64]bool{}, scale: 1e6, last: -1, open: map[int64]int64{}, fetch: reads(w.Scan)}
		if err := f.plan(open); err != nil {
			return err
		}
		segments, clusters, off = segments+1, clusters+f.clusters, f.segment.End()
		open = open && off == p.End()
	}
	if segments == 0 {
		return w.Errorf(off, "no segment")
	}
	if headed {
		w.Distrust("another segment is cut short")
	}
	if open {
		return nil
	}
	end(w, off, clusters)
	return nil
}

// docType claims the name of the format.
func docType(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if name := strings.TrimRight(string(w.Get(p.Body(), int(min(p.Size, 16)))), "\x00"); name != "matroska" && name != "webm" {
		w.Distrust("a document that is neither matroska nor webm")
	}
	return true, w.Keep(p, scrub.Structure, place)
}

// extent returns a segment as far as it goes: writers that were killed, and those of live
// streams, leave no length, or 0. Then what proves itself to follow goes, nothing else.
func extent(w *chunk.Walk, p chunk.Part) (_ chunk.Part, open bool, err error) {
	size, m := vint(w.Get(p.Off+4, int(p.Head-4)))
	if !p.Cut && size != 0 && size != 1<<(7*m)-1 {
		return p, false, nil
	}
	if p.Cut {
		w.Distrust("the segment is cut short")
	}
	end, err := w.CutMarks(p.Body())
	p.Size = end - p.Body()
	return p, true, err
}

// end declares the end of the medium.
func end(w *chunk.Walk, off, clusters int64) {
	e := scrub.End{Off: off, Least: 12} // of the head of an element
	if clusters > 0 {
		e.Proof = scrub.Counted
	}
	if w.Careful {
		e.Doubt = "the medium contradicts itself"
	}
	e.More = func(off, n int64) (string, error) {
		p, err := w.Read(w.Scan, off, off+n)
		block := p.ID == "SimpleBlock" || p.ID == "BlockGroup"
		if err == nil && (block || p.End() == off+n) && !p.Cut {
			return "an element", nil
		}
		return more(w, off, n), nil
	}
	w.Scan.End(e)
}

// more tells whether n bytes at off hold what begins an element of a segment.
func more(w *chunk.Walk, off, n int64) string {
	if _, found := search(w, off, off+n); found {
		return "elements"
	}
	return ""
}

// topIDs are the IDs of the elements of a segment and of what may follow one.
var topIDs = tags.Once(func() (all [][]byte) {
	for _, id := range append(slices.Collect(maps.Keys(known().rules["Segment"])), "EBML", "Segment") {
		if raw := dialect.Raw(id); len(raw) == 4 {
			all = append(all, raw)
		}
	}
	return all
})

// search returns where the first of [topIDs] is in [off, end).
func search(w *chunk.Walk, off, end int64) (at int64, found bool) {
	const window, overlap = 64 << 10, 3
	for end-off > overlap {
		b := w.Get(off, int(min(window, end-off)))
		first := len(b)
		for _, id := range topIDs() {
			if i := bytes.Index(b[:min(len(b), first+overlap)], id); i >= 0 {
				first = i
			}
		}
		if first < len(b) {
			return off + int64(first), true
		}
		off += int64(len(b)) - overlap
	}
	return end, false
}

// each visits the elements of the segment. Where there is none, the next one is searched
// for; what is between is visited as damage. One of another document ends an open segment.
func (f *film) each(open bool, visit func(chunk.Part) error) error {
	off, end := f.segment.Body(), f.segment.Tail()
	for read := reads(f.Scan); off < end; {
		p, err := element(f.Scan, off, end, read, f.openCluster)
		if err != nil && !scrub.Refusal(err) {
			return err
		}
		other := p.ID == "EBML" || p.ID == "Segment"
		if open && other && err == nil {
			f.segment.Size = off - f.segment.Body()
			return nil
		}
		if err != nil || other || !top(p) {
			if p, err = f.damage(off, end); err != nil {
				return err
			}
		}
		if err := visit(p); err != nil {
			return err
		}
		off = p.End()
	}
	return nil
}

// openCluster is [openCluster] for one that was met before, too.
func (f *film) openCluster(s *scrub.Scan, off, end int64) (int64, error) {
	if n, ok := f.open[off]; ok && n <= end-off {
		return n, nil
	}
	n, err := openCluster(s, off, end)
	if err == nil && len(f.open) < maxParts {
		f.open[off] = n
	}
	return n, err
}

// top tells whether an element may be one of a segment: the IDs of those have four bytes.
func top(p chunk.Part) bool {
	return p.ID == void || p.ID == crc32 || p.ID == half || len(dialect.Raw(p.ID)) == 4
}

const damage = "damage"

// damage returns the bytes from off on in which there is no element, as a part.
func (f *film) damage(off, end int64) (chunk.Part, error) {
	if f.Zeros(off, end-off) {
		return chunk.Part{ID: damage, Off: off, Size: end - off}, nil
	}
	at, _ := search(f.Walk, off+1, end)
	f.Distrust("bytes that are no element")
	return chunk.Part{ID: damage, Off: off, Size: at - off}, nil
}

// plan plans the segment.
func (f *film) plan(open bool) error {
	if err := f.each(open, f.survey); err != nil {
		return err
	}
	if len(f.tracks) == 0 && f.clusters > 0 {
		f.Distrust("there are blocks and no tracks")
	}
	f.renumber()
	if err := f.listen(); err != nil {
		return err
	}
	if err := f.probe(); err != nil {
		return err
	}
	f.hands()
	before := f.Point()
	f.Claim(f.segment.Off, f.segment.Head, scrub.Structure, "Segment")
	if err := f.each(open, f.claim); err != nil {
		return err
	}
	for _, h := range f.heads {
		if _, err := f.Enter(h, tags.Tag{Fate: tags.Holds, In: "SeekHead"}, "Segment/SeekHead"); err != nil {
			return err
		}
	}
	if f.Edited(before) {
		return unseal(f.Walk, f.segment)
	}
	return nil
}

// claim claims an element of the segment.
func (f *film) claim(p chunk.Part) error {
	place := "Segment/" + p.ID
	switch {
	case p.ID == damage && !f.Careful:
		f.Claim(p.Off, p.Size, scrub.Filler, place)
		return nil
	case p.ID == damage && f.clusters > 0: // frames, perhaps
		f.Claim(p.Off, p.Size, scrub.Payload, place)
		return nil
	case p.ID == damage:
		f.Claim(p.Off, p.Size, scrub.Identify, place)
		return nil
	}
	if p.Cut {
		f.Distrust("element %s is cut short", p.ID)
	}
	stays, err := f.Part(p, "Segment", place)
	f.gone[p.Off] = !stays && p.ID != void && p.ID != crc32
	return err
}

// seekHead remembers where the segment's parts are said to be, until it is known which go.
func (f *film) seekHead(_ *chunk.Walk, p chunk.Part, _ string) (bool, error) {
	f.heads = append(f.heads, p)
	return true, nil
}

// seek claims an entry that leads to a part of the segment. It goes if that does, or if
// there is no such part.
func (f *film) seek(_ *chunk.Walk, p chunk.Part, place string) (bool, error) {
	var id []byte
	var at int64
	_, err := f.Parts(p.Body(), p.Tail(), func(c chunk.Part) error {
		b := f.Get(c.Body(), int(min(c.Size, 8)))
		switch c.ID {
		case "SeekID":
			id = b
		case "SeekPosition":
			at = value(b)
		}
		return nil
	})
	if err != nil && !scrub.Refusal(err) {
		return false, err
	}
	at += f.segment.Body()
	leads := false
	if n := int64(len(id)); err == nil && at >= f.segment.Body() && at <= f.segment.Tail()-n {
		b := f.Get(at, len(id))
		leads = n > 0 && bytes.Equal(b, id) && !f.gone[at]
	}
	if leads || f.Careful && !f.gone[at] {
		return true, f.Keep(p, scrub.Structure, place)
	}
	f.Claim(p.Off, p.Len(), scrub.Structure, place)
	retire(f.Scan, p, scrub.Unlink, scrub.Destroy)
	return false, nil
}

// whole claims an element that stays if all in it is what the table knows as numbers,
// in one piece, since there are thousands of them.
func (f *film) whole(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	ok, err := f.regular(p, p.ID, 0)
	if err != nil {
		return false, err
	}
	if ok {
		return true, w.Keep(p, scrub.Structure, place)
	}
	return w.Enter(p, tags.Tag{Fate: tags.Holds, In: p.ID}, place)
}

// regular tells whether all that a part holds stays.
func (f *film) regular(p chunk.Part, in string, level int) (ok bool, err error) {
	ok = true
	rest, err := f.Parts(p.Body(), p.Tail(), func(c chunk.Part) (err error) {
		r := f.Rules[in][c.ID]
		switch {
		case !ok || c.Cut || level > 3:
			ok = false
		case r.Fate == tags.Holds:
			ok, err = f.regular(c, r.In, level+1)
		case r.Role == scrub.Structure:
			ok, err = sane(f.Walk, c)
		default:
			ok = c.ID == crc32
		}
		return err
	})
	if scrub.Refusal(err) {
		return false, nil
	}
	return ok && rest == p.Tail(), err
}
