package bmff

import (
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/header"
	"untag/scrub/bmff/media"
	"untag/scrub/bmff/samples"
)

// run is a track fragment and its track.
type run struct {
	samples.TrackFragment
	t      *track // nil where the movie box is missing or doesn't know the track
	headed bool   // its tfhd was claimed, of which there is one
	timed  bool   // and its tfdt
}

// sampled is what is known of the samples.
func (r *run) sampled() *media.Samples {
	if r.t == nil {
		return &media.Samples{}
	}
	return &r.t.Samples
}

func (r *run) goes() bool { return r.t != nil && r.t.Goes }

// fragmentUUIDs stay: sample encryption of PIFF, where there is encryption, and the
// absolute times by which Smooth Streaming finds its fragments, with the most
// bytes that those take.
var fragmentUUIDs = map[string]int64{
	"\xa2\x39\x4f\x52\x5a\x9b\x4f\x14\xa2\x44\x6c\x42\x7c\x64\x8d\xf4": 0,
	"\x6d\x1d\x9b\x05\x42\xd5\x44\xe6\x80\xe2\x14\x1d\xaf\xf7\x57\xb2": 16 + 20,
	"\xd4\x80\x7e\xf2\xca\x39\x46\x95\x8e\x54\x26\xcb\x9e\x46\xa7\x9f": 16 + 5 + 16*255,
}

// fragment claims a moof box and notes its samples. All of its structure has
// one place, so that a day of fragments stays a short map.
func (p *parser) fragment(b box.Box) error {
	const place = "moof"
	p.fragments++
	f := samples.NewFragment(b.Off)
	return p.Inside(b, place, func(c box.Box) error {
		switch c.Type {
		case "mfhd":
			return header.Claim(p.Walk, c, place)
		case "traf":
			return p.trackFragment(f, c, place)
		case "pssh":
			return p.fragmentProtection(c, place)
		case "free":
			return p.Filler(c, place)
		case vacant:
			return p.vacantFragment(f, c, place)
		default:
			return p.tags.Unknown(c, place+"/"+c.Name())
		}
	})
}

// vacant is the type that track fragments get on their way to free: of free space,
// and another one than all else gets, so that an interrupted run is known by it.
const vacant = "skip"

// vacantFragment claims free space. What was a track fragment tells of its
// track, and is blanked after that has gone.
func (p *parser) vacantFragment(f *samples.Fragment, b box.Box, place string) error {
	vacated, err := p.vacated(b)
	if err != nil {
		return err
	}
	if !vacated {
		return p.Filler(b, place)
	}
	was, distrusts := *f, p.Distrusts // the samples may not have gone yet
	if r, err := p.readFragmentHeader(&was, b); err == nil && r.goes() {
		if err := p.readRuns(&was, r, b); err != nil && !box.Damaged(err) {
			return err
		}
	}
	p.Distrusts = distrusts
	p.Claim(b.Off, b.Len, scrub.Identify, place)
	if p.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: b.Body(), Len: b.Size()}) {
		p.Retire(b, scrub.Repair, scrub.Repair)
	}
	return nil
}

// vacated tells whether a vacant box still holds its track fragment.
func (p *parser) vacated(b box.Box) (ok bool, err error) {
	_, err = p.Children(b.Body(), b.End(), func(c box.Box) error {
		ok = ok || c.Type == "tfhd" && c.Size() >= 8
		return nil
	})
	return ok, box.IgnoreDamage(err)
}

// trackFragment claims traf.
func (p *parser) trackFragment(f *samples.Fragment, b box.Box, place string) error {
	next := f.Next
	r, err := p.readFragmentHeader(f, b)
	if err != nil {
		return err
	}
	if err := p.readRuns(f, r, b); err != nil {
		return err
	}
	if r.Runs == 0 && !r.Empty {
		p.Insist("a fragment of a track has no run of samples")
	}
	f.NextGoes = r.goes() && (f.NextGoes || f.Next != next)
	if r.goes() {
		// Before the track itself: a fragment of no known track would be doubted.
		p.Claim(b.Off, b.Len, scrub.Identify, place+"/traf")
		p.Put(scrub.Unlink, b.Off+4, []byte(vacant))
		p.Retire(b, scrub.Repair, scrub.Repair)
		return nil
	}
	if r.t != nil {
		r.Groups.Outer = &r.t.groups
	}
	if err := r.Groups.Read(p.Walk, b, r.Count); err != nil {
		return err
	}
	return p.Inside(b, place, func(c box.Box) error { return p.fragmentBox(r, c, place) })
}

// readRuns notes the samples of a track fragment.
func (p *parser) readRuns(f *samples.Fragment, r *run, b box.Box) error {
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		switch c.Type {
		case "trun":
			return p.coverFragment(f, r, c)
		case "saio":
			if r.t == nil || r.t.Encrypted {
				off, n, err := r.Encryption(p.Walk, b, c)
				if err != nil || n == 0 {
					return err
				}
				return p.media.CoverEncryption(off, n)
			}
		}
		return nil
	})
	return err
}

