package jpeg

import (
	"bytes"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

const (
	announce = `xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:Container="http://ns.google.com/photos/1.0/container/" ` +
		`xmlns:Item="http://ns.google.com/photos/1.0/container/item/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="` + secret + `" hdrgm:Version="1.0"`
	numbers = `xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" hdrgm:GainMapMax="3.5" hdrgm:HDRCapacityMax="3.5"`
	apple   = `xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/"`
)

func directory(items ...string) string {
	out := "<Container:Directory><rdf:Seq>"
	for _, i := range items {
		out += `<rdf:li rdf:parseType="Resource"><Container:Item ` + i + `/></rdf:li>`
	}
	return out + "</rdf:Seq></Container:Directory>"
}

func ultraHDR(gap int) []byte {
	gm := with(encode(8, 8), xmpOf(numbers, ""), seg(com, secret))
	return listed(func(mpf string) []byte {
		return photo(exifOf(orientation(3), ascii(0x010F, secret)), mpf,
			xmpOf(announce, directory(`Item:Semantic="Primary" Item:Mime="image/jpeg"`, `Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="700"`,
				`Item:Semantic="MotionPhoto" Item:Mime="video/mp4" Item:Length="9999"`)))
	}, []uint32{0x30000, 0}, gap, [][]byte{gm})
}

// hold holds a sample to the laws, expects that the secret is gone and that all
// of mustStay is not.
func hold(t *testing.T, data []byte, mustStay ...string) (*scrub.Plan, []byte) {
	t.Helper()
	h := scrubtest.Harness{Engine: engine(), Sound: true, Secrets: [][]byte{[]byte(secret)}}
	for _, s := range mustStay {
		h.MustStay = append(h.MustStay, []byte(s))
	}
	p := h.Laws(t, t.Name(), data)
	if p == nil || t.Failed() {
		t.FailNow()
	}
	return p, scrubtest.Perform(data, p)
}

func pictures(b []byte) int { return bytes.Count(b, []byte{0xFF, soi, 0xFF}) }

func TestUltraHDR(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"adjoining", ultraHDR(0)},
		{"with a gap", ultraHDR(9)},
		{"with a tail", append(ultraHDR(0), secret...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, result := hold(t, c.data, `hdrgm:Version="1.0"`, `hdrgm:GainMapMax="3.5"`, "GainMap", `Item:Length="700"`)
			if pictures(result) != 2 {
				t.Errorf("%d pictures are left, not 2", pictures(result))
			}
			for _, gone := range []string{"MotionPhoto", "9999", "Secret Toolkit"} {
				if strings.Contains(string(result), gone) {
					t.Errorf("%q is still there", gone)
				}
			}
		})
	}
}

func TestGainMapGoesOnRequest(t *testing.T) {
	data := ultraHDR(0)
	p := planWith(t, data, scrub.Policy{Remove: []scrub.Kind{scrub.GainMap}})
	result := scrubtest.Perform(data, p)
	if pictures(result) != 1 || bytes.Contains(result, []byte("hdrgm")) || bytes.Contains(result, []byte("MPF")) {
		t.Errorf("something of the gain map is left in %q", result)
	}
}

func TestGainMapOffTheIndex(t *testing.T) {
	data := ultraHDR(0)
	at := bytes.Index(data, []byte("MPF\x00"))
	shifted := with(data[:at+20], seg(0xE9, "longer by this"))
	data = append(shifted, data[at+20:]...)
	copy(data[bytes.Index(data, []byte("\xb0\x02")):], "\xb0\x02\x00\x07\x00\x00\x00\x20\x00\x00\xff\x00") // the list lies outside
	_, result := hold(t, data, "hdrgm:GainMapMax")
	if pictures(result) != 2 {
		t.Errorf("%d pictures are left, not 2", pictures(result))
	}
	if e := indexOf(t, result); len(e) != 2 || !bytes.HasPrefix(result[e[1].off:], []byte{0xFF, soi, 0xFF}) {
		t.Errorf("the index was not repaired: %+v", e)
	}
}

