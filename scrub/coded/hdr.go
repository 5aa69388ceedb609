package coded

// readHDR10Plus reads user_data_registered_itu_t_t35 of SMPTE ST 2094-40, from the
// version of its application on.
func readHDR10Plus(b *Bits) {
	const percent, most, peak = 100, 100000, 10000
	b.Most(b.Read(8), 1) // application_version
	windows := b.Most(b.Read(2), 3)
	for range windows - 1 {
		b.Pass("WWWWWWBWWW1") // corners, centre, angle, axes, overlap
	}
	b.Most(b.Read(27), peak)
	luminances(b)
	for range windows {
		for range 4 { // maxscl, average_maxrgb
			b.Most(b.Read(17), most)
		}
		for range b.Read(4) {
			b.Most(b.Read(7), percent)
			b.Most(b.Read(17), most)
		}
		b.Most(b.Read(10), 1000) // fraction_bright_pixels
	}
	luminances(b)
	for range windows {
		if b.Flag() { // tone_mapping_flag
			b.Skip(12 + 12)
			b.Skip(10 * b.Read(4))
		}
		b.If("6") // color_saturation_weight
	}
}

// luminances reads the peak luminances of a display, of so many rows and columns.
func luminances(b *Bits) {
	if b.Flag() {
		rows := b.Most(b.Read(5), 25)
		b.Skip(4 * rows * b.Most(b.Read(5), 25))
	}
}

// readVivid reads the metadata of HDR Vivid (T/UWA 005.1), from the start code on.
func readVivid(b *Bits) {
	b.Most(b.Read(8), 1) // system_start_code
	b.Skip(4 * 12)       // darkest, average, variance, brightest
	if b.Flag() {        // tone_mapping_enable_mode_flag
		for range b.Read(1) + 1 {
			b.Skip(12)    // targeted_system_display_maximum_luminance
			if b.Flag() { // base_enable_flag
				b.Skip(14 + 6 + 10 + 10 + 6 + 2 + 2 + 4 + 3 + 7)
			}
			if b.Flag() { // 3Spline_enable_flag
				for range b.Read(1) + 1 {
					if mode := b.Read(2); mode == 0 || mode == 2 {
						b.Skip(8)
					}
					b.Skip(12 + 10 + 10 + 8)
				}
			}
		}
	}
	if b.Flag() { // color_saturation_mapping_enable_flag
		b.Skip(8 * b.Read(3))
	}
}

// Display reads the colour volume of a mastering display (SMPTE ST 2086): x and y
// of three primaries and of white, of which one is unit, and the most and the least
// luminance in bits and units of its own. Names are no colours: the primaries must
// be near to red, green and blue, in any order, or all zero.
func Display(b *Bits, unit, most, least int) {
	var red, green, blue bool
	zero := true
	for range 3 {
		x, y := b.Read(16), b.Read(16)
		red = red || 100*x >= 55*unit
		green = green || 100*y >= 50*unit
		blue = blue || 100*y <= 12*unit
		zero = zero && x == 0 && y == 0
		b.Most(x+y, unit+unit/10)
	}
	white := b.Read(16) + b.Read(16)
	b.Failed = b.Failed || !zero && !(red && green && blue && white >= unit/2 && white <= unit)
	wide(b, most)
	wide(b, least)
}

// wide reads 32 bits, no greater than most.
func wide(b *Bits, most int) {
	b.Most(b.Read(1), 0)
	b.Most(b.Read(31), most)
}

// Light reads MaxCLL and MaxFALL (CTA-861.3), in nits.
func Light(b *Bits) {
	const peak = 10000
	b.Most(b.Read(16), peak)
	b.Most(b.Read(16), peak)
}
