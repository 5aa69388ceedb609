package png

import (
	"fmt"

	"untag/scrub"
)

// renders tells whether a chunk of a type can change what is seen, and how long
// it then is. Such chunks count only before the picture, and only once.
func (h header) renders(typ string) (n int64, ok bool) {
	switch typ {
	case "sRGB", "sTER", "orNT": // orNT is ImageMagick's orientation
		return 1, true
	case "cICP", "gAMA":
		return 4, true
	case "cLLI":
		return 8, true
	case "pHYs", "oFFs":
		return 9, true
	case "mDCV":
		return 24, true
	case "cHRM":
		return 32, true
	case "sBIT":
		if h.colour == palette {
			return 3, true
		}
		return h.channels(), true
	case "bKGD":
		return [...]int64{grey: 2, rgb: 6, palette: 1, greyAlpha: 2, rgbAlpha: 6}[h.colour], true
	}
	return 0, false
}

// judge decides what becomes of a chunk that doesn't hold the picture.
func (c *cleaner) judge(k chunk) error {
	n, renders := c.header.renders(k.typ)
	switch {
	case c.damaged:
		return c.proven(k)
	case k.typ == void:
		return c.blank(k)
	case renders:
		return c.render(k, n)
	case k.typ == "iCCP":
		return c.iccp(k)
	case k.typ == "eXIf":
		return c.exif(k)
	case k.typ == "tEXt" || k.typ == "zTXt" || k.typ == "iTXt":
		return c.text(k)
	}
	kind := scrub.Unknown
	if t, ok := known()["chunk"][k.typ]; ok {
		kind = t.Kind
	}
	value := c.value(k)
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
func (c *cleaner) value(k chunk) string {
	if k.typ != "tIME" || k.n != 7 {
		return ""
	}
	b := c.Get(k.data(), 7)
	return fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", int(b[0])<<8|int(b[1]), b[2], b[3], b[4], b[5], b[6])
}

// render keeps a chunk that readers heed: the first of its type, before the
// picture, of the right length and checksum.
func (c *cleaner) render(k chunk, n int64) error {
	if k.n == n && n > 0 && !c.seen[k.typ] && !k.after {
		sound := c.sound(k)
		b := c.Get(k.data(), int(k.n))
		if sound && c.header.sane(k.typ, b) {
			c.seen[k.typ] = true
			c.keep(k, scrub.Render)
			return nil
		}
	}
	c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: k.typ, Off: k.off, Len: k.end() - k.off, Value: "of no effect"})
	return c.remove(k)
}
