package bmff

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/codec"
)

// maxEntries bounds the sample descriptions of a track that are looked at.
const maxEntries = 64

// entries visits the sample entries of a stsd box (8.5.2) and returns where
// they end.
func (p *parser) entries(b box, visit func(e entry) error) (rest int64, err error) {
	version, _, err := fullHead(p.s, b)
	if err != nil {
		return 0, err
	}
	if b.size() < 8 {
		return 0, p.s.Errorf(b.off, "box \"stsd\" has %d bytes, expected 16 or more", b.len)
	}
	h, err := p.s.Bytes(b.body()+4, 4)
	if err != nil {
		return 0, err
	}
	off := b.body() + 8
	count := be32(h)
	if count > maxEntries {
		return 0, p.s.Unsupportedf(b.off, "%d sample descriptions", count)
	}
	for range count {
		e, err := readBox(p.s, off, b.end())
		if err != nil {
			return off, err
		}
		if e.head != 8 || e.len < 16 {
			return off, p.s.Errorf(off, "sample entry %q has %d bytes, expected 16 or more", e.name(), e.len)
		}
		if err := visit(entry{e, version}); err != nil {
			return off, err
		}
		off = e.end()
	}
	return off, nil
}

// entry is a sample entry: a box with fields of its handler before its children.
type entry struct {
	box
	version byte // of the stsd that holds it
}

// visualFields and soundFields are the lengths of the fields, from the start
// of the entry (12.1.3, 12.2.3; QuickTime's versions 1 and 2 of sound have more).
const (
	visualFields = 86
	soundFields  = 36
)

// fields returns how many bytes stand before the children of an entry, and 0 if
// the entry has no children that are known.
func (p *parser) fields(t *track, e entry) (int64, error) {
	switch t.handler {
	case "vide", "auxv", "pict":
		if e.len < visualFields {
			return 0, p.s.Errorf(e.off, "sample entry %q has %d bytes, expected %d or more", e.name(), e.len, visualFields)
		}
		return visualFields, nil
	case "soun":
		if e.len < soundFields {
			return 0, p.s.Errorf(e.off, "sample entry %q has %d bytes, expected %d or more", e.name(), e.len, soundFields)
		}
		h, err := p.s.Bytes(e.off+16, 2)
		if err != nil {
			return 0, err
		}
		n := int64(soundFields)
		switch v := be16(h); {
		case v == 1 && e.version == 0: // ISO has a version 1 too, in a stsd of version 1
			n += 16
		case v == 2:
			n += 36
		}
		if e.len < n {
			return 0, p.s.Errorf(e.off, "sample entry %q has %d bytes, expected %d or more", e.name(), e.len, n)
		}
		return n, nil
	}
	return 0, nil
}

// readDescriptions notes what the samples are. Frames of several codecs in one
// track are not looked into.
func (p *parser) readDescriptions(b box, t *track) error {
	var first codec.Kind
	mixed := false
	_, err := p.entries(b, func(e entry) error {
		t.codec.Kind = codec.Unknown
		err := p.readDescription(t, e)
		if t.tables.described++; t.tables.described == 1 {
			first = t.codec.Kind
		}
		mixed = mixed || t.codec.Kind != first
		return err
	})
	if mixed {
		t.codec.Kind = codec.Unknown
		p.s.Doubt("the frames of a track are of several codecs")
	}
	return err
}

func (p *parser) readDescription(t *track, e entry) error {
	fields, err := p.fields(t, e)
	if err != nil {
		return err
	}
	palette, err := colourTable(p.s, e, e.off+fields)
	if err != nil {
		return err
	}
	start := e.off + fields + palette
	if fields == 0 {
		start += 16
	}
	c, err := p.contentsOf(t, e, start)
	if err != nil {
		return err
	}
	t.formats = append(t.formats, c.format)
	if c.sealed != protected(e.typ) || !c.sealed && nearly(e.typ, encryptedFormats) {
		p.distrust("a track is nearly an encrypted one")
	}
	t.encrypted = t.encrypted || c.sealed
	t.secret = t.secret || c.sealed && !c.clear
	if fields == 0 {
		return nil
	}
	if t.handler == "soun" {
		if err := p.readSound(t, e); err != nil {
			return err
		}
	} else {
		s, _ := codec.Of(codec.Entry, c.format)
		t.codec.Kind = s.Kind
	}
	_, err = children(p.s, start, e.end(), func(b box) error {
		if c.family != nil && !c.family.holds(b.typ) {
			return nil
		}
		return p.readCodec(t, b)
	})
	if damaged(err) {
		return nil // codecs of old hold something else there: see leftovers
	}
	return err
}