func (p *parser) fragmentBox(r *run, b box.Box, place string) error {
	switch {
	case b.Type == "tfdt" && !r.timed:
		r.timed = true
		return p.moment(r, b, place)
	case b.Type == "tfhd" && !r.headed:
		r.headed = true
		return samples.ClaimFragmentHeader(p.Walk, b, place)
	case b.Type == "trun":
		return samples.ClaimRun(p.Walk, b, place)
	case b.Type == "sdtp":
		return samples.ClaimDependencies(p.Walk, b, r.Count, place)
	case b.Type == "free" || b.Type == "skip":
		return p.Filler(b, place)
	case b.Type == "uuid" && b.Size() >= 16:
		if n, ok := fragmentUUIDs[string(p.Get(b.Body(), 16))]; ok && (n > 0 || r.t == nil || r.t.Encrypted) {
			return p.fragmentUUID(b, n, place)
		}
		return p.tags.UUID(b, place+"/traf/uuid")
	default:
		return r.t.sampleKind().Property(p.Walk, &r.Groups, b, place+"/traf/"+b.Name())
	}
}

// fragmentProtection is protection for a moof box.
func (p *parser) fragmentProtection(b box.Box, place string) error {
	if len(p.movies) > 0 {
		return p.protection(p.movies[0], b, place)
	}
	return header.Claim(p.Walk, b, place)
}

// fragmentUUID claims a user type that stays; those of Smooth Streaming have n
// bytes at the most.
func (p *parser) fragmentUUID(b box.Box, n int64, place string) error {
	if n == 0 || b.Size() <= n {
		p.Keep(b, place)
		return nil
	}
	p.Claim(b.Off, b.Head+n, scrub.Structure, place)
	return p.Slack(b, b.Body()+n, place)
}

// readFragmentHeader reads what a traf box says of its samples.
func (p *parser) readFragmentHeader(f *samples.Fragment, b box.Box) (*run, error) {
	r := &run{}
	err := r.Read(p.Walk, f, b, func(id uint32) (samples.Defaults, bool) {
		if len(p.movies) == 0 {
			return samples.Defaults{}, false
		}
		if r.t = p.movies[0].track(id); r.t == nil {
			p.Distrust("a fragment belongs to a track that the movie box does not know")
		}
		return p.movies[0].trex[id], r.goes()
	})
	return r, err
}

// coverFragment notes the samples of one trun.
func (p *parser) coverFragment(f *samples.Fragment, r *run, b box.Box) error {
	x, ok, err := r.Run(p.Walk, f, b)
	if err != nil {
		return err
	}
	r.Count += x.Count
	r.Runs++
	var whole bool
	if !ok {
		if _, whole, err = x.Each(p.Walk, nil); err == nil && !whole && !r.goes() { // samples without bytes lie nowhere
			p.Insist("samples lie beyond the end of the file")
		}
		return err
	}
	if f.Next, whole, err = x.Each(p.Walk, p.media.Looker(r.sampled(), x.Count)); err != nil {
		return err
	}
	if !whole && !r.goes() {
		p.Distrust("samples lie beyond the end of the file")
	}
	return p.media.CoverRun(r.sampled(), x.Off, f.Next-x.Off, x.Last)
}

// readFragmentTexts reads what the texts of a moof box say, before anything is
// claimed: what a track is has to be known by then.
func (p *parser) readFragmentTexts(b box.Box) error {
	if len(p.movies) == 0 || !slices.ContainsFunc(p.movies[0].tracks, func(t *track) bool { return t.heard != nil }) {
		return nil
	}
	distrusts := p.Distrusts
	defer func() { p.Distrusts = distrusts }()
	f := samples.NewFragment(b.Off)
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type != "traf" {
			return nil
		}
		r, err := p.readFragmentHeader(f, c)
		if err != nil {
			return err
		}
		_, err = p.Children(c.Body(), c.End(), func(c box.Box) error {
			switch c.Type {
			case "tfdt":
				return p.readDecodeTime(r, c)
			case "trun":
				return p.readRunText(f, r, c)
			}
			return nil
		})
		return err
	})
	return err
}

// readDecodeTime reads when the samples of a fragment begin (8.8.12).
func (p *parser) readDecodeTime(r *run, b box.Box) error {
	h := p.Get(b.Body(), int(min(b.Size(), 12)))
	switch {
	case r.t == nil:
	case len(h) == 12 && h[0] == 1:
		r.t.decoded = int64(box.Uint64(h[4:]) >> 1 << 1 >> 1)
	case len(h) >= 8:
		r.t.decoded = int64(box.Uint32(h[4:]))
	}
	return nil
}

func (p *parser) readRunText(f *samples.Fragment, r *run, b box.Box) error {
	x, ok, err := r.Run(p.Walk, f, b)
	if err != nil || !ok {
		return err
	}
	var visit func(samples.Sample) error
	if t := r.t; t != nil && t.heard != nil {
		visit = func(s samples.Sample) error {
			long, err := x.Lasts(s.No)
			if err != nil {
				return err
			}
			start := t.decoded
			t.decoded += long
			s.No = t.heard.Next // fragments follow each other
			return t.heard.Hear(p.Walk, s, start, t.decoded)
		}
	}
	f.Next, _, err = x.Each(p.Walk, visit)
	return err
}
