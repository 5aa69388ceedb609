package jpeg

import (
	"errors"
	"slices"

	"untag/scrub"
	"untag/scrub/c2pa"
	"untag/scrub/photoshop"
)

// irbHead is what Photoshop's segments begin with.
const irbHead = "Photoshop 3.0\x00"

// irb removes Photoshop's resource blocks, which may go on from one APP13 to the
// next, but for the resolution.
func (c *cleaner) irb() error {
	const header = int64(len(irbHead))
	all := c.groups[famIRB]
	var x scrub.Extents
	for _, g := range all {
		x = append(x, scrub.Range{Off: g.body() + header, Len: g.n - header})
	}
	if x == nil {
		return nil
	}
	src, err := c.Piece(x)
	if err != nil {
		return err
	}
	body, err := photoshop.Resolution(src)
	if err != nil {
		return err
	}
	body = append([]byte(irbHead), body...)
	holds := func(g segment) bool { return int64(len(body)) > header && int64(len(body)) <= g.n }
	if i := slices.IndexFunc(all, holds); i >= 0 {
		changed := c.replace(scrub.Destroy, all[i], body, scrub.Structure)
		if all = slices.Concat(all[:i], all[i+1:]); !changed && len(all) == 0 {
			delete(c.groups, famIRB)
			return nil
		}
	}
	found := c.finder(x, nil)
	if err := photoshop.Report(src, famIRB, func(f scrub.Finding) { found(f, false) }); err != nil {
		return err
	}
	delete(c.groups, famIRB)
	return c.removeEach(all)
}

// Lengths in an APP11 JP segment (ISO/IEC 19566-5, D.2): "JP", box instance,
// sequence number; then the length and type of the box, told in every segment.
const (
	jpHeader = 8
	jpBox    = jpHeader + 8
)

// extension are the boxes of JPEG XT (ISO/IEC 18477-3, annex B), which hold the
// bits that make more of the picture than 8 for a colour.
var extension = map[string]bool{
	"ftyp": true, "LCHK": true, "SPEC": true, "TONE": true, "MTRX": true, "FTRX": true, "CURV": true,
	"RESI": true, "FINE": true, "RFIN": true, "ALFA": true, "AFIN": true, "ARES": true, "ARRF": true,
}

// jumbf removes JUMBF boxes, as those of C2PA are, and keeps JPEG XT's.
func (c *cleaner) jumbf() error {
	var x scrub.Extents
	var goes []segment
	for _, g := range c.groups[famJUMBF] {
		b, err := c.head(g, jpBox)
		if err != nil {
			return err
		}
		if len(b) == jpBox && extension[string(b[12:])] {
			c.Claim(g.off, 4+g.n, scrub.Render, "APP11/JPEG XT")
			c.Doubt("the parts of JPEG XT are not looked into")
			continue
		}
		goes = append(goes, g)
		skip := min(g.n, jpBox)
		x = append(x, scrub.Range{Off: g.body() + skip, Len: g.n - skip})
	}
	delete(c.groups, famJUMBF)
	if len(goes) == 0 {
		return nil
	}
	src, err := c.Piece(x)
	if err != nil {
		return err
	}
	name, err := c2pa.Generator(src)
	if err != nil {
		return err
	}
	c.Gone(scrub.Finding{Kind: scrub.Provenance, Place: famJUMBF, Off: goes[0].off, Len: x.Size(), Value: name})
	return c.removeEach(goes)
}

// isFormat tells whether a nested medium was refused because it is broken.
func isFormat(err error) bool {
	var f *scrub.FormatError
	return errors.As(err, &f)
}
