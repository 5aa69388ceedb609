package coded

import "strings"

// Colours tells whether b, numbers of colours, holds words. Those of pictures often pass for text
// of some length: of 2,300 palettes, [Tells] takes one in five for words.
func Colours(b []byte) bool {
	const word, code = 12, 16
	return Spoken(b, word) || runs(b, code, mixed)
}

// Spoken tells whether n bytes in a row of b, which should be numbers, read as words for people.
func Spoken(b []byte, n int) bool { return runs(b, n, spoken) }

// runs tells whether n bytes in a row of b are such.
func runs(b []byte, n int, are func([]byte) bool) bool {
	for at := n; at <= len(b); at++ {
		if are(b[at-n : at]) {
			return true
		}
	}
	return false
}

// What a byte is for who reads it.
const (
	sign = iota
	small
	capital
	figure
	gap
	readings
)

func reading(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return small
	case c >= 'A' && c <= 'Z':
		return capital
	case c >= '0' && c <= '9':
		return figure
	case strings.IndexByte(" .,:;@_-/+'=", c) >= 0:
		return gap
	}
	return sign
}

// alike counts the bytes of b that differ by no more than most from the one that stands so far before.
func alike(b []byte, before, most int) (n int) {
	for i := before; i < len(b); i++ {
		if d := int(b[i]) - int(b[i-before]); d <= most && d >= -most {
			n++
		}
	}
	return n
}

// steady tells whether b hardly changes, shaded whether its pixels hardly do.
func steady(b []byte) bool { return 3*alike(b, 1, 1) > len(b) }
func shaded(b []byte) bool { return 2*alike(b, 3, 4) > len(b)-3 }

// spoken tells whether b reads as words or as numbers. Colours change less from one to the next
// than letters do, and have capitals among small letters.
func spoken(b []byte) bool {
	var kinds [readings]int
	turns, vowels, last := 0, 0, capital
	for i, c := range b {
		k := reading(c)
		kinds[k]++
		switch {
		case k == sign:
			return false
		case i == 0, k == small && (last == capital || last == small):
		case k == last && k != gap, k != last && (k == gap || last == gap):
		default:
			turns++
		}
		if strings.IndexByte("aeiouyAEIOUY", c) >= 0 {
			vowels++
		}
		last = k
	}
	letters := kinds[small] + kinds[capital]
	switch {
	case turns > 1 || steady(b):
		return false
	case 3*kinds[figure] >= 2*len(b):
		return kinds[gap] > 0
	case 3*letters < 2*len(b) || shaded(b):
		return false
	}
	return (3*kinds[small] >= 2*letters || kinds[capital] == letters) && 5*vowels >= letters && 5*vowels <= 3*letters
}

// mixed tells whether b is letters and figures, many of each, as numbers of devices are.
func mixed(b []byte) bool {
	var kinds [readings]int
	for _, c := range b {
		kinds[reading(c)]++
	}
	letters := kinds[small] + kinds[capital]
	return letters+kinds[figure] == len(b) && 4*min(letters, kinds[figure]) >= len(b) && !steady(b) && !shaded(b)
}
