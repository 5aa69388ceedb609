package jpeg

import (
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/jpeg/entropy"
	"untag/scrub/xmp"
)

// cleaner is the work on one picture.
type cleaner struct {
	*parser
	pic    *picture
	family map[int64]family     // of the segments that are no coding, by offset
	groups map[string][]segment // the same by place, in order
	jfif   bool                 // there is one, or
	adobe  bool                 // there is one: SPIFF is not needed then

	packet  []byte    // of the first XMP segment
	meta    *exifData // the first block of EXIF
	index   mpIndex
	kept    []related
	gainMap *related // the one of kept that is the picture's gain map
	garbled bool     // a picture behind this one is a gain map whose metadata are damaged
	lacks   bool     // the index leads to a gain map or view that is not there

	unwanted []scrub.Finding // pictures that belong to this one, and go with the tail

	moving    int64           // where the clip of a motion photo begins that stays, 0 if there is none
	tailStays bool            // it may be what is left of a picture that belongs to this one
	isMap     bool            // the picture is itself a gain map
	loose     []int64         // segments of a damaged picture of which it is not sure what they are, or where they end
	said      []scrub.Finding // what of metadata shows by itself that it is no picture, in order
	strange   string          // why the walk may have missed something; empty if it has not
	tall      bool            // the frame header tells the height
	told      bool            // EXIF tells the orientation
	differ    bool            // several blocks of it do, and not the same

	gaps    []scrub.Range    // in scans, bytes that are no coded data
	endless bool             // but the mark of its end is not
	whole   bool             // every block of the picture is there
	empty   []table          // those that nothing uses
	codes   []*entropy.Table // all tables, if it is known which of their codes occur
}

// survey sorts segments into families.
func (c *cleaner) survey() (err error) {
	c.family, c.groups = map[int64]family{}, map[string][]segment{}
	if len(c.pic.frames) > 0 {
		frame, err := c.head(c.pic.frames[0], 3)
		if err != nil {
			return err
		}
		c.tall = len(frame) == 3 && number(frame[1:]) > 0
	}
	for _, g := range c.pic.segments {
		if !c.removes(g) {
			continue
		}
		if proven, err := c.proven(g); err != nil {
			return err
		} else if !proven {
			c.loose = append(c.loose, g.off)
			continue
		}
		head, err := c.head(g, longestID)
		if err != nil {
			return err
		}
		f := familyOf(g.code, head)
		if g.code == 0xE2 && f.id == "" && len(head) > 8 && (string(head[4:8]) == "II*\x00" || string(head[4:8]) == "MM\x00*") {
			c.strange = fmt.Sprintf("the segment at 0x%x may be a damaged index of the pictures that follow", g.off)
			c.loose = append(c.loose, g.off)
			continue
		}
		c.family[g.off] = f
		c.groups[f.place] = append(c.groups[f.place], g)
	}
	if err := cmp.Or(c.judge(), c.readSaid()); err != nil {
		return err
	}
	c.jfif, c.adobe = len(c.groups[famJFIF]) > 0, len(c.groups[famAdobe]) > 0
	if err := c.readPacket(); err != nil {
		return err
	}
	if c.meta, err = c.readEXIF(c.groups[famExif]); err != nil {
		return err
	}
	return c.readMap()
}

// removes tells whether a segment goes unless its family has a reason to stay.
func (c *cleaner) removes(g segment) bool {
	switch {
	case slices.Contains(c.loose, g.off):
		return false
	case g.code == dac: // conditioning of arithmetic coding
		return len(c.pic.frames) > 0 && huffman(c.pic.frames[0].code)
	case g.code == dnl:
		return c.tall
	}
	return g.n >= 0 && removable(g.code) && !isFrame(g.code) && (g.code != lse || !c.lossless())
}

// lossless tells whether the picture is JPEG-LS.
func (c *cleaner) lossless() bool {
	return len(c.pic.frames) > 0 && c.pic.frames[0].code == sof55
}

// readPacket reads the first XMP packet, which decides on much else.
func (c *cleaner) readPacket() (err error) {
	if x := c.groups[famXMP]; len(x) > 0 {
		c.packet, err = c.Bytes(x[0].body()+xmpHeader, int(max(0, x[0].n-xmpHeader)))
	}
	return err
}

// readMap finds out whether the picture is a gain map. One that is no part of
// another picture has no use for the numbers.
func (c *cleaner) readMap() error {
	if !c.Nested() {
		return nil
	}
	c.isMap = xmp.Reduce(c.packet, xmp.Keep{Map: true}).IsGainMap()
	for _, g := range c.groups[famISO] {
		n, err := c.isoLength(g)
		if err != nil {
			return err
		}
		c.isMap = c.isMap || n > isoVersionOnly
	}
	return nil
}

