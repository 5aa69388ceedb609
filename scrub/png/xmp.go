package png

import (
	"bytes"
	"compress/zlib"

	"untag/scrub"
	"untag/scrub/xmp"
)

// xmpKeyword is that of iTXt with an XMP packet (XMP specification, part 3, 1.1.5).
const xmpKeyword = "XML:com.adobe.xmp"

// maxXMP is how much of a packet is read. Adobe's begin with the orientation.
const maxXMP = 60 << 10

// xmp takes the first packet down to the projection of a panorama and the
// orientation, which Pillow and those that ask it turn the picture by where eXIf
// tells none.
func (c *cleaner) xmp(k chunk) error {
	b := c.Get(k.data(), int(min(k.n, maxXMP)))
	_, words := c.textOf(k.typ, b, maxXMP)
	p, err := xmp.Read(bytes.NewReader([]byte(words)))
	if err != nil {
		return err
	}
	body := c.shown(p, k.n)
	sound := c.sound(k)
	same := bytes.HasPrefix(b, body) && len(bytes.Trim(b[len(body):], "\x00")) == 0 && int64(len(b)) == k.n
	if body != nil && same && sound {
		c.keep(k, scrub.Render)
		return nil
	}
	p.Report(k.typ+"/"+xmpKeyword, k.off, k.end()-k.off, c.Gone)
	ours := bytes.HasPrefix(b, body) // what an interrupted run left; of others, readers heed none that isn't sound
	if body == nil || !sound && !ours {
		return c.remove(k)
	}
	return c.putPadded(k, k.typ, body)
}

// shown returns the data of iTXt with what the packet tells of how the picture is
// shown and nothing else does, in at most most bytes, compressed if it must be. It
// is nil if there is no such thing or no room.
func (c *cleaner) shown(p *xmp.Packet, most int64) []byte {
	first := !c.seen[xmpKeyword]
	c.seen[xmpKeyword] = true
	packet := p.Shown(!c.oriented)
	if packet == nil || !first {
		return nil
	}
	if body := append([]byte(xmpKeyword+"\x00\x00\x00\x00\x00"), packet...); int64(len(body)) <= most {
		return body
	}
	var body bytes.Buffer
	body.WriteString(xmpKeyword + "\x00\x01\x00\x00\x00")
	z, _ := zlib.NewWriterLevel(&body, zlib.BestCompression)
	z.Write(packet)
	if z.Close() != nil || int64(body.Len()) > most {
		return nil
	}
	return body.Bytes()
}
