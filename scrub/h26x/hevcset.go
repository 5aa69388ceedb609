package h26x

import "untag/scrub/coded"

// hevcVideo is video_parameter_set_rbsp of H.265 7.3.2.1.
func (v *Video) hevcVideo(b *coded.Bits, _ header, _ bool) *sequence {
	b.Pass("42")
	layers, sub := b.Read(6), b.Most(b.Read(3), 6)
	b.Pass("1W")
	profileLevel(b, sub)
	ordering(b, sub)
	last := b.Read(6)
	b.Skip((last + 1) * b.UE(1023))
	if b.If("WWWW") {
		b.If("u")
		for i := range b.UE(1024) {
			b.Pass("u")
			if b.Failed {
				break
			}
			readHRD(b, i == 0 || b.Flag(), sub)
		}
	}
	if b.Flag() {
		v.layers(b, layers)
	}
	return nil
}

// layers passes the extension of H.265 F.7.3.2.1.1, which is not looked into: that
// of a film with several layers ends with the set, is short, and holds no words.
func (v *Video) layers(b *coded.Bits, layers int) {
	const most = 256
	rest := b.Rest()
	b.Failed = b.Failed || layers == 0 || len(rest) > most || coded.Tells(rest, word)
	b.Last()
}

// profileLevel is profile_tier_level of H.265 7.3.3.
func profileLevel(b *coded.Bits, sub int) {
	const profile, level, most = 88, 8, 8
	b.Skip(profile + level)
	bits := 0
	for range sub {
		bits += profile*b.Read(1) + level*b.Read(1)
	}
	if sub > 0 {
		bits += 2 * (most - sub)
	}
	b.Skip(bits)
}

// ordering is what sets say of each sublayer, or of the last one.
func ordering(b *coded.Bits, sub int) {
	if !b.Flag() {
		sub = 0
	}
	for range sub + 1 {
		b.Pass("uuu")
	}
}

// readHRD is hrd_parameters of H.265 E.2.2.
func readHRD(b *coded.Bits, common bool, sub int) (h hrd) {
	if common {
		h.nal, h.vcl = b.Read(1), b.Read(1)
	}
	if h.nal+h.vcl > 0 {
		if h.parts = b.If("B515"); h.parts {
			b.Pass("4")
		}
		b.Pass("44")
		h.initial, h.removal, h.output = b.Read(5)+1, b.Read(5)+1, b.Read(5)+1
	}
	kinds, count := h.nal+h.vcl, 0
	for range sub + 1 {
		low, n := false, 1
		if b.Either() { // of fixed rate
			b.Pass("u")
		} else {
			low = b.Flag()
		}
		if !low {
			n = b.UE(31) + 1
		}
		for range kinds * n {
			if b.Pass("uu"); h.parts {
				b.Pass("uu")
			}
			b.Pass("1")
		}
		count = n
	}
	h.nal, h.vcl = h.nal*count, h.vcl*count
	return h
}

// hevcSequence is seq_parameter_set_rbsp of H.265 7.3.2.2, that of layers above the
// first included (F.7.3.2.2).
func (v *Video) hevcSequence(b *coded.Bits, h header, _ bool) *sequence {
	b.Pass("4")
	sub := b.Read(3)
	above := h.layer > 0 && sub == 7
	s := &sequence{chroma: 1}
	if !above {
		b.Pass("1")
		profileLevel(b, b.Most(sub, 6))
	}
	s.id = b.UE(15) + 16*h.layer
	if above {
		b.If("B")
	} else {
		if s.chroma = b.UE(3); s.chroma == 3 {
			b.Pass("1")
		}
		b.Pass("uu")
		b.If("uuuu")
		b.Pass("uu")
	}
	order := b.UE(12) + 4
	if !above {
		ordering(b, sub)
	}
	b.Pass("uuuuuu")
	if b.Flag() && !(above && b.If("6")) && b.Flag() {
		hevcLists(b)
	}
	b.Pass("2")
	b.If("44uu1")
	pictureSets(b)
	if b.Flag() {
		b.Skip((order + 1) * b.UE(32))
	}
	b.Pass("2")
	if b.Flag() {
		s.hevcUsability(b, sub)
	}
	sequenceExtensions(b)
	return s
}

// hevcLists is scaling_list_data of H.265 7.3.4.
func hevcLists(b *coded.Bits) {
	for _, size := range []struct{ lists, values, more int }{{6, 16, 0}, {6, 64, 0}, {6, 64, 1}, {2, 64, 1}} {
		for range size.lists {
			if !b.Flag() {
				b.Pass("u")
				continue
			}
			for range size.values + size.more {
				b.Pass("s")
			}
		}
	}
}

// pictureSets reads the sets of short-term reference pictures (H.265 7.3.7).
func pictureSets(b *coded.Bits) {
	last := 0
	for i := range b.UE(64) {
		if i == 0 || !b.Flag() {
			last = b.UE(16) + b.UE(16)
			for range last {
				b.Pass("u1")
			}
			continue
		}
		b.Pass("1u")
		n := 0
		for range last + 1 {
			if b.Either() {
				n++
			}
		}
		last = b.Most(n, 16)
	}
}

func (s *sequence) hevcUsability(b *coded.Bits, sub int) {
	usability(b)
	b.Pass("2")
	s.pictures = b.Flag()
	b.If("uuuu")
	if b.If("WWWW") {
		b.If("u")
		if b.Flag() {
			s.hrd = readHRD(b, true, sub)
		}
	}
	b.If("3uuuuu")
}

// sequenceExtensions are those for range, layers and screens.
func sequenceExtensions(b *coded.Bits) {
	if !b.Flag() {
		return
	}
	ranges, layers := b.Flag(), b.Flag()
	b.Most(b.Read(6), 0) // for depth and screens, and reserved: nobody writes them
	if ranges {
		b.Pass("9")
	}
	if layers {
		b.Pass("1")
	}
}

// hevcPicture is pic_parameter_set_rbsp of H.265 7.3.2.3.
func (v *Video) hevcPicture(b *coded.Bits, _ header, _ bool) *sequence {
	b.Pass("uu232uus1")
	skips := b.Flag()
	b.If("u")
	b.Pass("ss4")
	tiles := b.Flag()
	b.Pass("1")
	if tiles {
		n := b.UE(64) + b.UE(64)
		if !b.Flag() {
			for range n {
				b.Pass("u")
			}
		}
		b.Pass("1")
	}
	b.Pass("1")
	if b.If("1") && !b.Flag() { // deblocking
		b.Pass("ss")
	}
	if b.Flag() {
		hevcLists(b)
	}
	b.Pass("1u1")
	if !b.Flag() {
		return nil
	}
	ranges, layers := b.Flag(), b.Flag()
	b.Most(b.Read(6), 0)
	if ranges {
		if skips {
			b.Pass("u")
		}
		if b.Pass("1"); b.If("u") {
			for range b.UE(5) + 1 {
				b.Pass("ss")
			}
		}
		b.Pass("uu")
	}
	if layers {
		b.If("6")
		for range b.UE(63) {
			b.Pass("6")
			b.If("ssss")
			b.If("ssss")
			b.If("uuuu")
		}
		b.Most(b.Read(1), 0) // colour mapping
	}
	return nil
}
