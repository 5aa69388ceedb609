package samples

import (
	"bytes"
	"encoding/binary"
)

const (
	alphaURN = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
	mapURN   = "urn:com:apple:photo:2020:aux:hdrgainmap"
	matteURN = "urn:com:apple:photo:2018:aux:portraiteffectsmatte"
	depthURN = "urn:mpeg:hevc:2015:auxid:2"
)

// heic and avif are pictures of one item, changed.
func heic(k *kit, change func(p *stillPicture)) []byte {
	p := &stillPicture{brand: "heic", items: []*stillItem{pictureItem(k, hevc64)}}
	change(p)
	return p.build()
}

func avif(k *kit, change func(p *stillPicture)) []byte {
	p := &stillPicture{brand: "avif", items: []*stillItem{pictureItem(k, av164, box("colr", []byte("nclx"), be16(1), be16(13), be16(6), []byte{0x80}))}}
	change(p)
	return p.build()
}

// gone is a coded picture that goes: as a secret, with no byte that another one has.
func gone(k *kit, it *stillItem) *stillItem {
	k.mustStay = k.mustStay[:len(k.mustStay)-1]
	k.hide(it.data[len(it.data)/2:])
	return it
}

// toneNumbers are the metadata of a gain map by ISO 21496-1 without their versions: one channel.
func toneNumbers() (b []byte) {
	b = []byte{0x40}
	for range 7 {
		b = append(b, cat(be32(1), be32(2))...)
	}
	return b
}

// appleExif is EXIF with the maker note of a phone, from which the headroom of a gain map follows.
func appleExif(k *kit) []byte {
	id := k.secret("content-identifier") + "\x00"
	headroom := k.stay(cat(be32(3), be32(2), be32(5), be32(4)))
	const head, entries = 14, 2 + 3*12 + 4
	note := cat([]byte("Apple iOS\x00\x00\x01MM"), be16(3),
		be16(0x0011), be16(2), be32(len(id)), be32(head+entries+16), be16(0x0021), be16(10), be32(1), be32(head+entries), be16(0x0030), be16(10), be32(1), be32(head+entries+8),
		zeros(4), headroom, []byte(id))
	return tiff(binary.BigEndian, ifd{{0x010f, tASCII, "Apple"}, {0x0110, tASCII, k.secret("model")}, {0x8769, tLong, ifd{{0x927c, tUndefined, note}}}})
}