// indexOf reads the index of a result.
func indexOf(t *testing.T, b []byte) []mpEntry {
	t.Helper()
	at := bytes.Index(b, []byte("MPF\x00")) + 4
	var x mpIndex
	if at < 4 || !x.read(b[at:at+200]) {
		t.Fatal("no index")
	}
	for i := range x.entries[1:] {
		x.entries[i+1].off += int64(at)
	}
	return x.entries
}

// A field of the index that could hold anything is no field of the index.
func TestHidingInIndex(t *testing.T) {
	second := with(encode(16, 16), seg(com, secret))
	for _, extra := range []entry{
		{0xB201, 7, uint32(len(secret)), secret},
		{0xB202, 5, 3, secret + strings.Repeat("\x00", 18)},
		{0xB101, 2, uint32(len(secret)), secret},
		{0xB004, 4, 2, secret + "\x00\x00"},
	} {
		data := listed(func(mpf string) []byte { return photo(mpf) }, []uint32{0x20020002, 0x020002}, 0, [][]byte{second}, extra)
		h := scrubtest.Harness{Engine: engine(), Sound: true, Variants: -1, Secrets: [][]byte{[]byte(secret)}}
		result := scrubtest.Perform(data, h.Laws(t, t.Name(), data))
		if pictures(result) != 2 || len(indexOf(t, result)) != 2 {
			t.Errorf("%04X: %d pictures are left, not 2", extra.tag, pictures(result))
		}
	}
}

// An index that has to be written anew, and is too short for that, stays with the
// pictures that it leads to. The file is not called clean.
func TestCrampedIndex(t *testing.T) {
	second := encode(16, 16)
	index := func(size, off uint32) string {
		const unknownBits = 0x08000000
		return seg(0xE2, "MPF\x00MM\x00*", be32(8), "\x00\x01\xb0\x02\x00\x07", be32(32), be32(26), be32(0),
			be32(0x20020002|unknownBits), be32(1), be32(0), be32(0), be32(0x020002), be32(size), be32(off), be32(0))
	}
	draft := photo(index(1, 1))
	base := bytes.Index(draft, []byte("MPF\x00")) + 4
	data := append(photo(index(uint32(len(second)), uint32(len(draft)-base))), second...)
	h := scrubtest.Harness{Engine: engine(), Variants: -1}
	p := h.Laws(t, t.Name(), data)
	if p.Status() != scrub.Partly || len(p.Doubts) != 1 {
		t.Errorf("it is %v for %q, not partly clean", p.Status(), p.Doubts)
	}
	if result := scrubtest.Perform(data, p); pictures(result) != 2 || len(indexOf(t, result)) != 2 {
		t.Errorf("%d pictures are left, not 2", pictures(result))
	}
}

func TestISOGainMap(t *testing.T) {
	numbers := "\x00\x00\x00\x00\x00" + strings.Repeat("\x00\x00\x00\x01", 14)
	gm := with(encode(8, 8), seg(0xE2, isoURN, numbers, secret))
	data := listed(func(mpf string) []byte { return photo(seg(0xE2, isoURN, "\x00\x00\x00\x00"), mpf) }, []uint32{0x30000, 0}, 0, [][]byte{gm})
	_, result := hold(t, data, isoURN+"\x00\x00\x00\x00", isoURN+numbers)
	if pictures(result) != 2 {
		t.Errorf("%d pictures are left, not 2", pictures(result))
	}
}

func TestAppleGainMap(t *testing.T) {
	note := "Apple iOS\x00\x00\x01MM" + ifd(bigEndian, 14, 0, entry{0x0011, 2, 7, secret + "\x00"}, entry{0x0021, 10, 1, be32(3) + be32(2)},
		entry{0x0030, 10, 1, be32(5) + be32(4)})
	exif := exifOf(ascii(0x010F, "Apple "+secret), entry{0x8769, 4, 1, be32(8 + 2 + 24 + 4 + 13)})
	exif = seg(0xE1, exif[4:], ifd(bigEndian, 8+2+24+4+13, 0, entry{0x927C, 7, uint32(len(note)), note}))
	gm := with(encode(8, 8), xmpOf(apple, "<apdi:AuxiliaryImageType>"+`urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType>`+
		"<HDRGainMap:HDRGainMapVersion>65536</HDRGainMap:HDRGainMapVersion><apdi:Serial>"+secret+"</apdi:Serial>"))
	data := listed(func(mpf string) []byte { return photo(exif, mpf) }, []uint32{0x30000, 0}, 0, [][]byte{gm})
	p, result := hold(t, data, "Apple iOS\x00\x00\x01MM", "hdrgainmap", "65536", be32(3)+be32(2), be32(5)+be32(4))
	if !has(p, found{scrub.ID, "APP1/Exif/Apple/ContentIdentifier", secret}) {
		t.Errorf("the content identifier was not found: %+v", p.Findings)
	}
	if pictures(result) != 2 {
		t.Errorf("%d pictures are left, not 2", pictures(result))
	}
}

