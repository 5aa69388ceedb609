package bmff

import (
	"slices"

	"untag/scrub"
)

// extensions are the children of sample entries that decoders, colour and HDR
// need (formats of ISO/IEC 14496-12, -15, -30, QuickTime, Dolby, Apple spatial),
// and how long their bodies are.
var extensions = map[string]span{}

// span is the length of a body: of one that is always so long, or at the most.
type span struct {
	n     int64
	fixed bool
}

func init() {
	for typ, n := range map[string]int64{
		"btrt": 12, "pasp": 8, "clap": 32, "fiel": 2, "gama": 4, "mdcv": 24, "clli": 4, "CoLL": 8, "SmDm": 28, "amve": 8, "ispe": 12, "hfov": 4, "st3d": 5,
		"frma": 4, "enda": 2, "pcmC": 6, "srat": 8, "dvcC": 24, "dvvC": 24, "dvwC": 24, "d263": 7, "bitr": 8, "ddts": 20, "ACLR": 16, "mjqt": 65, "apcC": 4,
		"DMLP": 10, "dmlp": 10, "ADHR": 24, "DpxE": 4,
	} {
		extensions[typ] = span{n, true}
	}
	for typ, n := range map[string]int64{
		"esds": maxStream, "dOps": 300, "dac3": 32, "dec3": 128, "dac4": 512, "alac": 256, "chan": 1 << 10, "chnl": 512, "vpcC": 64, "cclv": 64,
		"jp2h": 64 << 10, "jpgC": 64 << 10, "mjht": 4 << 10, "SMI ": 4 << 10, "SVQ3": 4 << 10, "glbl": 64 << 10, "ARES": 120, "APRG": 24, "SA3D": 512,
		"m4ds": 256, "svcC": 4 << 10, "mvcC": 4 << 10, "mhaC": 1 << 10, "mhaP": 256, "iacb": 4 << 10, "udts": 256, "avs3": 1 << 10, "apvC": 512,
		"cinf": 4 << 10, "dfxp": 64, "samr": 64, "wfex": 128, "dmix": 64, "ludt": 1 << 10, "ftab": 1 << 10,
	} {
		extensions[typ] = span{n, false}
	}
}

// extension claims a child of a sample entry.
func (p *parser) extension(t *track, e entry, b box, place string) error {
	switch b.typ {
	case "avcC", "hvcC", "vvcC", "lhvC", "av1C", "avcE", "hvcE":
		return p.config(b, place)
	case "esds":
		return p.streamDescription(b, place)
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
		return p.protectionScheme(e, b, place)
	case "sv3d", "vexu":
		return p.spatial(b, place)
	case "wave":
		return p.wave(t, e, b, place)
	case "vttC":
		return p.webVTT(b, place)
	case "pinf":
		p.drop(b, scrub.Person, place, "")
	case "free", "skip", "wide":
		return p.filler(b, place)
	default:
		return p.knownExtension(e, b, place)
	}
	return nil
}

// knownExtension claims a child of a sample entry that is not looked into.
func (p *parser) knownExtension(e entry, b box, place string) error {
	s, ok := extensions[b.typ]
	switch {
	case !ok:
		return p.unknownExtension(e, b, place)
	case s.fixed:
		n := min(s.n, b.size())
		p.s.Claim(b.off, b.head+n, scrub.Structure, place)
		return p.slack(b, b.body()+n, place)
	case b.size() > s.n:
		p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.off, Len: b.len})
		p.s.Doubt("the description of a decoder is longer than those of its kind")
	}
	n, err := p.measure(b)
	if err != nil {
		return err
	}
	p.s.Claim(b.off, b.head+n, scrub.Structure, place)
	return p.slack(b, b.body()+n, place)
}

