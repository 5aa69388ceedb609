package header

import (
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// containers names the boxes that stay in containers of one kind.
var containers = map[string][]string{
	"edts": {"elst"},
	"tapt": {"clef", "prof", "enof"},
	"trgr": {"msrc", "ster", "cstg", "snut"},
	"gmhd": {"gmin", "text", "tmcd"},
	"tmcd": {"tcmi"},
}

// container claims a box whose children stay if they are in the list, and go
// if they are not.
func (w header) container(b box.Box, place string) error {
	return w.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		if slices.Contains(containers[b.Type], c.Type) {
			return w.claim(c, at)
		}
		return w.Other(c, at)
	})
}

// gmhdText claims the text box of gmhd: a matrix.
func (w header) gmhdText(b box.Box, place string) error {
	const matrix = 36
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	if b.Size() < matrix {
		return w.Slack(b, b.Body(), place)
	}
	if err := w.Sane(b.Body(), matrix, matrixForm); err != nil {
		return err
	}
	w.Claim(b.Body(), matrix, scrub.Structure, place)
	return w.Slack(b, b.Body()+matrix, place)
}

// timeCodeMedia claims tcmi: font, face, size and colours, and the name of the
// font as a Pascal string.
func (w header) timeCodeMedia(b box.Box, place string) error {
	const fields = 24
	if b.Size() < fields {
		return w.Unneeded(b, place)
	}
	if _, _, err := w.Flags(b, 0, place); err != nil {
		return err
	}
	w.Claim(b.Body()+4, fields-4, scrub.Structure, place)
	return w.Zero(b.Body()+fields, b.Size()-fields, scrub.Software, place+"/font", "")
}

// editList claims elst (8.6.6).
func (w header) editList(b box.Box, place string) error {
	edits, _, err := Edits(w.Walk, b)
	if err != nil {
		return err
	}
	c, err := w.Rows(b, 4, edits.Width, 1, place)
	for i := int64(0); err == nil && i < c.N; i++ {
		if row, failed := c.Row(i); failed != nil {
			err = failed
		} else if rate := row[len(row)-4]; rate != 0 && rate != 0xff {
			w.Doubt("a field has a value that it can't have")
		}
	}
	return err
}

// Edits returns the rows of an edit list (8.6.6), and whether they have numbers of 64 bits.
func Edits(w *box.Walk, b box.Box) (c box.Column, wide bool, err error) {
	version, _, err := box.FullHead(w.Scan, b)
	if err != nil {
		return c, false, err
	}
	width := int64(12)
	if version == 1 {
		width = 20
	}
	c, err = w.Column(b, 4, width)
	return c, version == 1, err
}

// dataInfo claims dinf/dref. A reference to the file itself needs nothing after
// its flags: Mac alias records there hold volume, folder and user names.
func (w header) dataInfo(b box.Box, place string) error {
	return w.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		if c.Type != "dref" {
			return w.Other(c, at)
		}
		if c.Size() < 8 {
			return w.Errorf(c.Off, "box \"dref\" has %d bytes, expected 16 or more", c.Len)
		}
		if _, _, err := w.Flags(c, 0, at); err != nil {
			return err
		}
		w.Claim(c.Body()+4, 4, scrub.Structure, at)
		rest, err := w.Children(c.Body()+8, c.End(), func(e box.Box) error { return w.dataReference(e, at+"/"+e.Name()) })
		if err != nil {
			return err
		}
		return w.Rest(rest, c.End(), at)
	})
}

func (w header) dataReference(b box.Box, place string) error {
	_, flags, err := w.Flags(b, 1, place)
	if err != nil {
		return err
	}
	empty := w.Zeros(b.Body()+4, b.Size()-4)
	if flags&1 == 0 && !empty {
		return w.Unsupportedf(b.Off, "media in another file")
	}
	return w.Zero(b.Body()+4, b.Size()-4, scrub.Person, place, "")
}

// languageTag is a tag of BCP 47 without extensions and private parts.
var languageTag = pattern.New(`^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?\x00?$`)

// extendedLanguage claims elng (8.4.6).
func (w header) extendedLanguage(b box.Box, place string) error {
	const most = 4 + 16
	if b.Size() > most || b.Size() < 4 {
		return w.Unneeded(b, place)
	}
	h := w.Get(b.Body(), int(b.Size()))
	if !languageTag().Match(h[4:]) {
		w.Drop(b, scrub.Unknown, place, box.Printable(h[4:]))
		return nil
	}
	return w.Sized(b, b.Size(), 0, place)
}

// clipping claims QuickTime's clip, whose one child is a region: its size in
// bytes, a rectangle, and more if it is no rectangle.
func (w header) clipping(b box.Box, place string) error {
	return w.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		const rectangle = 10
		if c.Type != "crgn" || c.Size() < rectangle {
			return w.Other(c, at)
		}
		if n := int64(box.Uint16(w.Get(c.Body(), 2))); n > rectangle {
			w.Doubt("a clipping region that is no rectangle")
			w.Keep(c, at)
			return nil
		}
		w.Claim(c.Off, c.Head+rectangle, scrub.Structure, at)
		return w.Slack(c, c.Body()+rectangle, at)
	})
}

// keySystem claims pssh (ISO/IEC 23001-7, 8.1): the system, key identifiers, and
// data that only the system can read.
func (w header) keySystem(b box.Box, place string) error {
	version, _, err := box.FullHead(w.Scan, b)
	if err != nil {
		return err
	}
	at := int64(20)
	if version > 0 {
		c, err := w.Column(b, at, 16)
		if err != nil {
			return err
		}
		at = c.Off + 16*c.N - b.Body()
	}
	c, err := w.Column(b, at, 1)
	if err != nil {
		return err
	}
	return w.Sized(b, at+4+c.N, 0, place)
}

// levels claims leva (8.8.13).
func (w header) levels(b box.Box, place string) error {
	if b.Size() < 5 {
		return w.Unneeded(b, place)
	}
	h := w.Get(b.Body(), int(min(b.Size(), 5+256*13)))
	extra := map[byte]int{0: 4, 1: 8, 4: 4}
	at := 5
	for range h[4] {
		if at += 5; at > len(h) {
			return w.Unneeded(b, place)
		}
		at += extra[h[at-1]&0x7f]
	}
	return w.Sized(b, int64(at), 0, place)
}
