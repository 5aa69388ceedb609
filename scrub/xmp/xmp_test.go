package xmp

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"untag/scrub"
)

const (
	head = `<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Toolkit"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" ` +
		`xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" ` +
		`xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:Container="http://ns.google.com/photos/1.0/container/" ` +
		`xmlns:Item="http://ns.google.com/photos/1.0/container/item/" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" ` +
		`xmlns:odd="http://example.com/odd/1.0/"`
	tail = `</rdf:Description></rdf:RDF></x:xmpmeta>`
)

func packet(attrs, elements string) string { return head + " " + attrs + ">" + elements + tail }

func read(t *testing.T, s string) *Packet {
	t.Helper()
	p, err := Read(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReport(t *testing.T) {
	p := read(t, packet(`xmp:CreatorTool="Tool 1" aux:SerialNumber="4711" odd:Thing="x"`,
		`<xmpMM:DocumentID>xmp.did:1</xmpMM:DocumentID><xmpMM:History><rdf:Seq><rdf:li stEvt:when="2024-01-02" stEvt:softwareAgent="Agent"/>`+
			`<rdf:li><stEvt:when>2025-01-02</stEvt:when></rdf:li></rdf:Seq></xmpMM:History>`)+"\x00 trailing")
	got := map[string]scrub.Finding{}
	p.Report("XMP", 10, 20, func(f scrub.Finding) { got[f.Place+"="+f.Value] = f })
	for want, kind := range map[string]scrub.Kind{
		"XMP/xmp:CreatorTool=Tool 1":                  scrub.Software,
		"XMP/aux:SerialNumber=4711":                   scrub.Serial,
		"XMP/xmpMM:DocumentID=xmp.did:1":              scrub.ID,
		"XMP/xmpMM:History/stEvt:when=2024-01-02":     scrub.Time,
		"XMP/xmpMM:History/stEvt:when=2025-01-02":     scrub.Time,
		"XMP/xmpMM:History/stEvt:softwareAgent=Agent": scrub.Software,
		"XMP=1 other properties":                      scrub.Unknown,
	} {
		if f, ok := got[want]; !ok || f.Kind != kind || f.Off != 10 || f.Len != 20 {
			t.Errorf("%s is %+v; found %v", want, f, got)
		}
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"nothing", "", "no element"},
		{"no XML", "something else", "no element"},
		{"cut off", head + ">", "not well-formed"},
		{"bomb of elements", strings.Repeat("<a>", 1000), "nested too deep"},
		{"too long", "<a>" + strings.Repeat("x", MaxPacket), "too long"},
		{"UTF-16", "<\x00x\x00:\x00x\x00", "not well-formed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p := read(t, c.data); p.Broken != c.want {
				t.Errorf("%q, not %q", p.Broken, c.want)
			}
		})
	}
}

func TestReadingFails(t *testing.T) {
	want := errors.New("bad sector")
	if _, err := Read(io.MultiReader(strings.NewReader("<a>"), iotest.ErrReader(want))); !errors.Is(err, want) {
		t.Errorf("%v, not the error of reading", err)
	}
}

func TestManyProperties(t *testing.T) {
	p := read(t, packet("", strings.Repeat("<odd:a>b</odd:a>", 2000)))
	if len(p.Properties) != maxProperties || p.More != 2000-maxProperties {
		t.Errorf("%d properties and %d more", len(p.Properties), p.More)
	}
}

// blanked returns the packet with what goes blanked.
func blanked(s string, k Keep) (string, *Reduced) {
	b := []byte(s)
	r := Reduce(b, k)
	for _, v := range r.Blank {
		for i := v.Off; i < v.End; i++ {
			b[i] = ' '
		}
	}
	return string(b), r
}