var stills = []recipe{
	{"plain", func(k *kit) []byte { return heic(k, func(p *stillPicture) { p.name = k.secret("handler") }) }},
	{"avif-plain", func(k *kit) []byte { return avif(k, func(p *stillPicture) { p.name = k.secret("handler") }) }},
	{"phone", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			p.items[0].props = append(p.items[0].props, box("colr", []byte("prof"), iccProfile(k, "")), k.stay(box("irot", []byte{1})))
			small := gone(k, pictureItem(k, hevc32))
			small.refs = []stillRef{{"thmb", []int{1}}}
			p.items = append(p.items, exifItem(exif(k, exifOptions{thumbnail: thumbnail(k, "thumbnail")}), 1), xmpItem(xmp(xmpIdentity(k, "")), 1), small)
		})
	}},
	{"exif-turned", func(k *kit) []byte {
		return avif(k, func(p *stillPicture) {
			p.items = append(p.items, exifItem(exif(k, exifOptions{orientation: 6}), 1))
		})
	}},
	{"emptied", func(k *kit) []byte { // as by ExifTool
		return heic(k, func(p *stillPicture) {
			p.items = append(p.items, xmpItem(xmp(xmpIdentity(k, "")), 1), &stillItem{typ: "Exif", refs: []stillRef{{"cdsc", []int{1}}}})
			p.items[0].props = append(p.items[0].props, box("colr", []byte("prof")))
		})
	}},
	{"grid", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			grid := &stillItem{typ: "grid", data: cat([]byte{0, 0, 0, 1}, be16(128), be16(64), []byte(k.secret("behind-grid"))), inBox: true,
				props: [][]byte{fullBox("ispe", 0, 0, be32(128), be32(64))}, refs: []stillRef{{"dimg", []int{2, 3}}}}
			p.items = []*stillItem{grid, pictureItem(k, hevc64), pictureItem(k, hevcGrey)}
			p.items[1].hidden, p.items[2].hidden = true, true
			p.items = append(p.items, exifItem(exif(k, exifOptions{}), 1))
		})
	}},
	{"mattes", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			depth := gone(k, auxiliaryItem(k, hevcGrey, depthURN, []byte(k.secret("depth-subtype")), 1))
			matte := auxiliaryItem(k, hevc32, matteURN, nil, 1)
			p.items = append(p.items, depth, gone(k, matte), xmpItem(xmp(xmpIdentity(k, "matte-")), 3))
		})
	}},
	{"gain-map", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			k.stay([]byte(`HDRGainMapVersion="65536"`))
			said := ` xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/" HDRGainMap:HDRGainMapVersion="65536"`
			attributes, elements := xmpIdentity(k, "map-")
			p.items = append(p.items, auxiliaryItem(k, hevcGrey, mapURN, nil, 1), xmpItem(xmp(attributes+said, elements), 2), exifItem(appleExif(k), 1))
		})
	}},
	{"tone-map", func(k *kit) []byte {
		return avif(k, func(p *stillPicture) {
			tone := &stillItem{typ: "tmap", name: "GMap", data: k.stay(cat([]byte{0}, zeros(4), toneNumbers())), inBox: true, refs: []stillRef{{"dimg", []int{1, 3}}},
				props: [][]byte{fullBox("ispe", 0, 0, be32(64), be32(64))}}
			p.items[0].name = "Color"
			gainMap := pictureItem(k, av1Grey)
			gainMap.name, gainMap.hidden = "GMap", true
			p.items = append(p.items, tone, gainMap)
			p.groups = box("grpl", fullBox("altr", 0, 0, be32(100), be32(2), be32(2), be32(1)))
			p.idatEnd = []byte(k.secret("idat-end"))
		})
	}},
	{"alpha", func(k *kit) []byte {
		return avif(k, func(p *stillPicture) {
			alpha := auxiliaryItem(k, av1Grey, alphaURN, nil, 1)
			alpha.hidden, alpha.name = false, k.secret("alpha-name")
			p.items = append(p.items, alpha)
			p.items[0].refs = []stillRef{{"prem", []int{2}}}
		})
	}},
	{"properties", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			it := p.items[0]
			it.props = append([][]byte{box("zzzz", []byte(k.secret("essential")))}, it.props...)
			it.essential = 2
			it.props = append(it.props,
				fullBox("udes", 0, 0, []byte("en\x00"+k.secret("name")+"\x00"+k.secret("description")+"\x00"+k.secret("keywords")+"\x00")),
				fullBox("altt", 0, 0, []byte(k.secret("alternative")+"\x00en\x00")),
				fullBox("crtt", 0, 0, k.hide(be64(0xe1234567_89abcdef))), fullBox("mdft", 0, 0, k.hide(be64(0xe1234567_89abcdee))),
				fullBox("itai", 0, 0, k.hide(be64(0x31234567_89abcdef)), []byte{0x80}),
				fullBox("cmin", 0, 0, k.hide(be32(0x12345678)), k.hide(be32(0x12345679)), be32(0x1234567a)),
				box("uuid", []byte("0123456789abcdef"+k.secret("uuid-property"))),
				k.stay(box("clli", be16(1000), be16(400))), k.stay(box("imir", []byte{1})))
			p.loose = [][]byte{box("free", []byte(k.secret("free-property"))), fullBox("udes", 0, 0, []byte("\x00\x00"+k.secret("loose")+"\x00\x00")), fullBox("pixi", 0, 0, []byte{1, 13})}
		})
	}},
	{"names", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			p.items[0].name = k.secret("item-name")
			p.items[0].tail = []byte(k.secret("infe-tail"))
			p.items = append(p.items,
				&stillItem{typ: "mime", name: k.secret("mime-name"), strings: "text/x-" + k.secret("mime-type") + "\x00" + k.secret("encoding") + "\x00", data: []byte(k.secret("mime-text")), refs: []stillRef{{"cdsc", []int{1}}}},
				&stillItem{typ: "uri ", strings: "urn:" + k.secret("uri") + "\x00", data: []byte(k.secret("uri-data")), refs: []stillRef{{"cdsc", []int{1}}}},
				&stillItem{typ: "qqqq", data: []byte(k.secret("unknown-item")), refs: []stillRef{{"zzzz", []int{1}}}})
		})
	}},
	{"gaps", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			p.gap = []byte(k.secret("gap"))
			p.items = append(p.items, pictureItem(k, hevcGrey), exifItem(exif(k, exifOptions{}), 1))
			p.items[2].split = true
			p.mdatEnd = []byte(k.secret("mdat-end"))
			p.top = [][]byte{box("free", []byte(k.secret("free-top")))}
			p.meta = [][]byte{box("free", []byte(k.secret("free-meta"))), box("xml ", zeros(4), []byte(k.secret("xml")))}
			p.end = [][]byte{uuidBox("be7acfcb97a942e89c71999491e3afac", []byte(k.secret("uuid-xmp"))), box("sefd", []byte(k.secret("samsung")))}
		})
	}},
	{"motion", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) { p.end = [][]byte{box("mpvd", motionClip(k))} })
	}},
	{"wide", func(k *kit) []byte {
		return avif(k, func(p *stillPicture) {
			p.wide = true
			part := exifItem(exif(k, exifOptions{}), 1)
			part.of = 2
			part.refs = append(part.refs, stillRef{"iloc", []int{2}})
			p.items = append(p.items, &stillItem{typ: "uri ", strings: "urn:x\x00", data: part.data}, part)
		})
	}},
	{"messages", func(k *kit) []byte {
		return avif(k, func(p *stillPicture) {
			frame := unhex(av164.frame)
			said := cat([]byte{0x2a, byte(3 + len(k.secret("obu")))}, []byte{31}, []byte("CANARY-obu"), []byte{0, 0x80})
			said[1] = byte(len(said) - 2)
			p.items[0].data = cat(frame[:13], said, frame[13:])
			k.mustStay = [][]byte{frame[13:]}
		})
	}},
	{"words-behind-a-frame", func(k *kit) []byte {
		return avif(k, func(p *stillPicture) { p.items[0].data = cat(p.items[0].data, []byte(k.secret("behind-the-frame"))) })
	}},
	{"jpeg", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			coded := photo(k.stay(mosaic{width: 6, height: 4, components: 1}.encode()), appExif(exif(k, exifOptions{})), segment(0xfe, []byte(k.secret("jpeg-comment"))))
			p.items = append(p.items, &stillItem{typ: "jpeg", data: coded, props: [][]byte{fullBox("ispe", 0, 0, be32(48), be32(32))}})
		})
	}},
	{"jpeg-in-a-fixed-room", func(k *kit) []byte { // a thumbnail, and what was there before
		return heic(k, func(p *stillPicture) {
			coded := thumbnail(k, "thumbnail")
			room := cat(coded[:len(coded)-2], bytes.Repeat([]byte{0xd1, 0x24, 0x83, 0x20}, 64))
			p.items = append(p.items, &stillItem{typ: "jpeg", data: room, refs: []stillRef{{"thmb", []int{1}}}, props: [][]byte{fullBox("ispe", 0, 0, be32(48), be32(32))}})
		})
	}},
	{"plane", func(k *kit) []byte {
		return heic(k, func(p *stillPicture) {
			k.mustStay = nil
			config := fullBox("uncC", 0, 0, zeros(4), be32(1), zeros(2), []byte{7, 0, 0}, []byte{0, 0, 0, 0}, zeros(20))
			p.items = []*stillItem{{typ: "unci", data: k.stay(bytes.Repeat([]byte{1, 2, 3, 250}, 4)), props: [][]byte{config, box("cmpd", be32(1), be16(0)), fullBox("ispe", 0, 0, be32(4), be32(4))}}}
			p.items = append(p.items, exifItem(exif(k, exifOptions{}), 1))
		})
	}},
	{"minimized", func(k *kit) []byte {
		frame, tiff, packet := k.stay(unhex(av164.frame)), exif(k, exifOptions{}), xmp(xmpIdentity(k, ""))
		w := &bitWriter{}
		w.bits(0b00_0_0_1_0_0_0, 8) // of the full range
		w.bits(0b0_1_1_01_000, 8)   // EXIF, XMP, 4:2:0, not turned
		w.bits(0, 1)
		w.bits(63<<7|63, 14)
		w.bits(0, 3)             // where colours are, and 8 bits
		w.bits(0b100, 3)         // long metadata, a short configuration and picture
		w.bits(4, 3)             // the configuration
		w.bits(len(frame)-1, 15) // the picture
		w.bits(0, 1)             // nothing is compressed
		w.bits(len(tiff)-1, 20)
		w.bits(len(packet)-1, 20)
		w.align(0)
		return cat(box("ftyp", []byte("mif3"+"avif")), box("mini", w.b, unhex(av164.setup), frame, tiff, packet))
	}},
	{"sequence", func(k *kit) []byte {
		return avif(k, func(p *stillPicture) {
			p.brand = "avis"
			frames := [][]byte{unhex(av164.frame), unhex(av1Grey.frame)}
			p.items = append(p.items, exifItem(exif(k, exifOptions{}), 1))
			p.mdatEnd = k.stay(frames[1])
			second := len(p.items[0].data) + len(p.items[1].data)
			t := &track{handler: "pict", name: k.secret("track"), header: fullBox("vmhd", 0, 1, zeros(8)), timescale: 10, delta: 1, samples: frames, perChunk: 1, width: 64, height: 64,
				entry: visualEntry("av01", 64, 64, k.secret("compressor"), box("av1C", unhex(av164.setup)), fullBox("ccst", 0, 0, be32(0x7c000000)))}
			p.moov = func(mdat int) []byte {
				m := &movie{tracks: []*track{t}}
				return m.movieBox([]int{mdat}, [][]place{{{0, 0}, {0, int64(second)}}})
			}
		})
	}},
}
