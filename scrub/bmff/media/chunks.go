package media

import (
	"bytes"
	"math"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
)

// cursor is a track's place in the merge.
type cursor struct {
	t    *Samples
	c    *samples.Chunks
	head samples.Chunk
	ok   bool

	covered, gaps int64 // bytes in chunks, and from their ends to the next of any track
}

func (u *cursor) advance() (err error) {
	u.head, u.ok, err = u.c.Next()
	return err
}

// CoverMovie adds the chunks of all tracks to the coverage, in the order of
// their offsets as far as each track keeps to it, so that neighbours join.
func (d *Data) CoverMovie(tracks []*Samples) error {
	var heads []*cursor
	for _, t := range tracks {
		u := &cursor{t: t, c: samples.NewChunks(&t.Tables, d.Size(), box.AheadOf(len(tracks)))}
		if err := u.advance(); err != nil {
			return err
		}
		heads = append(heads, u)
	}
	for {
		u, following := lowest(heads)
		if u == nil {
			break
		}
		if err := d.coverNext(u, following); err != nil {
			return err
		}
	}
	for _, u := range heads {
		if err := d.finish(u); err != nil {
			return err
		}
	}
	return d.probe(tracks)
}

// coverNext adds the next chunk of a track, which the one of another track follows.
func (d *Data) coverNext(u *cursor, following int64) error {
	k := u.head
	if k.Most > k.Len {
		most := min(k.Most, following-k.Off, max(0, d.mdatEnd(k.Off)-k.Off))
		n := d.withoutZeros(k.Off, k.Len, most)
		if n == most && k.Len < most && most < k.Most {
			d.Distrust("sound has another length than its descriptions allow")
		}
		k.Len = n
	}
	if err := d.coverChunk(u.t, k); err != nil {
		return err
	}
	if err := u.advance(); err != nil {
		return err
	}
	next := min(following, d.mdatEnd(k.Off))
	if u.ok {
		next = min(next, u.head.Off)
	}
	return d.account(u, k, next)
}

// finish notes what speaks against the tables of a track once all of its chunks were read.
func (d *Data) finish(u *cursor) error {
	u.t.probes = u.c.Probes
	d.Asked = d.Asked || !u.t.Goes && u.t.Tables.Count > 0
	if u.t.Goes {
		return nil // what is left of its samples is in bytes that no other track covers
	}
	why, err := u.t.Tables.Complete()
	if err != nil {
		return err
	}
	if u.t.Encrypted {
		if err := u.t.Tables.Encryption(d.Walk, d.CoverEncryption); err != nil {
			return err
		}
	}
	if u.gaps > u.covered {
		d.Distrust("more bytes lie behind the samples of a track than in them")
	}
	for _, why := range []string{why, u.c.Left()} {
		if why != "" {
			d.Distrust(why)
		}
	}
	return nil
}

// withoutZeros returns up to where the bytes at off hold data, from least to most.
// A sample that was destroyed behind a chunk must not become part of it.
func (d *Data) withoutZeros(off, least, most int64) int64 {
	for most > least {
		n := min(most-least, box.ColumnBlock)
		if data := int64(len(bytes.TrimRight(d.Get(off+most-n, int(n)), "\x00"))); data > 0 {
			return most - n + data
		}
		most -= n
	}
	return least
}

// account adds a chunk to what its track covers, and what follows it up to next
// to the gaps. A size of all samples that is too small shows in gaps behind the
// chunks; those that are filled with zeros are what an earlier run made.
func (d *Data) account(u *cursor, k samples.Chunk, next int64) error {
	u.covered = min(u.covered+k.Len, d.Size())
	end := k.Off + k.Len
	if u.t.Tables.Constant == 0 || k.Len == 0 || end < k.Off || next <= end || next > d.Size() {
		return nil
	}
	if !d.Zeros(end, min(next-end, 64)) {
		u.gaps = min(u.gaps+next-end, d.Size())
	}
	return nil
}

// mdatEnd returns where the media data ends that holds off, or off.
func (d *Data) mdatEnd(off int64) int64 {
	i, _ := slices.BinarySearchFunc(d.Bodies, off, func(m scrub.Range, off int64) int {
		if m.End() <= off {
			return -1
		}
		return 1
	})
	if i < len(d.Bodies) && d.Bodies[i].Off <= off {
		return d.Bodies[i].End()
	}
	return off
}

// lowest returns the cursor whose chunk comes first and where the next one
// after that starts.
func lowest(heads []*cursor) (first *cursor, following int64) {
	following = math.MaxInt64
	for _, u := range heads {
		switch {
		case !u.ok:
		case first == nil || u.head.Off < first.head.Off:
			if first != nil {
				following = min(following, first.head.Off)
			}
			first = u
		default:
			following = min(following, u.head.Off)
		}
	}
	return first, following
}

// coverChunk adds one chunk to the coverage.
func (d *Data) coverChunk(t *Samples, k samples.Chunk) error {
	if k.Samples == 0 {
		return nil
	}
	return d.CoverRun(t, k.Off, k.Len, k.Last)
}

// CoverRun adds n bytes of samples of a track, the last of which lies at last.
func (d *Data) CoverRun(t *Samples, off, n, last int64) error {
	if n == 0 {
		if d.hollow == nil {
			d.hollow = map[int64]bool{}
		}
		if len(d.hollow) < MaxBodies {
			d.hollow[off] = true
		}
		return nil
	}
	d.Asked = d.Asked || !t.Goes
	if left := d.Left(off); n > left {
		if !t.Goes {
			d.Distrust("samples lie beyond the end of the file")
		}
		n = left
	}
	if end := d.mdatEnd(off); d.Careful && end > off {
		n = min(n, end-off) // a size that is wrong protects no tags
	}
	r := region{Off: off, Len: n, Stays: !t.Goes, Owner: t, Last: last}
	if t.Goes {
		r.Place = "mdat/" + t.samplesName()
	}
	return d.cover.Add(r)
}

// CoverEncryption adds data of sample encryption to the coverage.
func (d *Data) CoverEncryption(off, n int64) error {
	t := &Samples{}
	t.Encrypted = true
	return d.CoverRun(t, off, n, off)
}

func (t *Samples) samplesName() string {
	if len(t.Formats) > 0 {
		return box.TypeName(t.Formats[0])
	}
	return "samples"
}

// CoverTag adds n bytes at off that go.
func (d *Data) CoverTag(off, n int64, place string) error {
	return d.cover.Add(region{Off: off, Len: n, Place: place})
}
