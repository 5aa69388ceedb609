// Package png cleans PNG and APNG in place (W3C PNG, third edition).
//
// A chunk that goes becomes a chunk "voId" of zeros, as long as before: private,
// ancillary, safe to copy. Its checksum can't always change in the same write,
// and readers pass over an ancillary chunk whose checksum is wrong; the picture's
// own chunks are never touched but where one write does it. edit.go has the
// edits, verdict.go what becomes of which chunk.
package png

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
)

// Format is the entry of this family in the table of formats.
var Format = scrub.Format{
	Name:       "png",
	Title:      "PNG, APNG",
	Extensions: []string{"png", "apng"},
	Sniff:      sniff,
	Parse:      parse,
}

const (
	signature = "\x89PNG\r\n\x1a\n"
	headLen   = 8 // length and type
	crcLen    = 4
	frameLen  = headLen + crcLen
	void      = "voId"
	// maxChunks bounds the chunks besides the picture's: programs write a few.
	maxChunks = 1 << 16
)

func sniff(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte(signature)) }

// chunk is one chunk: length, type, data and checksum.
type chunk struct {
	off   int64
	n     int64 // length of the data
	typ   string
	after bool // it stands after the first IDAT
}

func (c chunk) data() int64    { return c.off + headLen }
func (c chunk) crcAt() int64   { return c.off + headLen + c.n }
func (c chunk) end() int64     { return c.crcAt() + crcLen }
func (c chunk) critical() bool { return c.typ[0]&0x20 == 0 }

// cleaner is the work on one picture.
type cleaner struct {
	*scrub.Scan
	header     header
	other      []chunk       // all chunks but those that hold the picture
	streams    []stream      // what the picture's chunks hold, if that was looked at
	damaged    bool          // only what proves itself changes
	holes      []scrub.Range // what is no chunk in a damaged file
	drawn      bool          // there is an IDAT
	frames     int64         // how many there are
	numbered   int64         // parts of frames so far: each has its number
	framed     bool          // a frame behind the first picture has begun
	pixel      *indexes      // which entries of the palette are used, nil if that was not looked at
	background int           // the entry that bKGD names
	least      int64         // how many entries it needs for what refers to them
	crc        *zeroCRC
	seen       map[string]bool

	sources  map[int64]*source // blocks of EXIF, by where their chunk stands
	oriented bool              // one of them tells an orientation
	differ   bool              // and another one another

	inflated int64 // bytes that came out of compressed chunks besides the picture's
}

// header is IHDR, 11.2.1.
type header struct {
	width, height int64
	depth, colour byte
	interlaced    bool
	apple         bool     // CgBI: Apple's variant without zlib headers
	entries       int64    // in the palette
	transparency  []int64  // where a tRNS stands that counts: libpng takes the first, Pillow the last
	animation     []int64  // where acTL stands; of two, Pillow shows no animation
	spaces        []string // chunks that name a colour space
	frames        int64    // how many the first announces
}

// Colour types, 11.2.1.
const (
	grey      = 0
	rgb       = 2
	palette   = 3
	greyAlpha = 4
	rgbAlpha  = 6
)

func parse(s *scrub.Scan) error {
	c := &cleaner{Scan: s, crc: newZeroCRC(), seen: map[string]bool{}, sources: map[int64]*source{}}
	b := s.Get(0, len(signature))
	if string(b) != signature {
		return s.Errorf(0, "signature %q", b)
	}
	s.Claim(0, int64(len(signature)), scrub.Structure, "signature")
	if err := c.list(); err != nil {
		return err
	}
	if !c.damaged && !c.header.apple && s.Deep() {
		if err := c.inflate(); err != nil {
			return err
		}
	}
	if err := c.picture(); err != nil {
		return err
	}
	if err := c.readSources(); err != nil {
		return err
	}
	for _, k := range c.other {
		if err := c.judge(k); err != nil {
			return err
		}
	}
	return nil
}

// chunkAt reads the head of the chunk at off.
func (c *cleaner) chunkAt(off int64) (chunk, error) {
	if c.Left(off) < headLen {
		return chunk{}, c.Errorf(off, "%d bytes of a chunk", c.Left(off))
	}
	b, err := c.Bytes(off, headLen)
	if err != nil {
		return chunk{}, err
	}

	k := chunk{off: off, n: int64(binary.BigEndian.Uint32(b)), typ: string(b[4:])}
	if !letters(b[4:]) {
		return k, c.Errorf(off+4, "chunk type %q", k.typ)
	}
	if k.n > 1<<31-1 {
		return k, c.Errorf(off, "chunk %q of %d bytes", k.typ, k.n)
	}
	return k, nil
}