// Previews and the original before editing go, whatever they say of themselves.
func TestOtherListedPictures(t *testing.T) {
	preview := with(encode(8, 8), seg(com, secret))
	original := with(encode(16, 16), exifOf(ascii(0x010F, secret)), xmpOf(announce, ""))
	gm := with(encode(8, 8), xmpOf(numbers, ""))
	data := listed(func(mpf string) []byte { return photo(mpf, xmpOf(announce, "")) },
		[]uint32{0x20030000, 0x010001, 0x040000, 0x050000}, 3, [][]byte{preview, original, gm}, entry{0xB003, 7, 66, strings.Repeat(secret, 11)})
	p, result := hold(t, data, "hdrgm:GainMapMax")
	if !has(p, found{scrub.Thumbnail, "MPF/image 2", "type 010001"}) || !has(p, found{scrub.Thumbnail, "MPF/image 3", "type 040000"}) {
		t.Errorf("the previews were not found: %+v", p.Findings)
	}
	e := indexOf(t, result)
	if len(e) != 2 || e[1].attribute != 0x050000 || !bytes.HasPrefix(result[e[1].off:], []byte{0xFF, soi, 0xFF}) || pictures(result) != 2 {
		t.Errorf("the index is %+v", e)
	}
}

func TestPreviewsAlone(t *testing.T) {
	data := listed(func(mpf string) []byte { return photo(mpf) }, []uint32{0x030000, 0x010002}, 0, [][]byte{with(encode(8, 8), seg(com, secret))})
	_, result := hold(t, data)
	if pictures(result) != 1 || bytes.Contains(result, []byte("MPF")) {
		t.Errorf("the preview or its index is left")
	}
}

func TestStereo(t *testing.T) {
	right := with(encode(16, 16), exifOf(ascii(0x010F, secret)), seg(com, secret))
	for _, c := range []struct {
		name  string
		kinds []uint32
		left  int
	}{
		{"two views", []uint32{0x20020002, 0x020002}, 2},
		{"another lens beside a photo", []uint32{0x20030000, 0x020002}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			uid := entry{0xB003, 7, 66, strings.Repeat(secret, 11)}
			data := listed(func(mpf string) []byte { return photo(mpf) }, c.kinds, 0, [][]byte{right}, uid)
			_, result := hold(t, data)
			if pictures(result) != c.left {
				t.Errorf("%d pictures are left, not %d", pictures(result), c.left)
			}
		})
	}
}

func TestPanorama(t *testing.T) {
	data := photo(xmpOf(`xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="16" `+
		`GPano:PoseHeadingDegrees="231.5" GPano:StitchingSoftware="`+secret+`"`, `<GPano:UsePanoramaViewer>True</GPano:UsePanoramaViewer>`))
	_, result := hold(t, data, `GPano:ProjectionType="equirectangular"`, `GPano:FullPanoWidthPixels="16"`, "<GPano:UsePanoramaViewer>True<")
	if bytes.Contains(result, []byte("231.5")) {
		t.Error("the heading is left")
	}
}

func TestOrientationInXMP(t *testing.T) {
	packet := xmpOf(`xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" tiff:Make="`+secret+`"`, "")
	hold(t, photo(packet), `tiff:Orientation="6"`)
	_, result := hold(t, photo(packet, exifOf(orientation(1), ascii(0x010F, secret))))
	if bytes.Contains(result, []byte("tiff:")) {
		t.Error("the orientation of XMP is left although EXIF told another")
	}
}

