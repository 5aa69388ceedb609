package samples

import (
	"math"

	"untag/scrub/bmff/box"
)

// Chunk is a run of samples of one track that lie end to end.
type Chunk struct {
	Off, Len int64
	// most is what the chunk may take where the descriptions of constant-rate
	// sound disagree; len is the least. Otherwise they are the same.
	Most    int64
	Last    int64 // where the last sample lies
	sample  int64 // number of the first sample, from 0
	Samples int64
}

// Sample is one sample of a track, numbered from 0.
type Sample struct{ No, Off, Len int64 }

// Chunks reads the chunks of a track in the order of its tables.
type Chunks struct {
	t       *Tables
	chunk   int64 // next
	run     int64 // entry of stsc in force
	perRun  int64 // samples a chunk in that entry
	nextRun int64 // chunk at which the entry after it starts
	sample  int64 // next
	size    int64 // of the file
	bare    bool  // lengths aren't asked for
	Probes  []Sample
	short   bool // a chunk got fewer samples than its run says
}

// NewChunks returns the chunks of a track in a file of size bytes, which reads each table
// ahead bytes at once.
func NewChunks(t *Tables, size, ahead int64) *Chunks {
	// Each reader has its own blocks: several read the same tables at once.
	own := *t
	for _, c := range []*box.Column{&own.Offsets, &own.Runs, &own.sizes} {
		*c = c.Fresh(ahead)
	}
	return &Chunks{t: &own, run: -1, size: size}
}

// Next returns the next chunk, and false after the last one.
func (c *Chunks) Next() (Chunk, bool, error) {
	if c.chunk >= c.t.Offsets.N {
		return Chunk{}, false, nil
	}
	if err := c.enterRun(); err != nil {
		return Chunk{}, false, err
	}
	off, err := c.t.Offsets.Number(c.chunk)
	if err != nil {
		return Chunk{}, false, err
	}
	out := Chunk{Off: off, sample: c.sample, Samples: min(c.perRun, c.t.Count-c.sample)}
	c.short = c.short || out.Samples < c.perRun || out.Samples == 0
	c.chunk++
	c.sample += out.Samples
	if !c.bare {
		out.Len, out.Most, out.Last, err = c.lengths(out)
	}
	return out, true, err
}

// enterRun moves on to the entry of stsc that holds for the next chunk.
func (c *Chunks) enterRun() error {
	for c.chunk >= c.nextRun && c.run+1 < c.t.Runs.N {
		c.run++
		row, err := c.t.Runs.Row(c.run)
		if err != nil {
			return err
		}
		c.perRun, c.nextRun = int64(box.Uint32(row[4:])), math.MaxInt64
		if c.run+1 < c.t.Runs.N {
			if row, err = c.t.Runs.Row(c.run + 1); err != nil {
				return err
			}
			c.nextRun = int64(box.Uint32(row)) - 1 // chunks count from 1
		}
	}
	return nil
}

// lengths adds up the sizes of a chunk's samples, at most a little more than
// the file holds.
func (c *Chunks) lengths(k Chunk) (least, most, last int64, err error) {
	limit := c.size + 1
	if c.t.Constant != 0 {
		least = Times(k.Samples, int64(c.t.Constant), limit)
		most = least
		if q := c.t.PerPacket; q.Frames > 0 {
			packets := (k.Samples + q.Frames - 1) / q.Frames
			alternative := Times(packets, q.Bytes, limit)
			least, most = min(least, alternative), max(most, alternative)
		}
		c.probeConstant(k)
		return least, most, k.Off, nil
	}
	for i := k.sample; i < k.sample+k.Samples; i++ {
		n, err := c.t.sizes.Number(i)
		if err != nil {
			return 0, 0, 0, err
		}
		last = k.Off + least
		if Probed(i, c.t.Count) && n <= limit {
			c.Probes = append(c.Probes, Sample{i, k.Off + least, n})
		}
		least = min(least+n, limit)
	}
	return least, least, last, nil
}

// probeConstant notes the samples to look at in a chunk whose samples are all
// of one size.
func (c *Chunks) probeConstant(k Chunk) {
	size, last := int64(c.t.Constant), c.t.Count-1
	for i := k.sample; i < min(k.sample+k.Samples, 3); i++ {
		c.Probes = append(c.Probes, Sample{i, k.Off + (i-k.sample)*size, size})
	}
	if last >= 3 && last >= k.sample && last < k.sample+k.Samples {
		c.Probes = append(c.Probes, Sample{last, k.Off + Times(last-k.sample, size, c.size), size})
	}
}

// Probed tells whether sample i of n is looked at in any case: the first ones
// and the last.
func Probed(i, n int64) bool { return i < 3 || i == n-1 }

// Times multiplies two numbers from the file, both not negative, up to limit.
func Times(a, b, limit int64) int64 {
	if a != 0 && b > limit/a {
		return limit
	}
	return a * b
}

// Left tells what speaks against the tables once all chunks have been read.
func (c *Chunks) Left() string {
	switch {
	case c.sample < c.t.Count:
		return "a track has samples that no chunk holds"
	case c.short:
		return "a track has chunks without samples"
	}
	return ""
}

// maxTiny is how many samples are looked at beside one for each 16 bytes of the
// file: a table of a few bytes can announce a sample for every byte.
const maxTiny = 1 << 16

// Each visits the samples that lie in the file. visited counts those of all tracks.
func (t *Tables) Each(w *box.Walk, visited *int64, visit func(Sample) error) error {
	c := NewChunks(t, w.Size(), box.ColumnBlock)
	c.bare = true
	sizes := &c.t.sizes
	for {
		k, ok, err := c.Next()
		if err != nil || !ok {
			return err
		}
		off := k.Off
		for i := k.sample; i < k.sample+k.Samples; i++ {
			n := int64(t.Constant)
			if n == 0 {
				if n, err = sizes.Number(i); err != nil {
					return err
				}
			}
			if n > w.Left(off) {
				return nil // whoever covers the chunks says so
			}
			if *visited++; *visited > w.Size()/16+maxTiny {
				w.Doubt("more samples than can be looked at, for a film of this length")
				return nil
			}
			if err := visit(Sample{i, off, n}); err != nil {
				return err
			}
			off += n
		}
	}
}
