package jpeg

import (
	"encoding/binary"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/gainmap"
)

// special deals with the families of which a segment may stay. It reports
// whether it did.
func (c *cleaner) special(g segment, f family) (bool, error) {
	switch f.place {
	case famJFIF:
		return c.jfifHeader(g), nil
	case famAdobe:
		return c.adobeHeader(g), nil
	case famSPIFF:
		return c.spiffHeader(g)
	case famISO:
		return c.isoMap(g)
	case famAROT:
		return c.arot(g)
	case famJPS:
		return c.stereoLayout(g), nil
	case famAVI1, famMJPG:
		return c.frame, c.stays(g, c.frame)
	case famComment:
		return c.decoderComment(g)
	}
	return false, nil
}

// stays claims a segment as it is.
func (c *cleaner) stays(g segment, yes bool) error {
	if yes {
		c.Claim(g.off, 4+g.n, scrub.Structure, c.place(g))
	}
	return nil
}

// first tells whether a segment is the first of its family.
func (c *cleaner) first(g segment) bool { return c.groups[c.place(g)][0].off == g.off }

// jfifLength is the payload of an APP0 JFIF segment without a thumbnail.
const jfifLength = 14

// jfifHeader keeps version and density. The thumbnail is raw RGB after the
// header; JFIF 1.02 gives its size in the header's last two bytes.
func (c *cleaner) jfifHeader(g segment) bool {
	if !c.first(g) {
		return false
	}
	if g.n < jfifLength { // of which decoders take the name at the most
		c.replaceHidden(g, []byte("JFIF\x00"))
		return true
	}
	body := c.Get(g.body(), jfifLength)
	thumb := body[12] != 0 || body[13] != 0
	body[12], body[13] = 0, 0
	if body[5] != 1 || body[7] > 2 { // no version or unit that there is
		copy(body[5:], "\x01\x01\x00\x00\x01\x00\x01")
	}
	if c.replace(scrub.Destroy, g, body, scrub.Structure) {
		kind := scrub.Hidden
		if thumb {
			kind = scrub.Thumbnail
		}
		c.Gone(scrub.Finding{Kind: kind, Place: famJFIF + "/thumbnail", Off: g.body() + jfifLength, Len: g.n - jfifLength,
			Value: fmt.Sprintf("%d bytes", g.n-jfifLength)})
	}
	return true
}

// adobeLength is the payload of an APP14 Adobe segment (Adobe TN 5116, 18).
const adobeLength = 12

// adobeHeader keeps the transform, which says how the colours are coded, and
// makes version and flags those of any other program.
func (c *cleaner) adobeHeader(g segment) bool {
	if g.n < adobeLength || c.adobeAfter(g) {
		return false
	}
	old := c.Get(g.body(), adobeLength)
	body := []byte("Adobe\x00\x64\x00\x00\x00\x00")
	if c.replace(scrub.Destroy, g, append(body, old[11]), scrub.Render) {
		c.Gone(scrub.Finding{Kind: scrub.Software, Place: famAdobe, Off: g.off, Len: 4 + g.n,
			Value: fmt.Sprintf("version %d, flags %x", binary.BigEndian.Uint16(old[5:]), old[7:11])})
	}
	return true
}

// adobeAfter tells whether another such segment follows: decoders go by the last.
func (c *cleaner) adobeAfter(g segment) bool {
	return slices.ContainsFunc(c.groups[famAdobe], func(other segment) bool { return other.off > g.off && other.n >= adobeLength })
}

// spiffLength is the payload of a SPIFF header (ISO/IEC 10918-3, annex F).
const spiffLength = 30

// spiffHeader keeps the header where nothing else tells the colour space.
func (c *cleaner) spiffHeader(g segment) (bool, error) {
	if !c.pic.shown() || !c.first(g) || c.jfif || c.adobe || g.n != spiffLength {
		return false, nil
	}
	b := c.Get(g.body(), spiffLength)
	frame, err := c.head(c.pic.frames[0], 6)
	if err != nil || !spiffAgrees(b, frame) {
		return false, err
	}
	c.Claim(g.off, 4+g.n, scrub.Render, famSPIFF)
	return true, nil
}

