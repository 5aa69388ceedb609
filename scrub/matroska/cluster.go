package matroska

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/tags"
)

// block is a SimpleBlock or Block (RFC 9559, 10.1 and 10.2).
type block struct {
	part     chunk.Part // the block, or the group that it is in
	track    *track     // nil if nothing describes it
	time     int64      // in ticks, from that of its cluster on
	duration int64      // in ticks, -1 if it isn't said
	flags    byte
	off, n   int64 // of its frames
	more     bool  // its group holds more than times and references
}

const lacing = 6 // bits of the flags

// blocks visits what a cluster holds: blocks as such, other elements without one. It
// returns where the last one ends.
func (f *film) blocks(p chunk.Part, visit func(chunk.Part, *block) error) (rest int64, err error) {
	off, end, read := p.Body(), p.Tail(), reads(f.Scan)
	for end-off >= f.Least {
		c, err := element(f.Scan, off, end, read, noCluster)
		if err != nil {
			return off, err
		}
		var b *block
		switch {
		case c.Cut:
		case c.ID == "SimpleBlock":
			b, err = f.block(c, c, read)
		case c.ID == "BlockGroup":
			b, err = f.group(c, read)
		}
		if err != nil {
			return off, err
		}
		if err := visit(c, b); err != nil {
			return off, err
		}
		off = c.End()
	}
	return off, nil
}

// block reads the head of a block; nil is one that has none.
func (f *film) block(p, whole chunk.Part, read func(int64, int) ([]byte, error)) (*block, error) {
	h, err := read(p.Body(), int(min(p.Size, 11)))
	if err != nil {
		return nil, err
	}
	number, n := vint(h)
	if n == 0 || len(h) < n+3 {
		return nil, nil
	}
	head := int64(n + 3)
	return &block{part: whole, track: f.track(number), time: int64(int16(binary.BigEndian.Uint16(h[n:]))), duration: -1,
		flags: h[n+2], off: p.Body() + head, n: p.Size - head}, nil
}

// group reads what a group says of its block.
func (f *film) group(p chunk.Part, read func(int64, int) ([]byte, error)) (b *block, err error) {
	const usual = 6 // bytes of a time
	duration, more := int64(-1), false
	off := p.Body()
	for p.Tail()-off >= f.Least {
		c, err := element(f.Scan, off, p.Tail(), read, noCluster)
		if err != nil || c.Cut {
			return b, err
		}
		switch c.ID {
		case "Block":
			if b != nil {
				more = true
			} else if b, err = f.block(c, p, read); err != nil {
				return nil, err
			}
		case "BlockDuration":
			if duration, err = f.number(c); err != nil {
				return nil, err
			}
			more = more || c.Size > usual
		case "ReferenceBlock", "ReferencePriority", "DiscardPadding":
			more = more || c.Size > usual
		default:
			more = true
		}
		off = c.End()
	}
	if b != nil {
		b.duration, b.more = duration, more || off != p.Tail()
	}
	return b, nil
}

// frames returns where the frames of a block lie; ok is false if their lengths are wrong.
func (b *block) frames(f *film) (all []scrub.Range, ok bool, err error) {
	if b.flags&lacing == 0 {
		return []scrub.Range{{Off: b.off, Len: b.n}}, true, nil
	}
	const most = 1 + 256*8
	h, err := f.fetch(b.off, int(min(b.n, most)))
	if err != nil || len(h) == 0 {
		return nil, false, err
	}
	count, at := int64(h[0])+1, 1
	sizes := make([]int64, count)
	left := b.n
	for i := range count - 1 {
		n, size := 0, int64(0)
		switch b.flags & lacing {
		case 2: // Xiph
			for n < len(h[at:]) && h[at+n] == 0xff {
				size, n = size+255, n+1
			}
			if n < len(h[at:]) {
				size, n = size+int64(h[at+n]), n+1
			}
		case 6: // EBML: differences, but for the first
			if size, n = vint(h[at:]); i > 0 && n > 0 {
				size += sizes[i-1] - (1<<(7*n-1) - 1)
			}
		case 4: // all alike
			size = (b.n - 1) / count
		}
		if size < 0 || size > left || n == 0 && b.flags&lacing != 4 {
			return nil, false, nil
		}
		sizes[i], at, left = size, at+n, left-size
	}
	if sizes[count-1] = left - int64(at); sizes[count-1] < 0 {
		return nil, false, nil
	}
	off := b.off + int64(at)
	for _, size := range sizes {
		all = append(all, scrub.Range{Off: off, Len: size})
		off += size
	}
	return all, true, nil
}

// run is the payload of a cluster that has not been claimed yet.
type run struct {
	f  *film
	at int64
}

const clusterPlace = "Segment/Cluster"

// flush claims payload up to off; what follows is claimed by others, up to next.
func (r *run) flush(off, next int64) {
	if off > r.at {
		r.f.Claim(r.at, off-r.at, scrub.Payload, clusterPlace)
	}
	r.at = next
}

// cluster claims coded data: as one run, but for what is found in it.
func (f *film) cluster(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	f.now = &run{f, p.Body()}
	if !f.walked(p) {
		f.now.flush(p.Tail(), p.Tail())
		return true, nil
	}
	before := w.Point()
	rest, err := f.blocks(p, func(c chunk.Part, b *block) error {
		if p.Off != f.last && f.enough() {
			return errFound
		}
		if b != nil {
			return f.claimBlock(c, b)
		}
		return f.claimOther(c)
	})
	if err == errFound {
		rest, err = p.Tail(), nil
	}
	if err != nil && !scrub.Refusal(err) {
		return true, err
	}
	if rest < p.Tail() {
		f.leftover(rest, p.Tail())
	}
	f.now.flush(p.Tail(), p.Tail())
	if w.Edited(before) {
		return true, unseal(w, p)
	}
	return true, nil
}

