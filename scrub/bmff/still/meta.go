package still

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/media"
	"untag/scrub/exif"
	"untag/scrub/gainmap"
	"untag/scrub/xmp"
)

// describes tells whether an item of metadata describes the main picture, a gain map, or both.
func (p *Pictures) describes(it *item) (gainMap bool) {
	for _, r := range it.from {
		if r.typ == "cdsc" && slices.ContainsFunc(r.ids, func(id uint32) bool { return p.isMap(p.item(id)) }) {
			return true
		}
	}
	return false
}

// hasMap tells whether a picture has a gain map that stays.
func (p *Pictures) hasMap() bool { return p.mapped != nil && p.mapped.fate == shown }

// packet is XMP that says nothing. Readers complain of an item of nothing but spaces or zeros.
const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`

// xmp takes a packet down to what the picture needs: what goes becomes spaces.
func (p *Pictures) xmp(it *item) error {
	n := it.extents.Size()
	if n == 0 {
		return nil
	}
	in, err := p.Within(it.extents, "meta")
	if err != nil {
		return err
	}
	b, err := in.Bytes(0, int(min(n, xmp.MaxPacket)))
	if err != nil {
		return err
	}
	f := scrub.Finding{Kind: scrub.Unknown, Place: it.place(), Off: it.offset(), Len: n}
	said, err := xmp.Read(bytes.NewReader(b))
	if err != nil {
		return err
	}
	if it.coding.s != "" { // compressed: nobody looked
		return p.encoded(it, f)
	}
	if !looksLikeXMP(b) {
		p.Stuck(f)
		p.Mangled("an item that should be XMP is none")
		return p.cloak(it)
	}
	keep := gainmap.XMP(p.hasMap(), p.hasMap() && p.describes(it), p.told, p.Clip)
	if p.contested(it) {
		if xmp.Reduce(b, keep).Empty() {
			said.Report(it.label(), 0, n, func(f scrub.Finding) { in.Gone(f) })
			return p.cover(it)
		}
		p.Stuck(f)
		return p.media.CoverItem(&media.Samples{}, it.extents)
	}
	if fresh, err := p.media.CoverOwn(it.extents); err != nil || !fresh {
		return err
	}
	return reduce(in, it.label(), b, keep)
}

// settledPacket tells whether b says nothing, as [reduce] leaves it.
func settledPacket(b []byte) bool {
	rest, ok := bytes.CutPrefix(b, []byte(packet))
	return len(bytes.Trim(rest, " ")) == 0 && (ok || len(b) < len(packet))
}

// reduce claims a packet that begins with b, and has spaces take the place of all that does not stay.
func reduce(in *scrub.Scan, place string, b []byte, keep xmp.Keep) error {
	n := in.Size()
	if settledPacket(b) && n == int64(len(b)) {
		in.Claim(0, n, scrub.Structure, place)
		return nil
	}
	r := xmp.Reduce(b, keep)
	if !r.Empty() && len(r.Blank) == 0 && n == int64(len(b)) {
		in.Claim(0, n, scrub.Render, place)
		return nil
	}
	said, err := xmp.Read(bytes.NewReader(b))
	if err != nil {
		return err
	}
	said.Report(place, 0, n, func(f scrub.Finding) { in.Gone(f) })
	in.Claim(0, n, scrub.Identify, place)
	if r.Empty() {
		k := int64(0)
		if n >= int64(len(packet)) {
			k = int64(len(packet))
			in.Put(scrub.Unlink, 0, []byte(packet))
		}
		in.Fill(scrub.Destroy, k, n-k, ' ')
		return nil
	}
	for _, x := range r.First {
		in.Fill(scrub.Unlink, int64(x.Off), int64(x.End-x.Off), ' ')
	}
	for _, x := range r.Blank {
		in.Fill(scrub.Destroy, int64(x.Off), int64(x.End-x.Off), ' ')
	}
	in.Fill(scrub.Destroy, int64(len(b)), n-int64(len(b)), ' ')
	return nil
}

// contested tells whether bytes of an item may be another one's, in a file that contradicts itself.
func (p *Pictures) contested(it *item) bool { return p.Careful && (it.clipped || p.shared(it)) }

// shared tells whether tables say that bytes of an item are another one's, or a film's.
func (p *Pictures) shared(it *item) bool {
	const most = 1 << 10
	return p.Films || len(p.items) > most || slices.ContainsFunc(p.items, func(o *item) bool {
		return o != it && slices.ContainsFunc(o.extents, func(r scrub.Range) bool { return meets(it.extents, r) })
	})
}

func meets(x scrub.Extents, r scrub.Range) bool {
	return slices.ContainsFunc(x, func(q scrub.Range) bool { return q.Off < r.End() && r.Off < q.End() })
}

// looksLikeXMP tells whether b begins as XML does, or is what an interrupted run left of it.
func looksLikeXMP(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \r\n\t")
	return len(b) == 0 || b[0] == '<'
}

// encoded has XMP go that is compressed.
func (p *Pictures) encoded(it *item, f scrub.Finding) error {
	if !p.Found(f) {
		return p.cloak(it)
	}
	return p.cover(it)
}

// own claims an item as it is.
func (p *Pictures) own(it *item, in *scrub.Scan, role scrub.Role) error {
	fresh, err := p.media.CoverOwn(it.extents)
	if err == nil && fresh {
		in.Claim(0, it.extents.Size(), role, it.label())
	}
	return err
}

// cloak claims an item that stays although nobody knows what it is.
func (p *Pictures) cloak(it *item) error {
	in, err := p.Within(it.extents, "meta")
	if err != nil {
		return err
	}
	return p.own(it, in, scrub.Identify)
}

// exifStart returns where the block begins in an item of EXIF: the item says so itself in its
// first four bytes (ISO/IEC 23008-12, A.2.1). It is -1 if there is none.
func exifStart(in *scrub.Scan) int64 {
	const head = 4
	if in.Size() < head+8 {
		return -1
	}
	b := in.Get(0, head)
	at := head + int64(binary.BigEndian.Uint32(b))
	for _, at := range []int64{at, head, head + 6} { // writers forget "Exif" and two zeros
		if in.Left(at) < 8 {
			continue
		}
		b := in.Get(at, 4)
		if string(b) == "II*\x00" || string(b) == "MM\x00*" {
			return at
		}
	}
	return -1
}

// exif takes a block of EXIF down to what the picture needs.
func (p *Pictures) exif(it *item) error {
	n := it.extents.Size()
	in, err := p.Within(it.extents, "meta")
	if err != nil {
		return err
	}
	at := exifStart(in)
	if left, err := emptied(in, at); err != nil || left {
		if err == nil {
			in.Gone(scrub.Finding{Kind: scrub.Device, Place: it.label(), Off: 0, Len: n})
			err = p.empties(it, in, n)
		}
		return err
	}
	if at < 0 {
		p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: it.place(), Off: it.offset(), Len: n})
		p.Mangled("an item that should be EXIF is none")
		return p.cloak(it)
	}
	src, err := in.Piece(scrub.Extents{{Off: at, Len: n - at}})
	if err != nil {
		return err
	}
	block, err := exif.Read(src)
	if err != nil {
		return err
	}
	goes := func(k scrub.Kind) bool { return p.Goes(scrub.Identify, k) }
	tiff, err := block.Reduce(src, gainmap.EXIF(goes, p.hasMap(), p.plain()))
	if err != nil {
		return err
	}
	if tiff != nil && p.contested(it) {
		p.Stuck(scrub.Finding{Kind: scrub.Device, Place: it.place(), Off: it.offset(), Len: n})
		if p.shared(it) {
			return p.media.CoverItem(&media.Samples{}, it.extents)
		}
		return p.values(it, in, at, block)
	}
	if tiff != nil {
		if done, err := p.settled(in, at, tiff); err != nil || done {
			if err == nil {
				err = p.own(it, in, scrub.Render)
			}
			return err
		}
	}
	return p.shrink(it, in, block, at, tiff)
}

// values has texts and positions go that a block of EXIF names, where they stand, and leaves all else of
// the item: some of its bytes may be another one's.
func (p *Pictures) values(it *item, in *scrub.Scan, at int64, block *exif.Block) error {
	const longest = 2 << 10
	entries := slices.SortedFunc(slices.Values(block.Entries), func(a, b exif.Entry) int { return cmp.Compare(a.Off, b.Off) })
	from := int64(0)
	for _, e := range entries {
		off := at + e.Off
		e.Len = min(e.Len, in.Left(off))
		if off < from || !block.Speaks(e, in.Get(off, int(min(e.Len, longest)))) {
			continue
		}
		if !in.Found(scrub.Finding{Kind: e.Kind, Place: it.label() + "/" + e.IFD + "/" + e.Name, Off: off, Len: e.Len, Value: e.Value}) {
			continue
		}
		if err := p.media.CoverItem(&media.Samples{}, it.extents.Slice(from, off-from)); err != nil {
			return err
		}
		for _, x := range it.extents.Slice(off, e.Len) {
			if err := p.media.CoverTag(x.Off, x.Len, it.place()); err != nil {
				return err
			}
		}
		from = off + e.Len
	}
	return p.media.CoverItem(&media.Samples{}, it.extents.Slice(from, in.Size()-from))
}

// shrink puts the block tiff, nil if nothing stays, in the place of the one at at.
func (p *Pictures) shrink(it *item, in *scrub.Scan, block *exif.Block, at int64, tiff []byte) error {
	n := in.Size()
	to := int64(-1)
	if tiff != nil {
		if to = room(in, at, int64(len(tiff))); to < 0 {
			tiff = nil
		}
	}
	block.Report(it.label(), func(f scrub.Finding, stays bool) {
		f.Off += at
		if stays && tiff != nil && !p.Goes(scrub.Identify, f.Kind) {
			in.Found(f)
			return
		}
		in.Gone(f)
	})
	if tiff == nil {
		in.Gone(scrub.Finding{Kind: scrub.Device, Place: it.label(), Off: 0, Len: n})
		if p.contested(it) {
			return p.cover(it)
		}
		return p.empties(it, in, at+exifHead)
	}
	in.Gone(scrub.Finding{Kind: scrub.Hidden, Place: it.label(), Off: 0, Len: n})
	if fresh, err := p.media.CoverOwn(it.extents); err != nil || !fresh {
		return err
	}
	in.Claim(0, n, scrub.Identify, it.label())
	in.Put(scrub.Announce, to, tiff)
	if head, err := in.Bytes(0, 4); err != nil {
		return err
	} else if int64(binary.BigEndian.Uint32(head)) != to-4 {
		in.Put(scrub.Unlink, 0, binary.BigEndian.AppendUint32(nil, uint32(to-4)))
	}
	in.Fill(scrub.Destroy, 4, to-4, 0)
	in.Fill(scrub.Destroy, to+int64(len(tiff)), n-to-int64(len(tiff)), 0)
	return nil
}

// exifHead is the length of the header by which a block is known.
const exifHead = 8

// empties fills an item of EXIF with zeros. Its first bytes go last, since it is known by them.
func (p *Pictures) empties(it *item, in *scrub.Scan, head int64) error {
	if fresh, err := p.media.CoverOwn(it.extents); err != nil || !fresh {
		return err
	}
	in.Claim(0, in.Size(), scrub.Identify, it.label())
	in.Fill(scrub.Unlink, head, in.Size()-head, 0)
	in.Fill(scrub.Destroy, 0, head, 0)
	return nil
}

// emptied tells whether an item is what empties leaves if it is stopped: a block without an end of
// its header, and zeros.
func emptied(in *scrub.Scan, at int64) (bool, error) {
	const most = 4 + 6 + exifHead
	if at >= 0 || in.Size() < most+exifHead {
		return false, nil
	}
	return in.Constant(most, in.Size()-most, 0)
}

// settled tells whether an item says nothing but the block tiff, at at.
func (p *Pictures) settled(in *scrub.Scan, at int64, tiff []byte) (bool, error) {
	n := int64(len(tiff))
	if in.Left(at) < n {
		return false, nil
	}
	head := in.Get(0, 4)
	if int64(binary.BigEndian.Uint32(head)) != at-4 {
		return false, nil
	}
	b, err := in.Bytes(at, len(tiff))
	if err != nil || !bytes.Equal(b, tiff) {
		return false, err
	}
	if !in.Zeros(4, at-4) {
		return false, nil
	}
	return in.Constant(at+n, in.Size()-at-n, 0)
}

// room returns where in an item a block of n bytes is written: over the old one, or as far behind
// it as there is a sector that takes all of it.
func room(in *scrub.Scan, at, n int64) int64 {
	if in.Left(at) >= n && in.Atomic(at, n) {
		return at
	}
	const sector = 512
	for to := in.Size() - n; to >= 4 && to > in.Size()-n-2*sector; to-- {
		if in.Atomic(to, n) && in.Atomic(0, 4) && (to >= at+8 || to+n <= at) {
			return to
		}
	}
	if in.Left(4) >= n {
		return 4
	}
	return -1
}

// plain tells whether nothing but EXIF may tell the colours of the main picture.
func (p *Pictures) plain() bool {
	main := p.item(p.primary)
	return main != nil && p.has(main, "colr") == nil
}
