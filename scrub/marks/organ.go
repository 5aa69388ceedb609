package marks

import "fmt"

// organ recognises the profile trailer of Red Star OS, which its programs read
// and remove and no known version writes:
//
//	blob   n bytes: pieces of { length, RSA signature with message recovery }
//	n      4 bytes, little-endian
//	magic  8 bytes: one for media, one for documents
//
// The keys are not public. The blob holds a disk identifier and a time.
func organ(t *tail) (Mark, bool) {
	const foot = 12
	b := t.footer(foot)
	if b == nil || !t.has("wwwwwwww") && !t.has("wwwwvwww") {
		return Mark{}, false
	}
	n := le32(b)
	if n == 0 || n > t.end-t.floor-foot {
		return Mark{}, false
	}
	m := t.last(n+foot, "red-star-organ", fmt.Sprintf("organ profile, %d encrypted bytes (holds a disk identifier and a time)", n))
	m.Proven = t.pieces(m.Off, n)
	return m, true
}

// pieces tells whether n bytes at off divide into pieces with lengths of their
// own, as large as RSA signatures are.
func (t *tail) pieces(off, n int64) bool {
	const smallest, largest = 64, 1024
	for end := off + n; off < end; {
		b := t.read(off, 4)
		if b == nil {
			return false
		}
		k := le32(b)
		if k < smallest || k > largest || k > end-off-4 {
			return false
		}
		off += 4 + k
	}
	return true
}