// spiffAgrees tells whether a SPIFF header says what there is to be said of the
// picture with the given frame header.
func spiffAgrees(b, frame []byte) bool {
	const jpegCoded = 5
	at := func(i int) uint32 { return binary.BigEndian.Uint32(b[i:]) }
	return len(frame) == 6 && b[6] == 1 && b[7] <= 2 && b[8] <= 3 && b[9] == frame[5] &&
		at(10) == uint32(number(frame[1:])) && at(14) == uint32(number(frame[3:])) &&
		b[18] < 16 && b[19] == frame[0] && b[20] == jpegCoded && b[21] <= 2 && at(22) == at(26) && at(22) <= 0xFFFF
}

// jpsLength is the payload of an APP3 of a stereo picture without its comment:
// name, length, and how the two halves lie (JPS file format, VRex 1997).
const jpsLength = 14

// stereoLayout keeps what says how the halves of a stereo picture lie.
func (c *cleaner) stereoLayout(g segment) bool {
	if !c.first(g) || g.n < jpsLength {
		return false
	}
	if c.replace(scrub.Destroy, g, c.Get(g.body(), jpsLength), scrub.Render) {
		c.Gone(scrub.Finding{Kind: scrub.Comment, Place: famJPS, Off: g.off, Len: 4 + g.n})
	}
	return true
}

// isoMap keeps the metadata of a gain map by ISO 21496-1, in the map and, as a
// mere version, in the picture that has one.
func (c *cleaner) isoMap(g segment) (bool, error) {
	n, err := c.isoLength(g)
	if err != nil || n == 0 || !c.isMap && !c.hasMap() {
		return false, err
	}
	if !c.isMap {
		n = isoVersionOnly
	}
	body := c.Get(g.body(), int(n))
	if c.replace(scrub.Destroy, g, body, scrub.Render) {
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: famISO, Off: g.body() + n, Len: g.n - n})
	}
	return true, nil
}

// isoVersionOnly is the payload of the segment that only tells the version.
const isoVersionOnly = int64(len(isoURN)) + gainmap.VersionOnly

// isoLength returns how much of the payload the metadata takes (ISO 21496-1,
// C.2): two versions, and in a gain map flags and fractions. 0 if it does not parse.
func (p *parser) isoLength(g segment) (int64, error) {
	if g.n < isoVersionOnly {
		return 0, nil
	}
	b, err := p.head(g, isoVersionOnly+1)
	if err != nil {
		return 0, err
	}
	if p.Zeros(g.body()+isoVersionOnly, g.n-isoVersionOnly) {
		return isoVersionOnly, nil
	}
	if n := gainmap.Length(b[len(isoURN):], g.n-int64(len(isoURN))); n > 0 {
		return int64(len(isoURN)) + n, nil
	}
	return 0, nil
}

// arot keeps Apple's older gain curve beside a gain map: a count and as many
// numbers of 4 bytes.
func (c *cleaner) arot(g segment) (bool, error) {
	b, err := c.head(g, 10)
	if err != nil || !c.hasMap() || len(b) < 10 || g.n != 10+4*int64(binary.BigEndian.Uint32(b[6:])) {
		return false, err
	}
	if !c.rises(g.body()+10, g.n-10) {
		return false, nil
	}
	c.Claim(g.off, 4+g.n, scrub.Render, famAROT)
	return true, nil
}

// rises tells whether no number is less than the one before.
func (c *cleaner) rises(off, n int64) bool {
	b := c.Get(off, int(n))
	for last := uint32(0); len(b) >= 4; b = b[4:] {
		v := binary.BigEndian.Uint32(b)
		if v < last {
			return false
		}
		last = v
	}
	return true
}

// decoderComments are those that FFmpeg's decoder acts on in motion JPEG (mjpegdec.c).
var decoderComments = map[string]bool{
	"AVID": true, "CS=ITU601": true, "Intel(R) JPEG Library, version 1": true, "Metasoft MJPEG Codec": true, "MULTISCOPE II": true,
}

func (c *cleaner) decoderComment(g segment) (bool, error) {
	b, err := c.head(g, 64)
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	keep := err == nil && c.frame && g.n <= 64 && decoderComments[string(b)]
	return keep, c.stays(g, keep)
}
