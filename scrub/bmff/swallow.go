package bmff

import (
	"bytes"

	"untag/scrub"
)

// siblings are boxes that follow others everywhere: where one stands behind the
// last field of a box, the length of that box is wrong, and what is lost by
// believing it is the film.
var siblings = []string{"moov", "trak", "mdia", "minf", "stbl", "moof", "mfhd", "traf", "mdat", "styp", "sidx", "mfra", "tkhd", "mdhd", "hdlr", "vmhd", "smhd", "nmhd", "gmhd", "dinf", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "ctts", "stss",
	"tfhd", "tfdt", "trun", "trex", "mvex", "edts", "tref", "avcC", "hvcC", "esds"}

// maxSlack is more than anybody leaves behind the fields of a box.
const maxSlack = 64 << 10

// swallows tells whether n bytes at off hold the header of one of the boxes.
func (p *parser) swallows(off, n int64, types []string) (bool, error) {
	if n < 8 {
		return false, nil
	}
	b, err := p.s.Bytes(off, int(min(n, maxSlack)))
	if err != nil {
		return false, err
	}
	for _, typ := range types {
		for at := 0; ; {
			i := bytes.Index(b[at:], []byte(typ))
			if i < 0 {
				break
			}
			// The length before a type is no text.
			if at += i + 4; at >= 8 && be32(b[at-8:]) < 1<<29 && (be32(b[at-8:]) >= 8 || be32(b[at-8:]) < 2) {
				return true, nil
			}
		}
	}
	return false, nil
}

// swallowedBy tells whether something that has to be zero is too long to be filled
// or holds a box, which it then leaves alone.
func (p *parser) swallowedBy(off, n int64, place string) (bool, error) {
	found, err := p.swallows(off, n, siblings)
	if err != nil || !found && n <= maxSlack {
		return false, err
	}
	p.s.Claim(off, n, scrub.Identify, place)
	p.s.Doubt("a box has a length that it can't have")
	p.distrust("a box has a length that it can't have")
	return true, nil
}
