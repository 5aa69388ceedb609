package marks

import (
	"fmt"
	"strconv"
	"strings"
)

// id3v1 recognises the tag that programs for music append to any file.
func id3v1(t *tail) (Mark, bool) {
	const size = 128
	b := t.read(t.end-size, size)
	if b == nil || string(b[:3]) != "TAG" {
		return Mark{}, false
	}
	return t.last(size, "id3v1", strings.TrimSpace(text(b[3:33])+" "+text(b[33:63]))), true
}

// ape recognises an APEv1 or APEv2 tag by its footer.
func ape(t *tail) (Mark, bool) {
	const foot, hasHeader = 32, 1 << 31
	b := t.footer(foot)
	if b == nil || string(b[:8]) != "APETAGEX" {
		return Mark{}, false
	}
	n, items := le32(b[12:]), le32(b[16:])
	if le32(b[20:])&hasHeader != 0 {
		n += foot
	}
	if n < foot || n > t.end-t.floor {
		return Mark{}, false
	}
	return t.last(n, "ape", fmt.Sprintf("%d items", items)), true
}

// lyrics3 recognises Lyrics3 version 2, whose length stands in six digits.
func lyrics3(t *tail) (Mark, bool) {
	const begin, end, digits = "LYRICSBEGIN", "LYRICS200", 6
	b := t.footer(digits + len(end))
	if b == nil || !t.has(end) {
		return Mark{}, false
	}
	n, err := strconv.ParseUint(string(b[:digits]), 10, 32)
	m := t.last(int64(n)+digits+int64(len(end)), "lyrics3", "")
	return m, err == nil && string(t.read(m.Off, len(begin))) == begin
}
