package av1

import (
	"untag/scrub"
	"untag/scrub/coded"
)

// sequence looks at a sequence header: behind its trailing bits nothing may stand.
func (o obu) sequence(r *scrub.Reader) (p Piece, found bool, err error) {
	const most = 1 << 10
	p = Piece{Off: o.off, Len: o.end - o.off, Kind: scrub.Unknown, Value: "a sequence header that can't be read"}
	if o.end-o.body > most {
		return p, true, nil
	}
	raw, err := r.Bytes(o.body, int(o.end-o.body))
	if err != nil {
		return p, false, err
	}
	b := coded.NewBits(raw)
	readSequence(b)
	n, ok := b.Stop()
	switch {
	case !ok:
		return p, true, nil
	case n == len(raw):
		return p, false, nil
	}
	p = Piece{Off: o.body + int64(n), Len: int64(len(raw) - n), Padding: true}
	zero, err := r.Constant(p.Off, p.Len, 0)
	if !zero && err == nil {
		p.Kind, p.Value = scrub.Hidden, "bytes behind a sequence header"
		if o.sized {
			p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Phase: scrub.Destroy}}
		}
	}
	return p, true, err
}

// readSequence is sequence_header_obu of the AV1 specification, 5.5.
func readSequence(b *coded.Bits) {
	profile := b.Read(3)
	b.Pass("1")
	reduced := b.Flag()
	if reduced {
		b.Pass("5")
	} else {
		operatingPoints(b)
	}
	width, height := b.Read(4)+1, b.Read(4)+1
	b.Skip(width + height)
	if !reduced && b.Flag() { // frame_id_numbers_present_flag
		b.Pass("43")
	}
	b.Pass("3")
	if !reduced {
		b.Pass("4")
		order := b.Flag()
		if order {
			b.Pass("2")
		}
		screens := b.Either()     // seq_choose_screen_content_tools, seq_force_screen_content_tools
		if screens && !b.Flag() { // seq_choose_integer_mv
			b.Pass("1")
		}
		if order {
			b.Pass("3")
		}
	}
	b.Pass("3")
	colours(b, profile)
	b.Pass("1") // film_grain_params_present
}

// operatingPoints reads timing and operating points.
func operatingPoints(b *coded.Bits) {
	model, delay := false, 0
	if b.If("WWWW") { // timing_info_present_flag
		b.If("u")
		if model = b.Flag(); model {
			delay = b.Read(5) + 1
			b.Pass("WW55")
		}
	}
	initial := b.Flag() // initial_display_delay_present_flag
	for range b.Read(5) + 1 {
		b.Skip(12)
		if b.Read(5) > 7 { // seq_level_idx
			b.Pass("1")
		}
		if model && b.Flag() {
			b.Skip(2*delay + 1)
		}
		if initial {
			b.If("4")
		}
	}
}

// colours is color_config, 5.5.2.
func colours(b *coded.Bits, profile int) {
	deep := b.Flag()
	twelve := profile == 2 && deep && b.Flag()
	mono := profile != 1 && b.Flag()
	described := [3]int{2, 2, 2}
	if b.Flag() {
		described = [3]int{b.Read(8), b.Read(8), b.Read(8)}
	}
	switch {
	case mono:
		b.Pass("1")
		return
	case described == [3]int{1, 13, 0}: // sRGB
	default:
		b.Pass("1")
		x, y := profile == 0, profile == 0
		if twelve {
			x = b.Flag()
			y = x && b.Flag()
		} else if profile == 2 {
			x = true
		}
		if x && y {
			b.Pass("2")
		}
	}
	b.Pass("1") // separate_uv_delta_q
}
