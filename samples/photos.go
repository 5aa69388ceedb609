package samples

import (
	"encoding/binary"
	"fmt"
	"strings"
)

var (
	small  = scene(96, 64, 1)
	little = binary.LittleEndian
	big    = binary.BigEndian
)

var photos = append([]recipe{
	{"plain", func(k *kit) []byte { return photo(small) }},
	{"jfif", func(k *kit) []byte { return photo(small, appJFIF(nil, 0, 0)) }},
	{"jfif-thumbnail", func(k *kit) []byte {
		return photo(small, appJFIF(field(k.secret("jfif-thumbnail"), 48), 4, 4))
	}},
	{"jfxx", func(k *kit) []byte {
		return photo(small, appJFIF(nil, 0, 0), segment(0xe0, cat([]byte("JFXX\x00\x10"), thumbnail(k, "jfxx-thumbnail"))))
	}},
	{"comment", func(k *kit) []byte {
		return photo(small, appJFIF(nil, 0, 0), segment(0xfe, []byte(k.secret("comment"))), segment(0xfe, []byte(k.secret("second-comment"))))
	}},
	{"exif-ii", func(k *kit) []byte { return photo(small, appExif(exif(k, exifOptions{order: little}))) }},
	{"exif-mm", func(k *kit) []byte { return photo(small, appExif(exif(k, exifOptions{order: big}))) }},
	{"exif-thumbnail", func(k *kit) []byte {
		return photo(small, appExif(exif(k, exifOptions{order: little, orientation: 6, thumbnail: thumbnail(k, "thumbnail")})))
	}},
	{"exif-twice", func(k *kit) []byte {
		return photo(small, appExif(exif(k, exifOptions{orientation: 6, prefix: "first-"})), appExif(exif(k, exifOptions{orientation: 6, prefix: "second-"})))
	}},
	{"exif-gap", func(k *kit) []byte {
		t := exif(k, exifOptions{order: little, orientation: 8})
		return photo(small, appExif(append(t, k.secret("after-the-tiff")...)))
	}},
	{"xmp", func(k *kit) []byte { return photo(small, appXMP(xmp(xmpIdentity(k, "")))) }},
	{"xmp-extended", func(k *kit) []byte {
		rest := xmp(`xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/" GDepth:Data="`+k.secret("depth")+strings.Repeat("QUJD", 30000)+`"`, "")
		attribute, parts := extendedXMP(rest, 60000)
		segments := appXMP(xmp(attribute, ""))
		for _, p := range parts {
			segments = append(segments, segment(0xe1, p)...)
		}
		return photo(small, segments)
	}},
	{"photoshop", func(k *kit) []byte {
		return photo(small, segment(0xed, photoshop(k, thumbnail(k, "irb-thumbnail"))))
	}},
	{"icc", func(k *kit) []byte { return photo(small, appICC(iccProfile(k, ""), 1)) }},
	{"icc-split", func(k *kit) []byte { return photo(small, appJFIF(nil, 0, 0), appICC(iccProfile(k, ""), 2)) }},
	{"unknown-segments", func(k *kit) []byte {
		var b []byte
		for n := range 16 {
			b = append(b, segment(byte(0xe0+n), []byte(k.secret(fmt.Sprintf("app%d", n))))...)
		}
		return photo(small, b)
	}},
	{"vendor-segments", func(k *kit) []byte {
		return photo(small, segment(0xe3, []byte("Meta\x00\x00"+k.secret("kodak"))), segment(0xe5, []byte("ssuniqueid\x00"+k.secret("samsung-id"))),
			segment(0xe6, []byte("GoPro\x00"+k.secret("gopro"))), segment(0xeb, []byte("JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x30jumb"+k.secret("c2pa"))),
			segment(0xec, []byte("[picture info]\x00"+k.secret("olympus"))))
	}},
	{"adobe-rgb", func(k *kit) []byte {
		return photo(mosaic{width: 6, height: 4, components: 3}.encode(), appAdobe(0, []byte(k.secret("after-adobe"))))
	}},
	{"cmyk", func(k *kit) []byte {
		return photo(mosaic{width: 6, height: 4, components: 4}.encode(), appAdobe(0, nil), segment(0xfe, []byte(k.secret("comment"))))
	}},
	{"gray", func(k *kit) []byte {
		return photo(mosaic{width: 9, height: 5, components: 1}.encode(), segment(0xfe, []byte(k.secret("comment"))))
	}},
	{"multiscan", func(k *kit) []byte {
		return photo(mosaic{width: 9, height: 5, components: 3, separate: true}.encode(), appExif(exif(k, exifOptions{})))
	}},
	{"progressive", func(k *kit) []byte {
		return photo(mosaic{width: 9, height: 5, components: 3, progressive: true}.encode(), appExif(exif(k, exifOptions{})))
	}},
	{"restarts", func(k *kit) []byte {
		return photo(mosaic{width: 40, height: 30, components: 3, restart: 7, noise: true}.encode(), appExif(exif(k, exifOptions{})))
	}},
	{"between-scans", betweenScans},
	{"fill-bytes", func(k *kit) []byte {
		return photo(small, filled(700, 0xff), segment(0xfe, []byte(k.secret("comment"))), filled(5, 0xff), segment(0xe9, []byte(k.secret("app9"))), filled(3, 0xff))
	}},
	{"long-segments", func(k *kit) []byte {
		return photo(small, segment(0xfe, field(k.secret("long-comment"), 65533)), segment(0xe7, field(k.secret("long-app7"), 65533)))
	}},
	{"preview", func(k *kit) []byte {
		preview := photo(scene(64, 48, 5), appExif(exif(k, exifOptions{prefix: "preview-"})))
		return multiPicture(k, small, appExif(exif(k, exifOptions{})), picture{mpPreview, preview})
	}},
	{"ultra-hdr", ultraHDR},
	{"iso-gain-map", isoGainMap},
	{"motion", func(k *kit) []byte { return motionPhoto(k, false) }},
	{"motion-samsung", func(k *kit) []byte { return motionPhoto(k, true) }},
	{"trailer-samsung", func(k *kit) []byte { return append(photo(small, appExif(exif(k, exifOptions{}))), samsung(k)...) }},
	{"trailer-insta360", func(k *kit) []byte { return append(photo(small), insta360(k)...) }},
	{"trailer-red-star", func(k *kit) []byte { return append(photo(small), redStar(k, "AC9A58CDZ364C")...) }},
	{"trailer-red-star-2", func(k *kit) []byte {
		return append(photo(small, appExif(exif(k, exifOptions{}))), redStar(k, "AC9A58CDZ364C", "8295FF513293A")...)
	}},
	{"trailer-unknown", func(k *kit) []byte { return append(photo(small), unknownTrailer(k, 3000)...) }},
	{"trailer-layers", func(k *kit) []byte {
		return cat(photo(small), samsung(k), redStar(k, "B48Z789B3AZ97"), insta360(k))
	}},
	{"everything", everything},
}, append(orientations(), straddles()...)...)

