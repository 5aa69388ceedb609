package coded

import "untag/scrub"

// Text returns what of b reads as text at its start, "" if that is little.
func Text(b []byte) string {
	n := 0
	for n < len(b) && b[n] >= 0x20 && b[n] < 0x7f {
		n++
	}
	if n < 4 {
		return ""
	}
	return string(b[:n])
}

// Tells tells whether b holds words or numbers for people: n bytes in a row that read as
// text, different ones at different distances, as those of a gradient are not. Coded
// picture comes about as such once in ten billion bytes if n is 24, in twenty trillion if it is 32;
// codes of a steady tone, which recur, have to be more different then.
func Tells(b []byte, n int) bool {
	const long = 32
	different := 6
	if n >= long {
		different = 10
	}
	for from := 0; from+n <= len(b); {
		if other := lastOther(b[from : from+n]); other >= 0 {
			from += other + 1
			continue
		}
		if varied(b, from, n) >= different {
			return true
		}
		from++
	}
	return false
}

// lastOther is the index of the last byte of b that is no text, -1 if all of it is.
func lastOther(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if c := b[i]; c < ' ' && c != '\n' && c != '\r' && c != '\t' || c > '~' {
			return i
		}
	}
	return -1
}

// varied is how many kinds of bytes, or of distances to the byte before, n bytes at from have, whichever is fewer.
func varied(b []byte, from, n int) int {
	var seen, steps [256]bool
	kinds, distances := 0, 0
	for j := from; j < from+n; j++ {
		if !seen[b[j]] {
			seen[b[j]] = true
			kinds++
		}
		if d := b[j] - b[max(0, j-1)]; !steps[d] {
			steps[d] = true
			distances++
		}
	}
	return min(kinds, distances)
}

// Words is [Tells] for n bytes at off of what r reads.
func Words(r *scrub.Reader, off, n int64, run int) (bool, error) {
	return within(r, off, n, run, func(b []byte) bool { return Tells(b, run) })
}

// within tells whether one of the pieces of n bytes at off, which share so many bytes, is such.
func within(r *scrub.Reader, off, n int64, share int, is func([]byte) bool) (bool, error) {
	for at := int64(0); at < n; at += scrub.MaxPiece - int64(share) {
		b, err := r.Bytes(off+at, int(min(n-at, scrub.MaxPiece)))
		if err != nil || is(b) {
			return err == nil, err
		}
	}
	return false, nil
}

// Numbers is [Words] for what should be numbers: of a few that are not enciphered less has to
// read as text.
func Numbers(r *scrub.Reader, off, n int64) (bool, error) {
	const least, word, sentence, few = 8, 12, 24, 256
	switch {
	case n > few:
		return within(r, off, n, sentence, func(b []byte) bool { return Tells(b, sentence) || Spoken(b, word) })
	case n < word:
		return Words(r, off, n, least)
	}
	return Words(r, off, n, word)
}

// Letters tells whether all of b reads as text, as a number that is none does.
func Letters(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// Sum tells whether b, of 16 bytes, can be a checksum such as MD5: it reads as no text, not even one that
// zeros fill up, and as no number. One checksum in thirty thousand does.
func Sum(b []byte) bool {
	const word, least = 12, 10
	var seen [256]bool
	different, text := 0, true
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			different++
		}
		text = text && (c == 0 || c >= ' ' && c <= '~')
	}
	return !text && different >= least && !Tells(b, word)
}
