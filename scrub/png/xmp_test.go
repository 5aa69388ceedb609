package png

import (
	"bytes"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// Where nothing else tells how the picture is turned, XMP goes on doing so.
func TestOrientationInXMP(t *testing.T) {
	packet := func(orientation string) string {
		return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ` +
			`xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" tiff:Orientation="` + orientation +
			`" xmp:CreatorTool="secret tool"/></rdf:RDF></x:xmpmeta>` + strings.Repeat(" ", 300)
	}
	plain := func(orientation string) string {
		return chunkOf("iTXt", xmpKeyword+"\x00\x00\x00\x00\x00"+packet(orientation))
	}
	noise := strings.Map(func(r rune) rune { return 'a' + r*r%23 }, strings.Repeat(packet("8"), 3)) // hard to compress
	packed := chunkOf("iTXt", xmpKeyword+"\x00\x01\x00\x00\x00", string(deflated([]byte(packet("3")+"<!--"+noise+"-->"))))
	for name, c := range map[string]struct {
		data []byte
		want string // what the cleaned file says of it
	}{
		"turned":             {pngWith(plain("6")), `tiff:Orientation="6"`},
		"after the picture":  {pngWith("", plain("8")), `tiff:Orientation="8"`},
		"compressed":         {pngWith(packed), `tiff:Orientation="3"`},
		"upright":            {pngWith(plain("1")), ""},
		"told by eXIf":       {pngWith(plain("6") + chunkOf("eXIf", tiff(8))), ""},
		"told upright":       {pngWith(plain("6") + chunkOf("eXIf", tiff(1))), ""},
		"a second packet":    {pngWith(plain("6") + plain("3")), `tiff:Orientation="6"`},
		"none of eight":      {pngWith(plain("secret 9")), ""},
		"not sound":          {pngWith(spoiled(plain("6"))), ""},
		"too short for ours": {pngWith(chunkOf("iTXt", xmpKeyword+"\x00\x00\x00\x00\x00<a tiff:Orientation='6' xmlns:tiff='http://ns.adobe.com/tiff/1.0/'/>")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := (&scrubtest.Harness{Engine: engine}).Laws(t, name, c.data)
			after := scrubtest.Perform(c.data, p)
			if bytes.Contains(after, []byte("secret")) || p.Status() != scrub.Dirty {
				t.Errorf("%s: %q", p.Status(), after)
			}
			if n := bytes.Count(after, []byte("tiff:Orientation")); n != strings.Count(c.want, "tiff:Orientation") || !bytes.Contains(after, []byte(c.want)) {
				t.Errorf("%d orientations, want %q: %q", n, c.want, after)
			}
		})
	}
}

// A panorama stays one, plain or compressed, and what else the packet says goes.
func TestPanoramaInXMP(t *testing.T) {
	packet := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ` +
		`xmlns:P="http://ns.google.com/photos/1.0/panorama/" P:ProjectionType="equirectangular" P:PoseHeadingDegrees="231">` +
		`<P:FullPanoWidthPixels>4000</P:FullPanoWidthPixels><P:CaptureSoftware>secret tool</P:CaptureSoftware></rdf:Description></rdf:RDF></x:xmpmeta>`
	for name, chunk := range map[string]string{
		"plain":      chunkOf("iTXt", xmpKeyword+"\x00\x00\x00\x00\x00"+packet),
		"compressed": chunkOf("iTXt", xmpKeyword+"\x00\x01\x00\x00\x00", string(deflated([]byte(packet)))),
	} {
		t.Run(name, func(t *testing.T) {
			data := pngWith(chunk)
			p := (&scrubtest.Harness{Engine: engine}).Laws(t, name, data)
			after := scrubtest.Perform(data, p)
			_, rest, _ := bytes.Cut(after, []byte(xmpKeyword+"\x00"))
			said := string(rest)
			if len(rest) > 4 && rest[0] == 1 {
				said = string(inflated(rest[4:], maxXMP))
			}
			if !strings.Contains(said, `GPano:FullPanoWidthPixels="4000" GPano:ProjectionType="equirectangular"/>`) || strings.Contains(said, "secret") || strings.Contains(said, "231") {
				t.Errorf("%s: %q", p.Status(), said)
			}
		})
	}
}
