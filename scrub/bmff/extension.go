package bmff

import (
	"slices"

	"untag/scrub"
)

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
			p.s.Stuck(scrub.Finding{Kind: scrub.Person, Place: place, Off: b.off, Len: b.len})
			p.s.Doubt("the copy protection of the iTunes Store names the buyer, and the file can't be played without it")
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
	return p.inside(b, place, func(c box) error {
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
}

// knownCodecs need none of the boxes that are not in extensions, so that an
// unknown box beside them can go.
var knownCodecs = []string{"avc1", "avc2", "avc3", "avc4", "hvc1", "hev1", "dvh1", "dvhe", "av01", "vp08", "vp09", "vvc1", "vvi1", "mp4v", "mp4a", "ac-3", "ec-3", "alac", "Opus", "fLaC", "s263", "h263", "samr", "sawb", "jpeg", "mjpa", "mjpb", "apch", "apcn", "apcs", "apco", "ap4h", "ap4x", "twos", "sowt", "lpcm", "raw ", "in24", "in32", "fl32", "fl64", "ulaw", "alaw", "encv", "enca", "drms", "drmi", "ipcm", "fpcm"}

func (p *parser) unknownExtension(t *track, b box, place string) error {
	if len(t.formats) > 0 && slices.Contains(knownCodecs, t.formats[0]) {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.off, Len: b.len})
	p.s.Doubt("an unknown codec has an unknown box in its sample description")
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
		p.s.Doubt("an ICC profile can't be read")
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