// holds tells whether chunk k is part of the picture, so that picture deals with
// it. What has no meaning in this picture, such as frames without an animation,
// nobody would see.
func (c *cleaner) holds(k chunk) bool {
	switch k.typ {
	case "IHDR", "IDAT", "IEND":
		return true
	case "CgBI": // of four bytes, before all others
		return k.off == int64(len(signature)) && k.n == 4
	case "PLTE": // of other pictures it is a mere suggestion, 11.2.2
		return c.header.colour == palette
	case "tRNS":
		return slices.Contains(c.header.transparency, k.off)
	case "acTL":
		return slices.Contains(c.header.animation, k.off)
	case "fcTL", "fdAT":
		return len(c.header.animation) > 0
	}
	return false
}

// list notes the chunks besides the picture's and finds the end.
func (c *cleaner) list() error {
	c.ahead()
	last, off := chunk{}, int64(len(signature))
	for {
		k, err := c.chunkAt(off)
		if err == nil && k.n > c.Left(off)-frameLen {
			err = c.Errorf(off, "chunk %q of %d bytes, %d are left", k.typ, k.n, c.Left(off)-frameLen)
		}
		if scrub.Refusal(err) {
			if off, err = c.resume(off, last, err); err != nil || off < 0 {
				return err
			}
			last = chunk{}
			continue
		}
		if err == nil {
			err = c.order(k)
		}
		if err != nil {
			return err
		}
		k.after, c.drawn = c.drawn, c.drawn || k.typ == "IDAT"
		if k.typ == "IEND" {
			return c.finish(k)
		}
		if err := c.note(k); err != nil {
			return err
		}
		last, off = k, k.end()
	}
}

// note adds a chunk that is none of the picture's to the others.
func (c *cleaner) note(k chunk) error {
	if c.holds(k) {
		c.once(k)
		c.frame(k)
		return nil
	}
	if unproven, err := c.unproven(k); err != nil {
		return err
	} else if unproven {
		c.hurt("chunk %q at 0x%x may be one of the picture's", k.typ, k.off)
	}
	if len(c.other) >= maxChunks {
		return c.Unsupportedf(k.off, "more than %d chunks", maxChunks)
	}
	c.other = append(c.other, k)
	return nil
}

// once doubts a second palette, and a frame that says more than there is to say: readers
// differ in what they make of these.
func (c *cleaner) once(k chunk) {
	switch {
	case k.typ == "PLTE" && c.seen[k.typ]:
		c.Doubt("a second palette")
	case k.typ == "fcTL" && k.n != control:
		c.Doubt("the control of a frame has %d bytes, expected %d", k.n, control)
	}
	c.seen[k.typ] = true
}

// control is how long an fcTL is.
const control = 26

// frame counts the frames and doubts one that readers may not show: out of order, beyond the
// picture, without a control, or to be shown in a way that there is not.
func (c *cleaner) frame(k chunk) {
	if k.typ != "fcTL" && k.typ != "fdAT" {
		return
	}
	b := c.Get(k.data(), int(min(k.n, control)))
	odd := len(b) < 4 || be32(b, 0) != c.numbered
	c.numbered++
	if k.typ == "fcTL" {
		c.frames++
		c.framed = k.after
		odd = odd || len(b) == control && !c.header.shows(b)
	}
	if odd || k.typ == "fdAT" && !c.framed {
		c.Doubt("frames out of order or beyond the picture may never be shown")
	}
}

// shows tells whether a frame lies in the picture, and how it is put there is known.
func (h header) shows(control []byte) bool {
	return be32(control, 4)+be32(control, 12) <= h.width && be32(control, 8)+be32(control, 16) <= h.height && control[24] <= 2 && control[25] <= 1
}

