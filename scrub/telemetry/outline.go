package telemetry

// seed and prime are those of FNV-1a.
const (
	seed  = 14695981039346656037
	prime = 1099511628211
)

func hash(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	return h
}

// outline returns the shape of a text in lower case, as a hash: numbers count
// as 0 whatever their sign and fraction, and codes as one letter, whatever is in
// them. A code is six or more letters and digits mixed, or 24 or more of the
// alphabets of base64.
func outline(s string) (shape uint64, number, code bool) {
	const coded = "\x01"
	shape = seed
	for i := 0; i < len(s); {
		if i == 0 || !inBase64(s[i-1]) {
			if n := run(s[i:], inBase64); n >= 24 && mixed(s[i:i+n]) {
				shape, code = hash(shape, coded), true
				i += n
				continue
			}
		}
		if i == 0 || !inCode(s[i-1]) {
			if n := run(s[i:], inCode); n >= 6 && mixed(s[i:i+n]) {
				shape, code = hash(shape, coded), true
				i += n
				continue
			}
		}
		if s[i] == '*' && len(s)-i >= 3 && isHex(s[i+1]) && isHex(s[i+2]) { // NMEA's checksum
			shape = hash(shape, "*")
			i += 3
			continue
		}
		n := 0
		if s[i] == '+' || s[i] == '-' {
			n = 1
		}
		d := run(s[i+n:], isDigit)
		if d == 0 {
			shape = hash(shape, s[i:i+1])
			i++
			continue
		}
		shape, number = hash(shape, "0"), true
		i += n + d
		if i+1 < len(s) && (s[i] == '.' || s[i] == ',') && isDigit(s[i+1]) {
			i += 1 + run(s[i+1:], isDigit)
		}
	}
	return shape, number, code
}

// run returns how many bytes s starts with that are of a kind.
func run(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }
func isHex(c byte) bool    { return isDigit(c) || c >= 'a' && c <= 'f' }
func inCode(c byte) bool   { return isDigit(c) || isLetter(c) || c == '+' }
func inBase64(c byte) bool { return inCode(c) || c == '/' || c == '=' || c == '_' || c == '-' }

// mixed tells whether s has both letters and digits.
func mixed(s string) bool {
	letters, digits := false, false
	for i := range len(s) {
		letters, digits = letters || isLetter(s[i]), digits || isDigit(s[i])
	}
	return letters && digits
}
