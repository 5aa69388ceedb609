package codec

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/coded"
)

// mostConfig is more than any configuration takes: three headers of Theora are a few
// thousand bytes.
const mostConfig = 64 << 10

// opaque reads the configurations that are not of coded picture: those whose form is known,
// and short ones, which stay if they don't read as text.
func (st *Stream) opaque(r *scrub.Reader, off, n int64) ([]coded.Piece, error) {
	const short, word = 256, 6
	if n > mostConfig {
		return unread(off, n), nil
	}
	b, err := r.Bytes(off, int(n))
	if err != nil {
		return nil, err
	}
	switch st.Kind {
	case Vorbis, Theora:
		if p, ok := xiphHeaders(off, b); ok {
			return p, nil
		}
	case FLAC:
		if p, ok := flacBlocks(off, b); ok {
			return p, nil
		}
	case AAC:
		if comment, end, ok := SoundConfig(b); ok {
			return append(blank(nil, off, b, comment.Off, comment.Len, 0, scrub.Software), blank(nil, off, b, end, n-end, 0, scrub.Hidden)...), nil
		}
	case Opus: // RFC 7845, 5.1
		if end := 19; n >= 19 && bytes.HasPrefix(b, []byte("OpusHead")) {
			if b[18] != 0 {
				st.streams = int(b[min(19, n-1)])
				end += 2 + int(b[9])
			}
			if end <= len(b) {
				return blank(nil, off, b, int64(end), n-int64(end), 0, scrub.Hidden), nil
			}
		}
	}
	if len(bytes.Trim(b, "\x00")) == 0 || n <= short && !coded.Tells(b, word) {
		return nil, nil
	}
	return unread(off, n), nil
}

// blank appends the piece that n of the bytes b, which lie at off, are: filler, or what is
// to become filler.
func blank(out []coded.Piece, off int64, b []byte, at, n int64, fill byte, kind scrub.Kind) []coded.Piece {
	if n <= 0 {
		return out
	}
	p := coded.Piece{Off: off + at, Len: n, Padding: true}
	if body := b[at : at+n]; len(bytes.Trim(body, string(rune(fill)))) > 0 {
		p.Kind, p.Value = kind, coded.Text(body)
		p.Edits = []scrub.Edit{{Off: p.Off, Len: n, Fill: fill, Phase: scrub.Destroy}}
	}
	return append(out, p)
}

// xiphHeaders reads the three headers of Vorbis and Theora, laced (Matroska codec
// specifications, A_VORBIS), and blanks what the second one says: who encodes, and comments.
func xiphHeaders(off int64, b []byte) (out []coded.Piece, ok bool) {
	const head = 7 // a type and six letters
	first, from, end, ok := laced(b)
	if !ok || end-from < head || !bytes.Equal(b[from+1:from+head], b[first+1:min(len(b), first+head)]) {
		return nil, false
	}
	at := from + head
	count := 1 // the vendor
	for i := 0; i <= count; i++ {
		if end-at < 4 {
			return nil, false
		}
		n := int(binary.LittleEndian.Uint32(b[at:]))
		at += 4
		if i == 1 { // how many comments follow
			if count = n + 1; n < 0 || n > end-at {
				return nil, false
			}
			continue
		}
		if n < 0 || n > end-at {
			return nil, false
		}
		kind := scrub.Comment
		if i == 0 {
			kind = scrub.Software
		}
		out = blank(out, off, b, int64(at), int64(n), ' ', kind)
		at += n
	}
	if at < end && b[at] == 1 { // the bit that ends those of Vorbis
		at++
	}
	const sentence = 24
	return blank(out, off, b, int64(at), int64(end-at), 0, scrub.Hidden), !coded.Tells(b[end:], sentence)
}

// laced returns where the first of three headers begins, and where the second one is: behind
// their sizes, or, as FFmpeg writes them, each behind its own.
func laced(b []byte) (first, from, end int, ok bool) {
	if len(b) > 2 && (b[0] == 0 && b[1] == 30 || b[0] == 0 && b[1] == 42) { // of Vorbis, of Theora
		if from = 2 + int(b[1]) + 2; from > len(b) {
			return 0, 0, 0, false
		}
		end = from + int(binary.BigEndian.Uint16(b[from-2:]))
		return 2, from, end, end <= len(b)
	}
	at := 1
	var sizes [2]int
	for i := range sizes {
		for at < len(b) && b[at] == 0xff {
			sizes[i], at = sizes[i]+255, at+1
		}
		if at >= len(b) {
			return 0, 0, 0, false
		}
		sizes[i], at = sizes[i]+int(b[at]), at+1
	}
	from = at + sizes[0]
	return at, from, from + sizes[1], b[0] == 2 && from <= len(b) && sizes[1] <= len(b)-from
}

