// Package jpeg cleans JPEG pictures (ITU-T T.81) with what cameras, phones and
// programs put around them: EXIF, XMP, IPTC, maker notes, thumbnails, C2PA, MPF
// images and whatever follows the end.
//
// All edits are in place. A segment that goes becomes one of the same length that
// holds zeros; one of which something stays ends with zeros. So no offset
// changes, and every moment of the change is a whole picture.
//
// Scans of Huffman-coded blocks are stepped through, so that nothing hides behind
// the last block. Those of arithmetic coding, lossless JPEG and JPEG-LS are not.
package jpeg

import (
	"strings"

	"untag/scrub"
)

// Format is the entry of the table of formats.
var Format = scrub.Format{
	Name:       "jpeg",
	Title:      "JPEG (with Ultra HDR, MPO, motion photo)",
	Extensions: []string{"jpg", "jpeg", "jpe", "jfif", "mpo", "jps", "insp", "thm", "mjpg", "mjpeg"},
	Sniff:      sniff,
	Parse:      Parse,
	Followed:   true,
	Compact:    compact,
}

// Motion is the format of a frame of motion JPEG in a film: decoders need some
// of what goes from a photo, and the end of a picture may be missing.
var Motion = scrub.Format{
	Name:  "mjpeg",
	Title: "motion JPEG frame",
	Sniff: sniff,
	Parse: ParseFrame,
	Inner: true,
}

func sniff(head []byte, size int64) bool {
	return len(head) >= 3 && head[0] == 0xFF && head[1] == soi && head[2] == 0xFF
}

// Parse plans a picture.
func Parse(s *scrub.Scan) error {
	return (&parser{Scan: s}).file()
}

// ParseFrame plans one sample of motion JPEG: one picture, or two fields.
func ParseFrame(s *scrub.Scan) error {
	return (&parser{Scan: s, frame: true}).frames()
}

// parser is the work on one medium.
type parser struct {
	*scrub.Scan
	frame bool // motion JPEG
}

// file plans a picture and the pictures that belong to it.
func (p *parser) file() error {
	pic, err := p.walk(0)
	if err != nil {
		return err
	}
	if !pic.shown() {
		if p.Nested() {
			return p.Errorf(pic.end, "no picture where one was expected")
		}
		pic.damage = strings.TrimPrefix(pic.damage+"; no picture where one was expected", "; ")
	}
	c := &cleaner{parser: p, pic: pic}
	if err := c.survey(); err != nil {
		return err
	}
	if stream, err := c.isStream(); err != nil {
		return err
	} else if stream {
		return p.stream()
	}
	if err := c.follow(); err != nil {
		return err
	}
	c.complete()
	if err := c.images(); err != nil {
		return err
	}
	if err := c.clean(); err != nil {
		return err
	}
	return c.rest()
}

// rest deals with what follows the picture: gaps up to the pictures that stay,
// and the tail.
func (c *cleaner) rest() error {
	if c.pic.damage != "" {
		return nil
	}
	at, stays := c.pic.end, c.strange != "" || c.tailStays
	for _, m := range c.kept {
		if stays {
			c.Claim(at, m.off-at, scrub.Identify, "tail")
		} else if err := c.Blank(at, m.off-at, 0, scrub.Hidden, "gap"); err != nil {
			return err
		}
		at = m.end
	}
	if stays {
		c.Claim(at, c.Size()-at, scrub.Identify, "tail")
		return nil
	}
	if c.moving > 0 {
		at = c.Size()
	}
	end := scrub.End{Off: at, Proof: scrub.Proven}
	if c.endless && len(c.kept) == 0 {
		end.Mark = []byte{0xFF, eoi}
	}
	c.End(end)
	return nil
}
