package coded

import (
	"encoding/binary"
	"math/bits"
)

// Bits reads numbers of so many bits, the first bit first. What lies behind the
// end reads as zeros.
type Bits struct {
	b  []byte
	at int // in bits
	// Failed tells that something lay behind the end or was out of its bounds.
	Failed bool
}

// NewBits returns a reader of b.
func NewBits(b []byte) *Bits { return &Bits{b: b} }

// At is how many bits are behind.
func (b *Bits) At() int { return b.at }

// Read returns the next n bits, 31 at most.
func (b *Bits) Read(n int) (v int) {
	if n > 8*len(b.b)-b.at {
		b.at, b.Failed = 8*len(b.b), true
		return 0
	}
	if i := b.at / 8; i+8 <= len(b.b) {
		x := binary.BigEndian.Uint64(b.b[i:]) << (b.at % 8)
		b.at += n
		return int(x >> (64 - n))
	}
	for n > 0 {
		free := 8 - b.at%8
		k := min(n, free)
		v = v<<k | int(b.b[b.at/8])>>(free-k)&(1<<k-1)
		b.at, n = b.at+k, n-k
	}
	return v
}

// Flag returns the next bit.
func (b *Bits) Flag() bool { return b.Read(1) == 1 }

// Either reads a flag and, where it is not set, the one that then follows.
func (b *Bits) Either() bool {
	set := b.Flag()
	if !set {
		set = b.Flag()
	}
	return set
}

// Skip passes n bits.
func (b *Bits) Skip(n int) {
	if n < 0 || n > 8*len(b.b)-b.at {
		b.Failed = true
		return
	}
	b.at += n
}

// UE returns an unsigned Exp-Golomb number (ITU-T H.264 9.1), which must not be
// greater than most.
func (b *Bits) UE(most int) int {
	zeros := 0
	for !b.Flag() {
		if zeros++; b.Failed || zeros > 30 {
			b.Failed = true
			return 0
		}
	}
	n := 1<<zeros | b.Read(zeros)
	return b.Most(n-1, most)
}

// SE returns a signed Exp-Golomb number.
func (b *Bits) SE() int {
	const most = 1 << 20
	n := b.UE(most)
	if n%2 == 0 {
		return -n / 2
	}
	return (n + 1) / 2
}

// Most returns n, which must not be greater than most.
func (b *Bits) Most(n, most int) int {
	if n > most {
		b.Failed = true
		return 0
	}
	return n
}

// Pass passes fields: a digit or a letter for each. 1 to 9 are so many bits, B is
// a byte, W are two, u is an unsigned and s a signed Exp-Golomb number, of any
// value.
func (b *Bits) Pass(fields string) {
	for _, f := range fields {
		switch f {
		case 'B':
			b.Skip(8)
		case 'W':
			b.Skip(16)
		case 'u', 's':
			b.golomb()
		default:
			b.Skip(int(f - '0'))
		}
	}
}

// golomb passes an Exp-Golomb number of 32 bits and less.
func (b *Bits) golomb() {
	zeros := 0
	for !b.Flag() {
		if zeros++; b.Failed || zeros > 32 {
			b.Failed = true
			return
		}
	}
	b.Skip(zeros)
}

// If reads a flag, and passes fields where it is set.
func (b *Bits) If(fields string) bool {
	set := b.Flag()
	if set {
		b.Pass(fields)
	}
	return set
}

// Stop tells whether what is left is a one, and zeros to the end of its byte, and
// returns how many bytes that and all before take.
func (b *Bits) Stop() (n int, ok bool) {
	if !b.Flag() || b.Failed {
		return 0, false
	}
	if rest := b.at % 8; rest > 0 && b.Read(8-rest) != 0 {
		return 0, false
	}
	return b.at / 8, true
}

// Spent tells whether all is read but for less than a byte of zeros, or, as SEI
// messages end, a one and zeros.
func (b *Bits) Spent() bool {
	left := 8*len(b.b) - b.at
	if b.Failed || left > 7 {
		return false
	}
	rest := b.Read(left)
	return left == 0 || rest == 0 || rest == 1<<(left-1)
}

// Rest returns what is left, from the byte that is being read on.
func (b *Bits) Rest() []byte { return b.b[min(len(b.b), b.at/8):] }

// Last goes to the last bit that is set.
func (b *Bits) Last() {
	for i := len(b.b) - 1; i >= b.at/8; i-- {
		if b.b[i] != 0 {
			b.at = max(b.at, 8*i+7-bits.TrailingZeros8(b.b[i]))
			return
		}
	}
	b.Failed = true
}
