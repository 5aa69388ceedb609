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
	if b == nil || string(b[:3]) != "TAG" || string(b[3:5]) == "EX" && string(t.read(t.end-size-3, 3)) == "APE" { // APETAGEX
		return Mark{}, false
	}
	if plus := t.read(t.end-size-227, 4); string(plus) == "TAG+" { // the enhancement that some programs wrote
		return t.last(size+227, "id3v1", strings.TrimSpace(text(b[3:33])+" "+text(b[33:63]))), true
	}
	return t.last(size, "id3v1", strings.TrimSpace(text(b[3:33])+" "+text(b[33:63]))), true
}

// ape recognises an APEv1 or APEv2 tag by its footer.
func ape(t *tail) (Mark, bool) {
	const foot, hasHeader, isHeader = 32, 1 << 31, 1 << 29
	b := t.footer(foot)
	if b == nil || string(b[:8]) != "APETAGEX" {
		return Mark{}, false
	}
	n, items := le32(b[12:]), le32(b[16:])
	if le32(b[20:])&hasHeader != 0 {
		n += foot
	}
	if n < foot || n > t.end-t.floor || le32(b[20:])&isHeader != 0 {
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

// lyrics3v1 recognises Lyrics3 version 1, which is at most 5100 bytes of text.
func lyrics3v1(t *tail) (Mark, bool) {
	const begin, end, longest = "LYRICSBEGIN", "LYRICSEND", 5100
	if !t.has(end) {
		return Mark{}, false
	}
	n := min(t.end-t.floor, int64(len(begin)+longest+len(end)))
	at := strings.LastIndex(string(t.read(t.end-n, int(n))), begin)
	return t.from(t.end-n+int64(at), "lyrics3", ""), at >= 0
}

// id3v2 recognises a tag of ID3v2.4 by its footer.
func id3v2(t *tail) (Mark, bool) {
	const foot = 10
	b := t.footer(foot)
	if b == nil || string(b[:4]) != "3DI\x04" || (b[6]|b[7]|b[8]|b[9])&0x80 != 0 {
		return Mark{}, false
	}
	n := int64(b[6])<<21 | int64(b[7])<<14 | int64(b[8])<<7 | int64(b[9]) + 2*foot
	head := string(t.read(t.end-n, 3)) // zeros, if an interrupted run was about to cut it off
	return t.last(n, "id3v2", ""), head == "ID3" || head == "\x00\x00\x00"
}
