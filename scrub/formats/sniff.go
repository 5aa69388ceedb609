package formats

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/scrub/pattern"
)

// sniffer is a [scrub.Format.Sniff].
type sniffer func(head []byte, size int64) bool

// words takes what starts with one of the patterns, in which "?" stands for any byte.
func words(patterns ...string) sniffer {
	return func(head []byte, _ int64) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			for i := range len(p) {
				if i >= len(head) || p[i] != '?' && p[i] != head[i] {
					return false
				}
			}
			return true
		})
	}
}

// like is words for what is no text: a text may begin with any word.
func like(patterns ...string) sniffer {
	return func(head []byte, size int64) bool { return words(patterns...)(head, size) && !plainText(head, size) }
}

// skip is a pattern of n bytes.
func skip(n int) string { return strings.Repeat("?", n) }

// holds takes what has s in its head, n times.
func holds(n int, s string) sniffer {
	return func(head []byte, _ int64) bool { return bytes.Count(head, []byte(s)) >= n }
}

// plainText takes UTF-8 without control characters. The last character of the head
// may be cut.
func plainText(head []byte, size int64) bool {
	for rest := head; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			return int64(len(head)) < size && !utf8.FullRune(rest)
		}
		if unicode.IsControl(r) && !strings.ContainsRune("\t\n\f\r\x1a\x1b", r) {
			return false
		}
		rest = rest[n:]
	}
	return len(head) > 0
}

// xml takes documents of which the outermost element has a name that matches,
// whatever its prefix.
func xml(name string) sniffer {
	outermost := pattern.New(`(?s)^(\x{feff})?\s*((<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>)\s*)*<([\w-]+:)?(` + name + `)[\s/>]`)
	return func(head []byte, _ int64) bool { return bytes.IndexByte(head, '<') >= 0 && outermost().Match(head) }
}

// transportStream takes sync bytes in a row, a packet apart each, wherever the
// first one stands (ISO/IEC 13818-1, 2.4.3.2). A packet has 188 bytes, and 4 more
// before it on Blu-ray, or 16 after it where errors are corrected.
func transportStream(head []byte, size int64) bool {
	const enough = 5
	for _, n := range []int{188, 192, 204} {
		for first := range head {
			row := 0
			for at := first; at+3 < len(head) && head[at] == 0x47 && head[at+3]&0x30 != 0; at += n {
				row++
			}
			whole := first <= 4 && int64(row*n) == size // all that a short file is made of
			if row >= enough || row > 1 && whole {
				return !plainText(head, size)
			}
		}
	}
	return false
}

// annexB takes byte streams of NAL units (ISO/IEC 14496-10, annex B) in the head of
// which parameter sets stand: one of each of the patterns, told by their first bytes.
func annexB(sets ...string) sniffer {
	var all []func() *regexp.Regexp
	for _, set := range sets {
		all = append(all, pattern.New(`\x00\x00\x01`+set))
	}
	return func(head []byte, _ int64) bool {
		if start := bytes.Index(head, []byte("\x00\x00\x01")); start < 0 || len(bytes.Trim(head[:start], "\x00")) > 0 {
			return false
		}
		return !slices.ContainsFunc(all, func(set func() *regexp.Regexp) bool { return !set().Match(head) })
	}
}

// adts takes two frames of AAC in a row, or all there are (ISO/IEC 13818-7, 6.2).
func adts(head []byte, size int64) bool {
	at, n := 0, 0
	for ; n < 3 && at+7 <= len(head); n++ {
		b := head[at:]
		length := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
		if b[0] != 0xff || b[1]&0xf6 != 0xf0 || b[2]>>2&15 > 12 || length < 7 {
			return false
		}
		at += length
	}
	return n > 1 || n > 0 && int64(at) == size
}

// ac3 takes a frame of AC-3 or E-AC-3 and the start of another one (ETSI TS 102 366,
// 4.3.1).
func ac3(head []byte, _ int64) bool {
	return len(head) > 6 && head[0] == 0x0b && head[1] == 0x77 && head[5]>>3 <= 16 && bytes.Contains(head[6:], head[:2])
}
