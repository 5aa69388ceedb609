package samples

import "slices"

// codedStill is a picture of one frame: heif-enc and avifenc (Debian 12) coded them out of three
// squares, which no encoder here can.
type codedStill struct {
	typ, config  string // of item, and of the property that sets a decoder up
	size         int    // width and height
	setup, frame string // in hex
}

const (
	hevcSets64 = "0103700000000000000000001ef000fcfdf8f800000f03200001001840010c01ffff03700000030090000003000003001eba0240210001002b42010103700000030090000003000003001ea020810596ea4929ae6e04040c08000003000800000300084022000100074401c172b02240"
	hevcSets32 = "0103700000000000000000001ef000fcfdf8f800000f03200001001840010c01ffff03700000030090000003000003001eba0240210001002a42010103700000030090000003000003001ea020810596eae4a6b9b8101030200000030020000003002122000100064401c173c089"
)

var (
	hevc64   = codedStill{"hvc1", "hvcC", 64, hevcSets64, "0000002b2801af0418fc7938ebfff3f23f03016e45e2bfca1c3ab91fd9f282be21c1aad3fcb47afce79d3e4e676c3c"}
	hevcGrey = codedStill{"hvc1", "hvcC", 64, hevcSets64, "000000162801af0418fc1dd73fff1115ffafc17fa6ad15dc41c0"}
	hevc32   = codedStill{"hvc1", "hvcC", 32, hevcSets32, "000000282801af0418f957fe789ffd6ceaca2aa465e1300f989dc3c05cbee12fa8cd99b1fd95ce0678f9230d"}
	av164    = codedStill{"av01", "av1C", 64, "81000c00", "12000a0918157fff92021a0d08321d1e4000004000b4db20302536d8e4387382e7b886fb74f9c76ffcd4cef0"}
	av1Grey  = codedStill{"av01", "av1C", 64, "81000c00", "12000a0918157fff92021a0d08320e1e40000040400918decd968ffa48"}
)

// stillItem is one item of a still picture; its number is its place in the list, from 1.
type stillItem struct {
	typ, name string
	strings   string // that follow the name, with their zeros
	tail      []byte // of its infe
	hidden    bool
	data      []byte
	inBox     bool // it lies in idat
	split     bool // in two extents
	of        int  // the item that its bytes are those of
	props     [][]byte
	refs      []stillRef
	essential int // how many of the properties, the first ones, are essential
}

type stillRef struct {
	typ string
	to  []int
}

// stillPicture is a file of items.
type stillPicture struct {
	brand   string
	name    string // of the handler
	items   []*stillItem
	loose   [][]byte // properties that no item has
	meta    [][]byte // boxes at the end of meta
	groups  []byte   // grpl
	top     [][]byte // boxes behind ftyp
	end     [][]byte
	gap     []byte // in mdat before each item but the first
	mdatEnd []byte
	idatEnd []byte
	wide    bool // numbers of 32 bits, offsets of 64
	moov    func(mdat int) []byte
}

// pictureItem is a coded picture with its properties.
func pictureItem(k *kit, c codedStill, props ...[]byte) *stillItem {
	own := [][]byte{box(c.config, unhex(c.setup)), fullBox("ispe", 0, 0, be32(c.size), be32(c.size)), fullBox("pixi", 0, 0, []byte{3, 8, 8, 8})}
	return &stillItem{typ: c.typ, data: k.stay(unhex(c.frame)), props: append(own, props...), essential: 1}
}

// build lays the file out: meta first, as all writers do.
func (p *stillPicture) build() []byte {
	ftyp := box("ftyp", []byte(p.brand), zeros(4), []byte("mif1"+p.brand+"miaf"))
	head := cat(ftyp, cat(p.top...))
	var bodies, idat []byte
	offsets := make([][]int, len(p.items))
	for i, it := range p.items {
		if it.of > 0 {
			offsets[i] = []int{0, len(it.data)}
			continue
		}
		at := &bodies
		if it.inBox {
			at = &idat
		} else if i > 0 {
			*at = append(*at, p.gap...)
		}
		first := len(it.data)
		if it.split {
			first /= 2
		}
		offsets[i] = []int{len(*at), first}
		*at = append(*at, it.data[:first]...)
		if it.split {
			*at = append(*at, p.gap...)
			offsets[i] = append(offsets[i], len(*at), len(it.data)-first)
			*at = append(*at, it.data[first:]...)
		}
	}
	idat = append(idat, p.idatEnd...)
	bodies = append(bodies, p.mdatEnd...)
	moov := []byte{}
	if p.moov != nil {
		moov = p.moov(0)
	}
	start := len(head) + len(p.metaBox(0, offsets, idat)) + len(moov) + 8
	if p.moov != nil {
		moov = p.moov(start)
	}
	return cat(head, p.metaBox(start, offsets, idat), moov, box("mdat", bodies), cat(p.end...))
}

