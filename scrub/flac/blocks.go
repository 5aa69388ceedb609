package flac

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/xiph"
)

func (f *file) application(_ *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := f.Get(p.Body(), int(min(p.Size, 4)))
	kind := scrub.Software
	if t, ok := rules["APPLICATION"][string(b)]; ok {
		kind = t.Kind
	}
	return f.Drop(p, kind, place, string(b))
}

// seekTable keeps points in their order. What places that are left free hold, goes.
func (f *file) seekTable(_ *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const point, free = 18, -1
	before := int64(-1)
	for off := p.Body(); p.Tail()-off >= point; off += point {
		b := f.Get(off, point)
		sample, at := be(b[:8]), be(b[8:16])
		switch {
		case sample == free:
			if err := f.Field(off+8, make([]byte, point-8), scrub.Hidden, place+"/free"); err != nil {
				return true, err
			}
		case sample <= before || at < 0 || at >= f.Size() || f.total > 0 && sample >= f.total:
			f.Distrust("the points of the seek table are out of order")
		default:
			before = sample
		}
	}
	if p.Size%point != 0 {
		f.Distrust("the seek table has half a point")
	}
	return true, f.Keep(p, scrub.Structure, place)
}

// cueSheet blanks what a cue sheet holds beside tracks and their places, RFC 9639 section 8.7.
func (f *file) cueSheet(_ *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head, track, index = 396, 36, 12
	b := make([]byte, p.Size)
	if _, err := f.ReadAt(b, p.Body()); err != nil {
		return false, err
	}
	want := bytes.Clone(b)
	if len(b) < head {
		return f.Drop(p, scrub.Unknown, place, "")
	}
	clear(want[:128]) // media catalogue number
	if lead := be(b[128:136]); lead < 0 || lead > 1<<24 {
		clear(want[128:136])
	}
	want[136] &= 0x80
	clear(want[137:395])
	at := head
	for range b[head-1] {
		if len(b)-at < track {
			return f.Drop(p, scrub.Unknown, place, "")
		}
		if start := be(b[at : at+8]); start < 0 || f.total > 0 && start > f.total {
			f.Distrust("a track of the cue sheet is behind the end")
		}
		clear(want[at+9 : at+21]) // ISRC
		want[at+21] &= 0xc0
		clear(want[at+22 : at+35])
		n := int(b[at+35])
		if at += track; len(b)-at < n*index {
			return f.Drop(p, scrub.Unknown, place, "")
		}
		for range n {
			if start := be(b[at : at+8]); start < 0 || f.total > 0 && start > f.total {
				f.Distrust("an index of the cue sheet is behind the end")
			}
			clear(want[at+9 : at+index])
			at += index
		}
	}
	clear(want[at:])
	if err := f.Keep(p, scrub.Structure, place); err != nil {
		return true, err
	}
	const piece = 128 // what is the same again is not written
	for off := 0; off < len(b); off += piece {
		end := min(len(b), off+piece)
		if err := f.Field(p.Body()+int64(off), want[off:end], scrub.ID, place); err != nil {
			return true, err
		}
	}
	return true, nil
}

func (f *file) picture(_ *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const most = 64 << 10 // of all that stands before the picture
	pic, ok := xiph.ParsePicture(f.Get(p.Body(), int(min(p.Size, most))), p.Size)
	if !ok || !pic.Said() || p.Cut {
		return f.Drop(p, scrub.Cover, place, "")
	}
	if f.Found(scrub.Finding{Kind: scrub.Cover, Role: scrub.Describe, Place: place, Off: p.Off, Len: p.Len()}) {
		f.Claim(p.Off, p.Len(), scrub.Identify, place)
		retire(f.Scan, p, scrub.Unlink, scrub.Destroy)
		return false, nil
	}
	before := f.Point()
	data := p.Body() + int64(pic.Head)
	f.Claim(p.Off, data-p.Off, scrub.Structure, place)
	if err := f.MediumOf(scrub.Describe, scrub.Extents{{Off: data, Len: p.Tail() - data}}, place); err != nil {
		if !scrub.Refusal(err) {
			return false, err
		}
		f.Reset(before)
		return f.Drop(p, scrub.Cover, place, "")
	}
	for _, e := range pic.Edits() {
		if err := f.Field(p.Body()+e.Off, e.Data, scrub.Comment, place+"/description"); err != nil {
			return true, err
		}
	}
	return true, nil
}

