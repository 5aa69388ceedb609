// Package plain reads the coded bits of a JPEG the obvious way, to hold package entropy
// against in tests.
package plain

// Bits reads coded bits (T.81, F.2.2.5) in a way that is slow and obvious.
type Bits struct {
	Data     []byte // the medium, up to the end of the data
	At, Have int    // Have bits of the byte before At are left
	Cur      byte
	over     int // bits that were taken from nowhere
}

func (p *Bits) marker() bool {
	return p.At == len(p.Data) || p.Data[p.At] == 0xFF && (p.At+1 == len(p.Data) || p.Data[p.At+1] != 0)
}

func (p *Bits) next() {
	p.Cur, p.Have = p.Data[p.At], 8
	if p.At++; p.Cur == 0xFF {
		p.At++
	}
}

// Take returns the next n bits.
func (p *Bits) Take(n int) (v int) {
	for range n {
		if v <<= 1; p.Have == 0 && p.marker() {
			p.over++
			continue
		} else if p.Have == 0 {
			p.next()
		}
		p.Have--
		v |= int(p.Cur>>p.Have) & 1
	}
	return v
}

// Left is how many bits there are before the marker, less than 0 if more were taken. It
// goes no further than it has to.
func (p *Bits) Left() int {
	q, n := *p, p.Have-p.over
	for n < 1000 && !q.marker() {
		q.next()
		n += 8
	}
	return n
}

// Align drops what is left up to a marker and returns where that stands.
func (p *Bits) Align() int {
	for !p.marker() {
		p.next()
	}
	p.Have, p.over = 0, 0
	return p.At
}

// Restart steps over the restart marker with the number, modulo 8.
func (p *Bits) Restart(number int) bool {
	for p.At+1 < len(p.Data) && p.Data[p.At] == 0xFF && p.Data[p.At+1] == 0xFF {
		p.At++
	}
	if p.At+1 >= len(p.Data) || p.Data[p.At] != 0xFF {
		return false
	}
	p.At += 2
	return p.Data[p.At-1] == 0xD0|byte(number&7)
}