// damaged tells whether err says that what was read is no box.
func damaged(err error) bool { return err != nil && scrub.Refusal(err) }

// descriptions claims stsd.
func (p *parser) descriptions(t *track, b box, place string) error {
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	if _, _, err := p.flags(b, 0, place); err != nil {
		return err
	}
	p.s.Claim(b.body()+4, 4, scrub.Structure, place)
	if err := p.idle(t); err != nil {
		return err
	}
	rest, err := p.entries(b, func(e entry) error { return p.description(t, e, place+"/"+e.name()) })
	if err != nil {
		return err
	}
	return p.nothing(rest, b.end(), place)
}

// idle doubts descriptions by which no chunk is read: of what is in them, nothing
// tells whether it is true. Fragments may name others.
func (p *parser) idle(t *track) error {
	used := map[uint32]bool{1: true}
	for i := range t.tables.runs.n {
		row, err := t.tables.runs.row(i)
		if err != nil {
			return err
		}
		n := be32(row[8:])
		if used[n] = true; int64(n) > t.tables.described {
			p.s.Doubt("a chunk is of a description that there is not")
			return nil
		}
	}
	if delete(used, 0); int64(len(used)) < t.tables.described {
		p.s.Doubt("a track has a description of samples that none of them uses")
	}
	return nil
}

// description claims a sample entry.
func (p *parser) description(t *track, e entry, place string) error {
	fields, err := p.fields(t, e)
	if err != nil {
		return err
	}
	if err := p.entryHead(e, place); err != nil {
		return err
	}
	switch {
	case fields == 0:
		return p.otherEntry(t, e, place)
	case t.handler == "soun":
		if err := p.sound(e, fields, place); err != nil {
			return err
		}
	default:
		if err := p.visual(e, place); err != nil {
			return err
		}
	}
	palette, err := colourTable(p.s, e, e.off+fields)
	if err != nil {
		return err
	}
	if err := p.palette(t, e, palette, place); err != nil {
		return err
	}
	return p.entryBoxes(t, e, e.off+fields+palette, place)
}

// entryFields claims n bytes of the fields of an entry, which are doubted if they
// hold what they can't.
func (p *parser) entryFields(off, n int64, place string, read form) error {
	_, ok, err := p.formed(off, n, read, place)
	if err == nil && !ok {
		p.s.Claim(off, n, scrub.Structure, place)
		p.s.Doubt("a field has a value that it can't have")
	}
	return err
}

// sound claims the fields of an entry of sound.
func (p *parser) sound(e entry, n int64, place string) error {
	if err := p.entryFields(e.off+16, 4, place, func(f *fields) { f.upTo(16, 2); f.upTo(16, 16) }); err != nil {
		return err
	}
	if err := p.zero(e.off+20, 4, scrub.Software, place+"/vendor", ""); err != nil {
		return err
	}
	return p.entryFields(e.off+24, n-24, place, func(f *fields) {
		f.upTo(16, 255)
		f.upTo(16, 64)
		f.signed(16, 2) // how it is compressed
		f.zero(16)
		f.take(32)
		switch n {
		case soundFields + 16:
			for range 4 {
				f.upTo(32, fraction)
			}
		case soundFields + 36:
			f.among(32, soundFields+36)
			f.take(64) // the rate
			f.upTo(32, 255)
			f.among(32, 0x7f000000)
			f.upTo(32, 64)
			f.upTo(32, 0x3ff)
			f.upTo(32, fraction)
			f.upTo(32, fraction)
		}
	})
}