func (p *stillPicture) number(n int) []byte {
	if p.wide {
		return be32(n)
	}
	return be16(n)
}

func (p *stillPicture) metaBox(start int, offsets [][]int, idat []byte) []byte {
	version, info := 0, 2
	if p.wide {
		version, info = 1, 3
	}
	var infos, places, refs []byte
	for i, it := range p.items {
		flags := 0
		if it.hidden {
			flags = 1
		}
		infos = append(infos, fullBox("infe", info, flags, p.number(i+1), zeros(2), []byte(it.typ+it.name+"\x00"+it.strings), it.tail)...)
		places = append(places, p.place(i, start, offsets[i])...)
		for _, r := range it.refs {
			var ids []byte
			for _, id := range r.to {
				ids = append(ids, p.number(id)...)
			}
			refs = append(refs, box(r.typ, p.number(i+1), be16(len(r.to)), ids)...)
		}
	}
	boxes := [][]byte{hdlr("pict", p.name), fullBox("pitm", version, 0, p.number(1))}
	if p.wide {
		boxes = append(boxes, fullBox("iloc", 2, 0, []byte{0x88, 0x80}, be32(len(p.items)), places), fullBox("iinf", 1, 0, be32(len(p.items)), infos))
	} else {
		boxes = append(boxes, fullBox("iloc", 1, 0, []byte{0x44, 0x40}, be16(len(p.items)), places), fullBox("iinf", 0, 0, be16(len(p.items)), infos))
	}
	if len(refs) > 0 {
		boxes = append(boxes, fullBox("iref", version, 0, refs))
	}
	boxes = append(boxes, p.properties(version))
	if len(idat) > 0 {
		boxes = append(boxes, box("idat", idat))
	}
	return fullBox("meta", 0, 0, cat(boxes...), p.groups, cat(p.meta...))
}

// properties are those of all items, each once, and who has which.
func (p *stillPicture) properties(version int) []byte {
	var list [][]byte
	var uses []byte
	having := 0
	for i, it := range p.items {
		if len(it.props) == 0 {
			continue
		}
		having++
		uses = cat(uses, p.number(i+1), []byte{byte(len(it.props))})
		for j, prop := range it.props {
			n := slices.IndexFunc(list, func(q []byte) bool { return string(q) == string(prop) })
			if n < 0 {
				n, list = len(list), append(list, prop)
			}
			if n++; j < it.essential {
				n |= 0x80
			}
			uses = append(uses, byte(n))
		}
	}
	return box("iprp", box("ipco", cat(slices.Concat(list, p.loose)...)), fullBox("ipma", version, 0, be32(having), uses))
}

// place is what iloc says of one item.
func (p *stillPicture) place(i, start int, offsets []int) []byte {
	it, size := p.items[i], be32[int]
	if p.wide {
		size = func(n int) []byte { return be64(uint64(n)) }
	}
	method, base := 0, start
	switch {
	case it.of > 0:
		method, base = 2, 0
	case it.inBox:
		method, base = 1, 0
	}
	b := cat(p.number(i+1), be16(method), zeros(2), size(base), be16(len(offsets)/2))
	for ; len(offsets) > 0; offsets = offsets[2:] {
		b = append(b, cat(size(offsets[0]), size(offsets[1]))...)
	}
	return b
}

// exifItem is a block of EXIF that describes another item.
func exifItem(tiff []byte, of int) *stillItem {
	return &stillItem{typ: "Exif", hidden: true, data: cat(be32(6), []byte("Exif\x00\x00"), tiff), refs: []stillRef{{"cdsc", []int{of}}}}
}

// xmpItem is a packet that describes another item.
func xmpItem(packet []byte, of int) *stillItem {
	return &stillItem{typ: "mime", strings: "application/rdf+xml\x00", hidden: true, data: packet, refs: []stillRef{{"cdsc", []int{of}}}}
}

// auxiliaryItem is a picture that belongs to another one.
func auxiliaryItem(k *kit, c codedStill, urn string, subtype []byte, of int) *stillItem {
	it := pictureItem(k, c, fullBox("auxC", 0, 0, []byte(urn+"\x00"), subtype))
	it.hidden, it.refs = true, []stillRef{{"auxl", []int{of}}}
	return it
}
