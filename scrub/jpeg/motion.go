package jpeg

import "untag/scrub"

// streamLength is how many pictures of the same size in a row are a film rather
// than a photo with something behind it.
const streamLength = 4

// isStream tells whether the picture is the first of raw motion JPEG, of which
// nothing but the first frame would be left if it were a photo.
func (c *cleaner) isStream() (bool, error) {
	if c.Nested() || c.pic.damage != "" || len(c.groups[famMPF]) > 0 {
		return false, nil
	}
	size, err := c.dimensions(c.pic)
	at := c.pic.end
	for n := 1; n < streamLength; n++ {
		if err != nil {
			return false, err
		}
		if !c.begins(at) {
			return false, nil
		}
		pic, err := c.walk(at)
		if err != nil || pic.damage != "" || !pic.shown() {
			return false, ignoreRefusal(err)
		}
		if other, err := c.dimensions(pic); err != nil || other != size {
			return false, err
		}
		at = pic.end
	}
	return true, nil
}

// dimensions returns precision, height, width and components of a frame header.
func (p *parser) dimensions(pic *picture) (string, error) {
	b, err := p.head(pic.frames[0], 6)
	return string(b), err
}

// begins tells whether a picture begins at off.
func (p *parser) begins(off int64) bool { return p.Left(off) >= 4 && sniff(p.Get(off, 3), 0) }

// stream cleans picture after picture.
func (p *parser) stream() error {
	at := int64(0)
	for {
		if !p.begins(at) {
			break
		}
		pic, err := p.walk(at)
		if err != nil {
			return err
		}
		if !pic.shown() {
			break
		}
		if sure, err := p.one(pic); err != nil || !sure {
			return err
		}
		at = pic.end
	}
	p.End(scrub.End{Off: at, Proof: scrub.Proven})
	return nil
}

// one cleans a picture without those that belong to it. If it is not sure where
// the picture ends, all that follows is claimed.
func (p *parser) one(pic *picture) (sure bool, err error) {
	c := &cleaner{parser: p, pic: pic}
	if err := c.survey(); err != nil {
		return false, err
	}
	if err := c.follow(); err != nil {
		return false, err
	}
	if err := c.clean(); err != nil {
		return false, err
	}
	if c.strange == "" || pic.damage != "" {
		return pic.damage == "", nil
	}
	p.Claim(pic.end, p.Size()-pic.end, scrub.Identify, "tail")
	return false, nil
}

// frames cleans a sample of motion JPEG: one picture or two fields, with
// padding after each. EOI may be missing.
func (p *parser) frames() error {
	at := int64(0)
	for {
		pic, err := p.walk(at)
		if err != nil {
			return err
		}
		if !pic.shown() {
			return p.Errorf(pic.end, "no picture where one was expected")
		}
		if pic.missing {
			pic.damage, pic.end = "", p.Size()
		}
		if sure, err := p.one(pic); err != nil || !sure {
			return err
		}
		next := p.padding(pic.end)
		begins := p.begins(next)
		if !begins {
			p.End(scrub.End{Off: pic.end, Proof: scrub.Proven})
			return nil
		}
		p.Claim(pic.end, next-pic.end, scrub.Filler, "padding")
		at = next
	}
}

// padding returns where the zeros end that start at off.
func (p *parser) padding(off int64) int64 {
	for p.Left(off) > 0 {
		b := p.Get(off, int(min(p.Left(off), 4<<10)))
		for i, c := range b {
			if c != 0 {
				return off + int64(i)
			}
		}
		off += int64(len(b))
	}
	return off
}
