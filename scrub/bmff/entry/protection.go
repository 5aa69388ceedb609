package entry

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// protectionScheme claims sinf (8.12.1): what a frame is without encryption, and
// by which scheme it is encrypted.
func (w reader) protectionScheme(e entry, b box.Box, place string) error {
	return w.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "frma":
			return w.originalFormat(c, at)
		case "schm":
			return w.schemeType(c, at)
		case "schi":
			return w.schemeInfo(e, c, at)
		}
		return w.Other(c, at)
	})
}

// piffTrack is tenc as PIFF has it.
const piffTrack = "\x89\x74\xdb\xce\x7b\xe7\x4c\x51\x84\xf9\x71\x48\xf9\x88\x25\x54"

// schemeInfo claims schi (8.12.6). Common encryption needs one box there, with a
// key's identifier (ISO/IEC 23001-7, 8.2); other schemes have accounts and addresses.
func (w reader) schemeInfo(e entry, b box.Box, place string) error {
	common := false
	if _, err := box.Each(w.Scan, b.Body(), b.End(), func(c box.Box) error {
		common = common || c.Type == "tenc"
		return nil
	}); err != nil {
		return err
	}
	return w.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		h := w.Get(c.Body(), int(min(c.Size(), 16)))
		switch {
		case c.Type == "tenc":
			return w.FormedBox(c, trackEncryption, at)
		case c.Type == "uuid" && len(h) >= 16 && string(h[:16]) == piffTrack && c.Size() == 16+24:
			w.Keep(c, at)
		case c.Type == "free" || c.Type == "skip":
			return w.Filler(c, at)
		case e.Type == "drms" || e.Type == "drmi": // doubted as a whole
			w.Keep(c, at)
		case common:
			w.Drop(c, scrub.Unknown, at, "")
		default:
			w.Stuck(scrub.Finding{Kind: scrub.ID, Place: at, Off: c.Off, Len: c.Len})
			w.Doubt("the copy protection holds something that nothing can look into")
			w.Keep(c, at)
		}
		return nil
	})
}

// trackEncryption is tenc. Nothing is encrypted by a key without name.
func trackEncryption(f *box.Fields) {
	version := f.UpTo(8, 1)
	f.Zero(24 + 8)
	if version == 0 {
		f.Zero(8)
	} else {
		f.Take(8) // the pattern of blocks
	}
	encrypted := f.UpTo(8, 1)
	vector := f.Among(8, 0, 8, 16)
	high, low := f.Number(64), f.Number(64)
	f.Bad = f.Bad || encrypted == 0 && high|low != 0
	if encrypted == 1 && vector == 0 { // the same for all samples
		f.Take(8 * int(f.Among(8, 8, 16)))
	}
}

// schemeType claims schm (8.12.5), which may have an address for people at its end.
func (w reader) schemeType(b box.Box, place string) error {
	return w.FormedBox(b, func(f *box.Fields) {
		f.Among(8, 0)
		f.Zero(24) // an address may be announced
		f.Word("cenc|cens|cbc1|cbcs|piff|itun|odkm|sve1")
		f.UpTo(32, box.Fraction)
	}, place)
}
