package png

import (
	"fmt"

	"untag/scrub"
)

// rendering are the chunks that change what is seen, with the lengths that they
// may have. They count only before the picture, and only once.
var rendering = map[string][]int64{
	"cICP": {4},
	"sRGB": {1},
	"cHRM": {32},
	"gAMA": {4},
	"mDCV": {24},
	"cLLI": {8},
	"sBIT": {1, 2, 3, 4},
	"bKGD": {1, 2, 6},
	"pHYs": {9},
	"sTER": {1},
	"oFFs": {9},
	"orNT": {1}, // ImageMagick's orientation
	"hIST": nil, // any even length
}

// kinds says what known chunks that go give away; others are unknown.
var kinds = map[string]scrub.Kind{
	"tIME": scrub.Time,
	"caBX": scrub.Provenance, "dSIG": scrub.Provenance, "seAl": scrub.Provenance, // C2PA and signatures
	"iDOT": scrub.Software, "vpAg": scrub.Software, "caNv": scrub.Software, // Apple, ImageMagick
	"mkBF": scrub.Hidden, "mkBS": scrub.Hidden, "mkBT": scrub.Hidden, "mkTS": scrub.Hidden, "prVW": scrub.Thumbnail, // Fireworks
	"zxIf": scrub.MakerNote,
}

// judge decides what becomes of a chunk that doesn't hold the picture.
func (c *cleaner) judge(k chunk) error {
	lengths, renders := rendering[k.typ]
	switch {
	case k.typ == void:
		return c.blank(k)
	case renders:
		return c.render(k, lengths)
	case k.typ == "iCCP":
		return c.iccp(k)
	case k.typ == "eXIf":
		return c.exif(k)
	case k.typ == "tEXt" || k.typ == "zTXt" || k.typ == "iTXt":
		return c.text(k)
	}
	kind, ok := kinds[k.typ]
	if !ok {
		kind = scrub.Unknown
	}
	value, err := c.value(k)
	if err != nil {
		return err
	}
	return c.drop(k, kind, value)
}

// drop reports a chunk and removes it if the policy says so.
func (c *cleaner) drop(k chunk, kind scrub.Kind, value string) error {
	f := scrub.Finding{Kind: kind, Place: k.typ, Off: k.off, Len: k.end() - k.off, Value: value}
	if kind.Keepable() && c.Found(f) || !kind.Keepable() {
		if !kind.Keepable() {
			c.Gone(f)
		}
		return c.remove(k)
	}
	c.keep(k, scrub.Identify)
	return nil
}

// value decodes a chunk for people.
func (c *cleaner) value(k chunk) (string, error) {
	if k.typ != "tIME" || k.n != 7 {
		return "", nil
	}
	b, err := c.Bytes(k.data(), 7)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", int(b[0])<<8|int(b[1]), b[2], b[3], b[4], b[5], b[6]), nil
}

// render keeps a chunk that readers heed: the first of its type, before the
// picture, of the right length and checksum.
func (c *cleaner) render(k chunk, lengths []int64) error {
	right := len(lengths) == 0 && k.n%2 == 0 && k.n <= 512
	for _, n := range lengths {
		right = right || k.n == n
	}
	if right && !c.seen[k.typ] && !k.after {
		sound, err := c.sound(k)
		if err != nil {
			return err
		}
		if sound {
			c.seen[k.typ] = true
			c.keep(k, scrub.Render)
			return nil
		}
	}
	c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: k.typ, Off: k.off, Len: k.end() - k.off, Value: "of no effect"})
	return c.remove(k)
}