// leftover claims what of a cluster can't be read: coded data, perhaps.
func (f *film) leftover(off, end int64) {
	if !f.Zeros(off, end-off) {
		f.Distrust("bytes of a cluster are no element")
		return
	}
	f.now.flush(off, end)
	f.Claim(off, end-off, scrub.Filler, clusterPlace+"/rest")
}

// claimOther claims what of a cluster is no block, by the table; blocks that can't be read
// are payload.
func (f *film) claimOther(c chunk.Part) error {
	place := clusterPlace
	switch r, known := f.Rules["Cluster"][c.ID]; {
	case c.Cut || c.ID == "SimpleBlock" || c.ID == "BlockGroup":
		f.Distrust("a block can't be read")
		return nil
	case c.ID == "EncryptedBlock":
		f.Doubt("the frames of an encrypted track can't be looked into")
		return nil
	case !known || r.Role != scrub.Structure:
		place += "/" + c.ID
	}
	f.now.flush(c.Off, c.End())
	_, err := f.Part(c, "Cluster", place)
	return err
}

// claimBlock claims a block, or the group that it is in.
func (f *film) claimBlock(c chunk.Part, b *block) error {
	t := b.track
	switch {
	case t == nil:
		f.Doubt("there are blocks of a track that nothing describes")
		return nil
	case t.goes:
		f.now.flush(c.Off, c.End())
		f.Claim(c.Off, c.Len(), scrub.Identify, clusterPlace+"/telemetry")
		if !t.told {
			t.told = true
			f.Found(scrub.Finding{Kind: scrub.Telemetry, Place: clusterPlace + "/telemetry", Off: c.Off, Len: c.Len(), Value: t.codec})
		}
		retire(f.Scan, c, scrub.Destroy, scrub.Repair)
		return nil
	case b.more:
		f.now.flush(c.Off, c.Body())
		f.adding = t
		_, err := f.Enter(c, tags.Tag{Fate: tags.Holds, In: "BlockGroup"}, clusterPlace)
		f.now.at = c.End()
		return err
	}
	return f.claimFrames(b)
}

// inGroup claims the block of a group that holds more.
func (f *film) inGroup(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b, err := f.block(p, p, w.Bytes)
	if err != nil {
		return true, err
	}
	f.now.at = p.Off
	if b != nil && b.track != nil {
		err = f.claimFrames(b)
	}
	f.now.flush(p.Tail(), p.Tail())
	return true, err
}

// state claims a configuration that holds from a block on.
func (f *film) state(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	w.Doubt("a configuration in the middle of the film is not looked into")
	return true, w.Keep(p, scrub.Structure, place)
}

// claimFrames looks into the frames of a block, as far as they are to be looked at.
func (f *film) claimFrames(b *block) error {
	t := b.track
	const reserved = 0x70
	if b.flags&reserved != 0 {
		f.Doubt("blocks have bits set that mean nothing")
	}
	frames, ok, err := b.frames(f)
	if err != nil {
		return err
	}
	if !ok {
		f.Doubt("laced frames can't be read")
	}
	for _, x := range frames {
		no := t.frames
		t.frames++
		if !f.Deep() && !t.all && no >= firstFrames && b.part.Off != t.last && !t.recurs {
			continue
		}
		if _, err := f.frame(t, x, no); err != nil {
			return err
		}
	}
	return nil
}

// frame looks into frame number no of a track. What it holds is claimed, all else is part
// of the run.
func (f *film) frame(t *track, x scrub.Range, no int64) (tells bool, err error) {
	e := t.encoding
	switch {
	case e.encrypted || e.unread:
		return false, nil
	case t.isText():
		return false, f.textFrame(t, x)
	case e.zlib:
		return false, f.inflated(x)
	case e.stripped.Len > 0:
		return f.strippedFrame(t, x, no)
	}
	f.now.flush(x.Off, x.Off+x.Len)
	return f.look.Frame(&t.stream, x.Off, x.Len, no, clusterPlace)
}

// strippedFrame looks into a frame of which the first bytes are left out: they stand in
// the description of the track.
func (f *film) strippedFrame(t *track, x scrub.Range, no int64) (bool, error) {
	n := t.encoding.stripped.Len
	r, err := f.Piece(scrub.Extents{t.encoding.stripped, x})
	if err != nil {
		return false, err
	}
	pieces, err := t.stream.Frame(r, 0, n+x.Len, no)
	if err != nil {
		if !scrub.Refusal(err) {
			return false, err
		}
		f.Mangled("coded frames can't be read")
		return false, nil
	}
	pieces = f.look.Most(pieces)
	for i := range pieces {
		p := &pieces[i]
		if p.Off < n {
			f.Doubt("the part of frames that is left out tells something")
			return false, nil
		}
		p.Off += x.Off - n
		for j := range p.Edits {
			p.Edits[j].Off += x.Off - n
		}
	}
	f.now.flush(x.Off, x.Off+x.Len)
	coded.Report(f.Scan, x.Off, x.Len, clusterPlace, pieces)
	return len(pieces) > 0, nil
}
