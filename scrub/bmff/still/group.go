package still

import "untag/scrub/bmff/box"

// groupForm reads a group. That of a picture in several sizes tells how large tiles are.
func groupForm(f *box.Fields, typ string) (ids []uint32) {
	const most = 1 << 16
	f.Full(0)
	f.UpTo(32, box.Small)
	for range min(f.UpTo(32, most), most) {
		if ids = append(ids, number(f, true)); f.Bad || f.Bytes() > int64(len(f.Data)) {
			f.Bad = true
			return nil
		}
	}
	if typ == "pymd" {
		f.Number(32)
		for range ids {
			f.Number(48)
		}
	}
	return ids
}

func (p *Pictures) readGroups(b box.Box) error {
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		f, err := p.fields(c)
		if err == nil {
			for _, id := range groupForm(f, c.Type) {
				if p.groups == nil {
					p.groups = map[uint32]string{}
				}
				if !box.Has(p.groups[id], c.Type) {
					p.groups[id] += "|" + c.Type
				}
			}
		}
		return err
	})
	return err
}

// grouped tells whether an item is in a group, of one type if typ is not "".
func (p *Pictures) grouped(id uint32, typ string) bool {
	return p.groups[id] != "" && (typ == "" || box.Has(p.groups[id], typ))
}

// claimGroups claims grpl.
func (p *Pictures) claimGroups(b box.Box, place string) error {
	return p.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		if _, ok := known()["group"][c.Type]; ok {
			return p.tableBox(c, func(f *box.Fields) { groupForm(f, c.Type) }, at)
		}
		if box.Nearly(c.Type, groupTypes()) {
			p.Doubtful(c, at)
			return nil
		}
		return p.Other(c, at)
	})
}
