package bmff

import (
	"untag/scrub"
	"untag/scrub/codec"
)

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
	comment, end, ok := codec.SoundConfig(b)
	if !ok {
		p.s.Claim(x.Off, x.Len, scrub.Structure, place)
		if x.Len > short {
			p.s.Doubt("the description of a decoder can't be looked into")
		}
		return nil
	}
	text := printable(b[comment.Off:comment.End()])
	p.s.Claim(x.Off, comment.Off, scrub.Structure, place)
	if err := p.zero(x.Off+comment.Off, comment.Len, scrub.Software, place+"/comment", text); err != nil {
		return err
	}
	p.s.Claim(x.Off+comment.End(), end-comment.End(), scrub.Structure, place)
	return p.zero(x.Off+end, x.Len-end, scrub.Hidden, place+"/slack", "")
}
