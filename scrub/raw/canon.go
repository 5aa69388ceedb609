package raw

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/tiff"
)

// Names of Canon's boxes of type uuid.
const (
	canonTags    = "\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48"
	canonPreview = "\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16"
	canonXMP     = "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"
)

// blocks are the boxes that are a TIFF each, and what its first directory is.
var blocks = map[string]string{"CMT1": tiff.Whole, "CMT2": tiff.Exif, "CMT3": "Canon", "CMT4": tiff.GPS}

// holders are boxes of boxes: the film that a raw picture of Canon's is one of.
var holders = []string{"moov", "trak", "mdia", "minf", "stbl", "dinf"}

// needed are boxes that decoders find the picture by.
var needed = []string{"ftyp", "CNCV", "CCTP", "CTBO", "tkhd", "mdhd", "mvhd", "hdlr", "vmhd", "nmhd", "dref", "stsd", "stts", "stsc", "stsz", "stco", "co64"}

// canon plans a CR3.
func canon(s *scrub.Scan) error {
	c := &cr3{Scan: s, twice: map[string]bool{}}
	at, err := c.boxes(0, s.Size(), "", 0)
	if err != nil {
		return err
	}
	switch {
	case !c.picture:
		s.Doubt("there is no picture")
		s.Claim(at, s.Size()-at, scrub.Identify, "unread")
	case at < s.Size():
		s.End(scrub.End{Off: at, Least: 8, More: c.more})
	}
	return c.data()
}

type cr3 struct {
	*scrub.Scan
	picture bool // there is media data
	media   []scrub.Range
	tracks  []track
	many    bool            // tracks, more than are noted
	twice   map[string]bool // blocks of which there are several
	damaged bool            // a record of the timed tags that are cleaned
}

// boxes goes through the boxes in [at, end), and returns where it stopped.
func (c *cr3) boxes(at, end int64, in string, depth int) (int64, error) {
	const most = 8
	for end-at >= 8 {
		b, err := box.Read(c.Scan, at, end)
		if err == nil && depth == 0 && at > 0 && b.Type == "ftyp" {
			return at, nil // another film or picture
		}
		if err != nil || !box.IsType([]byte(b.Type)) || depth > most {
			if err != nil && !scrub.Refusal(err) {
				return at, err
			}
			if b.Type == "mdat" { // the picture is cut short
				c.Doubt("the picture is cut short")
				head := int64(8)
				if b.Len == 1 {
					head = min(16, end-at)
				}
				c.Claim(at, head, scrub.Structure, "mdat")
				c.picture, c.media = true, append(c.media, scrub.Range{Off: at + head, Len: end - at - head})
				return end, nil
			}
			return at, nil
		}
		if err := c.box(b, in+b.Name(), depth); err != nil {
			return at, err
		}
		at = b.End()
	}
	return at, nil
}

// more tells whether a box whose name is damaged follows.
func (c *cr3) more(off, n int64) (string, error) {
	b, err := c.Bytes(off, 8)
	if err == nil && be32(b) >= 8 && be32(b) <= n {
		return "a box of a name that is none", nil
	}
	return "", err
}

// box deals with one box.
func (c *cr3) box(b box.Box, place string, depth int) error {
	body, n := b.Body(), b.Size()
	head := func(more int64) { c.Claim(b.Off, b.Head+more, scrub.Structure, place) }
	switch {
	case c.twice[b.Type]: // one of them may be another
		c.Claim(b.Off, b.Len, scrub.Structure, place)
		c.Doubt("box %s is there twice", place)
	case blocks[b.Type] != "":
		head(0)
		return block(c.Scan, body, n, place, blocks[b.Type], "Canon")
	case slices.Contains(holders, b.Type):
		head(0)
		if b.Type == "trak" {
			if len(c.tracks) < maxTracks {
				c.tracks = append(c.tracks, track{})
			} else {
				c.many = true
				c.Doubt("there are more than %d tracks", maxTracks)
			}
		}
		return c.holds(body, b.End(), place, depth)
	case b.Type == "uuid" && n >= 16:
		return c.uuid(b, place, depth)
	case b.Type == "THMB" || b.Type == "PRVW":
		return c.preview(b, place)
	case b.Type == "mdat":
		c.picture = c.picture || n > 0
		head(0)
		if len(c.media) == maxMedia {
			c.Doubt("there are more than %d boxes of media data", maxMedia)
			c.Claim(body, n, scrub.Payload, place)
			return nil
		}
		c.media = append(c.media, scrub.Range{Off: body, Len: n})
		c.Unread()
	case b.Type == "free" || b.Type == "skip":
		head(0)
		return c.blank(body, n, 0, scrub.Hidden, place, depth)
	case slices.Contains([]string{"mvhd", "tkhd", "mdhd"}, b.Type) && n >= 20:
		return c.times(b, place)
	case slices.Contains(needed, b.Type):
		c.Claim(b.Off, b.Len, scrub.Structure, place)
		return c.kept(b, place)
	default:
		c.Claim(b.Off, b.Len, scrub.Structure, place)
		c.Doubt("box %s is not known", place)
	}
	return nil
}

