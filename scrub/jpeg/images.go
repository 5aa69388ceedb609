package jpeg

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/xmp"
)

// related is a picture that belongs to the first one and stays: its gain map,
// or another view of a stereo or panorama set.
type related struct {
	off, end int64
	entry    int // number in the MPF index; 0 if it is not listed
	gainMap  bool
}

// images finds out which of the pictures behind the first one stay, and has
// them cleaned. Previews and originals go with the tail.
func (c *cleaner) images() error {
	if c.pic.damage != "" || c.frame {
		return nil
	}
	c.readIndex()
	if c.strange != "" { // what follows stays as it is, and what announces it too
		c.lacks = c.tellsOfMap() && !c.Goes(scrub.Render, scrub.GainMap)
		return nil
	}
	for i, e := range c.index.entries {
		if i == 0 {
			continue
		}
		if err := c.consider(e.off, i, c.index.isView(i)); err != nil {
			return err
		}
	}
	if c.gainMap == nil && c.announced() {
		if err := c.search(); err != nil {
			return err
		}
	}
	c.missing()
	if c.tailStays {
		c.stuck()
		return nil
	}
	if c.cramped() {
		c.lacks, c.tailStays = true, true
		c.stuck()
		c.Doubt("the index has no room for the pictures that belong to this one")
		return nil
	}
	c.reportDropped()
	return c.motion()
}

// motion has the clip of a motion photo cleaned that follows the pictures, if the policy keeps it.
func (c *cleaner) motion() error {
	at := c.pic.end
	if n := len(c.kept); n > 0 {
		at = c.kept[n-1].end
	}
	if c.Nested() || c.Goes(scrub.Identify, scrub.Motion) || c.Left(at) < 8 {
		return nil
	}
	b, err := c.Bytes(at, 8)
	if err != nil || string(b[4:]) != "ftyp" {
		return err
	}
	clip := scrub.Extents{{Off: at, Len: c.Size() - at}}
	if err := c.Medium(clip, "motion"); scrub.Refusal(err) {
		c.Doubt("the clip of a motion photo can't be looked into")
		c.Claim(at, clip.Size(), scrub.Identify, "motion")
	} else if err != nil {
		return err
	}
	c.Found(scrub.Finding{Kind: scrub.Motion, Place: "motion", Off: at, Len: c.Size() - at})
	c.moving = at
	return nil
}

// stuck tells of pictures that would go if the tail did.
func (c *cleaner) stuck() {
	for _, f := range c.unwanted {
		c.Stuck(f)
	}
}

// reportDropped tells of listed pictures that go with the tail.
func (c *cleaner) reportDropped() {
	for _, f := range c.unwanted {
		c.Found(f)
	}
	for i, e := range c.index.entries {
		if i > 0 && !c.keeps(i) && e.size > 0 && e.off >= c.pic.end && e.off < c.Size() {
			c.Gone(scrub.Finding{Kind: scrub.Thumbnail, Place: fmt.Sprintf("MPF/image %d", i+1), Off: e.off, Len: int64(e.size),
				Value: fmt.Sprintf("type %06x, %d bytes", e.attribute&typeMask, e.size)})
		}
	}
}

// hasMap tells whether the picture has a gain map, or says so in a file that is
// damaged: then what announces it stays, and the file is not called whole.
func (c *cleaner) hasMap() bool { return c.gainMap != nil || c.lacks }

// missing doubts a file in which a gain map or a view should follow and none
// that is whole does. If something else stands in its place, that stays: it may
// be what is left of it. A preview is no loss.
func (c *cleaner) missing() {
	for i, e := range c.index.entries {
		if i > 0 && !c.keeps(i) && c.wanted(i) {
			c.lacks = true
			c.tailStays = c.tailStays || e.off < c.Size()
		}
	}
	tells := c.gainMap == nil && c.promisesMap() && !c.Goes(scrub.Render, scrub.GainMap)
	if index := len(c.groups[famMPF]) > 0 && len(c.index.entries) == 0 && c.gainMap == nil; index || tells {
		begins := c.begins(c.pic.end)
		c.lacks = c.lacks || tells && (index || begins)
		c.tailStays = c.tailStays || begins || index && tells
	}
	if c.garbled && c.gainMap == nil && !c.Goes(scrub.Render, scrub.GainMap) {
		c.lacks, c.tailStays = true, true
	}
	if c.lacks || c.tailStays {
		c.Doubt("a picture that belongs to this one is not where the index leads")
	}

}

// wanted tells whether entry i of the index is one that would stay.
func (c *cleaner) wanted(i int) bool {
	if c.index.isView(i) {
		return !c.Goes(scrub.Render, scrub.Thumbnail)
	}
	return !c.index.entries[i].other && c.index.mayBeMap(i) && c.gainMap == nil && c.tellsOfMap() && !c.Goes(scrub.Render, scrub.GainMap)
}

func (c *cleaner) keeps(entry int) bool {
	return slices.ContainsFunc(c.kept, func(r related) bool { return r.entry == entry })
}

// tellsOfMap tells whether the picture says that it has a gain map.
func (c *cleaner) tellsOfMap() bool {
	return c.promisesMap() || c.meta != nil && len(c.meta.block.AppleHDR) > 0
}

// promisesMap is tellsOfMap by what is written with a gain map only. Apple's
// numbers are in photos without one, too.
func (c *cleaner) promisesMap() bool {
	return len(c.groups[famISO]) > 0 || xmp.Reduce(c.packet, xmp.Keep{GainMap: true}).HasGainMap()
}

