package bmff

import (
	"bytes"
	"slices"

	"untag/scrub"
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

// readDescriptions notes what the samples are.
func (p *parser) readDescriptions(b box, t *track) error {
	_, err := p.entries(b, func(e entry) error {
		t.formats = append(t.formats, e.typ)
		t.tables.described++
		t.encrypted = t.encrypted || slices.Contains([]string{"encv", "enca", "enct", "encs", "drms", "drmi", "p608"}, e.typ)
		fields, err := p.fields(t, e)
		if err != nil || fields == 0 {
			return err
		}
		if t.handler == "soun" {
			if err := p.readSound(t, e); err != nil {
				return err
			}
		}
		_, err = children(p.s, e.off+fields, e.end(), func(c box) error { return p.readCodec(t, c) })
		if damaged(err) {
			return nil // codecs of old hold something else there: see leftovers
		}
		return err
	})
	return err
}

// damaged tells whether err says that what was read is no box.
func damaged(err error) bool { return err != nil && scrub.Refusal(err) }

// sampleBytes is what one channel of one sample takes in the uncompressed
// formats of QuickTime, whose tables may say 1 instead.
var sampleBytes = map[string]int64{
	"raw ": 1, "NONE": 1, "twos": 2, "sowt": 2, "in24": 3, "in32": 4, "fl32": 4, "fl64": 8, "ulaw": 1, "alaw": 1,
}

// readSound notes how many bytes constant-rate sound takes by its description:
// version 1 counts packets, version 2 frames, version 0 channels and bits.
func (p *parser) readSound(t *track, e entry) error {
	h, err := p.s.Bytes(e.off, int(min(e.len, soundFields+36)))
	if err != nil {
		return err
	}
	channels, bits := int64(be16(h[24:])), int64(be16(h[26:]))
	switch version := be16(h[16:]); {
	case version == 1 && e.version == 0 && len(h) >= 52:
		t.tables.perPacket = packet{int64(be32(h[36:])), int64(be32(h[44:]))}
	case version == 2 && len(h) >= 72:
		t.tables.perPacket = packet{int64(be32(h[68:])), int64(be32(h[64:]))}
	case version == 0 && sampleBytes[e.typ] > 0:
		width := sampleBytes[e.typ]
		if width <= 2 && bits > 8 && e.typ != "ulaw" && e.typ != "alaw" {
			width = (bits + 7) / 8
		}
		t.tables.perPacket = packet{1, channels * width}
	}
	return nil
}

// descriptions claims stsd.
func (p *parser) descriptions(t *track, b box, place string) error {
	p.s.Claim(b.off, b.head+8, scrub.Structure, place)
	rest, err := p.entries(b, func(e entry) error { return p.description(t, e, place+"/"+e.name()) })
	if err != nil {
		return err
	}
	return p.rest(rest, b.end(), place)
}

// description claims a sample entry.
func (p *parser) description(t *track, e entry, place string) error {
	fields, err := p.fields(t, e)
	if err != nil {
		return err
	}
	switch {
	case fields == 0:
		p.keep(e.box, place)
		return nil
	case t.handler == "soun":
		p.s.Claim(e.off, 20, scrub.Structure, place)
		if err := p.zero(e.off+20, 4, scrub.Software, place+"/vendor", ""); err != nil {
			return err
		}
		p.s.Claim(e.off+24, fields-24, scrub.Structure, place)
	default:
		if err := p.visual(e, place); err != nil {
			return err
		}
	}
	mark := p.s.Point()
	rest, err := children(p.s, e.off+fields, e.end(), func(c box) error { return p.extension(t, e, c, place+"/"+c.name()) })
	if damaged(err) {
		p.s.Reset(mark)
		return p.leftovers(e, e.off+fields, place)
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
	if !empty && !colourTable(p.s, e, off) {
		p.doubt("a sample description holds something unknown")
	}
	p.s.Claim(off, e.end()-off, scrub.Structure, place)
	return nil
}

// colourTable tells whether off holds the palette that follows a visual entry
// whose colour table id is 0: seed, flags, and the highest index.
func colourTable(s *scrub.Scan, e entry, off int64) bool {
	if off != e.off+visualFields || e.end()-off < 8 {
		return false
	}
	h, err := s.Bytes(e.off+84, 10)
	if err != nil || be16(h) != 0 {
		return false
	}
	n := int64(be16(h[8:])) + 1
	return 8+8*n == e.end()-off
}

// visual claims the fields of a visual entry. The name of the compressor goes,
// but for two that decoders look at: FFmpeg takes the order of colour planes
// from the first, and reads another codec for the second.
func (p *parser) visual(e entry, place string) error {
	h, err := p.s.Bytes(e.off, visualFields)
	if err != nil {
		return err
	}
	p.s.Claim(e.off, 20, scrub.Structure, place)
	if err := p.zero(e.off+20, 4, scrub.Software, place+"/vendor", ""); err != nil {
		return err
	}
	p.s.Claim(e.off+24, 26, scrub.Structure, place)
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
	p.s.Claim(e.off+82, 4, scrub.Structure, place)
	return nil
}

// extensions are the children of sample entries that decoders, colour and HDR
// need (formats of ISO/IEC 14496-12, -15, -30, QuickTime, Dolby, Apple spatial).
var extensions = map[string]bool{}

func init() {
	for _, t := range []string{"esds", "dOps", "dac3", "dec3", "dac4", "ddts", "dmlp", "alac", "chan", "chnl", "d263", "pcmC", "srat",
		"jp2h", "jpgC", "mjqt", "mjht", "SMI ", "gama", "fiel", "pasp", "clap", "mdcv", "clli", "SmDm", "CoLL", "amve", "cclv", "btrt",
		"ACLR", "ARES", "APRG", "st3d", "vexu", "hfov", "SA3D", "ludt", "sinf", "vpcC", "dvcC", "dvvC", "dvwC", "hvcE", "avcE",
		"glbl", "sv3d", "bitr", "m4ds", "svcC", "mvcC", "mhaC", "iacb", "ispe", "udts", "avs3", "apvC", "apcC", "frma", "cinf", "dfxp", "enda", "samr", "DMLP", "wfex", "mhaP", "dmix", "SVQ3"} {
		extensions[t] = true
	}
}

// extension claims a child of a sample entry.
func (p *parser) extension(t *track, e entry, b box, place string) error {
	switch b.typ {
	case "avcC", "hvcC", "vvcC", "lhvC", "av1C":
		return p.config(b, place)
	case "colr":
		return p.colour(b, place)
	case "dfLa":
		return p.flac(b, place)
	case "damr":
		return p.amr(b, place)
	case "sinf":
		if e.typ == "drms" || e.typ == "drmi" {
			p.s.Found(scrub.Finding{Kind: scrub.Person, Place: place, Off: b.off, Len: b.len})
			p.doubt("the copy protection of the iTunes Store names the buyer, and the file can't be played without it")
		}
		p.keep(b, place)
	case "wave":
		return p.wave(t, e, b, place)
	case "pinf":
		p.drop(b, scrub.Person, place, "")
	case "free", "skip", "wide":
		return p.filler(b, place)
	default:
		if extensions[b.typ] {
			p.keep(b, place)
			return nil
		}
		return p.unknownExtension(t, b, place)
	}
	return nil
}

// wave claims QuickTime's container for what a sound decoder needs: the format,
// the decoder's own box, and an empty box at the end.
func (p *parser) wave(t *track, e entry, b box, place string) error {
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	rest, err := children(p.s, b.body(), b.end(), func(c box) error {
		at := place + "/" + c.name()
		switch {
		case c.typ == "free" || c.typ == "skip":
			return p.filler(c, at)
		case c.typ == e.typ || extensions[c.typ] || c.typ == "mp4a" || c.typ == "damr" || c.typ == "\x00\x00\x00\x00" && c.len == 8:
			p.keep(c, at)
		default:
			return p.unknownExtension(t, c, at)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.rest(rest, b.end(), place)
}

// knownCodecs need none of the boxes that are not in extensions, so that an
// unknown box beside them can go.
var knownCodecs = []string{"avc1", "avc2", "avc3", "avc4", "hvc1", "hev1", "dvh1", "dvhe", "av01", "vp08", "vp09", "vvc1", "vvi1", "mp4v", "mp4a", "ac-3", "ec-3", "alac", "Opus", "fLaC", "s263", "h263", "samr", "sawb", "jpeg", "mjpa", "mjpb", "apch", "apcn", "apcs", "apco", "ap4h", "ap4x", "twos", "sowt", "lpcm", "raw ", "in24", "in32", "fl32", "fl64", "ulaw", "alaw", "encv", "enca", "drms", "drmi", "ipcm", "fpcm"}

func (p *parser) unknownExtension(t *track, b box, place string) error {
	if len(t.formats) > 0 && slices.Contains(knownCodecs, t.formats[0]) {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	p.s.Found(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.off, Len: b.len})
	p.doubt("an unknown codec has an unknown box in its sample description")
	p.keep(b, place)
	return nil
}

// colour claims colr; an ICC profile in it is a medium of its own.
func (p *parser) colour(b box, place string) error {
	if b.size() < 4 {
		p.keep(b, place)
		return nil
	}
	h, err := p.s.Bytes(b.body(), 4)
	if err != nil {
		return err
	}
	if kind := string(h); kind != "prof" && kind != "rICC" {
		p.keep(b, place)
		return nil
	}
	p.s.Claim(b.off, b.head+4, scrub.Structure, place)
	x := scrub.Extents{{Off: b.body() + 4, Len: b.size() - 4}}
	if err := p.s.MediumAs("icc", x, place); err != nil {
		if !scrub.Refusal(err) {
			return err
		}
		p.doubt("an ICC profile can't be read")
		p.s.Claim(x[0].Off, x[0].Len, scrub.Render, place)
	}
	return nil
}

// flac claims dfLa, which holds the metadata blocks of FLAC (RFC 9639, 8): all
// but the stream info become padding.
func (p *parser) flac(b box, place string) error {
	p.s.Claim(b.off, b.head+4, scrub.Structure, place)
	off := b.body() + 4
	for b.end()-off >= 4 {
		h, err := p.s.Bytes(off, 4)
		if err != nil {
			return err
		}
		n := int64(be32(h) & 0xffffff)
		if n > b.end()-off-4 {
			return p.s.Errorf(off, "FLAC block says %d bytes, %d are left", n, b.end()-off-4)
		}
		switch h[0] & 0x7f {
		case 0:
			p.s.Claim(off, 4+n, scrub.Structure, place)
		case 1:
			p.s.Claim(off, 4, scrub.Structure, place)
			if err := p.s.Blank(off+4, n, 0, scrub.Hidden, place+"/padding"); err != nil {
				return err
			}
		default:
			p.s.Claim(off, 4+n, scrub.Identify, place)
			if p.s.Found(scrub.Finding{Kind: scrub.Comment, Place: place, Off: off, Len: 4 + n}) {
				p.s.Put(scrub.Unlink, off, []byte{h[0]&0x80 | 1})
				p.s.Fill(scrub.Destroy, off+4, n, 0)
			}
		}
		off += 4 + n
	}
	return p.rest(off, b.end(), place)
}

// amr claims damr, whose first four bytes name the vendor (TS 26.244, 6.7).
func (p *parser) amr(b box, place string) error {
	if b.size() < 4 {
		p.keep(b, place)
		return nil
	}
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	if err := p.zero(b.body(), 4, scrub.Software, place+"/vendor", ""); err != nil {
		return err
	}
	p.s.Claim(b.body()+4, b.size()-4, scrub.Structure, place)
	return nil
}
