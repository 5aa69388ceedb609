// Package icc scrubs ICC profiles (ICC.1:2022, and the v2 profiles before it)
// inside of other media: what colours are made of stays, and what tells of a
// display, a person, a program or a time goes.
//
// All profiles are treated alike, the well-known ones too: what is left of a
// profile that millions share is what millions share.
package icc

import (
	"encoding/binary"

	"untag/scrub"
)

// Format is the entry of ICC profiles in the table of formats.
var Format = scrub.Format{
	Name:       "icc",
	Title:      "ICC colour profile",
	Extensions: []string{"icc", "icm"},
	Sniff:      sniff,
	Parse:      parse,
	Inner:      true,
}

// HeaderLen is the length of the header of a profile and of the number of its tags.
const HeaderLen = 132

const (
	headerLen = 128
	entryLen  = 12
	tableOff  = headerLen + 4
	// maxTags is more than any profile has: littleCMS reads 100.
	maxTags = 256
)

func sniff(head []byte, size int64) bool {
	return size >= tableOff && len(head) >= 40 && string(head[36:40]) == "acsp"
}

// Begins tells whether data begin like a profile. One that does and can't be read
// is damaged: littleCMS reads profiles in which single tags are broken.
func Begins(data []byte) bool { return sniff(data, int64(len(data))) }

// profile is the work on one profile.
type profile struct {
	*scrub.Scan
	size    int64
	class   string // of device: scnr, mntr, prtr, spac or abst
	space   string // of its colours
	tags    []tag
	covered cover // what has been claimed
}

func parse(s *scrub.Scan) error {
	p := &profile{Scan: s}
	if err := p.header(); err != nil {
		return err
	}
	if err := p.readTable(); err != nil {
		return err
	}
	if err := p.keepNumbers(); err != nil {
		return err
	}
	if err := p.keepTexts(); err != nil {
		return err
	}
	if err := p.dropTags(); err != nil {
		return err
	}
	return p.gaps()
}

// header scrubs the header, 7.2. Platform, preferred CMM and the flags that the
// standard knows stay: which program renders, and how, may depend on them.
func (p *profile) header() error {
	if p.Size() < tableOff {
		return p.Errorf(0, "profile of %d bytes, expected %d at least", p.Size(), tableOff)
	}
	b := p.Get(0, headerLen)
	p.size = int64(binary.BigEndian.Uint32(b))
	switch {
	case string(b[36:40]) != "acsp":
		return p.Errorf(36, "signature %q, expected \"acsp\"", b[36:40])
	case p.size < tableOff || p.size > p.Size():
		return p.Errorf(0, "profile says %d bytes, %d are there", p.size, p.Size())
	case b[8] > 4:
		return p.Unsupportedf(8, "version %d", b[8])
	}
	p.class, p.space = string(b[12:16]), string(b[16:20])
	switch p.class {
	case "scnr", "mntr", "prtr", "spac", "abst":
	default:
		return p.Unsupportedf(12, "class %q", p.class)
	}
	p.Claim(0, 24, scrub.Structure, "header")
	date := []byte{7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0} // 2000-01-01; zeros are no date
	p.field(b, 24, date, scrub.Time, "date", dateText(b[24:36]))
	p.Claim(36, 10, scrub.Structure, "header")
	p.field(b, 46, make([]byte, 2), scrub.Unknown, "flags", "")
	p.field(b, 48, make([]byte, 8), scrub.Device, "manufacturer", signature(b[48:56]))
	p.field(b, 56, make([]byte, 4), scrub.Unknown, "attributes", "")
	p.bounded(b, 60, 15, 0, "attributes")
	p.bounded(b, 64, 3, 0, "rendering intent")
	for i, d50 := range []uint32{0xf6d6, one, 0xd32d} {
		p.bounded(b, 68+4*int64(i), 2*one, d50, "illuminant")
	}
	p.field(b, 80, make([]byte, 4), scrub.Software, "creator", signature(b[80:84]))
	p.profileID(b[84:100])
	p.field(b, 100, make([]byte, 28), scrub.Hidden, "reserved", "")
	p.covered.add(0, headerLen)
	p.End(scrub.End{Off: p.size, Proof: scrub.Proven})
	return nil
}

// one is 1 as s15Fixed16Number.
const one = 0x10000

// bounded claims a number of the header b, which is usual where it is more than most.
func (p *profile) bounded(b []byte, off int64, most, usual uint32, place string) {
	if binary.BigEndian.Uint32(b[off:]) <= most {
		p.Claim(off, 4, scrub.Render, "header")
		return
	}
	p.field(b, off, binary.BigEndian.AppendUint32(nil, usual), scrub.Unknown, place, "")
}

// field claims one field of the header b and sets it to want if it goes.
func (p *profile) field(b []byte, off int64, want []byte, kind scrub.Kind, place, value string) {
	n := int64(len(want))
	if string(b[off:off+n]) == string(want) {
		p.Claim(off, n, scrub.Structure, "header")
		return
	}
	p.Claim(off, n, scrub.Identify, place)
	if p.Found(scrub.Finding{Kind: kind, Place: place, Off: off, Len: n, Value: value}) {
		p.Put(scrub.Destroy, off, want)
	}
}

// profileID zeroes the MD5 sum of the profile before anything else changes:
// zeros say that none was computed, 7.2.18.
func (p *profile) profileID(b []byte) {
	const off, n = 84, 16
	if string(b) == string(make([]byte, n)) {
		p.Claim(off, n, scrub.Structure, "header")
		return
	}
	p.Claim(off, n, scrub.Identify, "id")
	p.Gone(scrub.Finding{Kind: scrub.ID, Place: "id", Off: off, Len: n})
	p.Fill(scrub.Unlink, off, n, 0)
}

// gaps zeroes what no tag holds.
func (p *profile) gaps() error {
	for _, g := range p.covered.holes(0, p.size) {
		if err := p.Blank(g.Off, g.Len, 0, scrub.Hidden, "gap"); err != nil {
			return err
		}
	}
	return nil
}