// orientations has each orientation in both byte orders.
func orientations() (out []recipe) {
	for n := 1; n <= 8; n++ {
		out = append(out, recipe{fmt.Sprintf("orientation-%d", n), func(k *kit) []byte {
			order := byteOrder(little)
			if n%2 == 0 {
				order = big
			}
			return photo(small, appJFIF(nil, 0, 0), appExif(exif(k, exifOptions{order: order, orientation: n})))
		}})
	}
	return out
}

// straddles has the headers of segments across the boundaries of sectors.
func straddles() (out []recipe) {
	for _, at := range []int{508, 509, 510, 511, 512} {
		out = append(out, recipe{fmt.Sprintf("straddle-%d", at), func(k *kit) []byte {
			b := []byte{0xff, 0xd8}
			for i := range 4 { // each comment ends where the next header is to start
				next := i*1024 + at
				b = append(b, segment(0xfe, field(k.secret(fmt.Sprintf("comment-%d", i)), next-len(b)-4))...)
			}
			b = append(b, appExif(exif(k, exifOptions{orientation: 6}))...)
			return append(b, small...)
		}})
	}
	return out
}

// betweenScans has segments after the first scan.
func betweenScans(k *kit) []byte {
	coded := mosaic{width: 9, height: 5, components: 3, progressive: true}.encode()
	second := strings.LastIndex(string(coded), "\xff\xda")
	return photo(cat(coded[:second], segment(0xfe, []byte(k.secret("between-scans"))), segment(0xe4, []byte(k.secret("late-app4"))), coded[second:]))
}

