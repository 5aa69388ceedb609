package coded

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/pattern"
)

// signature is how encoders sign what of MPEG sound is none, with a version, whole or half
// emptied, or with what becomes of it. Sound may follow right behind it, and is not to be taken
// for more of it: a version is no longer than it can be, and one that is being emptied ends with
// a bar where what follows reads like more of it.
var signature = pattern.New(`^((LAME|GOGO|Lav[cf])[ \d.abehlprt()]{3,16}?\||LAME\d(\.(100|\d\d[abr]?)(\.\d)?)( ?\((alpha|beta)[ \d]{0,3}\))?|Lav[cf]\d\d\.\d[.\d]|GOGO\d[.\d ]{3,5}|(LAME|GOGO|Lav[cf])(\d( {1,16}[.\d]{1,5}| {3,16})| {4,16}))`)

// Layer3 returns the pieces of n bytes of MP3 at off, frames or parts of some: the versions of
// encoders. Where sound begins and ends only all frames before tell; package mpegaudio, which
// sees them, empties all that is none.
func Layer3(r *scrub.Reader, off, n int64) (out []Piece, err error) {
	const most, longest, word = 64 << 10, 64, 4
	end := off
	for at := int64(0); at < n; at += most - longest {
		b, err := r.Bytes(off+at, int(min(n-at, most)))
		if err != nil {
			return nil, err
		}
		for _, i := range encoders(b) {
			name := signature().Find(b[i:])
			p := Piece{Off: off + at + int64(i+word), Len: int64(len(name) - word), Padding: true}
			if name == nil || p.Off < end {
				continue
			}
			if end = p.Off + p.Len; len(bytes.Trim(name[word:], " ")) > 0 {
				behind := b[i+len(name):]
				p.Kind, p.Value = scrub.Software, string(name)
				p.Edits = emptied(p, name[len(name)-1] == bar || len(behind) > 0 && bytes.IndexByte([]byte(" .0123456789"), behind[0]) >= 0)
			}
			out = append(out, p)
		}
	}
	text, err := Prose(r, off, n)
	for _, p := range text {
		p.Off, p.Len = end, off+n-end
		out = append(out, p)
	}
	return out, err
}

const bar = '|'

// emptied are the edits that empty a version, such that what was interrupted is one yet. Where
// what follows reads like more of it, a bar says where it ends.
func emptied(p Piece, marked bool) []scrub.Edit {
	first, last := scrub.Edit{Off: p.Off, Len: 1, Fill: ' ', Phase: scrub.Destroy}, p.Off+p.Len-1
	if !marked {
		return []scrub.Edit{{Off: p.Off + 1, Len: p.Len - 1, Fill: ' ', Phase: scrub.Unlink}, first}
	}
	return []scrub.Edit{
		{Off: last, Len: 1, Fill: bar, Phase: scrub.Unlink},
		{Off: p.Off, Len: p.Len - 1, Fill: ' ', Phase: scrub.Destroy},
		{Off: last, Len: 1, Fill: ' ', Phase: scrub.Repair},
	}
}

// encoders returns where the names of encoders begin, in order.
func encoders(b []byte) (at []int) {
	for _, name := range []string{"LAME", "GOGO", "Lavf", "Lavc"} {
		for from := 0; ; {
			i := bytes.Index(b[from:], []byte(name))
			if i < 0 {
				break
			}
			at, from = append(at, from+i), from+i+len(name)
		}
	}
	slices.Sort(at)
	return at
}