// flacBlocks reads what FLAC has before its frames (RFC 9639, 8): all but the stream info
// becomes padding.
func flacBlocks(off int64, b []byte) (out []coded.Piece, ok bool) {
	const magic, head, info, sum = 4, 4, 34, 16
	at := 0
	if bytes.HasPrefix(b, []byte("fLaC")) {
		at = magic
	}
	if len(b)-at == info { // without its head, as WAVEFORMATEX has it
		return blank(out, off, b, int64(at+info-sum), sum, 0, scrub.ID), true
	}
	for first := true; len(b)-at >= head; first = false {
		n := int(binary.BigEndian.Uint32(b[at:]) & 0xffffff)
		typ := b[at] & 0x7f
		if n > len(b)-at-head || first != (typ == 0) || first && n != info {
			return nil, false
		}
		body := int64(at + head)
		switch {
		case first:
			out = blank(out, off, b, body+info-sum, sum, 0, scrub.ID)
		case typ == 1:
			out = blank(out, off, b, body, int64(n), 0, scrub.Hidden)
		default:
			o := off + int64(at)
			out = append(out, coded.Piece{Off: o, Len: int64(head + n), Kind: scrub.Comment, Edits: []scrub.Edit{
				{Off: o, Len: 1, Data: []byte{b[at]&0x80 | 1}, Phase: scrub.Unlink},
				{Off: o + head, Len: int64(n), Phase: scrub.Destroy}}})
		}
		at += head + n
	}
	return blank(out, off, b, int64(at), int64(len(b)-at), 0, scrub.Hidden), true
}

// waveFormat reads a WAVEFORMATEX, and what follows it as the configuration of the codec
// that it names.
func (st *Stream) waveFormat(r *scrub.Reader, off, n int64) ([]coded.Piece, error) {
	const head = 18
	if n < head {
		return nil, nil
	}
	b, err := r.Bytes(off, head)
	if err != nil {
		return nil, err
	}
	*st, _ = Of(Tag, string(b[:2]))
	return st.Config(r, off+head, n-head)
}

// SoundConfig reads an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): where the comment is in
// its description of channels, and where it ends. ok is false if it is not of AAC in its usual
// kinds.
func SoundConfig(b []byte) (comment scrub.Range, end int64, ok bool) {
	const main, ltp, sbr, ps = 1, 4, 5, 29
	in := coded.NewBits(b)
	object := in.Read(5)
	frequency(in)
	channels := in.Read(4)
	if object == sbr || object == ps {
		frequency(in)
		object = in.Read(5)
	}
	if object < main || object > ltp {
		return comment, 0, false
	}
	in.Skip(1)     // length of a frame
	in.If("77")    // a core coder
	if in.Flag() { // an extension, that these have none of
		return comment, 0, false
	}
	if channels == 0 {
		comment = channelComment(in)
	}
	end = int64(in.At()+7) / 8
	if more := *in; !in.Failed && extension(&more) && !more.Failed {
		end = int64(more.At()+7) / 8
	}
	return comment, end, !in.Failed
}

// frequency reads the index of a sampling frequency, or the frequency.
func frequency(in *coded.Bits) {
	if in.Read(4) == 15 {
		in.Skip(24)
	}
}

// channelComment reads program_config_element (4.4.1.1) and returns where its comment is.
func channelComment(in *coded.Bits) scrub.Range {
	in.Skip(10) // instance, profile, frequency
	front, side, back, low, data, coupling := in.Read(4), in.Read(4), in.Read(4), in.Read(2), in.Read(3), in.Read(4)
	in.If("4") // mixed down to mono
	in.If("4") // to stereo
	in.If("3") // by a matrix
	in.Skip(5*(front+side+back+coupling) + 4*(low+data))
	in.Skip(-in.At() & 7)
	n := in.Read(8)
	comment := scrub.Range{Off: int64(in.At() / 8), Len: int64(n)}
	in.Skip(8 * n)
	return comment
}

// extension reads what old decoders pass over, if it is there: that there is SBR, and PS.
func extension(in *coded.Bits) bool {
	if in.Read(11) != 0x2b7 || in.Read(5) != 5 {
		return false
	}
	if !in.Flag() {
		return true
	}
	frequency(in)
	if ps := *in; ps.Read(11) == 0x548 && !ps.Failed {
		ps.Skip(1)
		*in = ps
	}
	return true
}
