// Package sniff recognises formats by the first bytes of their files. Start with
// [Like] for those that have a magic number.
package sniff

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/scrub/pattern"
)

// Func tells by the head of a file and its size in bytes whether it is of a format:
// see the Sniff of a scrub.Format.
type Func func(head []byte, size int64) bool

// Words takes what starts with one of the patterns, in which "?" stands for any byte.
func Words(patterns ...string) Func {
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

// Like is Words for what is no text.
func Like(patterns ...string) Func { return Binary(Words(patterns...)) }

// Binary leaves out texts, which may begin with any word.
func Binary(is Func) Func {
	return func(head []byte, size int64) bool { return is(head, size) && !Text(head, size) }
}

// Skip is a pattern of n bytes.
func Skip(n int) string { return strings.Repeat("?", n) }

// Holds takes what has s in its head, n times.
func Holds(n int, s string) Func {
	return func(head []byte, _ int64) bool { return bytes.Count(head, []byte(s)) >= n }
}

// Text takes UTF-8 without control characters. The last character of the head
// may be cut.
func Text(head []byte, size int64) bool {
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

// XML takes documents of which the outermost element has a name that matches,
// whatever its prefix.
func XML(name string) Func {
	outermost := pattern.New(`(?s)^(\x{feff})?\s*((<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>)\s*)*<([\w-]+:)?(` + name + `)[\s/>]`)
	return func(head []byte, _ int64) bool { return bytes.IndexByte(head, '<') >= 0 && outermost().Match(head) }
}

// TransportStream takes sync bytes in a row, a packet apart each, wherever the
// first one stands (ISO/IEC 13818-1, 2.4.3.2). A packet has 188 bytes, and 4 more
// before it on Blu-ray, or 16 after it where errors are corrected.
func TransportStream(head []byte, size int64) bool {
	const enough = 5
	for _, n := range []int{188, 192, 204} {
		for first := range head {
			row := 0
			for at := first; at+3 < len(head) && head[at] == 0x47 && head[at+3]&0x30 != 0; at += n {
				row++
			}
			whole := first <= 4 && int64(row*n) == size // all that a short file is made of
			if row >= enough || row > 1 && whole {
				return !Text(head, size)
			}
		}
	}
	return false
}

// AnnexB takes byte streams of NAL units (ISO/IEC 14496-10, annex B) in the head of
// which parameter sets stand: one of each of the patterns, told by their first bytes.
func AnnexB(sets ...string) Func {
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

// ADTS takes two frames of AAC in a row, or all there are (ISO/IEC 13818-7, 6.2).
func ADTS(head []byte, size int64) bool {
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

// AC3 takes a frame of AC-3 or E-AC-3 and the start of another one (ETSI TS 102 366,
// 4.3.1).
func AC3(head []byte, _ int64) bool {
	return len(head) > 6 && head[0] == 0x0b && head[1] == 0x77 && head[5]>>3 <= 16 && bytes.Contains(head[6:], head[:2])
}