func TestReduce(t *testing.T) {
	item := func(attrs string) string {
		return `<rdf:li rdf:parseType="Resource"><Container:Item ` + attrs + `/></rdf:li>`
	}
	photo := packet(`xmp:CreatorTool="Tool > 1" hdrgm:Version="1.0" odd:x='hdrgm:Version="2.0"'`, `<!-- a <b> comment --><odd:thing hdrgm:Gamma="9"><odd:more>x</odd:more></odd:thing>`+
		`<Container:Directory><rdf:Seq>`+item(`Item:Semantic="Primary" Item:Mime="image/jpeg"`)+item(`Item:Semantic="Depth" Item:Length="5"`)+
		item(`Item:Semantic="GainMap" Item:Length="7"`)+item(`Item:Semantic="MotionPhoto" Item:Length="11"`)+`</rdf:Seq></Container:Directory>`)
	gainMap := packet(`hdrgm:Version="1.0" hdrgm:GainMapMin="0" xmp:CreatorTool="t"`, `<hdrgm:GainMapMax><rdf:Seq><rdf:li>1.5</rdf:li><rdf:li> 2 </rdf:li><rdf:li>2.5e0</rdf:li></rdf:Seq></hdrgm:GainMapMax>`+
		`<hdrgm:Gamma>text</hdrgm:Gamma><xmp:Label><rdf:Seq><rdf:li>3</rdf:li></rdf:Seq></xmp:Label>`)
	pano := packet(`GPano:ProjectionType="equirectangular" GPano:PoseHeadingDegrees="231" GPano:FullPanoWidthPixels="x16"`, "")
	for _, c := range []struct {
		name, data string
		keep       Keep
		stay, goes []string
		has, isMap bool
	}{
		{"announcement", photo, Keep{GainMap: true}, []string{`hdrgm:Version="1.0"`, `Item:Semantic="Primary"`, `Item:Length="5"`, `Item:Semantic="GainMap" Item:Length="7"`},
			[]string{"Toolkit", "Tool >", "Depth", "Motion", "11", "comment", "Gamma", "2.0", "odd", "xmp:"}, true, false},
		{"numbers", gainMap, Keep{Map: true}, []string{`hdrgm:GainMapMin="0"`, "<rdf:li>1.5</rdf:li><rdf:li> 2 </rdf:li><rdf:li>2.5e0</rdf:li>"},
			[]string{"text", "Gamma", "Label", ">3<", "xmp:"}, true, true},
		{"projection", pano, Keep{Panorama: true}, []string{`GPano:ProjectionType="equirectangular"`}, []string{"231", "x16", "hdrgm"}, false, false},
		{"another prefix", strings.ReplaceAll(pano, "GPano", "pano"), Keep{Panorama: true}, []string{`xmlns:pano="http://ns.google.com/photos/1.0/panorama/"`, `pano:ProjectionType="equirectangular"`}, []string{"231", "x16"}, false, false},
		{"spaces around signs", strings.ReplaceAll(pano, `Type="`, "Type\n = \""), Keep{Panorama: true}, []string{"GPano:ProjectionType\n = \"equirectangular\""}, []string{"231", "x16"}, false, false},
		{"a prefix that tells", strings.ReplaceAll(pano, "GPano", "Jane_Doe_SN4711"), Keep{Panorama: true}, nil, []string{"Jane"}, false, false},
		{"a prefix of another space", strings.ReplaceAll(pano, "http://ns.google.com/photos/1.0/panorama/", "http://jane.example/"), Keep{Panorama: true}, nil, []string{"jane"}, false, false},
		{"every prefix another", strings.NewReplacer("xmlns:Container", "xmlns:con", "xmlns:Item", "xmlns:it", "Container:", "con:", "Item:", "it:", "hdrgm", "h", "rdf:", "r:", ":rdf=", ":r=").Replace(photo), Keep{GainMap: true},
			[]string{`h:Version="1.0"`, `it:Semantic="GainMap" it:Length="7"`}, []string{"Motion", "odd"}, true, false},
		{"nothing to keep", photo, Keep{Panorama: true, Orientation: true, Map: false}, nil, []string{"hdrgm", "xmp"}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, r := blanked(c.data, c.keep)
			if r.HasGainMap() != c.has || r.IsGainMap() != c.isMap {
				t.Errorf("announces %v, is one %v", r.HasGainMap(), r.IsGainMap())
			}
			for _, s := range c.stay {
				if !strings.Contains(got, s) {
					t.Errorf("%s is gone from %s", s, got)
				}
			}
			for _, s := range c.goes {
				if strings.Contains(got, s) {
					t.Errorf("%s is left in %s", s, got)
				}
			}
			if c.stay != nil {
				wellFormed(t, got)
			}
			if _, again := blanked(got, c.keep); len(again.Blank) > 0 {
				t.Errorf("more goes from %s: %v", got, again.Blank)
			}
		})
	}
}

