package bmff

import (
	"bytes"
	"math"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
)

// coverTrack is called for each track; the chunks of all tracks of a movie are
// merged once, when the first of them is claimed.
func (p *parser) coverTrack(m *movie, t *track) error {
	if t != m.tracks[0] {
		return nil
	}
	return p.coverMovie(m)
}

// cursor is a track's place in the merge.
type cursor struct {
	t    *track
	c    *samples.Chunks
	head samples.Chunk
	ok   bool

	covered, gaps int64 // bytes in chunks, and from their ends to the next of any track
}

func (u *cursor) advance() (err error) {
	u.head, u.ok, err = u.c.Next()
	return err
}

// coverMovie adds the chunks of all tracks to the coverage, in the order of
// their offsets as far as each track keeps to it, so that neighbours join.
func (p *parser) coverMovie(m *movie) error {
	var heads []*cursor
	for _, t := range m.tracks {
		u := &cursor{t: t, c: samples.NewChunks(&t.Tables, p.Size(), box.AheadOf(len(m.tracks)))}
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
		k := u.head
		if k.Most > k.Len {
			most := min(k.Most, following-k.Off, max(0, p.mdatEnd(k.Off)-k.Off))
			n, err := p.withoutZeros(k.Off, k.Len, most)
			if err != nil {
				return err
			}
			if n == most && k.Len < most && most < k.Most {
				p.Distrust("sound has another length than its descriptions allow")
			}
			k.Len = n
		}
		if err := p.coverChunk(u.t, k); err != nil {
			return err
		}
		if err := u.advance(); err != nil {
			return err
		}
		next := min(following, p.mdatEnd(k.Off))
		if u.ok {
			next = min(next, u.head.Off)
		}
		if err := p.account(u, k, next); err != nil {
			return err
		}
	}
	for _, u := range heads {
		u.t.probes = u.c.Probes
		p.asked = p.asked || !u.t.goes && u.t.Tables.Count > 0
		if u.t.goes {
			continue // what is left of its samples is in bytes that no other track covers
		}
		why, err := u.t.Tables.Complete()
		if err != nil {
			return err
		}
		if u.t.Encrypted {
			if err := u.t.Tables.Encryption(p.Walk, p.coverEncryption); err != nil {
				return err
			}
		}
		if u.gaps > u.covered {
			p.Distrust("more bytes lie behind the samples of a track than in them")
		}
		for _, why := range []string{why, u.c.Left()} {
			if why != "" {
				p.Distrust(why)
			}
		}
	}
	return p.probeMovie(m)
}

// withoutZeros returns up to where the bytes at off hold data, from least to most.
// A sample that was destroyed behind a chunk must not become part of it.
func (p *parser) withoutZeros(off, least, most int64) (int64, error) {
	for most > least {
		n := min(most-least, box.ColumnBlock)
		b, err := p.Bytes(off+most-n, int(n))
		if err != nil {
			return 0, err
		}
		if data := int64(len(bytes.TrimRight(b, "\x00"))); data > 0 {
			return most - n + data, nil
		}
		most -= n
	}
	return least, nil
}

// account adds a chunk to what its track covers, and what follows it up to next
// to the gaps. A size of all samples that is too small shows in gaps behind the
// chunks; those that are filled with zeros are what an earlier run made.
func (p *parser) account(u *cursor, k samples.Chunk, next int64) error {
	u.covered = min(u.covered+k.Len, p.Size())
	end := k.Off + k.Len
	if u.t.Tables.Constant == 0 || k.Len == 0 || end < k.Off || next <= end || next > p.Size() {
		return nil
	}
	empty, err := p.Constant(end, min(next-end, 64), 0)
	if err == nil && !empty {
		u.gaps = min(u.gaps+next-end, p.Size())
	}
	return err
}

// mdatEnd returns where the media data ends that holds off, or off.
func (p *parser) mdatEnd(off int64) int64 {
	i, _ := slices.BinarySearchFunc(p.mdats, off, func(m scrub.Range, off int64) int {
		if m.End() <= off {
			return -1
		}
		return 1
	})
	if i < len(p.mdats) && p.mdats[i].Off <= off {
		return p.mdats[i].End()
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
func (p *parser) coverChunk(t *track, k samples.Chunk) error {
	if k.Samples == 0 {
		return nil
	}
	return p.coverRun(t, k.Off, k.Len, k.Last)
}

// coverRun adds n bytes of samples of a track, the last of which lies at last.
func (p *parser) coverRun(t *track, off, n, last int64) error {
	if n == 0 {
		if p.hollow == nil {
			p.hollow = map[int64]bool{}
		}
		if len(p.hollow) < maxMdats {
			p.hollow[off] = true
		}
		return nil
	}
	p.asked = p.asked || !t.goes
	if left := p.Left(off); n > left {
		if !t.goes {
			p.Distrust("samples lie beyond the end of the file")
		}
		n = left
	}
	if end := p.mdatEnd(off); p.Careful && end > off {
		n = min(n, end-off) // a size that is wrong protects no tags
	}
	r := region{Off: off, Len: n, Stays: !t.goes, Owner: t, Last: last}
	if t.goes {
		r.Place = "mdat/" + t.samplesName()
	}
	return p.cover.Add(r)
}

// coverEncryption adds data of sample encryption to the coverage.
func (p *parser) coverEncryption(off, n int64) error {
	t := &track{}
	t.Encrypted = true
	return p.coverRun(t, off, n, off)
}

func (t *track) samplesName() string {
	if len(t.Formats) > 0 {
		return box.TypeName(t.Formats[0])
	}
	return "samples"
}
