package png

import (
	"bytes"
	"compress/zlib"
	_ "embed"
	"io"
	"strings"
	"unicode/utf8"

	"untag/scrub"
	"untag/scrub/tags"
	"untag/scrub/words"
)

//go:embed tags.tsv
var table string

// known says what texts give away by their keywords (11.3.3.1, and what programs
// write), and chunks that go by their types; others are unknown.
var known = tags.Index(table)

// maxText is the longest text that a policy may keep, and the most that is
// decompressed of any.
const maxText = 4 << 10

// text deals with tEXt, zTXt and iTXt. They go, unless a policy keeps their kind
// and they are what they say: short, and words.
func (c *cleaner) text(k chunk) error {
	b := c.Get(k.data(), int(min(k.n, 16<<10)))
	keyword, text := c.textOf(k.typ, b, maxText+1)
	switch {
	case keyword == xmpKeyword && k.typ == "iTXt":
		return c.xmp(k)
	case c.sources[k.off] != nil:
		return c.exif(k)
	}
	kind := scrub.Unknown
	if t, ok := known()["text"][keyword]; ok {
		kind = t.Kind
	}
	whole := k.n == int64(len(b)) && len(text) <= maxText && isWords(keyword) && isWords(text)
	f := scrub.Finding{Kind: kind, Place: k.typ + "/" + clean(keyword), Off: k.off, Len: k.end() - k.off, Value: clean(text)}
	switch {
	case !whole || !kind.Keepable():
		c.Gone(f)
	case !c.Found(f):
		c.keep(k, scrub.Identify)
		return nil
	}
	return c.remove(k)
}

// textOf splits the data of a text into keyword and words, decompressed to at
// most the given number of bytes.
func (c *cleaner) textOf(typ string, b []byte, most int64) (keyword, text string) {
	key, rest, ok := bytes.Cut(b, []byte{0})
	if !ok || len(key) > 79 {
		return "", string(b)
	}
	packed := typ == "zTXt"
	switch {
	case packed && len(rest) > 0: // compression method
		rest = rest[1:]
	case typ == "iTXt" && len(rest) > 2: // compression flag and method, language, translated keyword
		packed, rest = rest[0] == 1, rest[2:]
		_, rest, _ = bytes.Cut(rest, []byte{0})
		_, rest, _ = bytes.Cut(rest, []byte{0})
	}
	if packed {
		rest = c.unpacked(rest, most)
	}
	return string(key), string(rest)
}

// Bounds on what is decompressed besides the picture: in all, and how much a
// chunk counts at the least, for what it takes to begin.
const (
	unpackLimit = 16 << 20
	unpackLeast = 4 << 10
)

// unpacked returns at most n bytes of what b holds. A file in which more is
// compressed than there is time for is in doubt.
func (c *cleaner) unpacked(b []byte, n int64) []byte {
	if c.spent() {
		return nil
	}
	out := inflated(b, n)
	c.inflated += max(int64(len(out)), unpackLeast)
	return out
}

// spent tells whether nothing more is decompressed besides the picture.
func (c *cleaner) spent() bool {
	spent := c.inflated > unpackLimit+8*c.Size()
	if spent {
		c.Doubt("more is compressed in chunks besides the picture's than is looked into")
	}
	return spent
}

// inflated returns at most n bytes of what b holds.
func inflated(b []byte, n int64) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(z, n)) // what came out before an error is shown
	return out
}

func isWords(s string) bool { return s != "" && words.Readable(s) }

// clean leaves out what can't be shown.
func clean(s string) string {
	s = s[:min(len(s), scrub.MaxValue)]
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s))
}