// finish ends the list at IEND. What follows is no part of a picture that proves
// itself whole up to here.
func (c *cleaner) finish(k chunk) error {
	sound := c.sound(k)
	if c.frames > c.header.frames {
		c.Doubt("frames that are never shown: %d", c.frames-c.header.frames)
	}
	if !c.drawn {
		c.hurt("%v", c.Errorf(k.off, "IEND without IDAT"))
	}
	if !sound && k.n == 0 {
		c.hurt("the checksum of IEND at 0x%x is wrong", k.off)
	}
	end := scrub.End{Off: k.end(), Proof: scrub.Proven}
	if c.damaged {
		end = scrub.End{Off: k.end(), Doubt: "the picture is damaged"}
	}
	c.End(end)
	return nil
}

// order holds the first chunks to what the standard says of them, 5.6.
func (c *cleaner) order(k chunk) error {
	first, missing := k.off == int64(len(signature)), c.header.width == 0
	switch {
	case k.typ == "CgBI" && first:
		c.header.apple = true
		return nil
	case k.typ == "IHDR" && missing && (first || c.header.apple) && k.n == 13:
		return c.readHeader(k)
	case k.typ == "IHDR" || missing:
		c.hurt("chunk %q of %d bytes at 0x%x, expected IHDR of 13 first and once", k.typ, k.n, k.off)
		c.header.width = max(c.header.width, 1) // this is said once
	}
	return nil
}

// ahead looks for what stands before the picture and says how other chunks are
// to be read, in whatever order they come: some readers mind it, others don't.
func (c *cleaner) ahead() {
	var alphas []chunk
	h := &c.header
	for n, off := 0, int64(len(signature)); n < maxChunks; n++ {
		k, err := c.chunkAt(off)
		if err != nil || k.typ == "IDAT" || k.typ == "IEND" || k.n > c.Left(off)-frameLen {
			break // list says what is wrong
		}
		switch {
		case k.typ == "IHDR" && k.n == 13 && h.colour == 0:
			b := c.Get(k.data(), 13)
			h.colour = b[9]
		case k.typ == "PLTE":
			h.entries = k.n / 3
		case k.typ == "sRGB", k.typ == "cICP":
			h.spaces = append(h.spaces, k.typ)
		case k.typ == "bKGD" && k.n == 1:
			b := c.Get(k.data(), 1)
			c.least = max(c.least, int64(b[0])+1)
			c.background = int(b[0])
		case k.typ == "tRNS":
			alphas = append(alphas, k)
		case k.typ == "acTL" && k.n == 8 && len(h.animation) < 2:
			b := c.Get(k.data(), 8)
			if len(h.animation) == 0 {
				h.frames = be32(b, 0)
			}
			if h.animation = append(h.animation, k.off); max(be32(b, 0), be32(b, 4)) > mostFrames {
				c.Doubt("an animation of %d frames, to be played %d times", be32(b, 0), be32(b, 4))
			}
		}
		off = k.end()
	}
	for _, k := range alphas {
		if !h.transparent(k.n) {
			continue
		}
		c.least = max(c.least, k.n)
		h.transparency = append(h.transparency[:min(len(h.transparency), 1)], k.off)
	}
}

// mostFrames bounds the numbers in acTL, which could spell words otherwise.
const mostFrames = 1 << 20

// transparent tells whether tRNS may have n bytes, 11.3.1.1.
func (h header) transparent(n int64) bool {
	switch h.colour {
	case grey:
		return n == 2
	case rgb:
		return n == 6
	case palette:
		return n > 0 && n <= h.entries
	}
	return false
}

func (c *cleaner) readHeader(k chunk) error {
	b := c.Get(k.data(), 13)
	c.header.width, c.header.height = int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
	c.header.depth, c.header.colour, c.header.interlaced = b[8], b[9], b[12] == 1
	if c.header.width == 0 || c.header.height == 0 || c.header.channels() == 0 || b[8] == 0 || b[8] > 16 || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		c.hurt("IHDR is % x", b)
		c.header = header{width: 1}
	}
	if c.sound(k) {
		return nil
	}
	c.hurt("the checksum of IHDR is wrong")
	return nil
}

// channels is how many values a pixel has, 0 if that is not known.
func (h header) channels() int64 {
	switch h.colour {
	case grey, palette:
		return 1
	case rgb:
		return 3
	case greyAlpha:
		return 2
	case rgbAlpha:
		return 4
	}
	return 0
}

func be32(b []byte, off int) int64 { return int64(binary.BigEndian.Uint32(b[off:])) }
