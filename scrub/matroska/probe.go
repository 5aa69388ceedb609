package matroska

import (
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
)

const (
	firstFrames   = 3 // of each track, which are looked at in any case
	firstClusters = 3
)

// walked tells whether the blocks of a cluster are looked at.
func (f *film) walked(p chunk.Part) bool {
	return f.every || p.Off == f.last || slices.Contains(f.first, p.Off) || f.Deep()
}

// probe looks, where not all frames are looked at, into the first and the last ones of each
// track. Encoders write their settings into the first frame alone; where others hold
// something too, or the first one tells the time, all are looked at.
func (f *film) probe() error {
	for _, t := range f.tracks {
		f.every = f.every || t.goes || t.recurs
	}
	if f.Deep() || f.Careful || f.last < 0 {
		return nil
	}
	before, look := f.Point(), f.look
	f.look = codec.Look{S: f.Scan}
	f.now = &run{f, 0}
	streams := map[*track]codec.Stream{}
	for _, t := range f.tracks {
		streams[t] = t.stream
	}
	err := f.probeFirst()
	if err == nil {
		err = f.probeLast()
	}
	f.Reset(before)
	f.look = look
	for _, t := range f.tracks {
		t.stream, t.frames = streams[t], 0
		f.every = f.every || t.all
	}
	return err
}

func (f *film) probeFirst() error {
	for _, off := range f.first {
		err := f.probeCluster(off, func(b *block) error {
			if f.enough() {
				return errFound
			}
			frames, _, err := b.frames(f)
			for _, x := range frames {
				if b.track.frames < firstFrames && err == nil {
					err = f.probeFrame(b.track, x, b.track.frames)
				}
				b.track.frames++
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *film) probeLast() error {
	lasts := map[*track]*block{}
	err := f.probeCluster(f.last, func(b *block) error {
		lasts[b.track], b.track.last = b, b.part.Off
		return nil
	})
	for _, t := range f.tracks {
		if b := lasts[t]; b != nil && err == nil {
			var frames []scrub.Range
			if frames, _, err = b.frames(f); err == nil && len(frames) > 0 {
				err = f.probeFrame(t, frames[len(frames)-1], max(t.frames, firstFrames))
			}
		}
	}
	return err
}

func (f *film) probeCluster(off int64, visit func(*block) error) error {
	p, err := f.Read(f.Scan, off, f.segment.Tail())
	if err == nil {
		_, err = f.blocks(p, func(_ chunk.Part, b *block) error {
			if b == nil || b.track == nil || b.track.goes {
				return nil
			}
			return visit(b)
		})
	}
	if scrub.Refusal(err) || err == errFound {
		return nil // of refusals claims tell
	}
	return err
}

// enough tells whether as many first frames of each track were seen as are looked at.
func (f *film) enough() bool {
	few := func(t *track) bool { return t.frames < firstFrames && !t.isText() }
	return !f.every && !f.Deep() && !slices.ContainsFunc(f.tracks, few)
}

func (f *film) probeFrame(t *track, x scrub.Range, no int64) error {
	tells, err := f.frame(t, x, no)
	t.all = t.all || tells && (no > 0 || t.stream.Timed)
	return err
}

// surveyCluster notes a cluster.
func (f *film) surveyCluster(p chunk.Part) error {
	if f.clusters++; p.Size == 0 {
		return nil
	}
	if f.last < 0 {
		const years = 20 * 365 * 86400e9 // nanoseconds
		time, err := f.clusterTime(p)
		if err != nil && !scrub.Refusal(err) {
			return err
		}
		if float64(time)*float64(f.scale) > years {
			f.Doubt("the times of blocks count from a date, and tell when they were recorded")
		}
	}
	f.last = p.Off
	if len(f.first) < firstClusters && !slices.Contains(f.first, p.Off) {
		f.first = append(f.first, p.Off)
	}
	return nil
}
