package entropy

import "slices"

// Table finds the symbol that a code stands for (T.81, C and F.2.2.3).
type Table struct {
	fast    [1 << fastBits]uint16 // by the next bits: length of the code, and the symbol; 0 if it is longer or none
	limit   [17]int               // by length: the first code, left-aligned in 16 bits, that is longer
	first   [17]int               // by length: what to add to a code for the index of its symbol
	Symbols []byte
	Class   byte      // 0 for DC, 1 for AC
	Off     int64     // of the symbols in the medium, 0 for a usual table
	used    [256]bool // by symbol

	steps *steps // for AC tables of the sequential mode
}

// fastBits is the length of the codes that one look finds.
const fastBits = 10

// newTable returns the table with counts codes of 1 to 16 bits, or nil if
// there is no such code.
func newTable(counts, symbols []byte) *Table {
	t := &Table{Symbols: symbols}
	code, at := 0, 0
	for n := 1; n <= 16; n++ {
		t.first[n] = at - code
		for range counts[n-1] {
			if code >= 1<<n {
				return nil
			}
			if n <= fastBits {
				t.fill(code, n, symbols[at])
			}
			code, at = code+1, at+1
		}
		t.limit[n] = code << (16 - n)
		code <<= 1
	}
	return t
}

func (t *Table) fill(code, n int, symbol byte) {
	spare := fastBits - n
	for i := code << spare; i < (code+1)<<spare; i++ {
		t.fast[i] = uint16(n)<<8 | uint16(symbol)
	}
}

// slow looks up a longer code at the start of 16 bits: its length and its symbol,
// 0 if there is none.
func (t *Table) slow(next int) (length, symbol int) {
	for n := fastBits + 1; n <= 16; n++ {
		if next < t.limit[n] {
			return n, int(t.Symbols[next>>(16-n)+t.first[n]])
		}
	}
	return 0, 0
}

// steps tells what to make of the next stepBits bits at once, and notes which of
// them there were.
type steps struct {
	next  [1 << stepBits]step
	taken [1 << stepBits]bool
}

// step is as many codes as fit, with all that follows each.
type step uint16

const (
	stepBits          = 12
	stepsPerFill      = 4 // as many as a refill lasts for
	endOfBlock        = 1 << 11
	noStep       step = 0xFF << 4 // its reach is too far for any block
)

func (s step) bits() int         { return int(s & 15) }
func (s step) coefficients() int { return int(s >> 4 & 127) }
func (s step) ends() bool        { return s&endOfBlock > 0 }

// prepare fills steps.
func (t *Table) prepare() {
	if t.steps != nil {
		return
	}
	t.steps = &steps{}
	for w := range t.steps.next {
		t.steps.next[w] = t.walk(w, func(int) {})
	}
}

// walk returns the step for the bits w, and tells of each symbol in it.
func (t *Table) walk(w int, each func(symbol int)) step {
	bits, coefficients := 0, 0
	for {
		e := int(t.fast[w<<bits&(1<<stepBits-1)>>(stepBits-fastBits)])
		s, length := e&0xFF, e>>8
		if e == 0 || bits+length+s&15 > stepBits || coefficients+s>>4+1 > last || s&15 == 0 && s>>4 < 15 && s != 0 {
			if bits == 0 {
				return noStep
			}
			return step(coefficients<<4 | bits)
		}
		each(s)
		bits += length + s&15
		if s == 0 {
			return step(endOfBlock | coefficients<<4 | bits)
		}
		coefficients += s>>4 + 1
	}
}

// count notes the symbols of all steps that were taken.
func (t *Table) count() {
	if t.steps == nil {
		return
	}
	for w, taken := range t.steps.taken {
		if taken {
			t.walk(w, func(s int) { t.used[s] = true })
		}
	}
}

// symbol takes the next one; ok is false if no code fits.
func (b *bitReader) symbol(t *Table) (s int, ok bool) {
	if b.n < 16 {
		b.refill()
	}
	if e := t.fast[b.acc>>(64-fastBits)]; e != 0 {
		b.acc <<= e >> 8
		b.n -= int(e >> 8)
		t.used[e&0xFF] = true
		return int(e & 0xFF), true
	}
	n, c := t.slow(int(b.acc >> 48))
	t.used[c] = t.used[c] || n > 0
	b.acc <<= n
	b.n -= n
	return c, n > 0
}

