package coded

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/pattern"
)

// signature is how encoders sign what of MPEG sound is none, with a version, whole or half
// emptied, or with what becomes of it. No sound becomes so by chance.
var signature = pattern.New(`^(LAME|GOGO|Lav[cf])(\d {3,16}|\d[.\d ]{3,5}([abr]|\((alpha|beta)[ \d]{0,3}\))?| {4,16})`)

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
			if end = p.Off + p.Len; name[word] != ' ' {
				p.Kind, p.Value = scrub.Software, string(name)
				p.Edits = []scrub.Edit{ // the first letter last: what was interrupted is one yet
					{Off: p.Off + 1, Len: p.Len - 1, Fill: ' ', Phase: scrub.Unlink},
					{Off: p.Off, Len: 1, Fill: ' ', Phase: scrub.Destroy},
				}
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
