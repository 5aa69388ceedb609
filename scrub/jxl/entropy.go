package jxl

import (
	gobits "math/bits"
	"slices"
)

// entropy reads whole numbers below 256 that are coded by how likely they are, and by
// numbers before that are the same (18181-1, annex C).
type entropy struct {
	*bits
	clusters []byte // distributions of contexts; the last is that of distances
	of       []distribution
	ranged   bool // by ANS, not by prefixes
	state    uint32
	copies   bool
	first    int // the symbol from which on symbols are lengths of copies
	shortest int
	length   hybrid
}

// distribution tells how symbols are coded, and how numbers are made of them.
type distribution struct {
	hybrid
	prefix
	alias
}

const (
	rangeLog  = 12       // ANS has states of so many bits
	finished  = 0x130000 // its state once all is read
	maxPrefix = 15       // bits
)

// entropy reads the distributions of so many contexts (C.2.1).
func (b *bits) entropy(contexts int, copies bool) *entropy {
	e := &entropy{bits: b}
	if e.copies = b.flag(); e.copies && !copies {
		b.bad = true
		return e
	}
	if e.copies {
		e.first = b.choice([4][2]int{{224, 0}, {512, 0}, {4096, 0}, {8, 15}})
		e.shortest = b.choice([4][2]int{{3, 0}, {4, 0}, {5, 2}, {9, 8}})
		e.length = b.hybrid(8)
		contexts++
	}
	e.clusters = make([]byte, contexts)
	if contexts > 1 {
		b.cluster(e.clusters)
	}
	if b.bad {
		return e
	}
	e.of = make([]distribution, int(slices.Max(e.clusters))+1)
	alphabet := maxPrefix
	if e.ranged = !b.flag(); e.ranged {
		alphabet = 5 + b.take(2)
	}
	for i := range e.of {
		e.of[i].hybrid = b.hybrid(alphabet)
	}
	if e.ranged {
		for i := range e.of {
			e.of[i].alias = newAlias(b.histogram(1<<alphabet), alphabet)
		}
		return e
	}
	sizes := make([]int, len(e.of))
	for i := range sizes {
		sizes[i] = b.varied(4) + 1
	}
	for i, n := range sizes {
		e.of[i].prefix = b.prefix(n)
	}
	return e
}

// cluster reads which distribution each context has (C.2.2).
func (b *bits) cluster(to []byte) {
	const most = 2 // contexts for which nothing is copied
	if b.flag() {
		n := b.take(2)
		for i := range to {
			to[i] = byte(b.take(n))
		}
	} else {
		moved := b.flag()
		got, ok := b.entropy(1, len(to) > most).decode(len(to), func([]byte) int { return 0 })
		if !ok {
			b.bad = true
			return
		}
		copy(to, got)
		if moved {
			unmove(to)
		}
	}
	for i := range int(slices.Max(to)) {
		b.bad = b.bad || !slices.Contains(to, byte(i))
	}
}

// unmove undoes that what was used last is moved to the front.
func unmove(to []byte) {
	var order [256]byte
	for i := range order {
		order[i] = byte(i)
	}
	for i, at := range to {
		v := order[at]
		to[i] = v
		copy(order[1:int(at)+1], order[:at])
		order[0] = v
	}
}

// decode reads n numbers below 256. The context of each is that of those before.
func (e *entropy) decode(n int, context func(before []byte) int) (out []byte, ok bool) {
	return numbers(e, func([]byte) int { return n }, context)
}

// numbers reads as many numbers as those before say.
func numbers[T byte | uint32](e *entropy, count func(before []T) int, context func(before []T) int) (out []T, ok bool) {
	const window, look, densest = 1 << 20, 1 << 16, 256
	if e.bad {
		return nil, false
	}
	if e.ranged {
		e.state = uint32(e.take(16)) | uint32(e.take(16))<<16
	}
	for start := e.at; len(out) < count(out); {
		if len(out)%look == 0 && len(out)/densest > (e.at-start)/8+densest || !e.sound() {
			return nil, false
		}
		d := &e.of[e.clusters[context(out)]]
		token := e.token(d)
		if !e.copies || token < e.first {
			v := d.number(e.bits, token)
			e.bad = e.bad || int(T(v)) != v
			out = append(out, T(v))
			continue
		}
		d = &e.of[e.clusters[len(e.clusters)-1]]
		length := e.length.number(e.bits, token-e.first) + e.shortest
		back := d.number(e.bits, e.token(d)) + 1
		if !e.sound() || length > count(out)-len(out) || back > min(len(out), window) {
			return nil, false
		}
		for range length {
			out = append(out, out[len(out)-back])
		}
	}
	return out, e.sound() && (!e.ranged || e.state == finished)
}