// Used tells of each symbol whether a code of it occurred.
func (t *Table) Used() [256]bool { return t.used }

// Spare lists the symbols of which no code occurred, where that tells: the tables
// of many encoders hold all symbols there are, each once, while those made for
// one picture have none to spare.
func (t *Table) Spare(all int) (at []int) {
	seen := [256]bool{}
	distinct := true
	for i, c := range t.Symbols {
		distinct = distinct && !seen[c]
		seen[c] = true
		if !t.used[c] && c != 0 {
			at = append(at, i)
		}
	}
	if distinct && len(t.Symbols) == all || t.used == [256]bool{} {
		return nil
	}
	return at
}

// TableLength is the length of the Huffman table that b starts with: class, 16
// counts, values.
func TableLength(b []byte) int {
	n := 17
	for _, count := range b[1:min(17, len(b))] {
		n += int(count)
	}
	return n
}

// Usual tells whether counts and values are a table that everybody uses.
func Usual(b []byte) bool {
	return slices.ContainsFunc(usual[:], func(u [2]string) bool { return slices.Contains(u[:], string(b)) })
}

// UsualTable returns counts and values of those of T.81, K.3, by class and number.
func UsualTable(class, i int) (counts, symbols []byte) {
	u := usual[class][i]
	return []byte(u[:16]), []byte(u[16:])
}

// usualTables returns those of T.81, K.3, which decoders take where a file has
// none: for DC or for AC, those of luminance and of chrominance.
func usualTables(class int) (t [4]*Table) {
	for i := range usual[class] {
		unused := readyTables[class][i]
		t[i] = &unused
	}
	return t
}

var readyTables = func() (t [2][2]Table) {
	for class := range usual {
		for i := range usual[class] {
			t[class][i] = *newTable(UsualTable(class, i))
		}
	}
	return t
}()

var usual = [2][2]string{
	{"\x00\x01\x05\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00" + usualDC,
		"\x00\x03\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00" + usualDC},
	{"\x00\x02\x01\x03\x03\x02\x04\x03\x05\x05\x04\x04\x00\x00\x01\x7d" + usualLuminanceAC,
		"\x00\x02\x01\x02\x04\x04\x03\x04\x07\x05\x04\x04\x00\x01\x02\x77" + usualChrominanceAC},
}

const (
	usualDC          = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"
	usualLuminanceAC = "\x01\x02\x03\x00\x04\x11\x05\x12\x21\x31\x41\x06\x13\x51\x61\x07\x22\x71\x14\x32\x81\x91\xa1\x08" +
		"\x23\x42\xb1\xc1\x15\x52\xd1\xf0\x24\x33\x62\x72\x82\x09\x0a\x16\x17\x18\x19\x1a\x25\x26\x27\x28" +
		"\x29\x2a\x34\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49\x4a\x53\x54\x55\x56\x57\x58\x59" +
		"\x5a\x63\x64\x65\x66\x67\x68\x69\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x83\x84\x85\x86\x87\x88\x89" +
		"\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6" +
		"\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xe1\xe2" +
		"\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa"
	usualChrominanceAC = "\x00\x01\x02\x03\x11\x04\x05\x21\x31\x06\x12\x41\x51\x07\x61\x71\x13\x22\x32\x81\x08\x14\x42\x91" +
		"\xa1\xb1\xc1\x09\x23\x33\x52\xf0\x15\x62\x72\xd1\x0a\x16\x24\x34\xe1\x25\xf1\x17\x18\x19\x1a\x26" +
		"\x27\x28\x29\x2a\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49\x4a\x53\x54\x55\x56\x57\x58" +
		"\x59\x5a\x63\x64\x65\x66\x67\x68\x69\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x82\x83\x84\x85\x86\x87" +
		"\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4" +
		"\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda" +
		"\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa"
)