const hdrgm = `xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"`

// container is the directory that tells of what follows the picture.
func container(semantic, mime string, n int) string {
	return fmt.Sprintf(`<Container:Directory xmlns:Container="http://ns.google.com/photos/1.0/container/"><rdf:Seq>`+
		`<rdf:li rdf:parseType="Resource"><Container:Item xmlns:Item="http://ns.google.com/photos/1.0/container/item/" Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>`+
		`<rdf:li rdf:parseType="Resource"><Container:Item xmlns:Item="http://ns.google.com/photos/1.0/container/item/" Item:Semantic="%s" Item:Mime="%s" Item:Length="%d"/></rdf:li>`+
		`</rdf:Seq></Container:Directory>`, semantic, mime, n)
}

// ultraHDR is an Ultra HDR photo (Android, version 1): the gain map's numbers
// are in its XMP, which the photo's XMP announces.
func ultraHDR(k *kit) []byte {
	gains := xmp(hdrgm+` hdrgm:GainMapMin="0.0" hdrgm:GainMapMax="2.3" hdrgm:Gamma="1.0" hdrgm:OffsetSDR="0.015625" hdrgm:OffsetHDR="0.015625" `+
		`hdrgm:HDRCapacityMin="0.0" hdrgm:HDRCapacityMax="2.3" hdrgm:BaseRenditionIsHDR="False"`, "")
	gainMap := photo(k.stay(mosaic{width: 6, height: 4, components: 1}.encode()), appXMP(gains), appExif(exif(k, exifOptions{prefix: "gainmap-"})))
	attributes, elements := xmpIdentity(k, "")
	head := cat(appExif(exif(k, exifOptions{orientation: 6})), appXMP(xmp(attributes+" "+hdrgm, elements+container("GainMap", "image/jpeg", len(gainMap)))))
	return multiPicture(k, k.stay(small), head, picture{mpGainMap, gainMap})
}

// isoGainMap is a photo with a gain map after ISO 21496-1.
func isoGainMap(k *kit) []byte {
	const urn = "urn:iso:std:iso:ts:21496:-1\x00"
	numbers := cat(zeros(4), []byte{0x40}, be32(1), be32(10), be32(23), be32(10), zeros(40))
	gainMap := photo(k.stay(mosaic{width: 6, height: 4, components: 1}.encode()), segment(0xe2, cat([]byte(urn), numbers)), segment(0xfe, []byte(k.secret("gainmap-comment"))))
	return multiPicture(k, k.stay(small), cat(appExif(exif(k, exifOptions{})), segment(0xe2, []byte(urn+"\x00\x00\x00\x00"))), picture{mpGainMap, gainMap})
}

// motionPhoto appends a clip, inside the trailer of a Samsung phone or bare as
// other phones do.
func motionPhoto(k *kit, inSamsung bool) []byte {
	clip := motionClip(k)
	head := xmp(`xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1" GCamera:MicroVideoOffset="`+
		fmt.Sprint(len(clip))+`"`, container("MotionPhoto", "video/mp4", len(clip)))
	p := photo(k.stay(small), appExif(exif(k, exifOptions{orientation: 6})), appXMP(head))
	if inSamsung {
		return cat(p, clip, samsung(k))
	}
	return append(p, clip...)
}

func everything(k *kit) []byte {
	attributes, elements := xmpIdentity(k, "")
	return cat(photo(small,
		appJFIF(field(k.secret("jfif-thumbnail"), 48), 4, 4),
		appExif(exif(k, exifOptions{order: little, orientation: 6, thumbnail: thumbnail(k, "thumbnail")})),
		appXMP(xmp(attributes, elements)),
		segment(0xed, photoshop(k, thumbnail(k, "irb-thumbnail"))),
		appICC(iccProfile(k, ""), 2),
		segment(0xe8, []byte(k.secret("app8"))),
		segment(0xfe, []byte(k.secret("comment")))),
		redStar(k, "AC9A58CDZ364C", "8295FF513293A"))
}