// token reads a symbol.
func (e *entropy) token(d *distribution) int {
	if !e.ranged {
		return d.prefix.read(e.bits)
	}
	a := &d.alias
	x := int(e.state & (1<<rangeLog - 1))
	i, at := x>>a.log, x&(1<<a.log-1)
	symbol := i
	if k := &a.buckets[i]; at >= k.cutoff {
		symbol, at = k.symbol, at+k.offset
	}
	e.state = uint32(a.counts[symbol])*(e.state>>rangeLog) + uint32(at)
	if e.state < 1<<16 {
		e.state = e.state<<16 | uint32(e.take(16))
	}
	return symbol
}

// hybrid tells which bits of a number are in its symbol, and which follow (C.2.3).
type hybrid struct{ split, high, low int }

func (b *bits) hybrid(alphabet int) (h hybrid) {
	if h.split = b.take(gobits.Len(uint(alphabet))); h.split != alphabet {
		h.high = b.take(gobits.Len(uint(h.split)))
		h.low = b.take(gobits.Len(uint(max(0, h.split-h.high))))
	}
	b.bad = b.bad || h.high+h.low > h.split
	return h
}

func (h hybrid) number(b *bits, token int) int {
	const most = 28 // bits
	if token < 1<<h.split || b.bad {
		return token
	}
	n := h.split - h.high - h.low + (token-1<<h.split)>>(h.high+h.low)
	if n+h.high+h.low > most {
		b.bad = true
		return 0
	}
	head := 1<<h.high | token>>h.low&(1<<h.high-1)
	return (head<<n|b.take(n))<<h.low | token&(1<<h.low-1)
}

// varied reads a number of a varying number of bits, and how many in so many.
func (b *bits) varied(width int) int {
	if !b.flag() {
		return 0
	}
	n := b.take(width)
	return 1<<n + b.take(n)
}

// known is a code of known bits.
type known struct{ n, bits, value int }

func (b *bits) match(codes []known) int {
	for _, c := range codes {
		if b.peek(c.n) == c.bits {
			b.at += c.n
			return c.value
		}
	}
	b.bad = true
	return 0
}

// prefix is a canonical code: how many symbols have so many bits, and which they are.
type prefix struct {
	counts  [maxPrefix + 1]int
	symbols []int
}

func (p *prefix) read(b *bits) int {
	if len(p.symbols) == 1 {
		return p.symbols[0]
	}
	code, first, index := 0, 0, 0
	for n := 1; n <= maxPrefix; n++ {
		code |= b.take(1)
		if k := p.counts[n]; code < first+k {
			return p.symbols[index+code-first]
		}
		index, first, code = index+p.counts[n], (first+p.counts[n])<<1, code<<1
	}
	b.bad = true
	return 0
}

// canonical is the code of symbols that have so many bits: one, or some that use all codes.
func (b *bits) canonical(lengths []byte) (p prefix) {
	all := 0
	for n := 1; n <= maxPrefix; n++ {
		for symbol, k := range lengths {
			if int(k) == n {
				p.symbols = append(p.symbols, symbol)
				p.counts[n]++
				all += 1 << (maxPrefix - n)
			}
		}
	}
	b.bad = b.bad || len(p.symbols) == 0 || len(p.symbols) > 1 && all != 1<<maxPrefix
	return p
}

// prefix reads the code of an alphabet, as Brotli has it (RFC 7932, 3.4 and 3.5).
func (b *bits) prefix(alphabet int) prefix {
	const simple = 1
	if alphabet == 1 {
		return prefix{symbols: []int{0}}
	}
	if b.bad = b.bad || alphabet > 1<<maxPrefix; b.bad {
		return prefix{}
	}
	if skip := b.take(2); skip != simple {
		return b.canonical(b.lengths(alphabet, skip))
	}
	shapes := [][]byte{{1}, {1, 1}, {1, 2, 2}, {2, 2, 2, 2}, {1, 2, 3, 3}}
	var symbols []int
	for range b.take(2) + 1 {
		v := b.take(gobits.Len(uint(alphabet - 1)))
		b.bad = b.bad || v >= alphabet || slices.Contains(symbols, v)
		symbols = append(symbols, v)
	}
	shape := shapes[len(symbols)-1]
	if len(symbols) == 4 && b.flag() {
		shape = shapes[4]
	}
	if b.bad {
		return prefix{}
	}
	lengths := make([]byte, alphabet)
	for i, v := range symbols {
		lengths[v] = shape[i]
	}
	return b.canonical(lengths)
}

