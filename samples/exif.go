package samples

import (
	"encoding/binary"
	"strings"
)

// position is a place that nobody lives at, as EXIF degrees, minutes, seconds.
var position = []int{47, 1, 11, 1, 474747, 100000}

// exifOptions says what an EXIF block holds besides the orientation.
type exifOptions struct {
	order       byteOrder
	orientation int
	thumbnail   []byte
	prefix      string // of the names of the secrets
}

// exif returns a TIFF with everything a camera writes about device, person,
// place and time.
func exif(k *kit, o exifOptions) []byte {
	if o.order == nil {
		o.order = binary.BigEndian
	}
	say := func(name string) string { return k.secret(o.prefix + "exif-" + name) }
	ifd0 := ifd{
		{0x010e, tASCII, say("description")},
		{0x010f, tASCII, say("make")},
		{0x0110, tASCII, say("model")},
		{0x0112, tShort, []int{max(o.orientation, 1)}},
		{0x011a, tRational, []int{72, 1}},
		{0x011b, tRational, []int{72, 1}},
		{0x0128, tShort, []int{2}},
		{0x0131, tASCII, say("software")},
		{0x0132, tASCII, "2031:07:14 15:16:17"},
		{0x013b, tASCII, say("artist")},
		{0x013c, tASCII, say("host")},
		{0x8298, tASCII, say("copyright")},
		{0x8769, tLong, exifIFD(k, say)},
		{0x8825, tLong, gpsIFD(k, o.order, say)},
		{0x9c9d, tByte, k.hide(utf16le("CANARY-" + o.prefix + "exif-xp-author"))},
	}
	k.hide([]byte("2031:07:14 15:16:17"))
	if o.thumbnail == nil {
		return tiff(o.order, ifd0)
	}
	ifd1 := ifd{
		{0x0103, tShort, []int{6}},
		{0x0201, tLong, elsewhere(o.thumbnail)},
		{0x0202, tLong, []int{len(o.thumbnail)}},
	}
	return tiff(o.order, ifd0, ifd1)
}

func exifIFD(k *kit, say func(string) string) ifd {
	k.hide([]byte("2031:07:14 15:16:18"))
	return ifd{
		{0x829a, tRational, []int{1, 125}},
		{0x9000, tUndefined, []byte("0232")},
		{0x9003, tASCII, "2031:07:14 15:16:18"},
		{0x9004, tASCII, "2031:07:14 15:16:18"},
		{0x9010, tASCII, "+08:30"},
		{0x927c, tUndefined, []byte("VENDOR\x00\x01" + say("makernote") + strings.Repeat("\x00\xa5", 40))},
		{0x9286, tUndefined, []byte("ASCII\x00\x00\x00" + say("usercomment"))},
		{0x9290, tASCII, "737373"},
		{0xa000, tUndefined, []byte("0100")},
		{0xa001, tShort, []int{1}},
		{0xa420, tASCII, say("image-unique-id")},
		{0xa430, tASCII, say("owner")},
		{0xa431, tASCII, say("body-serial")},
		{0xa433, tASCII, say("lens-make")},
		{0xa434, tASCII, say("lens-model")},
		{0xa435, tASCII, say("lens-serial")},
	}
}

func gpsIFD(k *kit, order byteOrder, say func(string) string) ifd {
	var raw []byte
	for _, n := range position {
		raw = order.AppendUint32(raw, uint32(n))
	}
	k.hide(raw)
	return ifd{
		{1, tASCII, "N"},
		{2, tRational, position},
		{3, tASCII, "E"},
		{4, tRational, []int{8, 1, 32, 1, 323232, 100000}},
		{5, tByte, []byte{0}},
		{6, tRational, []int{40007, 100}},
		{7, tRational, []int{15, 1, 16, 1, 17, 1}},
		{0x1b, tUndefined, []byte("ASCII\x00\x00\x00" + say("gps-method"))},
		{0x1d, tASCII, "2031:07:14"},
	}
}