// protectionScheme claims sinf (8.12.1): what a frame is without encryption, and
// by which scheme it is encrypted.
func (p *parser) protectionScheme(e entry, b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch c.typ {
		case "frma":
			p.s.Claim(c.off, min(c.len, c.head+4), scrub.Structure, at)
			return p.slack(c, min(c.end(), c.body()+4), at)
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
		h, err := p.s.Bytes(c.body(), int(min(c.size(), 25)))
		if err != nil {
			return err
		}
		switch {
		case c.typ == "tenc" && len(h) >= 24:
			n := int64(24)
			if h[6] != 0 && h[7] == 0 && len(h) > 24 { // the vector is the same for all samples
				n += 1 + int64(h[24])
			}
			return p.sized(c, n, 0, at)
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

// schemeType claims schm (8.12.5), which may have an address for people at its end.
func (p *parser) schemeType(b box, place string) error {
	const fields = 12
	if b.size() < fields {
		return p.sized(b, b.size(), 1, place)
	}
	_, flags, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	p.s.Claim(b.off, b.head+fields, scrub.Structure, place)
	if flags&1 == 0 {
		return p.slack(b, b.body()+fields, place)
	}
	return p.zero(b.body()+fields, b.size()-fields, scrub.ID, place+"/uri", "")
}

// spatialBoxes are what describes spherical and stereoscopic video: Google's
// Spherical Video V2 and Apple's video extended usage, with the length of the
// bodies of those that hold no boxes.
var spatialBoxes = map[string]int64{
	"sv3d": 0, "proj": 0, "vexu": 0, "eyes": 0, "cams": 0, "cmfy": 0, "pack": 0,
	"prhd": 16, "equi": 20, "cbmp": 12, "mshp": 1 << 20, "prji": 8, "stri": 5, "hero": 5, "blin": 8, "dadj": 8, "pkin": 8, "must": 64, "lnhd": 64, "lfad": 256, "corg": 64,
}

// spatial claims a container of spatialBoxes.
func (p *parser) spatial(b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		n, ok := spatialBoxes[c.typ]
		switch {
		case c.typ == "svhd" && c.size() >= 4: // the name of the program that made it
			p.s.Claim(c.off, c.head, scrub.Structure, at)
			if _, _, err := p.flags(c, 0, at); err != nil {
				return err
			}
			return p.zero(c.body()+4, c.size()-4, scrub.Software, at, "")
		case c.typ == "free" || c.typ == "skip":
			return p.filler(c, at)
		case !ok:
			p.drop(c, scrub.Unknown, at, "")
			return nil
		case n == 0:
			return p.spatial(c, at)
		}
		n = min(n, c.size())
		p.s.Claim(c.off, c.head+n, scrub.Structure, at)
		return p.slack(c, c.body()+n, at)
	})
}

// wave claims QuickTime's container for what a sound decoder needs: the format,
// the decoder's own box, and an empty box at the end.
func (p *parser) wave(t *track, e entry, b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch {
		case c.typ == "free" || c.typ == "skip":
			return p.filler(c, at)
		case c.typ == "\x00\x00\x00\x00" && c.len == 8:
			p.keep(c, at)
			return nil
		case c.typ == "esds":
			return p.streamDescription(c, at)
		case c.typ == "damr":
			return p.amr(c, at)
		case extensions[c.typ].n == 0 && (c.typ == e.typ || c.typ == "mp4a"):
			const most = 1 << 10 // a WAVEFORMATEX, or nothing
			if c.size() > most {
				p.s.Doubt("the description of a decoder is longer than those of its kind")
			}
			p.keep(c, at)
			return nil
		}
		return p.knownExtension(e, c, at)
	})
}

// knownCodecs need none of the boxes that are not in extensions, so that an
// unknown box beside them can go.
var knownCodecs = []string{"avc1", "avc2", "avc3", "avc4", "hvc1", "hev1", "dvh1", "dvhe", "av01", "vp08", "vp09", "vvc1", "vvi1", "mp4v", "mp4a", "ac-3", "ec-3", "alac", "Opus", "fLaC", "s263", "h263", "samr", "sawb", "jpeg", "mjpa", "mjpb", "apch", "apcn", "apcs", "apco", "ap4h", "ap4x", "twos", "sowt", "lpcm", "raw ", "in24", "in32", "fl32", "fl64", "ulaw", "alaw", "encv", "enca", "drms", "drmi", "ipcm", "fpcm", "tx3g", "text", "wvtt", "stpp", "sbtt", "stxt", "c608", "c708", "mp4s", "tmcd"}

func (p *parser) unknownExtension(e entry, b box, place string) error {
	if slices.Contains(knownCodecs, e.typ) {
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
	switch kind := string(h); kind {
	case "nclc":
		return p.colourNumbers(b, 10, place)
	case "nclx":
		return p.colourNumbers(b, 11, place)
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

// colourNumbers claims a colr of n bytes of numbers.
func (p *parser) colourNumbers(b box, n int64, place string) error {
	n = min(n, b.size())
	p.s.Claim(b.off, b.head+n, scrub.Structure, place)
	return p.slack(b, b.body()+n, place)
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
	n := min(9, b.size())
	p.s.Claim(b.body()+4, n-4, scrub.Structure, place)
	return p.slack(b, b.body()+n, place)
}