func wellFormed(t *testing.T, s string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, s)
		}
	}
}

// Blanking may stop at any byte: what stays is still found.
func TestInterrupted(t *testing.T) {
	data := packet(`xmp:CreatorTool="Tool > 1" hdrgm:Version="1.0" aux:SerialNumber="47 11>" hdrgm:GainMapMax="2"`,
		`<!-- note --><odd:a b="c">d<odd:e/></odd:a><hdrgm:Gamma>1.5</hdrgm:Gamma><xmp:Label>L</xmp:Label>`)
	want, r := blanked(data, Keep{Map: true})
	early := []byte(data)
	for _, v := range r.First {
		early[v.Off] = ' '
	}
	data = string(early)
	for _, v := range r.Blank {
		for stop := v.Off; stop <= v.End; stop++ {
			b := []byte(data)
			for i := v.Off; i < stop; i++ {
				b[i] = ' '
			}
			got, again := blanked(string(b), Keep{Map: true})
			if got != want || !again.IsGainMap() {
				t.Fatalf("stopped at %d of %v: %s", stop, v, got)
			}
		}
	}
}

func TestHostileTakesNoTime(t *testing.T) {
	all := map[string]string{"closing what is not open": strings.Repeat("<rdf:RDF>", MaxPacket/20) + strings.Repeat("</a>", MaxPacket/10)}
	for _, s := range []string{`<a b="`, `<a b='`, "<!--", "<?", "<![CDATA[", "<", "<a ", `<rdf:li a="<`, "<rdf:RDF>", "</a>", `<a b="c' d='`} {
		all[s] = strings.Repeat(s, MaxPacket/len(s))
	}
	for name, s := range all {
		start := time.Now()
		Reduce([]byte(s), Keep{Map: true, GainMap: true})
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("a packet of %q takes %v", name, took)
		}
	}
}

func FuzzReduce(f *testing.F) {
	f.Add(packet(`hdrgm:Version="1.0" hdrgm:GainMapMax="2"`, `<Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Length="7"/></rdf:li></rdf:Seq></Container:Directory>`))
	f.Add(`<?xpacket end="w"?>` + packet(`GPano:ProjectionType="cylindrical"`, `<tiff:Orientation>6</tiff:Orientation>`))
	f.Add(packet("", `<tiff:Orientation>6<!-- -->6</tiff:Orientation><GPano:PosePitchDegrees>x</GPano:>1</GPano:PosePitchDegrees>`))
	f.Fuzz(func(t *testing.T, s string) {
		k := Keep{GainMap: true, Map: true, Panorama: true, Orientation: true}
		once, _ := blanked(s, k)
		if twice, r := blanked(once, k); twice != once {
			t.Errorf("%q becomes %q: %v", once, twice, r.Blank)
		}
	})
}

// Numbers stay as often as they have a use.
func TestReduceBoundsNumbers(t *testing.T) {
	elements := ""
	for i := range 50 {
		elements += fmt.Sprintf("<hdrgm:Gamma>%d</hdrgm:Gamma><Item:Length>%d</Item:Length>", 777000+i, 888000+i)
	}
	b := []byte(packet(`hdrgm:Version="1.0"`, elements))
	for _, s := range Reduce(b, Keep{GainMap: true, Map: true}).Blank {
		for i := s.Off; i < s.End; i++ {
			b[i] = ' '
		}
	}
	if n, m := strings.Count(string(b), "777"), strings.Count(string(b), "888"); n != 3 || m != 16 {
		t.Errorf("%d and %d numbers are left, not 3 and 16", n, m)
	}
	if r := Reduce(b, Keep{GainMap: true, Map: true}); len(r.Blank) > 0 {
		t.Errorf("a second run blanks %v", r.Blank)
	}
}
