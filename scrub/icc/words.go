package icc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"

	"untag/scrub"
)

// maxWords bounds a tag of words: the longest known has names in 37 languages.
const maxWords = 64 << 10

// keepTexts overwrites the words of the tags that a profile needs. Tags may be
// the same bytes, but share some with another tag only if they share all.
func (p *profile) keepTexts() error {
	done := map[scrub.Range]bool{}
	for _, t := range p.tags {
		if t.use != words {
			continue
		}
		p.Claim(t.entry, entryLen, scrub.Structure, "tags")
		r := scrub.Range{Off: t.off, Len: t.size}
		if done[r] {
			continue
		}
		done[r] = true
		if p.covered.meets(t.off, t.size) || t.size > maxWords {
			return p.Errorf(t.off, "tag %q shares bytes with another, or has too many (%d)", t.sig, t.size)
		}
		if err := p.keepText(t); err != nil {
			return err
		}
		p.covered.add(t.off, t.size)
	}
	return nil
}

// keepText compares a tag of words with what is to become of it.
func (p *profile) keepText(t tag) error {
	b := p.Get(t.off, int(t.size))
	want, err := p.wordless(t, b)
	if err != nil {
		return err
	}
	if bytes.Equal(b, want) {
		p.Claim(t.off, t.size, scrub.Structure, t.sig)
		return nil
	}
	kind := scrub.Device // the name of a display, mostly
	if t.sig == "cprt" {
		kind = scrub.Caption
	}
	p.Claim(t.off, t.size, scrub.Identify, t.sig)
	if p.Found(scrub.Finding{Kind: kind, Place: t.sig, Off: t.off, Len: t.size, Value: plain(t.typ, b)}) {
		p.Put(scrub.Destroy, t.off, want)
	}
	return nil
}

// wordless returns the tag b with its words replaced by as many dashes.
func (p *profile) wordless(t tag, b []byte) ([]byte, error) {
	if len(b) < 8 {
		return nil, p.Errorf(t.off, "tag %q has %d bytes", t.sig, len(b))
	}
	want := make([]byte, len(b))
	copy(want, t.typ)
	switch t.typ {
	case "text": // 10.24
		dashes(want[8:])
	case "desc": // textDescriptionType of version 2, 6.5.17
		if len(b) < 12 {
			return nil, p.Errorf(t.off, "tag %q of type \"desc\" has %d bytes", t.sig, len(b))
		}
		n := int64(binary.BigEndian.Uint32(b[8:]))
		if n > t.size-12 {
			return nil, p.Errorf(t.off+8, "tag %q says %d characters, %d bytes are left", t.sig, n, t.size-12)
		}
		copy(want[8:], b[8:12])
		dashes(want[12 : 12+n]) // the same words in Unicode and ScriptCode become none
	case "mluc":
		return want, p.languages(t, b, want)
	}
	return want, nil
}

// dashes fills b with dashes and a NUL.
func dashes(b []byte) {
	for i := range max(0, len(b)-1) {
		b[i] = '-'
	}
}

// languages makes the wordless form of a multiLocalizedUnicodeType, 10.15: the
// same number of records, all English, with as many characters as before. The
// characters may overlap, so that all of them are overwritten alike.
func (p *profile) languages(t tag, b, want []byte) error {
	const head, record = 16, 12
	if len(b) < head {
		return p.Errorf(t.off, "tag %q of type \"mluc\" has %d bytes", t.sig, len(b))
	}
	n, size := int64(binary.BigEndian.Uint32(b[8:])), binary.BigEndian.Uint32(b[12:])
	if size != record || n > (t.size-head)/record {
		return p.Errorf(t.off+8, "tag %q says %d records of %d bytes, %d are left", t.sig, n, size, t.size-head)
	}
	copy(want[8:], b[8:head])
	first := head + n*record
	for i := range n {
		r := head + i*record
		length, off := int64(binary.BigEndian.Uint32(b[r+4:])), int64(binary.BigEndian.Uint32(b[r+8:]))
		if off < first && length > 0 || off > t.size || length > t.size-off {
			return p.Errorf(t.off+r, "tag %q has %d characters at 0x%x of %d bytes", t.sig, length/2, off, t.size)
		}
		copy(want[r:], "enUS")
		copy(want[r+4:], b[r+4:r+record])
	}
	for i := first; i+1 < t.size; i += 2 {
		want[i+1] = '-'
	}
	return nil
}

// value decodes a tag of words for people.
func (p *profile) value(t tag) string {
	b := p.Get(t.off, int(min(t.size, 1024)))
	return plain(t.typ, b)
}

// plain returns the first words of a tag, or "" if it holds none.
func plain(typ string, b []byte) string {
	switch {
	case typ == "text" && len(b) > 8:
		b = b[8:]
	case typ == "desc" && len(b) > 12:
		b = b[12:min(int64(len(b)), 12+int64(binary.BigEndian.Uint32(b[8:])))]
	case typ == "mluc" && len(b) >= 28:
		n, off := int64(binary.BigEndian.Uint32(b[20:])), int64(binary.BigEndian.Uint32(b[24:]))
		if off > int64(len(b)) {
			return ""
		}
		return utf16Text(b[off:min(int64(len(b)), off+n)])
	default:
		return ""
	}
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

func utf16Text(b []byte) string {
	var u []uint16
	for ; len(b) > 1 && len(u) < scrub.MaxValue; b = b[2:] {
		u = append(u, binary.BigEndian.Uint16(b))
	}
	return string(utf16.Decode(u))
}

// dateText is a dateTimeNumber, 4.2, for people.
func dateText(b []byte) string {
	f := func(i int) uint16 { return binary.BigEndian.Uint16(b[2*i:]) }
	return fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", f(0), f(1), f(2), f(3), f(4), f(5))
}

// signature shows four-character signatures without the empty ones.
func signature(b []byte) string {
	return string(bytes.TrimSpace(bytes.ReplaceAll(b, []byte{0}, []byte{' '})))
}
