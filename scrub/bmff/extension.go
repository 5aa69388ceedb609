package bmff

import (
	"cmp"

	"untag/scrub"
)

// extension claims a child of a sample entry.
func (p *parser) extension(t *track, c contents, e entry, b box, place string) error {
	switch {
	case b.typ == "free" || b.typ == "skip" || b.typ == "wide":
		return p.filler(b, place)
	case b.typ == "pinf":
		p.drop(b, scrub.Person, place, "")
		return nil
	case b.typ == "sinf" && protected(e.typ):
		if e.typ == "drms" || e.typ == "drmi" {
			p.s.Stuck(scrub.Finding{Kind: scrub.Person, Place: place, Off: b.off, Len: b.len})
			p.s.Doubt("the copy protection of the iTunes Store names the buyer, and the file can't be played without it")
		}
		return p.protectionScheme(e, b, place)
	case c.family == nil && !has(shared[medium(t.handler)], b.typ):
		return p.opaque(b, place)
	case c.family != nil && !c.family.holds(b.typ), (b.typ == "avcE" || b.typ == "hvcE") && !c.enhanced:
		if !c.whole {
			p.doubtful(b, place)
			return nil
		}
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	return p.decoderBox(c, b, place)
}

// decoderBox claims a box that tells how to decode or show.
func (p *parser) decoderBox(c contents, b box, place string) error {
	switch b.typ {
	case "avcC", "hvcC", "vvcC", "lhvC", "av1C", "avcE", "hvcE":
		return p.config(b, place)
	case "esds":
		return p.streamDescription(b, place)
	case "colr":
		return p.colour(b, place)
	case "dfLa":
		return p.flac(b, place)
	case "sv3d", "vexu":
		return p.spatial(b, place)
	case "wave":
		return p.wave(c, b, place)
	case "vttC":
		return p.webVTT(b, place)
	case "ftab":
		return p.fonts(b, place)
	}
	read, ok := forms[b.typ]
	if !ok {
		return p.opaque(b, place)
	}
	return p.readBox(b, read, place)
}

// opaque keeps a box that decoders need, or may need, and that nothing can look into.
func (p *parser) opaque(b box, place string) error {
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	return p.opaqueBody(b, place)
}

func (p *parser) opaqueBody(b box, place string) error {
	empty, err := p.s.Constant(b.body(), b.size(), 0)
	if err != nil {
		return err
	}
	p.s.Claim(b.body(), b.size(), scrub.Structure, place)
	if !empty {
		p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.off, Len: b.len})
		p.s.Doubt("the description of a decoder can't be looked into")
	}
	return nil
}

// spatialBoxes are the containers of what describes spherical and stereoscopic
// video (Google's Spherical Video V2, Apple's video extended usage), and what they hold.
var spatialBoxes = map[string]string{
	"sv3d": "svhd|proj", "vexu": "eyes|proj|pack|must", "eyes": "stri|hero|cams|cmfy|must", "cams": "blin|must", "cmfy": "dadj|must",
	"proj": "prhd|equi|cbmp|mshp|prji|must|lnhd|lfad|corg", "pack": "pkin|must",
}

// spatial claims a container of spatialBoxes.
func (p *parser) spatial(b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch {
		case c.typ == "free" || c.typ == "skip":
			return p.filler(c, at)
		case !has(spatialBoxes[b.typ], c.typ):
			p.drop(c, scrub.Unknown, at, "")
			return nil
		case spatialBoxes[c.typ] != "":
			return p.spatial(c, at)
		case c.typ == "svhd" && c.size() >= 4: // the name of the program that made it
			p.s.Claim(c.off, c.head, scrub.Structure, at)
			if _, _, err := p.flags(c, 0, at); err != nil {
				return err
			}
			return p.zero(c.body()+4, c.size()-4, scrub.Software, at, "")
		}
		return p.decoderBox(contents{}, c, at)
	})
}

// wave claims QuickTime's container for what a sound decoder needs: the format,
// the decoder's own box, and an empty box at the end.
func (p *parser) wave(c contents, b box, place string) error {
	return p.inside(b, place, func(d box) error {
		at := place + "/" + d.name()
		switch {
		case d.typ == "free" || d.typ == "skip":
			return p.filler(d, at)
		case d.typ == "\x00\x00\x00\x00" && d.len == 8:
			p.keep(d, at)
			return nil
		case d.typ == "frma":
			return p.originalFormat(d, at)
		case c.family == nil:
			return p.opaque(d, at)
		case d.typ == "mp4a": // empty
			p.s.Claim(d.off, d.head, scrub.Structure, at)
			return p.slack(d, d.body(), at)
		case d.typ != "wave" && c.family.holds(d.typ):
			return p.decoderBox(c, d, at)
		case !c.whole:
			p.doubtful(d, at)
			return nil
		}
		p.drop(d, scrub.Unknown, at, "")
		return nil
	})
}

// originalFormat claims frma (8.12.2), which names one of the formats that are known.
func (p *parser) originalFormat(b box, place string) error {
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 4)))
	if err != nil {
		return err
	}
	if len(h) < 4 || familyOf("vide", string(h)) == nil && familyOf("soun", string(h)) == nil && familyOf("text", string(h)) == nil {
		return p.opaque(b, place)
	}
	p.s.Claim(b.off, b.head+4, scrub.Structure, place)
	return p.slack(b, b.body()+4, place)
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
	switch kind := string(h); kind {
	case "nclc", "nclx":
		return p.readBox(b, func(f *fields) { f.colours(kind) }, place)
	case "prof", "rICC":
	default:
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	p.s.Claim(b.off, b.head+4, scrub.Structure, place)
	x := scrub.Extents{{Off: b.body() + 4, Len: b.size() - 4}}
	if err := p.s.MediumAs("icc", x, place); err != nil {
		if !scrub.Refusal(err) {
			return err
		}
		p.s.Doubt("an ICC profile can't be read")
		p.s.Claim(x[0].Off, x[0].Len, scrub.Render, place)
	}
	return nil
}

// colours reads the numbers of ITU-T H.273.
func (f *fields) colours(kind string) {
	f.is(kind)
	f.upTo(16, 22)
	f.upTo(16, 18)
	f.upTo(16, 17)
	if kind == "nclx" && len(f.b) > f.at/8 { // some writers leave the range out
		f.take(1)
		f.zero(7)
	}
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
			p.s.Claim(off, 4, scrub.Structure, place)
			end, ok, err := p.formed(off+4, n, streamInfo, place)
			if err == nil && !ok {
				err = p.s.Errorf(off, "stream info of %d bytes, expected 34", n)
			}
			if err := cmp.Or(err, p.zero(end, off+4+n-end, scrub.Hidden, place+"/slack", "")); err != nil {
				return err
			}
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

// streamInfo is the first of the blocks (8.2). Its checksum of the sound is for
// those who compare files: no decoder needs it.
func streamInfo(f *fields) {
	f.take(16 + 16)
	f.upTo(24, 1<<21) // sizes of frames
	f.upTo(24, 1<<21)
	f.take(20 + 3 + 5)
	f.upTo(36, 1<<33)
	f.zero(128)
}
