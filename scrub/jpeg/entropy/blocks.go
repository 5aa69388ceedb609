package entropy

import "math/bits"

// last is the number of the last coefficient of a block.
const last = 63

// sequential steps through scans that hold whole blocks (T.81, F.2.2).
type sequential []tablePair

type tablePair struct{ dc, ac *Table }

func (sequential) restart() {}

func (s sequential) step(b *bitReader, _ int) bool {
	for _, t := range s {
		if !b.level(t.dc) || !b.block(t.ac) {
			return false
		}
	}
	return true
}

// level steps over a DC coefficient.
func (b *bitReader) level(t *Table) bool {
	s, ok := b.symbol(t)
	if !ok || s > 15 {
		return false
	}
	b.take(s)
	return true
}

// block steps over the AC coefficients of a block. All of the time goes here.
func (b *bitReader) block(t *Table) bool {
	steps := t.steps
	if steps == nil {
		return b.codes(t)
	}
	for k := 1; k <= last; {
		b.refill()
		acc, n, i := b.acc, b.n, 0
		for ; i < stepsPerFill; i++ {
			w := acc >> (64 - stepBits)
			s := steps.next[w]
			to := k + s.coefficients()
			if to > last {
				break
			}
			steps.taken[w] = true
			acc <<= s & 15
			n -= s.bits()
			if k = to; s.ends() {
				b.acc, b.n = acc, n
				return true
			}
		}
		b.acc, b.n = acc, n
		if i < stepsPerFill {
			if k = b.one(t, k); k > last+1 {
				return false
			}
		}
	}
	return true
}

// codes does what block does, without the steps.
func (b *bitReader) codes(t *Table) bool {
	for k := 1; k <= last; {
		if k = b.one(t, k); k > last+1 {
			return false
		}
	}
	return true
}

// one takes a single code. It returns the number of the next coefficient, last+1 at
// the end of the block, and more if there is no such code.
func (b *bitReader) one(t *Table, k int) int {
	c, ok := b.symbol(t)
	run, size := c>>4, c&15
	switch {
	case !ok || size == 0 && run > 0 && run < 15:
		return last + 2
	case c == 0:
		return last + 1
	}
	b.take(size)
	return k + run + 1
}

// levels steps through the first progressive scan of DC coefficients (T.81, G.1.2.1).
type levels []*Table

func (levels) restart() {}

func (s levels) step(b *bitReader, _ int) bool {
	for _, t := range s {
		if !b.level(t) {
			return false
		}
	}
	return true
}

// levelBits steps through the later ones: one bit a block.
type levelBits int

func (levelBits) restart() {}

func (s levelBits) step(b *bitReader, _ int) bool {
	for range s {
		b.take(1)
	}
	return true
}

// band steps through the progressive scans of AC coefficients of one component.
type band struct {
	from, to int
	refines  bool
	ac       *Table
	blocks   coefficients
	run      int // blocks to come in which no coefficient begins
}

// coefficients tells, by block, which ones are not zero.
type coefficients [][]uint64

// pageBlocks is for how many blocks at once memory is set aside.
const pageBlocks = 4096

func (c coefficients) at(i int) *uint64 {
	p := &c[i/pageBlocks]
	if *p == nil {
		*p = make([]uint64, pageBlocks)
	}
	return &(*p)[i%pageBlocks]
}

func (s *band) restart() { s.run = 0 }

func (s *band) step(b *bitReader, i int) bool {
	if s.refines {
		return s.refine(b, s.blocks.at(i))
	}
	if s.run > 0 {
		s.run--
		return true
	}
	return s.first(b, s.blocks.at(i))
}

// first steps over a block of the first scan of a band (T.81, G.1.2.2).
func (s *band) first(b *bitReader, block *uint64) bool {
	for k := s.from; k <= s.to; k++ {
		c, ok := b.symbol(s.ac)
		if !ok {
			return false
		}
		run, size := c>>4, c&15
		if size == 0 && run < 15 {
			s.run = 1<<run - 1 + b.take(run)
			return true
		}
		if k += run; k > s.to {
			return false
		}
		b.take(size)
		if size > 0 {
			*block |= 1 << k
		}
	}
	return true
}

// refine steps over a block of a later scan (T.81, G.1.2.3), which has one more
// bit for each coefficient that is not zero.
func (s *band) refine(b *bitReader, block *uint64) bool {
	k := s.from
	for s.run == 0 && k <= s.to {
		c, ok := b.symbol(s.ac)
		if !ok {
			return false
		}
		run, size := c>>4, c&15
		if size > 1 {
			return false
		}
		if size == 0 && run < 15 {
			s.run = 1<<run + b.take(run)
			break
		}
		b.take(size)
		k = s.skip(b, *block, k, run)
		if size > 0 && k > s.to {
			return false
		}
		if size > 0 {
			*block |= 1 << k
		}
		k++
	}
	if s.run > 0 {
		s.run--
		b.drop(bits.OnesCount64(*block & s.after(k)))
	}
	return true
}

// skip steps over run coefficients that are zero, and all others up to the next
// one that is.
func (s *band) skip(b *bitReader, block uint64, k, run int) int {
	zeros := s.after(k) &^ block
	for ; run > 0; run-- {
		zeros &= zeros - 1
	}
	to := min(bits.TrailingZeros64(zeros), s.to+1)
	b.drop(bits.OnesCount64(block & s.after(k) &^ s.after(to)))
	return to
}

// after has a bit for each coefficient of the band from k on.
func (s *band) after(k int) uint64 {
	if k > s.to {
		return 0
	}
	return ^uint64(0) >> (last - s.to) &^ (1<<k - 1)
}
