package still

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// Ways to say where an item lies (8.11.3).
const (
	inFile = iota
	inBox  // from the start of idat
	inItem // from the start of another item
)

// located is what iloc says of one item.
type located struct {
	id      uint32
	method  int64
	foreign bool // it lies in another file
	base    int64
	parts   []part
}

type part struct{ index, off, len int64 }

// size is how long an item says that it is.
func (l located) size() (n int64) {
	for _, x := range l.parts {
		n += min(x.len, 1<<40)
	}
	return n
}

// maxParts is more than the extents of any picture.
const maxParts = 1 << 16

// places reads iloc, field by field.
func places(f *box.Fields, visit func(located)) {
	version := f.UpTo(8, 2)
	f.Zero(24)
	sizes := [4]int{}
	for i := range sizes {
		if i == 3 && version == 0 {
			f.Zero(4)
			break
		}
		sizes[i] = 8 * int(f.Among(4, 0, 4, 8))
	}
	wide := version == 2
	total := 0
	for range number(f, wide) {
		l := located{id: number(f, wide)}
		if version > 0 {
			f.Zero(12)
			l.method = f.UpTo(4, inItem)
		}
		l.foreign = f.Number(16) != 0
		l.base = wideNumber(f, sizes[2])
		for range f.Number(16) {
			var x part
			if version > 0 {
				x.index = wideNumber(f, sizes[3])
			}
			x.off, x.len = wideNumber(f, sizes[0]), wideNumber(f, sizes[1])
			if total++; f.Bad || f.Bytes() > int64(len(f.Data)) || total > maxParts {
				f.Bad = true
				return
			}
			l.parts = append(l.parts, x)
		}
		if f.Bad || f.Bytes() > int64(len(f.Data)) {
			f.Bad = true
			return
		}
		visit(l)
	}
}

// wideNumber reads a number that may have 64 bits; none that is of use has all of them.
func wideNumber(f *box.Fields, n int) int64 {
	v := f.Number(n)
	f.Bad = f.Bad || v < 0
	return v
}

func (p *Pictures) readPlaces(b box.Box) error {
	f, err := p.fields(b)
	if err != nil {
		return err
	}
	byItem := map[uint32]located{}
	places(f, func(l located) {
		if _, twice := byItem[l.id]; twice {
			p.Distrust("an item lies in two places")
		}
		byItem[l.id] = l
	})
	if f.Bad {
		return p.Errorf(b.Off, "the places of items can't be read")
	}
	for id, l := range byItem {
		it, err := p.add(id)
		if err != nil {
			return err
		}
		it.named, it.astray = true, l.foreign
	}
	p.parents = map[uint32][]uint32{}
	for _, r := range p.references {
		if r.typ == "iloc" {
			p.parents[r.id] = append(p.parents[r.id], r.ids...)
		}
	}
	for _, it := range p.items {
		if l, ok := byItem[it.id]; ok && !l.foreign {
			if it.extents, ok = p.resolve(l, byItem, 0); !ok {
				it.extents, it.astray = nil, true
			}
			it.clipped = it.extents.Size() < l.size()
		}
	}
	return nil
}

// resolve returns where an item lies in the file. ok is false if it lies nowhere.
func (p *Pictures) resolve(l located, all map[uint32]located, depth int) (x scrub.Extents, ok bool) {
	const deepest = 4
	whole := scrub.Extents{{Len: p.Size()}}
	for _, part := range l.parts {
		from := whole
		switch {
		case l.method == inBox:
			from = scrub.Extents{p.Idat}
		case l.method == inItem:
			parents := p.parents[l.id]
			index := max(part.index, 1) // 0 is the first as well
			if index > int64(len(parents)) {
				return nil, false
			}
			other, found := all[parents[index-1]]
			if !found || other.foreign || depth == deepest {
				return nil, false
			}
			if from, found = p.resolve(other, all, depth+1); !found {
				return nil, false
			}
		}
		const most = 1 << 20
		if p.resolved += len(from); p.resolved > most {
			return nil, false
		}
		off, n := l.base+part.off, part.len
		if n == 0 && l.method == inFile { // by the standard all of the file; ExifTool leaves it of items that it emptied
			continue
		}
		if n == 0 { // all there is
			n = from.Size() - off
		}
		if off < 0 || n < 0 || off > from.Size() || n > from.Size()-off {
			p.Distrust("an item lies beyond the end of what holds it")
			if off < 0 || off >= from.Size() {
				return nil, false
			}
			n = max(0, from.Size()-off)
		}
		x = append(x, from.Slice(off, n)...)
	}
	return x, true
}

// claimPlaces claims iloc. Nothing in it changes.
func (p *Pictures) claimPlaces(b box.Box, place string) error {
	return p.tableBox(b, func(f *box.Fields) { places(f, func(located) {}) }, place)
}

// tableBox claims a table that was read, with reserved bits set to zero.
func (p *Pictures) tableBox(b box.Box, read box.Form, place string) error {
	f, err := p.fields(b)
	if err != nil {
		return err
	}
	read(f)
	n := f.Bytes()
	if f.Bad || n > b.Size() {
		return p.Errorf(b.Off, "box %q can't be read", b.Name())
	}
	p.Claim(b.Off, b.Head+n, scrub.Structure, place)
	for i := int64(0); i < n; i++ {
		if f.Data[i] != f.Plain[i] {
			p.Rewrite(b.Body()+i, f.Plain[i:i+1], scrub.Hidden, place+"/reserved")
		}
	}
	return p.NoRest(b.Body()+n, b.End(), place)
}
