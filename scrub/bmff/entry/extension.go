package entry

import (
	"cmp"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// extension claims a child of a sample entry.
func (w reader) extension(t *Track, c contents, e entry, b box.Box, place string) error {
	switch {
	case b.Type == "free" || b.Type == "skip" || b.Type == "wide":
		return w.Filler(b, place)
	case b.Type == "pinf":
		w.Drop(b, scrub.Person, place, "")
		return nil
	case b.Type == "sinf" && protected(e.Type):
		if e.Type == "drms" || e.Type == "drmi" {
			w.Stuck(scrub.Finding{Kind: scrub.Person, Place: place, Off: b.Off, Len: b.Len})
			w.Doubt("the copy protection of the iTunes Store names the buyer, and the file can't be played without it")
		}
		return w.protectionScheme(e, b, place)
	case c.family == nil && !box.Has(shared[medium(t.Handler)], b.Type):
		return w.Opaque(b, place)
	case c.family != nil && !c.family.holds(b.Type), (b.Type == "avcE" || b.Type == "hvcE") && !c.enhanced:
		if !c.whole || c.family.nearly(b.Type) {
			w.Doubtful(b, place)
			return nil
		}
		return w.Unneeded(b, place)
	}
	return w.decoderBox(c, b, place)
}

// decoderBox claims a box that tells how to decode or show.
func (w reader) decoderBox(c contents, b box.Box, place string) error {
	switch b.Type {
	case "avcC", "hvcC", "vvcC", "lhvC", "av1C", "avcE", "hvcE":
		return w.config(b, place)
	case "esds":
		return w.streamDescription(b, place)
	case "colr":
		return w.colour(b, place)
	case "dfLa":
		return w.flac(b, place)
	case "sv3d", "vexu":
		return w.spatial(b, place)
	case "wave":
		return w.wave(c, b, place)
	case "vttC":
		return w.webVTT(b, place)
	case "ftab":
		return w.fonts(b, place)
	}
	read, ok := Forms[b.Type]
	if !ok {
		return w.Opaque(b, place)
	}
	return w.FormedBox(b, read, place)
}

// spatialBoxes are the containers of what describes spherical and stereoscopic
// video (Google's Spherical Video V2, Apple's video extended usage), and what they hold.
var spatialBoxes = map[string]string{
	"sv3d": "svhd|proj", "vexu": "eyes|proj|pack|must", "eyes": "stri|hero|cams|cmfy|must", "cams": "blin|must", "cmfy": "dadj|must",
	"proj": "prhd|equi|cbmp|mshp|prji|must|lnhd|lfad|corg", "pack": "pkin|must",
}

// spatial claims a container of spatialBoxes.
func (w reader) spatial(b box.Box, place string) error {
	return w.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		known := spatialBoxes[b.Type]
		switch {
		case !box.Has(known, c.Type) && nearly(known, c.Type):
			w.Doubtful(c, at)
			return nil
		case !box.Has(known, c.Type):
			return w.Other(c, at)
		case spatialBoxes[c.Type] != "":
			return w.spatial(c, at)
		case c.Type == "svhd" && c.Size() >= 4: // the name of the program that made it
			if _, _, err := w.Flags(c, 0, at); err != nil {
				return err
			}
			return w.Zero(c.Body()+4, c.Size()-4, scrub.Software, at, "")
		}
		return w.decoderBox(contents{}, c, at)
	})
}

// wave claims QuickTime's container for what a sound decoder needs: the format,
// the decoder's own box, and an empty box at the end.
func (w reader) wave(c contents, b box.Box, place string) error {
	return w.Inside(b, place, func(d box.Box) error {
		at := place + "/" + d.Name()
		switch {
		case d.Type == "free" || d.Type == "skip":
			return w.Filler(d, at)
		case d.Type == "\x00\x00\x00\x00" && d.Len == 8:
			w.Keep(d, at)
			return nil
		case d.Type == "frma":
			return w.originalFormat(d, at)
		case c.family == nil:
			return w.Opaque(d, at)
		case d.Type == "mp4a": // empty
			w.Claim(d.Off, d.Head, scrub.Structure, at)
			return w.Slack(d, d.Body(), at)
		case d.Type != "wave" && c.family.holds(d.Type):
			return w.decoderBox(c, d, at)
		case !c.whole, c.family.nearly(d.Type):
			w.Doubtful(d, at)
			return nil
		}
		return w.Unneeded(d, at)
	})
}

