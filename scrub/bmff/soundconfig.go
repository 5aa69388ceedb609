package bmff

import "untag/scrub"

// bits reads numbers of so many bits; what is not there reads as zeros, and at
// then lies behind the end.
type bits struct {
	b  []byte
	at int // in bits
}

func (r *bits) take(n int) (v int) {
	for range n {
		v = v<<1 | byteAt(r.b, r.at/8)>>(7-r.at%8)&1
		r.at++
	}
	return v
}

// bytes is where r is, in whole bytes.
func (r *bits) bytes() int64 { return int64(r.at+7) / 8 }

// soundConfig is what an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) of AAC
// says besides how to decode.
type soundConfig struct {
	comment scrub.Range // in the description of channels
	end     int64       // of the last field
}

// readSoundConfig reads an AudioSpecificConfig. ok is false if it is not of AAC
// in its usual kinds.
func readSoundConfig(b []byte) (c soundConfig, ok bool) {
	const main, ltp, sbr, ps = 1, 4, 5, 29
	r := &bits{b: b}
	object := r.take(5)
	r.frequency()
	channels := r.take(4)
	if object == sbr || object == ps {
		r.frequency()
		object = r.take(5)
	}
	if object < main || object > ltp {
		return c, false
	}
	r.take(1)           // length of a frame
	if r.take(1) == 1 { // a core coder
		r.take(14)
	}
	if r.take(1) == 1 { // an extension, that these have none of
		return c, false
	}
	if channels == 0 {
		c.comment = r.channels()
	}
	r.extension()
	c.end = r.bytes()
	return c, c.end <= int64(len(b))
}

// frequency reads the index of a sampling frequency, or the frequency.
func (r *bits) frequency() {
	if r.take(4) == 15 {
		r.take(24)
	}
}

// channels reads program_config_element (4.4.1.1) and returns where its comment is.
func (r *bits) channels() scrub.Range {
	r.take(10) // instance, profile, frequency
	front, side, back, low, data, coupling := r.take(4), r.take(4), r.take(4), r.take(2), r.take(3), r.take(4)
	for _, mixdown := range []int{4, 4, 3} { // mono, stereo, matrix
		r.take(r.take(1) * mixdown)
	}
	r.take(5*(front+side+back+coupling) + 4*(low+data))
	r.at = 8 * int(r.bytes())
	n := r.take(8)
	comment := scrub.Range{Off: r.bytes(), Len: int64(n)}
	r.at += 8 * n
	return comment
}

// extension reads what old decoders pass over: that there is SBR, and PS.
func (r *bits) extension() {
	start := r.at
	if r.take(11) != 0x2b7 || r.take(5) != 5 {
		r.at = start
		return
	}
	if r.take(1) == 0 {
		return
	}
	r.frequency()
	if start = r.at; r.take(11) != 0x548 {
		r.at = start
		return
	}
	r.take(1)
}

// aac tells whether a stream is AAC, of MPEG-4 or MPEG-2 (ISO/IEC 14496-1, table 5).
func (st stream) aac() bool { return st.object == 0x40 || st.object >= 0x66 && st.object <= 0x68 }

// soundSpecific claims an AudioSpecificConfig: FFmpeg puts its name where channels
// are described.
func (p *parser) soundSpecific(x scrub.Range, place string) error {
	const short = 5 // writers end it early
	b, err := p.s.Bytes(x.Off, int(x.Len))
	if err != nil {
		return err
	}
	c, ok := readSoundConfig(b)
	if !ok {
		p.s.Claim(x.Off, x.Len, scrub.Structure, place)
		if x.Len > short {
			p.s.Doubt("the description of a decoder can't be looked into")
		}
		return nil
	}
	text := printable(b[c.comment.Off:c.comment.End()])
	p.s.Claim(x.Off, c.comment.Off, scrub.Structure, place)
	if err := p.zero(x.Off+c.comment.Off, c.comment.Len, scrub.Software, place+"/comment", text); err != nil {
		return err
	}
	p.s.Claim(x.Off+c.comment.End(), c.end-c.comment.End(), scrub.Structure, place)
	return p.zero(x.Off+c.end, x.Len-c.end, scrub.Hidden, place+"/slack", "")
}
