package svg

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/icc"
	"untag/scrub/jpeg"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Packed, jpeg.Format, icc.Format, Format})

func FuzzSVG(f *testing.F) { scrubtest.Fuzz(f, engine, samples.Of("svg", "svgz")...) }

func plan(t *testing.T, data string) (*scrub.Plan, string) {
	t.Helper()
	p, err := engine.Plan(strings.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform([]byte(data), p))
}

const head = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:i="http://www.inkscape.org/namespaces/inkscape">`

func wellFormed(text string) error {
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Elements of editors hold others, and go to their own end; what draws stays, and the
// drawing is well-formed.
func TestGoes(t *testing.T) {
	for what, c := range map[string]struct{ in, stays string }{
		"comment":           {`<g><!-- CANARY --></g>`, `<g><!--        --></g>`},
		"comment in text":   {`<text>Hel<!--CANARY-->lo</text>`, `<text>Hel<!--      -->lo</text>`},
		"nested":            {`<i:view><i:view a="CANARY"/><i:view>CANARY</i:view></i:view><g/>`, `  <g/>`},
		"metadata":          {`<metadata><g id="CANARY"/></metadata><g/>`, `  <g/>`},
		"attribute":         {`<g i:label="CANARY" id="a"/>`, `id="a"/>`},
		"quote in quotes":   {`<g i:label='"CANARY>"' id="a"/>`, `id="a"/>`},
		"data":              {`<g data-who="CANARY" id="a"/>`, `id="a"/>`},
		"title":             {`<g><title>CANARY</title></g>`, `<g><title>      </title></g>`},
		"stray text":        {`<g>CANARY<path/></g>`, `<g>      <path/></g>`},
		"stray section":     {`<g><![CDATA[CANARY]]></g>`, `<g><![CDATA[      ]]></g>`},
		"instruction":       {`<g><?php CANARY?></g>`, `<g>`},
		"own name space":    {`<what xmlns="http://private.example/">CANARY</what><g/>`, `  <g/>`},
		"another prefix":    {`<q:x xmlns:q="http://private.example/" a="CANARY"/><g/>`, `  <g/>`},
		"after a style":     {`<style>path { fill: red }</style><!--CANARY-->`, `<style>path { fill: red }</style>`},
		"torn end":          {`<g>ne a="CANARY"></i:x></metadata></g>`, `<g>`},
		"in a long drawing": {strings.Repeat(`<g id="x"/>`, 200) + `<metadata>` + strings.Repeat(`<a b="CANARY">CANARY</a>`, 80) + `</metadata>` + `<g i:label="` + strings.Repeat("CANARY", 100) + `"/>`, strings.Repeat(`<g id="x"/>`, 200)},
	} {
		data := head + c.in + "</svg>\n"
		p, after := plan(t, data)
		if err := wellFormed(after); err != nil || p.Status() != scrub.Dirty || strings.Contains(after, "CANARY") || !strings.Contains(after, c.stays) || len(after) != len(data) {
			t.Errorf("%s: %s %q %v: %s", what, p.Status(), p.Doubts, err, after)
		}
		if p, _ := plan(t, after); p.Status() != scrub.Clean {
			t.Errorf("%s, once more: %s %q %v", what, p.Status(), p.Doubts, p.Findings)
		}
	}
}

// What can't be told, or is elsewhere, is said; nothing of the drawing goes then.
func TestDoubts(t *testing.T) {
	for want, in := range map[string]string{
		"a script can't be looked into":      `<script>CANARY</script>`,
		"refers to another file":             `<image xlink:href="file:///home/jane/CANARY.png"/>`,
		"embedded in a way":                  `<image xlink:href="data:image/svg+xml,%3Csvg CANARY"/>`,
		"an embedded medium is damaged":      `<image xlink:href="data:image/png;base64,CANARY="/>`,
		"an embedded medium can't be":        `<image xlink:href="data:image/png;base64,CANARYCA"/>`,
		"nested too deep":                    strings.Repeat("<g>", 1200) + "CANARY",
		"that did not begin":                 `<g id="CANARY"></metadatb>`,
		"it ends early":                      `<g id="CANARY"><metadata><g id="CANARY">`,
		"stands for nothing":                 `<xlinj:g a="CANARY"/>`,
		"may be damaged":                     `<g xmlns="http://www.w3.org/2000/svf" id="CANARY"/>`,
		"not well-formed: XML syntax error":  `<g id="CANARY" id=b/>`,
		"a style sheet that is elsewhere":    `<?xml-stylesheet href="CANARY.css"?>`,
		"id may tell of a device":            `<g id="CANARY IMG_20240131_123456"/>`,
		"fill may tell of a place":           `<g fill="CANARY 52.5200,13.4050"/>`,
		"that no drawing has, film":          `<g film="CANARY"/>`,
		"that no drawing has, owner":         `<style>[owner] {}</style><g owner="CANARY"/>`,
		"width is no number":                 `<rect width="CANARY"/>`,
		"a comment without an end":           `<style>/* CANARY </style>`,
		"style may tell of a person":         `<style>.a{--CANARY:"tanja@example.org"}</style>`,
		"the drawing refers to another file": `<style>@import "CANARY.css";</style>`,
	} {
		data := head + in
		if want != "it ends early" {
			data += "</svg>"
		}
		p, after := plan(t, data)
		if !strings.Contains(strings.Join(p.Doubts, "; "), want) || !strings.Contains(after, "CANARY") {
			t.Errorf("%s: %s %q: %s", want, p.Status(), p.Doubts, after)
		}
	}
	for want, data := range map[string]string{
		"none of a drawing":          `<svg xmlns="http://private.example/">CANARY</svg>`,
		"more than name spaces":      `<!DOCTYPE svg [ <!ENTITY who "CANARY"> ]>` + head + "</svg>",
		"the type of the document":   `<!DOCTYPE svg [ <!-- CANARY --> ]>` + head + "</svg>",
		"type of the document says":  `<!DOCTYPE svg [ <!ATTLIST svg x CDATA "CANARY"> ]>` + head + "</svg>",
		"document says more than":    `<!DOCTYPE svg SYSTEM "CANARY" [ <!ENTITY a "http://www.w3.org/2000/svg"> ]>` + head + "</svg>",
		"says more than name spaces": `<!DOCTYPE svg [ <!NOTATION n SYSTEM "CANARY"> ]>` + head + "</svg>",
		"another medium of the kind": head + "</svg>" + head + "CANARY</svg>",
	} {
		if p, after := plan(t, data); !strings.Contains(strings.Join(p.Doubts, "; "), want) || !strings.Contains(after, "CANARY") {
			t.Errorf("%s: %s %q: %s", want, p.Status(), p.Doubts, after)
		}
	}
	if p, _ := plan(t, "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\"><svg xmlns='http://www.w3.org/2000/svg'><text>na\xefve</text></svg>"); p.Status() != scrub.Clean {
		t.Error(p.Status(), p.Doubts)
	}
}

// A compressed drawing becomes what the drawing without compression does, and the header tells
// nothing.
func TestPacked(t *testing.T) {
	unpacked := func(data string) (gzip.Header, string) {
		z, err := gzip.NewReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return z.Header, string(text)
	}
	data := string(samples.Get("svgz/editor").Data)
	_, text := unpacked(data)
	_, want := plan(t, text)
	for _, trailer := range []string{"", "SECRET behind"} {
		p, after := plan(t, data+trailer)
		if p.Status() != scrub.Dirty || len(p.Anew) != 1 {
			t.Fatalf("%s %q", p.Status(), p.Doubts)
		}
		head, got := unpacked(after)
		if got != want || got == text {
			t.Errorf("%q\nis not\n%q", got, want)
		}
		if strings.Trim(head.Name+head.Comment, "_") != "" || !head.ModTime.IsZero() || head.OS != 255 {
			t.Errorf("the header: %+v", head)
		}
		if again, _ := plan(t, after); again.Status() != scrub.Clean {
			t.Errorf("afterwards: %s %q", again.Status(), again.Doubts)
		}
	}
}

// What follows a member may be more of the drawing: another member is, and where the drawing
// isn't whole anything may be.
func TestPackedIsNotCut(t *testing.T) {
	member := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(text))
		z.Close()
		return b.String()
	}
	whole := head + "<metadata>SECRET</metadata><g/></svg>"
	for what, data := range map[string]string{
		"in two parts":       member(whole[:len(whole)-9]) + member(whole[len(whole)-9:]),
		"two drawings":       member(whole) + member(whole),
		"something damaged":  member(whole) + "\x1f\x8b\x09 and what follows",
		"not whole":          member(whole[:len(whole)-9]) + "<g/></svg>",
		"none of a drawing":  member(`<svg xmlns="http://private.example/">`) + "what follows",
		"an empty part":      member(whole) + member("") + "what follows",
		"a drawing in doubt": member(head+"<script>SECRET</script></svg>") + "what follows",
	} {
		p, after := plan(t, data)
		n := int64(0)
		for _, c := range p.Anew {
			n += int64(len(c.Data)) - c.Len
		}
		if p.Status() != scrub.Partly || p.End != p.Size || len(after) != len(data)+int(n) || !strings.HasSuffix(after, data[len(data)-9:]) {
			t.Errorf("%s: %s %s %q, ends at %d of %d", what, p.Status(), p.Refused, p.Doubts, p.End, p.Size)
		}
		if again, same := plan(t, after); again.Status() != scrub.Partly || same != after {
			t.Errorf("%s: afterwards %s", what, again.Status())
		}
	}
}

// A drawing in UTF-16, in either order, becomes what it does in UTF-8.
func TestWide(t *testing.T) {
	text := "\ufeff<?xml version=\"1.0\" encoding=\"UTF-16\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><!-- CANARY é 🙂 --><text>é 🙂</text><metadata>CANARY</metadata></svg>\n"
	_, want := plan(t, text)
	for what, o := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		wide := func(s string) (b []byte) {
			for _, u := range utf16.Encode([]rune(s)) {
				b = o.AppendUint16(b, u)
			}
			return b
		}
		for _, mark := range []string{"\ufeff", ""} {
			data := string(wide(mark + strings.TrimPrefix(text, "\ufeff")))
			p, after := plan(t, data)
			if p.Status() != scrub.Dirty || after != string(wide(mark+strings.TrimPrefix(want, "\ufeff"))) {
				t.Errorf("%s: %s %s %q", what, p.Status(), p.Refused, p.Doubts)
			}
			if again, _ := plan(t, after); again.Status() != scrub.Clean {
				t.Errorf("%s: afterwards %s", what, again.Status())
			}
			if p, _ := plan(t, data+string(o.AppendUint16(nil, 0xd800))); p.Refused == "" || p.Status() != scrub.Unsupported {
				t.Errorf("%s: half a letter at the end: %s", what, p.Status())
			}
			if p, _ := plan(t, data[:len(data)-30]); p.Status() == scrub.Clean || p.Status() == scrub.Dirty {
				t.Errorf("%s: cut short: %s", what, p.Status())
			}
		}
	}
}
