package mxf

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"untag/scrub"
)

// plain are the starts of identifiers that tell nothing: what FFmpeg writes into all files,
// and small numbers.
var plain = []string{"\xad\xab\x44\x24\x2f\x25\x4d\xc7\x92\xff", small}

const small = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// umidLabel is the start of an identifier of a package (ST 330) that has a number of no kind.
const umidLabel = "\x06\x0a\x2b\x34\x01\x01\x01\x05\x01\x01\x0d\x00\x13\x00\x00\x00"

// identifiers are those of sets and of packages, which refer to each other: all that are the
// same change together.
type identifiers struct {
	refs  []reference
	tell  map[string]bool // those that tell something
	found map[string]scrub.Finding
	last  uint32 // the highest that is a small number
}

// reference is where an identifier stands, be it that of the set itself.
type reference struct {
	off int64
	id  string
}

// maxReferences bounds those that are kept account of.
const maxReferences = 1 << 16

// refer notes an identifier.
func (f *film) refer(off int64, b []byte) {
	if len(f.ids.refs) <= maxReferences && !bytes.HasPrefix(b, []byte(smpte)) {
		f.ids.refs = append(f.ids.refs, reference{off, string(b)})
	}
	if number := b[len(b)-keyLen:]; string(number[:len(small)]) == small {
		f.ids.last = max(f.ids.last, binary.BigEndian.Uint32(number[len(small):]))
	}
}

// referAll notes the identifiers in the value of an item: it is one, or a list of them.
func (f *film) referAll(off int64, b []byte) {
	if len(b) == keyLen {
		f.refer(off, b)
	}
	if len(b) <= 8 || binary.BigEndian.Uint32(b[4:]) != keyLen {
		return
	}
	for at := 8; at+keyLen <= len(b); at += keyLen {
		f.refer(off+int64(at), b[at:at+keyLen])
	}
}

// identifier claims the identifier of a set or of a package.
func (f *film) identifier(x item, b []byte) error {
	quiet := x.n == x.rule.Most
	f.Claim(x.off, x.n, scrub.Structure, x.place)
	if number := b; quiet {
		if x.n == int64(len(umidLabel)+keyLen) {
			quiet = string(b[:7]) == umidLabel[:7] && b[8] == 1 && b[9] == 1 && b[10] < ' ' && b[12] == 0x13
			number = b[len(umidLabel):]
		}
		quiet = quiet && slices.ContainsFunc(plain, func(start string) bool { return strings.HasPrefix(string(number), start) })
		f.refer(x.off, b)
	}
	if !quiet {
		f.ids.tell[string(b)] = true
		if _, ok := f.ids.found[x.rule.ID]; !ok {
			f.ids.found[x.rule.ID] = scrub.Finding{Kind: scrub.ID, Role: scrub.Identify, Place: x.place, Off: x.off, Len: x.n, Value: hex.EncodeToString(b)}
		}
	}
	return nil
}

// rename gives small numbers to sets and packages whose identifiers tell something. Where one
// stands once, that is done in place; else readers would meanwhile not find what it refers to.
func (f *film) rename(whole bool) {
	if len(f.ids.tell) == 0 {
		return
	}
	before, ok := f.Point(), whole && !f.Careful && len(f.ids.refs) <= maxReferences
	if goes := f.Goes(scrub.Identify, scrub.ID); !ok || !goes || !f.renumber() {
		f.Reset(before)
		for _, id := range f.ids.found {
			f.Stuck(id)
		}
		if goes {
			f.Doubt("the identifiers of packages and sets stay: they refer to each other, and none can change alone")
		}
		return
	}
	for _, id := range f.ids.found {
		f.Found(id)
	}
}

func (f *film) renumber() bool {
	places, names := map[string]int{}, map[string][]byte{}
	for _, r := range f.ids.refs {
		places[r.id]++
	}
	for _, r := range f.ids.refs {
		if !f.ids.tell[r.id] {
			continue
		}
		name := names[r.id]
		if name == nil {
			if f.ids.last++; f.ids.last == 0 {
				return false
			}
			if len(r.id) > keyLen {
				name = []byte(umidLabel)
			}
			name = binary.BigEndian.AppendUint32(append(name, small...), f.ids.last)
			names[r.id] = name
		}
		if places[r.id] == 1 {
			f.Put(scrub.Repair, r.off, name)
		} else if !f.Anew(r.off, int64(len(name)), name) {
			return false
		}
	}
	return len(names) == len(f.ids.tell)
}
