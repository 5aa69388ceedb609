// Package media claims the media data of films (ISO/IEC 14496-12, 8.1.1): which bytes are samples
// of tracks that stay or go, what hides inside of coded frames, and what becomes of bytes that no
// sample covers.
//
// Start with [Data.CoverMovie] and [Data.CoverRun], then [Data.Weigh] and [Data.ClaimBodies].
package media

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/entry"
	"untag/scrub/bmff/samples"
	"untag/scrub/cover"
)

// Samples is what is known of the samples of a track.
type Samples struct {
	entry.Track
	Goes    bool             // they go with their track
	Recurs  bool             // of text: those that hold positions go
	Damaged bool             // of text: some of them are none
	probes  []samples.Sample // the first and last ones, once they were covered
}

// region is a run of bytes that sample tables point at.
type region = cover.Region[*Samples]

// Data are the media data of a film, and what samples lie in them.
type Data struct {
	*box.Walk
	Bodies []scrub.Range // of mdat
	Open   bool          // the last of them has no length of its own and reaches to the end
	Asked  bool          // a table points at something
	// Proven tells whether all coded pictures among the items are whole, each in bytes of its own:
	// of one that is elsewhere, what it really is would be covered by nothing.
	Proven  func() (bool, error)
	Visited int64 // samples that were looked at one by one

	movies, fragments int // that there are
	cover             cover.Cover[*Samples]
	items             cover.Cover[*Samples] // of still pictures
	own               cover.Cover[*Samples] // items that who read them claimed
	stay, gone        []region              // of the cover
	hollow            map[int64]bool        // where samples without bytes lie
	payload           func(off, n int64)    // claims samples around what was claimed of them
	gaps              []scrub.Range         // that no sample covers, and that are no zeros
}

// MaxBodies is far above what a day of two-second fragments needs.
const MaxBodies = 1 << 16

// Weigh looks for what speaks against the tables of a film of so many movies and fragments as
// a whole.
func (d *Data) Weigh(movies, fragments int) error {
	d.movies, d.fragments = movies, fragments
	if err := d.settleItems(); err != nil {
		return err
	}
	d.stay, d.gone = d.cover.Split()
	d.Shield = func(off, n int64) bool {
		kept := cover.From(d.stay, off)
		return len(kept) > 0 && kept[0].Off < off+n
	}
	d.payload = d.cover.Around(d.Scan, "mdat")
	slices.SortFunc(d.Bodies, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	if d.cover.Shared() {
		d.Distrust("samples share bytes")
	}
	if cover.Meet(d.stay, d.gone) {
		d.Distrust("samples share bytes with those of a track that goes")
	}
	if d.outside() {
		d.Distrust("samples lie outside of the media data")
	}
	if d.Open && d.fragments > 0 {
		d.Distrust("media data without a length among fragments")
	}
	return d.lookForBoxes()
}

// Empty tells whether there are no media data.
func (d *Data) Empty() bool {
	return !slices.ContainsFunc(d.Bodies, func(m scrub.Range) bool { return m.Len > 0 })
}

// ClaimBodies claims the bodies of mdat, and samples that lie elsewhere.
func (d *Data) ClaimBodies() error {
	stay, gone := d.stay, d.gone
	for _, m := range d.Bodies {
		stay, gone = cover.From(stay, m.Off), cover.From(gone, m.Off)
		if err := cover.Sweep(m.Off, m.End(), stay, gone, d.claimRun); err != nil {
			return err
		}
	}
	if err := d.claimGaps(d.stay); err != nil {
		return err
	}
	return d.claimOutside()
}

// Uncovered visits what no sample covers. ok is false if samples share bytes or lie elsewhere.
func (d *Data) Uncovered(visit func(off, n int64)) (ok bool, err error) {
	if d.stay, _ = d.cover.Split(); d.cover.Shared() || d.outside() {
		return false, nil
	}
	for _, m := range d.Bodies {
		err = cmp.Or(err, cover.Sweep(m.Off, m.End(), d.stay, nil, func(off, n int64, stays, _ bool, _ string) error {
			if !stays {
				visit(off, n)
			}
			return nil
		}))
	}
	return true, err
}

// claimOutside protects samples that do not lie in mdat where they are.
func (d *Data) claimOutside() error {
	var bodies []region
	for _, m := range d.Bodies {
		bodies = append(bodies, region{Off: m.Off, Len: m.Len, Stays: true})
	}
	for _, r := range d.stay {
		err := cover.Sweep(r.Off, min(r.End(), d.Size()), bodies, nil, func(off, n int64, inside, _ bool, _ string) error {
			if !inside {
				d.Claim(off, n, scrub.Payload, "outside mdat")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// outside tells whether a region that stays does not lie in the body of one mdat.
func (d *Data) outside() bool {
	mdats := d.Bodies
	for _, r := range d.stay {
		for len(mdats) > 0 && mdats[0].End() <= r.Off {
			mdats = mdats[1:]
		}
		if len(mdats) == 0 || r.Off < mdats[0].Off || r.End() > mdats[0].End() {
			return true
		}
	}
	return false
}

// CutOpen makes what follows the last sample of an mdat without a length a tail:
// whatever was appended to such a file looks like media data. It returns where the film ends
// then, whose last box ends at end.
func (d *Data) CutOpen(end int64) (int64, error) {
	if !d.Open || len(d.Bodies) == 0 {
		return end, nil
	}
	m := &d.Bodies[len(d.Bodies)-1]
	last := m.Off
	for _, r := range d.cover.Regions() {
		last = max(last, min(r.End(), m.End()))
	}
	if !d.Zeros(last, m.End()-last) {
		m.Len, end = last-m.Off, last
	}
	return end, nil
}

// claimRun claims one run of bytes inside mdat.
func (d *Data) claimRun(off, n int64, stays, goes bool, place string) error {
	switch {
	case stays:
		d.payload(off, n)
	case goes:
		// Before the track itself is unlinked: after an interruption the tables
		// still tell the next run where its samples are.
		d.Claim(off, n, scrub.Identify, place)
		d.Fill(scrub.Unlink, off, n, 0)
	case len(d.Distrusts) > 0: // nobody knows what it is, and nobody touches it
		d.Claim(off, n, scrub.Identify, "mdat/unproven")
	default:
		return d.gap(off, n)
	}
	return nil
}