// texts are those that boxes may hold which hold nothing else.
var texts = map[string]*regexp.Regexp{
	"ftyp": regexp.MustCompile(`^crx \x00\x00\x00.(crx |isom|iso\d|mp4\d|avc1|heix|mif1)*$`),
	"CNCV": regexp.MustCompile(`^Canon(CR3|CRM)_\d{3}/\d\d\.\d\d\.\d\d/\d\d\.\d\d\.\d\d\x00?$`),
}

// kept looks at a box that decoders find the picture by.
func (c *cr3) kept(b box.Box, place string) error {
	const most = 64
	if text := texts[b.Type]; text != nil {
		if b.Size() > most || !text.Match(c.Get(b.Body(), int(b.Size()))) {
			c.Doubt("%s holds text", place)
		}
		return nil
	}
	if len(c.tracks) > 0 && !c.many {
		if err := c.table(b); err != nil {
			return err
		}
	}
	return numbers(c.Scan, b.Body(), b.Size(), place)
}

// holds goes through the boxes in a box, if they fill it: a wrong length would have another
// box go with what it makes part of a block.
func (c *cr3) holds(at, end int64, place string, depth int) error {
	seen := map[string]bool{}
	rest, err := box.Each(c.Scan, at, end, func(b box.Box) error {
		if blocks[b.Type] != "" {
			c.twice[b.Type] = c.twice[b.Type] || seen[b.Type]
			seen[b.Type] = true
		}
		if zero, err := c.Constant(b.Off, 4, 0); err != nil || zero || !box.IsType([]byte(b.Type)) {
			return cmp.Or(err, c.Errorf(b.Off, "no box"))
		}
		return nil
	})
	if err != nil && !scrub.Refusal(err) {
		return err
	}
	if err == nil && rest == end {
		if at, err = c.boxes(at, end, place+"/", depth+1); err != nil || at == end {
			return err
		}
	}
	c.Claim(at, end-at, scrub.Structure, place)
	c.Doubt("bytes in %s that are no box", place)
	return nil
}

// uuid deals with a box whose name says what it holds.
func (c *cr3) uuid(b box.Box, place string, depth int) error {
	const header = 16
	name := c.Get(b.Body(), header)
	body, n := b.Body()+header, b.Size()-header
	head := func(more int64) { c.Claim(b.Off, b.Head+header+more, scrub.Structure, place) }
	switch string(name) {
	case canonTags:
		head(0)
		return c.holds(body, b.End(), place, depth)
	case canonPreview: // 8 bytes stand before the box
		skip := min(8, n)
		head(skip)
		return c.holds(body+skip, b.End(), place, depth)
	case canonXMP:
		head(0)
		return c.blank(body, n, ' ', scrub.Comment, place+"/XMP", depth)
	}
	c.Claim(b.Off, b.Len, scrub.Structure, place)
	c.Doubt("box %s is not known", place)
	return nil
}

// blank has n bytes at off go, unless they hold a box: its length may be wrong then.
func (c *cr3) blank(off, n int64, fill byte, kind scrub.Kind, place string, depth int) error {
	b, err := c.Bytes(off, int(min(n, scrub.MaxPiece)))
	if err != nil {
		return err
	}
	follows, err := c.followed(off+n, depth)
	if err != nil {
		return err
	}
	if !follows || n > scrub.MaxPiece || slices.ContainsFunc([]string{"mdat", "moov", "trak", "PRVW"}, func(name string) bool { return bytes.Contains(b, []byte(name)) }) {
		c.Claim(off, n, scrub.Structure, place)
		c.Doubt("%s may hold more than it should", place)
		return nil
	}
	return c.BlankValue(off, n, fill, kind, place, "")
}

// followed tells whether a box that ends at off ends where another one begins, or the file
// does. Within others holds has seen to that.
func (c *cr3) followed(off int64, depth int) (bool, error) {
	if depth > 0 || off == c.Size() {
		return true, nil
	}
	b, err := box.Read(c.Scan, off, c.Size())
	if err != nil && !scrub.Refusal(err) {
		return false, err
	}
	cut := slices.Contains([]string{"mdat", "uuid", "free", "skip", "moov"}, b.Type)
	return cut || err == nil && box.IsType([]byte(b.Type)), nil
}

// preview cleans the JPEG in a box, before which its width and height stand.
func (c *cr3) preview(b box.Box, place string) error {
	const before = 16
	if err := numbers(c.Scan, b.Body(), min(b.Size(), before), place); err != nil {
		return err
	}
	if b.Size() <= before {
		c.Claim(b.Off, b.Len, scrub.Structure, place)
		return nil
	}
	c.Claim(b.Off, b.Head+before, scrub.Structure, place)
	return jpeg(c.Scan, b.Body()+before, b.Size()-before, place)
}

// times has the times go at which the film and its tracks were made.
func (c *cr3) times(b box.Box, place string) error {
	version := c.Get(b.Body(), 1)
	wide := int64(8)
	if version[0] == 1 {
		wide = 16
	}
	at := b.Body() + 4
	c.Claim(b.Off, at-b.Off, scrub.Structure, place)
	if err := c.BlankValue(at, wide, 0, scrub.Time, place+"/times", "when it was recorded"); err != nil {
		return err
	}
	c.Claim(at+wide, b.End()-at-wide, scrub.Structure, place)
	return numbers(c.Scan, at+wide, b.End()-at-wide, place)
}