// originalFormat claims frma (8.12.2), which names one of the formats that are known.
func (w reader) originalFormat(b box.Box, place string) error {
	h := w.Get(b.Body(), int(min(b.Size(), 4)))
	if len(h) < 4 || familyOf("vide", string(h)) == nil && familyOf("soun", string(h)) == nil && familyOf("text", string(h)) == nil {
		return w.Opaque(b, place)
	}
	w.Claim(b.Off, b.Head+4, scrub.Structure, place)
	return w.Slack(b, b.Body()+4, place)
}

// colour claims colr; an ICC profile in it is a medium of its own.
func (w reader) colour(b box.Box, place string) error {
	if b.Size() < 4 {
		w.Keep(b, place)
		return nil
	}
	h := w.Get(b.Body(), 4)
	switch kind := string(h); kind {
	case "nclc", "nclx":
		return w.FormedBox(b, func(f *box.Fields) { colours(f, kind) }, place)
	case "prof", "rICC":
	default:
		return w.Unneeded(b, place)
	}
	w.Claim(b.Off, b.Head+4, scrub.Structure, place)
	if b.Size() == 4 { // ExifTool takes the profile out
		return nil
	}
	x := scrub.Extents{{Off: b.Body() + 4, Len: b.Size() - 4}}
	if err := w.MediumAs("icc", x, place); err != nil {
		if !scrub.Refusal(err) {
			return err
		}
		w.Doubt("an ICC profile can't be read")
		w.Claim(x[0].Off, x[0].Len, scrub.Render, place)
	}
	return nil
}

// colours reads the numbers of ITU-T H.273.
func colours(f *box.Fields, kind string) {
	f.Is(kind)
	f.UpTo(16, 22)
	f.UpTo(16, 18)
	f.UpTo(16, 17)
	if kind == "nclx" && len(f.Data) > f.At/8 { // some writers leave the range out
		f.Take(1)
		f.Zero(7)
	}
}

// flac claims dfLa, which holds the metadata blocks of FLAC (RFC 9639, 8): all
// but the stream info become padding.
func (w reader) flac(b box.Box, place string) error {
	w.Claim(b.Off, b.Head+4, scrub.Structure, place)
	off := b.Body() + 4
	for b.End()-off >= 4 {
		h := w.Get(off, 4)
		n := int64(box.Uint32(h) & 0xffffff)
		if n > b.End()-off-4 {
			return w.Errorf(off, "FLAC block says %d bytes, %d are left", n, b.End()-off-4)
		}
		switch h[0] & 0x7f {
		case 0:
			w.Claim(off, 4, scrub.Structure, place)
			end, ok, err := w.Formed(off+4, n, streamInfo, place)
			if err == nil && !ok {
				err = w.Errorf(off, "stream info of %d bytes, expected 34", n)
			}
			if err := cmp.Or(err, w.Zero(end, off+4+n-end, scrub.Hidden, place+"/slack", "")); err != nil {
				return err
			}
		case 1:
			w.Claim(off, 4, scrub.Structure, place)
			if err := w.Blank(off+4, n, 0, scrub.Hidden, place+"/padding"); err != nil {
				return err
			}
		default:
			w.Claim(off, 4+n, scrub.Identify, place)
			if w.Found(scrub.Finding{Kind: scrub.Comment, Place: place, Off: off, Len: 4 + n}) {
				w.Put(scrub.Unlink, off, []byte{h[0]&0x80 | 1})
				w.Fill(scrub.Destroy, off+4, n, 0)
			}
		}
		off += 4 + n
	}
	return w.Rest(off, b.End(), place)
}

// streamInfo is the first of the blocks (8.2). Its checksum of the sound is for
// those who compare files: no decoder needs it.
func streamInfo(f *box.Fields) {
	f.Take(16 + 16)
	f.UpTo(24, 1<<21) // sizes of frames
	f.UpTo(24, 1<<21)
	f.Take(20 + 3 + 5)
	f.UpTo(36, 1<<33)
	f.Zero(128)
}