// clean decides on every byte of the picture.
func (c *cleaner) clean() error {
	if c.pic.damage != "" {
		c.Doubt("%s, at 0x%x", c.pic.damage, c.pic.end)
	} else if c.strange != "" {
		c.Doubt("%s", c.strange)
	}
	for _, step := range []func() error{c.unused, c.numbers, c.structure, c.exif, c.xmp, c.icc, c.mpf, c.irb, c.jumbf, c.others, c.between, c.broken} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// structure claims what the coding consists of.
func (c *cleaner) structure() error {
	c.Claim(c.pic.off, 2, scrub.Structure, "SOI")
	for _, g := range c.pic.segments {
		switch {
		case c.removes(g):
		case slices.Contains(c.loose, g.off):
			c.unsure(g.off, 4+g.n, scrub.Payload, "damaged segment")
		case g.code == soi: // written twice
			c.Claim(g.off, 2, scrub.Structure, "SOI")
		case g.n < 0 && g.code != eoi:
			c.lonely(g)
		case g.code == dht || g.code == dqt || g.code == dri:
			if err := c.tables(g); err != nil {
				return err
			}
		default:
			c.Claim(g.off, 4+g.n, scrub.Structure, placeOf(g.code))
		}
	}
	return c.coded()
}

// coded claims the coded data, and blanks what only seems to be some.
func (c *cleaner) coded() error {
	gaps := c.gaps
	for _, r := range c.pic.scans {
		at := r.Off
		for len(gaps) > 0 && gaps[0].Off < r.End() {
			g := gaps[0]
			c.Claim(at, g.Off-at, scrub.Payload, "scan")
			before := c.Point()
			if err := c.Blank(g.Off, g.Len, 0, scrub.Hidden, "behind the last block"); err != nil {
				return err
			}
			if c.Edited(before) && g.End() == r.End() && r.End() < c.Size() {
				c.Fill(scrub.Repair, g.Off, g.Len, 0xFF) // T.81, B.1.1.2: no decoder complains of fill bytes before a marker
			}
			at, gaps = g.End(), gaps[1:]
		}
		c.Claim(at, r.End()-at, scrub.Payload, "scan")
	}
	return nil
}

// lonely makes a fill byte of a marker without parameters that has no business
// between segments.
func (c *cleaner) lonely(g segment) {
	c.Claim(g.off, 1, scrub.Structure, "marker")
	c.Claim(g.off+1, 1, scrub.Identify, "marker")
	c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: placeOf(g.code), Off: g.off, Len: 2})
	c.Fill(scrub.Destroy, g.off+1, 1, 0xFF)
}

// between deals with what stands between segments. Decoders skip it.
func (c *cleaner) between() error {
	for _, r := range c.pic.fill {
		c.Claim(r.Off, r.Len, scrub.Filler, "fill")
	}
	for _, r := range c.pic.junk {
		if c.pic.damage != "" || c.strange != "" {
			c.unsure(r.Off, r.Len, scrub.Identify, "junk")
			continue
		}
		if err := c.Blank(r.Off, r.Len, 0, scrub.Hidden, "junk"); err != nil {
			return err
		}
	}
	return nil
}

// others removes the segments of all families that no step has dealt with.
func (c *cleaner) others() error {
	for _, g := range c.pic.segments {
		f, ok := c.family[g.off]
		if !ok || c.groups[f.place] == nil {
			continue
		}
		if err := c.other(g, f); err != nil {
			return err
		}
	}
	return nil
}

func (c *cleaner) other(g segment, f family) error {
	if stays, err := c.special(g, f); stays || err != nil {
		return err
	}
	head, err := c.head(g, scrub.MaxValue)
	if err != nil {
		return err
	}
	if c.Zeros(g.body(), g.n) {
		return c.remove(g)
	}
	finding := scrub.Finding{Kind: f.kind, Place: f.place, Off: g.off, Len: 4 + g.n, Value: f.show(head, g.n)}
	if f.place == famComment && !c.Goes(scrub.Identify, f.kind) && f.keepable(head, g.n) {
		c.Found(finding)
		c.Claim(g.off, 4+g.n, scrub.Structure, f.place)
		return nil
	}
	c.Gone(finding)
	return c.remove(g)
}

// keepable tells whether a text may stay if the policy keeps its kind.
func (f family) keepable(head []byte, n int64) bool {
	return n == int64(len(head)) && f.show(head, n) == string(head)
}

// removeAll removes a family.
func (c *cleaner) removeAll(place string) error {
	all := c.groups[place]
	delete(c.groups, place)
	return c.removeEach(all)
}
