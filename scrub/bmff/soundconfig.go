package bmff

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/codec"
)

// aac tells whether a stream is AAC, of MPEG-4 or MPEG-2 (ISO/IEC 14496-1, table 5).
func (st stream) aac() bool { return st.object == 0x40 || st.object >= 0x66 && st.object <= 0x68 }

// soundSpecific claims an AudioSpecificConfig: FFmpeg puts its name where channels
// are described.
func (p *parser) soundSpecific(x scrub.Range, place string) error {
	const short = 5 // writers end it early
	b, err := p.Bytes(x.Off, int(x.Len))
	if err != nil {
		return err
	}
	comment, end, ok := codec.SoundConfig(b)
	if !ok {
		p.Claim(x.Off, x.Len, scrub.Structure, place)
		if x.Len > short {
			p.Doubt("the description of a decoder can't be looked into")
		}
		return nil
	}
	text := box.Printable(b[comment.Off:comment.End()])
	p.Claim(x.Off, comment.Off, scrub.Structure, place)
	if err := p.Zero(x.Off+comment.Off, comment.Len, scrub.Software, place+"/comment", text); err != nil {
		return err
	}
	p.Claim(x.Off+comment.End(), end-comment.End(), scrub.Structure, place)
	return p.Zero(x.Off+end, x.Len-end, scrub.Hidden, place+"/slack", "")
}
