package bmff

import (
	"fmt"
	mathbits "math/bits"
	"slices"

	"untag/scrub"
)

// mandatory are the boxes that a container has to hold (ISO/IEC 14496-12, 6.2.3).
// Where one is missing, it has lost its name, or another one has the wrong length.
var mandatory = map[string][]string{
	"moov": {"mvhd"}, "trak": {"tkhd", "mdia"}, "mdia": {"mdhd", "hdlr", "minf"}, "minf": {"stbl"}, "moof": {"mfhd"}, "traf": {"tfhd"},
}

// complete visits the boxes of a container and distrusts the tables if it lacks one.
func (p *parser) complete(b box, visit func(box) error) (rest int64, err error) {
	missing := slices.Clone(mandatory[b.typ])
	rest, err = p.children(b.body(), b.end(), func(c box) error {
		missing = slices.DeleteFunc(missing, func(typ string) bool { return typ == c.typ })
		return p.attempt(c, b.name()+"/"+c.name(), visit)
	})
	if len(missing) > 0 && err == nil {
		p.distrust(fmt.Sprintf("a box %q without %q", b.name(), missing[0]))
	}
	return rest, err
}

// structural boxes hold what a film needs. One in a place where it can't be tells
// of a wrong length before it.
var structural = []string{"moov", "trak", "mdia", "minf", "stbl", "moof", "traf", "mdat", "tkhd", "mdhd", "hdlr", "dinf", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "ctts", "stss",
	"tfhd", "trun", "tfdt", "mvhd", "mvex", "edts", "elst"}

// vital tells whether a box that nobody knows may be one that a film needs: by its
// name, by a name of which one bit is lost, by what it holds, or since nobody knows
// where it ends.
func (p *parser) vital(b box) (bool, error) {
	if b.cut || p.tags == 0 && !isBoxType([]byte(b.typ)) || slices.Contains(structural, b.typ) || nearly(b.typ, structural) || nearly(b.typ, configs) {
		return true, nil
	}
	off, err := p.firstData(b.body(), b.end())
	if err != nil {
		return false, err
	}
	types := siblings
	if b.typ == "meta" || b.typ == "udta" || p.torn(b, "meta") || p.torn(b, "udta") {
		types = slices.DeleteFunc(slices.Clone(types), func(typ string) bool { return typ == "hdlr" })
	}
	return p.swallows(off, b.end()-off, types)
}

// configs are boxes without which a decoder can't be set up.
var configs = []string{"avcC", "hvcC", "vvcC", "av1C", "vpcC", "esds", "dOps", "alac", "dac3", "dec3", "sinf", "wave"}

// nearly tells whether a name is one bit from one that is known.
func nearly(typ string, known []string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return distance(typ, k) == 1 })
}

// distance is how many bits two types differ in.
func distance(a, b string) (n int) {
	if len(a) != len(b) {
		return len(a) + len(b)
	}
	for i := range a {
		n += mathbits.OnesCount8(a[i] ^ b[i])
	}
	return n
}

// firstData returns a little less than where the first byte is that isn't zero, in
// [off, end): a box that was swallowed follows what the one before it held.
func (p *parser) firstData(off, end int64) (int64, error) {
	const header = 8
	for at := off; at < end; {
		b, err := p.s.Bytes(at, int(min(end-at, maxSlack)))
		if err != nil {
			return 0, err
		}
		if i := slices.IndexFunc(b, func(c byte) bool { return c != 0 }); i >= 0 {
			return max(off, at+int64(i)-header), nil
		}
		at += int64(len(b))
	}
	return end, nil
}

// doubtful keeps a box that may be vital, and stops all that rests on the tables.
func (p *parser) doubtful(b box, place string) {
	p.s.Claim(b.off, b.len, scrub.Identify, place)
	p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.off, Len: b.len})
	p.s.Doubt("a box is where it can't be")
	p.insist("a box is where it can't be")
}