// announced tells whether a gain map may follow: the picture says so, or it has
// an index, which may have led to one before a run was interrupted, and will.
func (c *cleaner) announced() bool { return c.tellsOfMap() || c.indexHolds(len(c.kept)+2) }

// maxSearch bounds the pictures that are looked at behind the first one.
const maxSearch = 16

// search looks for a gain map that no index leads to, as after programs that
// write segments without correcting offsets.
func (c *cleaner) search() error {
	at := c.pic.end
	for range maxSearch {
		off := c.nextPicture(at)
		if off < 0 {
			return nil
		}
		if err := c.consider(off, 0, false); err != nil || c.gainMap != nil {
			return err
		}
		at = off + 3
		if pic, err := c.walk(off); err == nil && pic.damage == "" {
			at = pic.end
		}
	}
	return nil
}

// nextPicture finds FF D8 FF from off on; -1 if there is none.
func (c *cleaner) nextPicture(off int64) int64 { return c.find(off, "\xFF\xD8\xFF") }

// find returns where the first of the given bytes stand from off on; -1 if they
// don't.
func (c *cleaner) find(off int64, what string) int64 {
	for c.Left(off) >= int64(len(what)) {
		b := c.Get(off, int(min(c.Left(off), 64<<10)))
		if i := bytes.Index(b, []byte(what)); i >= 0 {
			return off + int64(i)
		}
		off += int64(len(b) - len(what) + 1)
	}
	return -1
}

// consider has the picture at off cleaned and kept if it is the gain map, or a
// view that stays. What is listed as something else is left to the tail.
func (c *cleaner) consider(off int64, entry int, view bool) error {
	if off < c.pic.end {
		return nil
	}
	if !c.begins(off) {
		return nil
	}
	pic, err := c.walk(off)
	if err != nil || pic.damage != "" && !pic.missing || !pic.shown() {
		return ignoreRefusal(err)
	}
	if pic.missing {
		pic.end = c.Size()
	}
	if c.overlaps(off, pic.end) {
		return nil
	}
	is, err := c.auxiliary(pic)
	if err != nil {
		return err
	}
	if isMap := is == gainMapPicture && c.gainMap == nil; isMap || view {
		return c.keep(related{off, pic.end, entry, isMap})
	}
	c.garbled = c.garbled || is == garbledMap && (entry == 0 || c.index.mayBeMap(entry))
	if entry > 0 {
		c.index.entries[entry].other = is == otherPicture
	}
	return nil
}

func (c *cleaner) overlaps(off, end int64) bool {
	return slices.ContainsFunc(c.kept, func(r related) bool { return off < r.end && end > r.off })
}

// auxiliary is what a picture beside another says that it is.
type auxiliary int

const (
	anyPicture auxiliary = iota
	gainMapPicture
	garbledMap   // it has words of a gain map, and does not say that it is one
	otherPicture // such as a map of depths
)

var (
	mapWords   = pattern.New(`(?i)hdrgm:|hdrgainmap`)
	otherNames = pattern.New(`(?i)AuxiliaryImageType(>|="|=')[^<"']{0,80}(depth|disparity|matte)`) // as ImageIO writes them
)

// auxiliary tells what a picture says that it is.
func (c *cleaner) auxiliary(pic *picture) (is auxiliary, err error) {
	for _, g := range pic.segments {
		if g.code != 0xE1 && g.code != 0xE2 {
			continue
		}
		head, err := c.head(g, longestID)
		if err != nil {
			return is, err
		}
		switch familyOf(g.code, head).place {
		case famISO:
			if n, err := c.isoLength(g); err != nil || n > isoVersionOnly {
				return gainMapPicture, err
			}
		case famExif:
		default:
			b := c.Get(g.body(), int(g.n))
			switch {
			case bytes.HasPrefix(b, []byte(xmpName)) && xmp.Reduce(b[xmpHeader:], xmp.Keep{Map: true}).IsGainMap():
				return gainMapPicture, nil
			case is == anyPicture && otherNames().Match(b):
				is = otherPicture
			case is == anyPicture && mapWords().Match(b) && !xmp.Reduce(b, xmp.Keep{GainMap: true}).HasGainMap():
				is = garbledMap
			}
		}
	}
	return is, nil
}

// keep has a related picture cleaned, unless the policy is against it.
func (c *cleaner) keep(r related) error {
	f := scrub.Finding{Kind: scrub.Thumbnail, Role: scrub.Render, Place: "view", Off: r.off, Len: r.end - r.off}
	if r.gainMap {
		f.Kind, f.Place = scrub.GainMap, "gain map"
	}
	if c.Goes(f.Role, f.Kind) {
		c.unwanted = append(c.unwanted, f)
		return nil
	}
	err := c.MediumAs("jpeg", scrub.Extents{{Off: r.off, Len: r.end - r.off}}, f.Place)
	if err != nil {
		return ignoreRefusal(err)
	}
	c.Found(f)
	c.kept = append(c.kept, r)
	slices.SortFunc(c.kept, func(a, b related) int { return cmp.Compare(a.off, b.off) })
	if r.gainMap {
		c.gainMap = &r
	}
	return nil
}

// ignoreRefusal leaves errors of reading.
func ignoreRefusal(err error) error {
	if scrub.Refusal(err) {
		return nil
	}
	return err
}
