package bmff

import (
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// containers names the boxes that stay in containers of one kind.
var containers = map[string][]string{
	"edts": {"elst"},
	"tapt": {"clef", "prof", "enof"},
	"trgr": {"msrc", "ster", "cstg", "snut"},
	"gmhd": {"gmin", "text", "tmcd"},
	"tmcd": {"tcmi"},
	"mfra": {"tfra", "mfro"},
}

// container claims a box whose children stay if they are in the list, and go
// if they are not.
func (p *parser) container(b box.Box, place string) error {
	return p.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		switch {
		case c.Type == "free" || c.Type == "skip":
			return p.Filler(c, at)
		case slices.Contains(containers[b.Type], c.Type):
			return p.contained(c, at)
		default:
			p.Drop(c, scrub.Unknown, at, "")
		}
		return nil
	})
}

// contained claims a box that stays in a container.
func (p *parser) contained(b box.Box, place string) error {
	switch b.Type {
	case "elst":
		return p.editList(b, place)
	case "gmin":
		return p.mediaHeader(b, place)
	case "tfra":
		return p.randomAccess(b, place)
	case "text":
		p.Claim(b.Off, b.Head, scrub.Structure, place)
		if b.Size() < 36 {
			return p.Slack(b, b.Body(), place)
		}
		if err := p.Sane(b.Body(), 36, matrixForm); err != nil {
			return err
		}
		p.Claim(b.Body(), 36, scrub.Structure, place)
		return p.Slack(b, b.Body()+36, place)
	case "tmcd":
		return p.container(b, place)
	case "tcmi":
		return p.timeCodeMedia(b, place)
	}
	return p.shaped(b, place)
}

// timeCodeMedia claims tcmi: font, face, size and colours, and the name of the
// font as a Pascal string.
func (p *parser) timeCodeMedia(b box.Box, place string) error {
	const fields = 24
	if b.Size() < fields {
		p.Drop(b, scrub.Unknown, place, "")
		return nil
	}
	p.Claim(b.Off, b.Head, scrub.Structure, place)
	if _, _, err := p.Flags(b, 0, place); err != nil {
		return err
	}
	p.Claim(b.Body()+4, fields-4, scrub.Structure, place)
	return p.Zero(b.Body()+fields, b.Size()-fields, scrub.Software, place+"/font", "")
}
