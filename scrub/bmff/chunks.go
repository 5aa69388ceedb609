package bmff

import (
	"math"

	"untag/scrub/bmff/box"
)

// chunk is a run of samples of one track that lie end to end.
type chunk struct {
	off, len int64
	// most is what the chunk may take where the descriptions of constant-rate
	// sound disagree; len is the least. Otherwise they are the same.
	most    int64
	last    int64 // where the last sample lies
	sample  int64 // number of the first sample, from 0
	samples int64
}

// sample is one sample of a track, numbered from 0.
type sample struct{ no, off, len int64 }

// chunks reads the chunks of a track in the order of its tables.
type chunks struct {
	t       *tables
	chunk   int64 // next
	run     int64 // entry of stsc in force
	perRun  int64 // samples a chunk in that entry
	nextRun int64 // chunk at which the entry after it starts
	sample  int64 // next
	size    int64 // of the file
	bare    bool  // lengths aren't asked for
	probes  []sample
	short   bool // a chunk got fewer samples than its run says
}

func newChunks(t *tables, size, ahead int64) *chunks {
	// Each reader has its own blocks: several read the same tables at once.
	own := *t
	for _, c := range []*box.Column{&own.chunkOff, &own.runs, &own.sizes} {
		*c = c.Fresh(ahead)
	}
	return &chunks{t: &own, run: -1, size: size}
}

// next returns the next chunk, and false after the last one.
func (c *chunks) next() (chunk, bool, error) {
	if c.chunk >= c.t.chunkOff.N {
		return chunk{}, false, nil
	}
	if err := c.enterRun(); err != nil {
		return chunk{}, false, err
	}
	off, err := c.t.chunkOff.Number(c.chunk)
	if err != nil {
		return chunk{}, false, err
	}
	out := chunk{off: off, sample: c.sample, samples: min(c.perRun, c.t.samples-c.sample)}
	c.short = c.short || out.samples < c.perRun || out.samples == 0
	c.chunk++
	c.sample += out.samples
	if !c.bare {
		out.len, out.most, out.last, err = c.lengths(out)
	}
	return out, true, err
}

// enterRun moves on to the entry of stsc that holds for the next chunk.
func (c *chunks) enterRun() error {
	for c.chunk >= c.nextRun && c.run+1 < c.t.runs.N {
		c.run++
		row, err := c.t.runs.Row(c.run)
		if err != nil {
			return err
		}
		c.perRun, c.nextRun = int64(box.Uint32(row[4:])), math.MaxInt64
		if c.run+1 < c.t.runs.N {
			if row, err = c.t.runs.Row(c.run + 1); err != nil {
				return err
			}
			c.nextRun = int64(box.Uint32(row)) - 1 // chunks count from 1
		}
	}
	return nil
}

// lengths adds up the sizes of a chunk's samples, at most a little more than
// the file holds.
func (c *chunks) lengths(k chunk) (least, most, last int64, err error) {
	limit := c.size + 1
	if c.t.constant != 0 {
		least = times(k.samples, int64(c.t.constant), limit)
		most = least
		if q := c.t.perPacket; q.frames > 0 {
			packets := (k.samples + q.frames - 1) / q.frames
			alternative := times(packets, q.bytes, limit)
			least, most = min(least, alternative), max(most, alternative)
		}
		c.probeConstant(k)
		return least, most, k.off, nil
	}
	for i := k.sample; i < k.sample+k.samples; i++ {
		n, err := c.t.sizes.Number(i)
		if err != nil {
			return 0, 0, 0, err
		}
		last = k.off + least
		if probes(i, c.t.samples) && n <= limit {
			c.probes = append(c.probes, sample{i, k.off + least, n})
		}
		least = min(least+n, limit)
	}
	return least, least, last, nil
}

// probeConstant notes the samples to look at in a chunk whose samples are all
// of one size.
func (c *chunks) probeConstant(k chunk) {
	size, last := int64(c.t.constant), c.t.samples-1
	for i := k.sample; i < min(k.sample+k.samples, 3); i++ {
		c.probes = append(c.probes, sample{i, k.off + (i-k.sample)*size, size})
	}
	if last >= 3 && last >= k.sample && last < k.sample+k.samples {
		c.probes = append(c.probes, sample{last, k.off + times(last-k.sample, size, c.size), size})
	}
}

// probes tells whether sample i of n is looked at in any case: the first ones
// and the last.
func probes(i, n int64) bool { return i < 3 || i == n-1 }

// times multiplies two numbers from the file, both not negative, up to limit.
func times(a, b, limit int64) int64 {
	if a != 0 && b > limit/a {
		return limit
	}
	return a * b
}

// left tells what speaks against the tables once all chunks have been read.
func (c *chunks) left() string {
	switch {
	case c.sample < c.t.samples:
		return "a track has samples that no chunk holds"
	case c.short:
		return "a track has chunks without samples"
	}
	return ""
}
