package h26x

import "untag/scrub/coded"

// messages are those that change what is seen, or when, with what reads their
// fields to the last. All others go, whatever they say: what no decoder heeds
// (hashes, hints, scalability, projections that boxes tell) has no place to hide in.
// H.264, H.265 and H.266 share the numbers (H.274).
var messages = map[int]struct {
	codecs string // a for H.264, h for H.265, v for H.266
	read   func(u *unit, b *coded.Bits)
}{
	0:   {"ah", (*unit).buffering},
	1:   {"ah", (*unit).timing},
	2:   {"ah", (*unit).panScan},
	6:   {"ah", (*unit).recovery},
	19:  {"ahv", (*unit).filmGrain},
	21:  {"a", (*unit).stereo},
	45:  {"ahv", (*unit).packing},
	47:  {"ahv", (*unit).orientation},
	135: {"h", func(*unit, *coded.Bits) {}}, // no_display
	137: {"ahv", func(_ *unit, b *coded.Bits) { coded.Display(b, 50000, 1e8, 5e7) }},
	144: {"ahv", func(_ *unit, b *coded.Bits) { coded.Light(b) }},
	147: {"ahv", func(_ *unit, b *coded.Bits) { b.Most(b.Read(8), 18) }}, // alternative transfer characteristics
	148: {"ahv", ambient},
	165: {"hv", alpha},
	176: {"hv", displays},
}

// drawn are the messages by which decoders draw the picture, even if they are damaged
// and have another length than they should: recovery, film grain, views, orientation,
// no display, alpha.
var drawn = []int{6, 19, 21, 45, 47, 135, 165, 176}

// fits tells whether m is read by its syntax to its last bit.
func (u *unit) fits(m sei) bool {
	k, ok := messages[m.typ]
	if !ok || m.size > prefixLen {
		return false
	}
	for _, c := range k.codecs {
		if u.codec == map[rune]Codec{'a': AVC, 'h': HEVC, 'v': VVC}[c] {
			b := coded.NewBits(u.prefix(m))
			k.read(u, b)
			return b.Spent()
		}
	}
	return false
}

// lasts reads how long a message is for: H.264 counts pictures.
func (u *unit) lasts(b *coded.Bits) {
	if u.codec == AVC {
		b.UE(1 << 14)
		return
	}
	b.Pass("1")
}

// panScan is pan_scan_rect (H.264 D.1.4).
func (u *unit) panScan(b *coded.Bits) {
	b.Pass("u")
	if b.Flag() {
		return
	}
	for range b.UE(2) + 1 {
		b.Pass("ssss")
	}
	u.lasts(b)
}

// recovery is recovery_point (H.264 D.1.8, H.265 D.2.8).
func (u *unit) recovery(b *coded.Bits) {
	if u.codec == AVC {
		b.UE(1 << 16)
		b.Pass("4")
		return
	}
	b.SE()
	b.Pass("2")
}

// filmGrain is film_grain_characteristics (H.264 D.1.21).
func (u *unit) filmGrain(b *coded.Bits) {
	if b.Flag() {
		return
	}
	b.Pass("2")
	b.If("331BBB")
	b.Pass("24")
	for _, present := range []bool{b.Flag(), b.Flag(), b.Flag()} {
		if !present {
			continue
		}
		intervals, values := b.Read(8)+1, b.Read(3)+1
		for range intervals {
			b.Pass("BB")
			for range values {
				b.SE()
			}
		}
	}
	u.lasts(b)
}

// stereo is stereo_video_info (H.264 D.1.23).
func (u *unit) stereo(b *coded.Bits) {
	if b.Flag() {
		b.Pass("12")
		return
	}
	b.Pass("22")
}

// packing is frame_packing_arrangement (H.264 D.1.26).
func (u *unit) packing(b *coded.Bits) {
	const temporal = 5
	b.UE(1 << 8)
	if b.Flag() {
		b.Pass("1")
		return
	}
	typ, quincunx := b.Read(7), b.Flag()
	b.Pass("66")
	if !quincunx && typ != temporal {
		b.Pass("BB")
	}
	b.Most(b.Read(8), 0)
	u.lasts(b)
	b.Pass("1")
}

// orientation is display_orientation (H.264 D.1.27).
func (u *unit) orientation(b *coded.Bits) {
	if b.Flag() {
		return
	}
	b.Pass("2W")
	u.lasts(b)
	if u.codec == AVC {
		b.Pass("1")
	}
}

// ambient is ambient_viewing_environment: illuminance in 0.0001 lux, and the
// chromaticity of the light in 0.00002.
func ambient(_ *unit, b *coded.Bits) {
	const lux, unit = 10000, 50000
	b.Most(b.Read(1), 0)
	b.Most(b.Read(31), 50000*lux)
	b.Most(b.Read(16), unit/2)
	b.Most(b.Read(16), unit/2)
}

// alpha is alpha_channel_info (H.265 F.14.2.8).
func alpha(_ *unit, b *coded.Bits) {
	if b.Flag() {
		return
	}
	b.Pass("3")
	depth := b.Read(3) + 9
	b.Skip(2 * depth)
	b.Pass("1")
	b.If("1")
}

// displays is three_dimensional_reference_displays_info (H.265 G.14.2.3), which
// spatial video has.
func displays(_ *unit, b *coded.Bits) {
	width, distance := b.UE(31), 0
	apart := b.Flag()
	if apart {
		distance = b.UE(31)
	}
	length := func(precision int) {
		e := b.Read(6)
		n := e + precision - 31
		if e == 0 {
			n = precision - 30
		}
		b.Skip(max(0, n))
	}
	for range b.UE(31) + 1 {
		b.UE(63)
		b.UE(63)
		length(width)
		if apart {
			length(distance)
		}
		if b.Flag() {
			b.Skip(10)
		}
	}
	b.Pass("1")
}