// lengths reads how many bits the codes of symbols have.
func (b *bits) lengths(alphabet, skip int) []byte {
	const again, zeros, usual = 16, 17, 8
	order := []int{1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	codes := []known{{2, 0, 0}, {2, 1, 4}, {2, 2, 3}, {3, 3, 2}, {4, 7, 1}, {4, 15, 5}}
	how := make([]byte, len(order))
	for left, i := 32, skip; i < len(order) && left > 0; i++ {
		if n := b.match(codes); n > 0 {
			how[order[i]] = byte(n)
			left -= 32 >> n
		}
	}
	p := b.canonical(how)
	var out []byte
	last, repeats, of := byte(usual), 0, byte(0)
	left := 1 << maxPrefix
	for len(out) < alphabet && left > 0 && b.sound() {
		n := byte(p.read(b))
		if n < again {
			if out, repeats = append(out, n), 0; n > 0 {
				last = n
				left -= 1 << (maxPrefix - n)
			}
			continue
		}
		what, width := last, 2
		if n == zeros {
			what, width = 0, 3
		}
		if what != of {
			repeats, of = 0, what
		}
		before := repeats
		if repeats > 0 {
			repeats = (repeats - 2) << width
		}
		repeats += b.take(width) + 3
		if repeats-before > alphabet-len(out) {
			b.bad = true
			break
		}
		for range repeats - before {
			out = append(out, what)
			if what > 0 {
				left -= 1 << (maxPrefix - what)
			}
		}
	}
	b.bad = b.bad || left != 0
	return out
}

// alias finds the symbol of a state (C.2.6).
type alias struct {
	log     int // of the states of a bucket
	counts  []int
	buckets []bucket
}

type bucket struct{ cutoff, symbol, offset int }

func newAlias(counts []int, alphabet int) alias {
	a := alias{rangeLog - alphabet, counts, make([]bucket, 1<<alphabet)}
	size := 1 << a.log
	var over, under []int
	for i := range a.buckets {
		n := 0
		if i < len(counts) {
			n = counts[i]
		}
		a.buckets[i] = bucket{n, i, 0}
		if n == 1<<rangeLog {
			for j := range a.buckets {
				a.buckets[j] = bucket{0, i, j * size}
			}
			return a
		}
		if n > size {
			over = append(over, i)
		} else if n < size {
			under = append(under, i)
		}
	}
	for len(over) > 0 && len(under) > 0 {
		o, u := over[len(over)-1], under[len(under)-1]
		over, under = over[:len(over)-1], under[:len(under)-1]
		from, to := &a.buckets[o], &a.buckets[u]
		from.cutoff -= size - to.cutoff
		to.symbol, to.offset = o, from.cutoff-to.cutoff
		if from.cutoff < size {
			under = append(under, o)
		} else if from.cutoff > size {
			over = append(over, o)
		}
	}
	return a
}

// histogram reads how often symbols are, of 4096 (C.2.5).
func (b *bits) histogram(alphabet int) (counts []int) {
	const all = 1 << rangeLog
	switch {
	case b.flag():
		two := b.flag()
		v := b.varied(3)
		counts = make([]int, 256)
		counts[v] = all
		if two {
			w := b.varied(3)
			b.bad = b.bad || v == w
			counts[v] = b.take(rangeLog)
			counts[w] = all - counts[v]
		}
	case b.flag():
		n := b.varied(3) + 1
		for i := range n {
			counts = append(counts, (all+n-1-i)/n)
		}
	default:
		counts = b.uneven()
	}
	for len(counts) > 0 && counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1]
	}
	b.bad = b.bad || len(counts) > alphabet
	return counts[:min(len(counts), alphabet)]
}

var logarithms = []known{
	{3, 0, 10}, {3, 2, 7}, {3, 4, 6}, {3, 5, 8}, {3, 6, 9}, {4, 3, 3}, {4, 7, 5}, {4, 9, 4}, {4, 11, 1},
	{4, 15, 2}, {5, 17, 0}, {6, 33, 11}, {7, 1, 12}, {7, 65, 13},
}

// uneven reads a histogram of logarithms, and so many bits of each number. The greatest of
// them is what is left.
func (b *bits) uneven() []int {
	const same = 13
	width := 0
	for width < 3 && b.flag() {
		width++
	}
	shift := 1<<width + b.take(width) - 1
	logs := make([]int, b.varied(3)+3)
	runs := make([]int, len(logs))
	omitted := -1
	for i := 0; i < len(logs); i++ {
		if logs[i] = b.match(logarithms); logs[i] == same {
			n := b.varied(3) + 4
			if b.bad = b.bad || i == 0 || i-1 == omitted || n > len(logs)-i; b.bad {
				return nil
			}
			runs[i] = n
			i += n - 1
		} else if omitted < 0 || logs[i] > logs[omitted] {
			omitted = i
		}
	}
	if b.bad = b.bad || shift > same || omitted < 0; b.bad {
		return nil
	}
	counts := make([]int, len(logs))
	left := 1 << rangeLog
	for i := 0; i < len(logs); i++ {
		if runs[i] > 0 {
			for j := range runs[i] {
				counts[i+j] = counts[i-1]
				left -= counts[i-1]
			}
			i += runs[i] - 1
			continue
		}
		if k := logs[i] - 1; k >= 0 && i != omitted {
			n := max(0, min(k, shift-(rangeLog-k)>>1))
			counts[i] = 1<<k + b.take(n)<<(k-n)
			left -= counts[i]
		}
	}
	counts[omitted] = left
	b.bad = b.bad || left <= 0
	return counts
}
