package icc

import (
	"encoding/binary"
	"fmt"

	"untag/scrub"
)

// tag is one entry of the tag table, 7.3.
type tag struct {
	entry     int64 // where the entry stands
	sig, typ  string
	off, size int64
	name      string // placeholder that takes the place of sig when the tag goes
	use       use
}

type use uint8

const (
	drop use = iota
	numbers
	words
	dropped // its signature is gone already
)

// allowed are the tags that stay, with the types that they may have. Profiles
// need desc and cprt, so their words are overwritten and not removed.
var allowed = map[string]struct {
	use   use
	types []string
}{
	"rXYZ": {numbers, xyz}, "gXYZ": {numbers, xyz}, "bXYZ": {numbers, xyz},
	"wtpt": {numbers, xyz}, "bkpt": {numbers, xyz}, "lumi": {numbers, xyz},
	"rTRC": {numbers, curve}, "gTRC": {numbers, curve}, "bTRC": {numbers, curve}, "kTRC": {numbers, curve},
	"chad": {numbers, []string{"sf32"}},
	"A2B0": {numbers, toPCS}, "A2B1": {numbers, toPCS}, "A2B2": {numbers, toPCS},
	"B2A0": {numbers, fromPCS}, "B2A1": {numbers, fromPCS}, "B2A2": {numbers, fromPCS},
	"gamt": {numbers, fromPCS},
	"D2B0": {numbers, float}, "D2B1": {numbers, float}, "D2B2": {numbers, float}, "D2B3": {numbers, float},
	"B2D0": {numbers, float}, "B2D1": {numbers, float}, "B2D2": {numbers, float}, "B2D3": {numbers, float},
	"rig0": {numbers, []string{"sig "}}, "rig2": {numbers, []string{"sig "}},
	"cicp": {numbers, []string{"cicp"}},
	"desc": {words, text}, "cprt": {words, text},
}

var (
	xyz     = []string{"XYZ "}
	curve   = []string{"curv", "para"}
	toPCS   = []string{"mft1", "mft2", "mAB "}
	fromPCS = []string{"mft1", "mft2", "mBA "}
	float   = []string{"mpet"}
	text    = []string{"desc", "mluc", "text"}
)

// readTable reads the tag table and says what becomes of each tag.
func (p *profile) readTable() error {
	n := int64(binary.BigEndian.Uint32(p.Get(headerLen, 4)))
	if n > maxTags || n*entryLen > p.size-tableOff {
		return p.Errorf(headerLen, "%d tags in %d bytes", n, p.size)
	}
	p.Claim(headerLen, 4, scrub.Structure, "tags")
	p.covered.add(headerLen, 4+n*entryLen)
	seen := map[string]bool{}
	for i := range n {
		t, err := p.readEntry(i)
		if err != nil {
			return err
		}
		if seen[t.sig] { // readers take the first of a name, or refuse
			t.use = drop
		}
		seen[t.sig] = true
		p.tags = append(p.tags, t)
	}
	return nil
}

func (p *profile) readEntry(i int64) (tag, error) {
	t := tag{entry: tableOff + i*entryLen, name: fmt.Sprintf("z%03d", i)}
	b := p.Get(t.entry, entryLen)
	t.sig = string(b[:4])
	t.off, t.size = int64(binary.BigEndian.Uint32(b[4:])), int64(binary.BigEndian.Uint32(b[8:]))
	first := p.covered[0].End()
	if t.off < first || t.off > p.size || t.size > p.size-t.off {
		return t, p.Errorf(t.entry, "tag %q has %d bytes at 0x%x, the profile ends at 0x%x", t.sig, t.size, t.off, p.size)
	}
	t.typ = string(p.Get(t.off, int(min(t.size, 4))))
	if t.sig == t.name {
		t.use = dropped
		return t, nil
	}
	a, ok := allowed[t.sig]
	if !ok || !p.heeds(t.sig) {
		return t, nil
	}
	for _, typ := range a.types {
		if t.typ == typ {
			t.use = a.use
			return t, nil
		}
	}
	return t, p.Errorf(t.off, "tag %q has type %q", t.sig, t.typ)
}

// heeds tells whether a profile of this class and these colours has a use for a
// tag, 8.3 to 8.8: no program asks for another, so that it may hold anything.
func (p *profile) heeds(sig string) bool {
	switch sig {
	case "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC":
		return p.space == "RGB " && p.class != "abst"
	case "kTRC":
		return p.space == "GRAY"
	case "lumi":
		return p.class == "mntr"
	case "cicp":
		return p.class != "prtr" && p.class != "abst"
	case "A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "D2B1", "D2B2", "D2B3", "B2D0", "B2D1", "B2D2", "B2D3", "rig0", "rig2", "gamt", "bkpt":
		return p.class != "abst"
	}
	return true
}

// keepNumbers claims what renders. Tags may share their numbers.
func (p *profile) keepNumbers() error {
	for _, t := range p.tags {
		if t.use != numbers {
			continue
		}
		p.Claim(t.entry, entryLen, scrub.Structure, "tags")
		parts, err := p.element(t)
		if err != nil {
			return err
		}
		for _, r := range parts {
			for _, h := range p.covered.holes(r.Off, r.Len) {
				p.Claim(h.Off, h.Len, scrub.Render, t.sig)
			}
			p.covered.add(r.Off, r.Len)
		}
	}
	return nil
}

// dropTags renames the tags that go, each to a name of its own (littleCMS
// refuses a profile that has a name twice), and zeroes what only they hold.
func (p *profile) dropTags() error {
	for _, goes := range []bool{false, true} { // what stays first: tags may share bytes
		for _, t := range p.tags {
			if t.use == drop && p.Goes(scrub.Identify, kindOf(t.sig)) == goes {
				p.drop(t)
			}
		}
	}
	for _, t := range p.tags {
		if t.use == dropped { // its bytes are a gap
			p.Claim(t.entry, entryLen, scrub.Structure, "tags")
		}
	}
	return nil
}

func (p *profile) drop(t tag) {
	value := p.value(t)
	p.Claim(t.entry, 4, scrub.Identify, "tags")
	p.Claim(t.entry+4, entryLen-4, scrub.Structure, "tags")
	goes := p.Found(scrub.Finding{Kind: kindOf(t.sig), Place: t.sig, Off: t.off, Len: t.size, Value: value})
	if goes {
		p.Put(scrub.Unlink, t.entry, []byte(t.name))
	}
	for _, h := range p.covered.holes(t.off, t.size) {
		p.Claim(h.Off, h.Len, scrub.Identify, t.sig)
		if goes {
			p.Fill(scrub.Destroy, h.Off, h.Len, 0)
		}
	}
	p.covered.add(t.off, t.size)

}

// kindOf says what a tag that goes gives away.
func kindOf(sig string) scrub.Kind {
	switch sig {
	case "dmnd", "dmdd", "dscm", "mmod", "ndin", "vcgt", "vcgp", "meta", "targ", "meas", "CIED", "DevD", "devs":
		return scrub.Device
	case "calt":
		return scrub.Time
	case "psid", "pseq":
		return scrub.Software
	}
	return scrub.Unknown
}