// A file that ends in its gain map or in a view is not whole.
func TestCutShort(t *testing.T) {
	right := with(encode(16, 16), exifOf(ascii(0x010F, secret)))
	stereo := listed(func(mpf string) []byte { return photo(mpf) }, []uint32{0x20020002, 0x020002}, 0, [][]byte{right})
	preview := listed(func(mpf string) []byte { return photo(mpf) }, []uint32{0x20030000, 0x010001}, 0, [][]byte{right})
	for _, c := range []struct {
		name string
		data []byte
		cut  int
		want scrub.Status
	}{
		{"gain map in its scan", ultraHDR(0), 40, scrub.Partly},
		{"gain map in its header", ultraHDR(0), 500, scrub.Partly},
		{"gain map missing", ultraHDR(0), len(ultraHDR(0)) - bytes.LastIndex(ultraHDR(0), []byte{0xFF, soi, 0xFF}), scrub.Partly},
		{"view in its scan", stereo, 40, scrub.Partly},
		{"view in its header", stereo, len(right) - 30, scrub.Partly},
		{"preview", preview, 40, scrub.Dirty},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := c.data[:len(c.data)-c.cut]
			p := plan(t, data)
			result := scrubtest.Perform(data, p)
			if p.Status() != c.want {
				t.Errorf("called %s", p.Status())
			}
			again := plan(t, result)
			if want := map[scrub.Status]scrub.Status{scrub.Partly: scrub.Partly, scrub.Dirty: scrub.Clean}[c.want]; again.Status() != want || len(again.Edits) > 0 {
				t.Errorf("a second run makes %d edits and calls it %s", len(again.Edits), again.Status())
			}
		})
	}
}

// A gain map whose own metadata are damaged is not taken for another picture.
func TestDamagedGainMap(t *testing.T) {
	photos := map[string]func(gm []byte) []byte{
		"listed": func(gm []byte) []byte {
			return listed(func(mpf string) []byte { return photo(mpf) }, []uint32{0x30000, 0}, 0, [][]byte{gm})
		},
		"not listed": func(gm []byte) []byte { return append(photo(xmpOf(announce, "")), gm...) },
	}
	gm := with(encode(8, 8), xmpOf(apple, "<apdi:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType>"+
		"<HDRGainMap:HDRGainMapVersion>65536</HDRGainMap:HDRGainMapVersion>"))
	for name, file := range photos {
		for _, word := range []string{"mpmeta", "hdrgainmap", "RDF", "apdi:Aux", "ns.adobe"} {
			bad := bytes.Replace(gm, []byte(word), bytes.Repeat([]byte{1}, len(word)), 1)
			data := file(bad)
			p := plan(t, data)
			if result := scrubtest.Perform(data, p); p.Status() != scrub.Partly || pictures(result) != 2 {
				t.Errorf("%s, without %s: called %s, %d pictures are left", name, word, p.Status(), pictures(result))
			}
		}
	}
}

// Phones list depth maps too, which no picture needs.
func TestDepthMap(t *testing.T) {
	note := "Apple iOS\x00\x00\x01MM" + ifd(bigEndian, 14, 0, entry{0x0021, 10, 1, be32(3) + be32(2)})
	exif := seg(0xE1, "Exif\x00\x00MM\x00*", be32(8), ifd(bigEndian, 8, 0, entry{0x8769, 4, 1, be32(8 + 2 + 12 + 4)}),
		ifd(bigEndian, 8+2+12+4, 0, entry{0x927C, 7, uint32(len(note)), note}))
	depth := with(encode(8, 8), xmpOf(apple, "<apdi:AuxiliaryImageType>kCGImageAuxiliaryDataTypeDepth</apdi:AuxiliaryImageType>"), seg(com, secret))
	data := listed(func(mpf string) []byte { return photo(exif, mpf) }, []uint32{0x30000, 0}, 0, [][]byte{depth})
	if _, result := hold(t, data); pictures(result) != 1 || bytes.Contains(result, []byte("Apple")) {
		t.Errorf("%d pictures are left, not 1", pictures(result))
	}
}