// comments writes the comments that stay to the front of their block and makes padding of
// the rest.
func (f *file) comments(_ *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := make([]byte, p.Size)
	if _, err := f.ReadAt(b, p.Body()); err != nil {
		return false, err
	}
	l := xiph.Clean(f.Scan, b, func(off, n int) scrub.Range { return scrub.Range{Off: p.Body() + int64(off), Len: int64(n)} },
		func(off, n int) bool { return len(bytes.Trim(b[off:off+n], "\x00")) == 0 }, place)
	rest := b[l.Size:]
	if hidden := len(bytes.Trim(rest, "\x00")) > 0; hidden {
		at := p.Body() + int64(l.Size)
		l.Changed = f.Found(scrub.Finding{Kind: scrub.Hidden, Place: place + "/rest", Off: at, Len: p.Tail() - at}) || l.Changed
	}
	f.Claim(p.Off, header, scrub.Structure, place)
	f.Claim(p.Body(), p.Size, scrub.Describe, place)
	switch {
	case !l.Changed:
	case !l.Stays():
		retire(f.Scan, p, scrub.Unlink, scrub.Destroy)
		return false, nil
	default:
		f.rewrite(p, b, &l)
	}
	return true, nil
}

// unread blanks the comments at off that go and that are surely some: the length of their
// block is wrong, or the frames are missing, but each text is where the list says, up to
// end at the most, and another block or a frame follows, or the block or the file ends there,
// too. The lengths stay.
func (f *file) unread(off, end int64) error {
	const comments, unsure = 1 << 20, 32 << 10 // bytes, and those that nothing is known about
	b := f.Get(off, int(min(end-off, comments)))
	if len(b) < 2*header || b[0]&^last != comment {
		return nil
	}
	at := func(off0, n int) scrub.Range { return scrub.Range{Off: off + header + int64(off0), Len: int64(n)} }
	blank := func(o, n int) bool { return len(bytes.Trim(b[header+o:header+o+n], "\x00")) == 0 }
	own, err := read(f.Scan, off, f.Size())
	if err != nil {
		return err
	}
	body, cut := b[header:], f.silent && own.Cut
	if cut {
		if body = xiph.Cut(body); body == nil {
			return nil
		}
	}
	before := f.Point()
	l := xiph.Clean(f.Scan, body, at, blank, names[comment])
	next := off + header + int64(l.Size)
	h, err := f.header(next)
	if err != nil {
		return err
	}
	p, err := read(f.Scan, next, f.Size())
	follows := h != nil || err == nil && known(p) || own.End() == next || cut
	if l.Lost || !follows || !l.Named(body, blank) || cut && f.Unexplained(before) > unsure {
		f.Reset(before)
		return nil
	}
	for i, t := range l.Texts {
		text := t.Kept
		if len(text) != t.Len {
			if text = make([]byte, t.Len); i > 0 {
				text[0] = xiph.Filler
			}
		}
		if old := b[header+t.Off:]; !bytes.HasPrefix(old, text) {
			f.Put(scrub.Destroy, at(t.Off, t.Len).Off, text)
		}
	}
	return nil
}

// rewrite replaces a block of comments, which b holds, by one of those that stay and
// padding. If that can't be one write, it is padding until all of it is written.
func (f *file) rewrite(p chunk.Part, b []byte, l *xiph.List) {
	ended := flag(f.Scan, p.Off)
	body := l.Bytes(0)
	var block []byte
	if free := len(b) - len(body); free < header || !f.Atomic(p.Off, header) {
		body = l.Bytes(free)
		block = slicesOf(blockHead(ended|comment, len(b)), body, make([]byte, len(b)-len(body)))
	} else {
		block = slicesOf(blockHead(comment, len(body)), body, blockHead(ended|padding, free-header), make([]byte, free-header))
	}
	old := slicesOf(blockHead(ended|comment, len(b)), b)
	from, to := 0, len(old)
	for ; from < to && old[from] == block[from]; from++ {
	}
	for ; to > from && old[to-1] == block[to-1]; to-- {
	}
	if f.Atomic(p.Off+int64(from), int64(to-from)) {
		f.Put(scrub.Unlink, p.Off+int64(from), block[from:to])
		return
	}
	f.Put(scrub.Unlink, p.Off, []byte{ended | padding})
	f.Put(scrub.Destroy, p.Body(), block[header:])
	f.Put(scrub.Repair, p.Off, block[:header])
}

func blockHead(kind byte, n int) []byte { return []byte{kind, byte(n >> 16), byte(n >> 8), byte(n)} }

func slicesOf(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