// entryHead claims what all sample entries begin with: reserved bytes and the
// number of a data reference.
func (p *parser) entryHead(e entry, place string) error {
	p.s.Claim(e.off, 8, scrub.Structure, place)
	if err := p.zero(e.off+8, 6, scrub.Hidden, place+"/reserved", ""); err != nil {
		return err
	}
	p.s.Claim(e.off+14, 2, scrub.Structure, place)
	return nil
}

// entryBoxes claims the boxes of an entry from off on. Some writers put a zero
// word between them.
func (p *parser) entryBoxes(t *track, e entry, off int64, place string) error {
	mark := p.s.Point()
	known, err := p.contentsOf(t, e, off)
	if err != nil {
		return err
	}
	visit := func(b box) error { return p.extension(t, known, e, b, place+"/"+b.name()) }
	rest, err := children(p.s, off, e.end(), visit)
	for err == nil && rest < e.end()-4 {
		word, more := rest, rest
		if more, err = children(p.s, rest+4, e.end(), visit); err == nil && more == rest+4 {
			break
		}
		p.s.Claim(word, 4, scrub.Structure, place)
		rest = more
	}
	if damaged(err) {
		p.s.Reset(mark)
		return p.leftovers(e, off, place)
	}
	if err != nil {
		return err
	}
	if e.end()-rest > terminator {
		return p.leftovers(e, rest, place)
	}
	return p.rest(rest, e.end(), place)
}

// leftovers claims what follows the fields of an entry and is no box: old
// codecs put tables there.
func (p *parser) leftovers(e entry, off int64, place string) error {
	empty, err := p.s.Constant(off, e.end()-off, 0)
	if err != nil {
		return err
	}
	if !empty {
		p.s.Doubt("a sample description holds something unknown")
	}
	p.s.Claim(off, e.end()-off, scrub.Structure, place)
	return nil
}

// visual claims the fields of a visual entry. The name of the compressor goes,
// but for two that decoders look at: FFmpeg takes the order of colour planes
// from the first, and reads another codec for the second.
func (p *parser) visual(e entry, place string) error {
	h, err := p.s.Bytes(e.off, visualFields)
	if err != nil {
		return err
	}
	if err := p.entryFields(e.off+16, 4, place, func(f *fields) { f.upTo(16, 16); f.upTo(16, 16) }); err != nil {
		return err
	}
	if err := p.zero(e.off+20, 4, scrub.Software, place+"/vendor", ""); err != nil {
		return err
	}
	if err := p.quality(e.off+24, place); err != nil {
		return err
	}
	p.s.Claim(e.off+32, 4, scrub.Structure, place)
	if err := p.entryFields(e.off+36, 14, place, func(f *fields) {
		f.upTo(32, 1200<<16) // dots per inch
		f.upTo(32, 1200<<16)
		f.zero(32)
		f.upTo(16, 16) // frames in a sample
	}); err != nil {
		return err
	}
	name := h[50:82]
	kept := int64(0)
	for _, s := range []string{"Planar Y'CbCr 8-bit 4:2:0", "Sorenson H263"} {
		if int(name[0]) <= 31 && bytes.HasPrefix(name[1:1+min(31, int(name[0]))], []byte(s)) {
			kept = int64(1 + len(s))
		}
	}
	p.s.Claim(e.off+50, kept, scrub.Structure, place)
	if err := p.zero(e.off+50+kept, 32-kept, scrub.Software, place+"/compressorname", printable(name)); err != nil {
		return err
	}
	// The depth of colours or of greys, and a table of colours: one that is numbered or none.
	return p.entryFields(e.off+82, 4, place, func(f *fields) { f.upTo(16, 64); f.signed(16, 40) })
}

// quality claims the two qualities that QuickTime's compressors note, of 1024 at
// the most.
func (p *parser) quality(off int64, place string) error {
	for range 2 {
		h, err := p.s.Bytes(off, 4)
		if err != nil {
			return err
		}
		if be32(h) <= 1024 {
			p.s.Claim(off, 4, scrub.Structure, place)
		} else if err := p.zero(off, 4, scrub.Hidden, place+"/quality", ""); err != nil {
			return err
		}
		off += 4
	}
	return nil
}
