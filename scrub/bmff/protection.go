package bmff

import "untag/scrub"

// protectionScheme claims sinf (8.12.1): what a frame is without encryption, and
// by which scheme it is encrypted.
func (p *parser) protectionScheme(e entry, b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch c.typ {
		case "frma":
			return p.originalFormat(c, at)
		case "schm":
			return p.schemeType(c, at)
		case "schi":
			return p.schemeInfo(e, c, at)
		case "free", "skip":
			return p.filler(c, at)
		default:
			p.drop(c, scrub.Unknown, at, "")
		}
		return nil
	})
}

// piffTrack is tenc as PIFF has it.
const piffTrack = "\x89\x74\xdb\xce\x7b\xe7\x4c\x51\x84\xf9\x71\x48\xf9\x88\x25\x54"

// schemeInfo claims schi (8.12.6). Common encryption needs one box there, with a
// key's identifier (ISO/IEC 23001-7, 8.2); other schemes have accounts and addresses.
func (p *parser) schemeInfo(e entry, b box, place string) error {
	common := false
	if _, err := children(p.s, b.body(), b.end(), func(c box) error {
		common = common || c.typ == "tenc"
		return nil
	}); err != nil {
		return err
	}
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		h, err := p.s.Bytes(c.body(), int(min(c.size(), 16)))
		if err != nil {
			return err
		}
		switch {
		case c.typ == "tenc":
			return p.readBox(c, trackEncryption, at)
		case c.typ == "uuid" && len(h) >= 16 && string(h[:16]) == piffTrack && c.size() == 16+24:
			p.keep(c, at)
		case c.typ == "free" || c.typ == "skip":
			return p.filler(c, at)
		case e.typ == "drms" || e.typ == "drmi": // doubted as a whole
			p.keep(c, at)
		case common:
			p.drop(c, scrub.Unknown, at, "")
		default:
			p.s.Stuck(scrub.Finding{Kind: scrub.ID, Place: at, Off: c.off, Len: c.len})
			p.s.Doubt("the copy protection holds something that nothing can look into")
			p.keep(c, at)
		}
		return nil
	})
}

// trackEncryption is tenc. Nothing is encrypted by a key without name.
func trackEncryption(f *fields) {
	version := f.upTo(8, 1)
	f.zero(24 + 8)
	if version == 0 {
		f.zero(8)
	} else {
		f.take(8) // the pattern of blocks
	}
	encrypted := f.upTo(8, 1)
	vector := f.among(8, 0, 8, 16)
	high, low := f.number(64), f.number(64)
	f.bad = f.bad || encrypted == 0 && high|low != 0
	if encrypted == 1 && vector == 0 { // the same for all samples
		f.take(8 * int(f.among(8, 8, 16)))
	}
}

// schemeType claims schm (8.12.5), which may have an address for people at its end.
func (p *parser) schemeType(b box, place string) error {
	return p.readBox(b, func(f *fields) {
		f.among(8, 0)
		f.zero(24) // an address may be announced
		f.word("cenc|cens|cbc1|cbcs|piff|itun|odkm|sve1")
		f.upTo(32, fraction)
	}, place)
}
