package still

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/exif"
	"untag/scrub/gainmap"
	"untag/scrub/xmp"
)

// chunk is a part of a picture in a minimized box.
type chunk struct {
	what string
	n    int64
}

// head reads the fields of a minimized box (ISO/IEC 23008-12, the brand mif3).
type head struct {
	*box.Fields
	alpha, hdr, profile, exif, xmp bool
}

func (h *head) flag() bool { return h.Take(1) == 1 }

// size reads a number of few or many bits.
func (h *head) size(large bool, few, many int) int64 {
	if large {
		return h.Number(many)
	}
	return h.Number(few)
}

// shown reads how the picture is shown.
func (h *head) shown() {
	h.Among(2, 0)
	typed, float := h.flag(), h.flag()
	h.Take(1) // the range of its values
	h.alpha = h.flag()
	colours := h.flag()
	h.hdr, h.profile, h.exif, h.xmp = h.flag(), h.flag(), h.flag(), h.flag()
	chroma := h.Take(2)
	h.Take(3) // how it is turned
	large := h.flag()
	h.size(large, 7, 15)
	h.size(large, 7, 15)
	if chroma == 1 || chroma == 2 {
		h.Take(1)
	}
	if chroma == 1 {
		h.Take(1)
	}
	if float {
		h.Take(2)
	} else if h.flag() {
		h.Take(3)
	}
	if h.alpha {
		h.Take(1)
	}
	if colours {
		h.Take(16)
		if chroma != 0 {
			h.Take(8)
		}
	}
	if typed {
		h.Word("av01|hvc1|avc1|vvc1")
		h.Word("av1C|hvcC|avcC|vvcC")
	}
}

// parts reads how large the parts are that follow, in their order.
func (h *head) parts() []chunk {
	long := (h.profile || h.exif || h.xmp) && h.flag()
	configs, data := h.flag(), h.flag()
	var profile, alpha, alphaConfig, exif, xmp int64
	if h.profile {
		profile = h.size(long, 10, 20) + 1
	}
	config := h.size(configs, 3, 12)
	picture := h.size(data, 15, 28) + 1
	if h.alpha {
		if alpha = h.size(data, 15, 28); alpha > 0 {
			alphaConfig = h.size(configs, 3, 12)
		}
	}
	packed := ""
	if (h.exif || h.xmp) && h.flag() {
		packed = "compressed "
	}
	if h.exif {
		exif = h.size(long, 10, 20) + 1
	}
	if h.xmp {
		xmp = h.size(long, 10, 20) + 1
	}
	h.Zero((8 - h.At%8) % 8)
	return []chunk{{"config", config}, {"config", alphaConfig}, {"profile", profile}, {"picture", alpha}, {"picture", picture}, {packed + "Exif", exif}, {packed + "XMP", xmp}}
}

// Mini claims a picture in a minimized box, which has parts in a row and no tables.
func Mini(w *box.Walk, b box.Box) error {
	const most = 64
	const place = "mini"
	h, err := w.Bytes(b.Body(), int(min(b.Size(), most)))
	if err != nil {
		return err
	}
	f := &head{Fields: box.NewFields(h)}
	if f.shown(); f.hdr {
		return w.Unsupportedf(b.Off, "a minimized box with a gain map")
	}
	parts := f.parts()
	at := b.Body() + f.Bytes()
	total := int64(0)
	for _, c := range parts {
		total += c.n
	}
	if f.Bad || f.Bytes() > int64(len(h)) || total != b.End()-at {
		return w.Unsupportedf(b.Off, "a minimized box of %d bytes", b.Len)
	}
	w.Claim(b.Off, at-b.Off, scrub.Structure, place)
	if last := f.Bytes() - 1; h[last] != f.Plain[last] {
		w.Rewrite(b.Body()+last, f.Plain[last:last+1], scrub.Hidden, place+"/reserved")
	}
	m := mini{Walk: w}
	for _, c := range parts {
		if c.n == 0 {
			continue
		}
		if err := m.part(c, at, place+"/"+c.what); err != nil {
			return err
		}
		at += c.n
	}
	return nil
}

// mini is the work on a minimized box.
type mini struct {
	*box.Walk
	stream codec.Stream
}

func (m *mini) part(c chunk, off int64, place string) error {
	x := scrub.Extents{{Off: off, Len: c.n}}
	switch c.what {
	case "config":
		return m.config(off, c.n, place)
	case "picture":
		_, err := (&codec.Look{S: m.Scan}).Frame(&m.stream, off, c.n, 0, place)
		return err
	case "profile":
		err := m.MediumAs("icc", x, place)
		if scrub.Refusal(err) {
			m.Doubt("an ICC profile can't be read")
			m.Claim(off, c.n, scrub.Render, place)
			return nil
		}
		return err
	}
	in, err := m.Within(x, "")
	if err != nil {
		return err
	}
	switch c.what {
	case "Exif":
		return m.exif(in, place)
	case "XMP":
		b, err := in.Bytes(0, int(min(c.n, xmp.MaxPacket)))
		if err != nil {
			return err
		}
		return reduce(in, place, b, gainmap.XMP(false, false, true, false))
	}
	return in.Blank(0, c.n, 0, scrub.Unknown, place)
}

// config claims how the picture is coded: records of AV1 begin with another byte than those of
// the others, which are of H.265 in all that is known.
func (m *mini) config(off, n int64, place string) error {
	b := m.Get(off, 1)
	name := "hvcC"
	if b[0] == 0x81 {
		name = "av1C"
	}
	pieces, err := m.stream.Record(name, m.Reader, off, n)
	if scrub.Refusal(err) {
		m.Doubt("the configuration of a codec can't be read")
		pieces, err = nil, nil
	}
	if err == nil {
		coded.Report(m.Scan, off, n, place, pieces)
	}
	return err
}

// exif has a block go but for what the picture needs.
func (m *mini) exif(in *scrub.Scan, place string) error {
	n := in.Size()
	block, err := exif.Read(in.Reader)
	if err != nil {
		return err
	}
	tiff, err := block.Reduce(in.Reader, gainmap.EXIF(func(k scrub.Kind) bool { return m.Goes(scrub.Identify, k) }, false, false))
	if err != nil {
		return err
	}
	if int64(len(tiff)) > n || !in.Atomic(0, int64(len(tiff))) {
		tiff = nil
	}
	old, err := in.Bytes(0, len(tiff))
	if err != nil {
		return err
	}
	rest := int64(len(tiff))
	if done, err := in.Constant(rest, n-rest, 0); err != nil || done && bytes.Equal(old, tiff) {
		in.Claim(0, n, scrub.Render, place)
		return err
	}
	block.Report(place, func(f scrub.Finding, _ bool) { in.Gone(f) })
	in.Gone(scrub.Finding{Kind: scrub.Hidden, Place: place, Len: n})
	in.Claim(0, n, scrub.Identify, place)
	in.Put(scrub.Unlink, 0, tiff)
	in.Fill(scrub.Destroy, rest, n-rest, 0)
	return nil
}
