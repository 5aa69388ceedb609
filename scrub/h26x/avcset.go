package h26x

import (
	"slices"

	"untag/scrub/coded"
)

// readSet reads a parameter set. Only sequence parameter sets say what others need.
// Where more is false nothing optional follows, which H.264 tells by where the set
// ends.
type readSet func(v *Video, b *coded.Bits, h header, more bool) *sequence

// reader returns what reads parameter sets of a type, nil if nothing does.
func (v *Video) reader(typ int) readSet {
	switch [2]int{int(v.Codec), typ} {
	case [2]int{int(AVC), 7}:
		return (*Video).avcSequence
	case [2]int{int(AVC), 8}:
		return (*Video).avcPicture
	case [2]int{int(HEVC), 32}:
		return (*Video).hevcVideo
	case [2]int{int(HEVC), 33}:
		return (*Video).hevcSequence
	case [2]int{int(HEVC), 34}:
		return (*Video).hevcPicture
	}
	return nil
}

// high are the profiles whose sets tell of chroma and bit depth.
var high = []int{100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}

// avcSequence is seq_parameter_set_data of H.264 7.3.2.1.1.
func (v *Video) avcSequence(b *coded.Bits, _ header, _ bool) *sequence {
	s := &sequence{profile: b.Read(8), chroma: 1}
	b.Pass("BB")
	s.id = b.UE(31)
	if slices.Contains(high, s.profile) {
		if s.chroma = b.UE(3); s.chroma == 3 {
			b.Pass("1")
		}
		b.Pass("uu1")
		if b.Flag() {
			avcLists(b, s.chroma, 1)
		}
	}
	b.Pass("u")
	switch b.UE(2) { // pic_order_cnt_type
	case 0:
		b.Pass("u")
	case 1:
		b.Pass("1ss")
		for range b.UE(255) {
			b.Pass("s")
		}
	}
	b.Pass("u1uu")
	if !b.Flag() { // frame_mbs_only_flag
		b.Pass("1")
	}
	b.Pass("1")
	b.If("uuuu")
	if b.Flag() {
		s.avcUsability(b)
	}
	return s
}

// avcLists reads scaling lists: six of 4x4, and of 8x8 where transforms are.
func avcLists(b *coded.Bits, chroma, transform8 int) {
	const small, list4, list8 = 6, 16, 64
	large := 2
	if chroma == 3 {
		large = 6
	}
	for i := range small + large*transform8 {
		if !b.Flag() {
			continue
		}
		last, n := 8, list4
		if i >= small {
			n = list8
		}
		for next := 8; n > 0 && next != 0; n-- {
			if next = (last + b.SE()) & 0xff; next != 0 {
				last = next
			}
		}
	}
}

// usability reads the start of vui_parameters, which H.264 E.1.1 and H.265 E.2.1 share.
func usability(b *coded.Bits) {
	const extended = 255
	if b.Flag() && b.Read(8) == extended {
		b.Pass("WW")
	}
	b.If("1")
	if b.If("31") {
		b.If("BBB")
	}
	b.If("uu")
}

func (s *sequence) avcUsability(b *coded.Bits) {
	usability(b)
	b.If("WWWW1")
	buffers := func() (n int) {
		n = b.UE(31) + 1
		b.Pass("44")
		for range n {
			b.Pass("uu1")
		}
		s.hrd.initial, s.hrd.removal, s.hrd.output, s.hrd.offset = b.Read(5)+1, b.Read(5)+1, b.Read(5)+1, b.Read(5)
		return n
	}
	s.hrd.offset = 24 // where it is not said
	if b.Flag() {
		s.hrd.nal = buffers()
	}
	if b.Flag() {
		s.hrd.vcl = buffers()
	}
	if s.hrd.nal+s.hrd.vcl > 0 {
		b.Pass("1")
	}
	s.pictures = b.Flag()
	b.If("1uuuuuu")
}

// avcPicture is pic_parameter_set_rbsp of H.264 7.3.2.2.
func (v *Video) avcPicture(b *coded.Bits, _ header, more bool) *sequence {
	b.UE(255)
	s := v.sequence(b.UE(31))
	b.Pass("2")
	if groups := b.UE(7); groups > 0 {
		switch typ := b.UE(6); typ {
		case 0:
			for range groups + 1 {
				b.Pass("u")
			}
		case 2:
			for range groups {
				b.Pass("uu")
			}
		case 3, 4, 5:
			b.Pass("1u")
		case 6:
			bits := 1
			for ; 1<<bits < groups+1; bits++ {
			}
			b.Skip(bits * (b.UE(1<<16) + 1))
		}
	}
	b.Pass("uu12sss3")
	if !more {
		return nil
	}
	transform8, chroma := b.Read(1), 1
	if s != nil {
		chroma = s.chroma
	}
	if b.Flag() {
		avcLists(b, chroma, transform8)
	}
	b.Pass("s")
	return nil
}
