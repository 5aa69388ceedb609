// Package svg cleans drawings of SVG (W3C SVG 2): in place where they are text in UTF-8; in
// UTF-16, or compressed, they are cleaned in memory and the file is written anew.
//
// What goes becomes spaces: first values and texts, which leaves the drawing well-formed
// wherever a write is torn, then the elements and attributes that had them, and last the
// names of their name spaces. What is left of an element whose names were torn is a text
// where nothing draws one, or the end of an element that never began, and goes as well.
package svg

import (
	"bytes"
	_ "embed"
	"encoding/xml"
	"io"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
)

// Format is the entry of drawings in the table of formats.
var Format = scrub.Format{Name: "svg", Title: "SVG drawing", Extensions: []string{"svg"}, Sniff: isDrawing, Parse: parse}

//go:embed tags.tsv
var table string

var known = tags.Index(table)

const most = 16 << 20 // bytes of a drawing

// drawing is the work on one drawing.
type drawing struct {
	*scrub.Scan
	text   []byte
	read   *xml.Decoder
	open   []element
	names  []name          // of name spaces that nobody needs, once their elements are gone
	kept   map[string]bool // prefixes that still stand somewhere
	styles map[string]bool // declarations that were judged
	at     int64           // all before is claimed
	ended  int64           // where the outermost element does
	unsure bool            // only what has a name goes
	wrong  string          // why the drawing is not well-formed, "" if it is
}

// element is one that was not closed yet.
type element struct {
	name  string // as it is written
	from  int64
	tag   tags.Tag // what becomes of it
	goes  bool     // it does, or one that it is in
	words bool     // texts in it are drawn
	space map[string]string
	inner scrub.Point // before its values were made spaces
}

// name is a declaration of a name space.
type name struct {
	prefix   string
	from, to int64
}

func parse(s *scrub.Scan) error {
	if s.Size() > most {
		return s.Unsupportedf(0, "a drawing of %d bytes", s.Size())
	}
	text := make([]byte, s.Size())
	if _, err := s.ReadAt(text, 0); err != nil {
		return err
	}
	if o := wide(text); o != nil {
		return parseWide(s, text, o)
	}
	if bytes.IndexByte(text[:min(len(text), 4)], 0) >= 0 {
		return s.Unsupportedf(0, "a drawing that is neither in UTF-8 nor in UTF-16")
	}
	d := &drawing{Scan: s, text: text, kept: map[string]bool{}, styles: map[string]bool{}, ended: -1}
	d.reader()
	for d.wrong == "" && d.ended < 0 {
		from := d.read.InputOffset()
		token, err := d.read.RawToken()
		if err != nil {
			d.wrong = "it ends early"
			if err != io.EOF {
				d.wrong = err.Error()
			}
			break
		}
		if err := d.take(token, from, d.read.InputOffset()); err != nil {
			return err
		}
	}
	return d.finish()
}

// reader makes a reader of tokens that sees other letters than those of ASCII as one
// letter a byte, so that it counts bytes in any encoding that has those of ASCII.
func (d *drawing) reader() {
	plain := bytes.Clone(d.text)
	for i, c := range plain {
		if c >= 0x80 {
			plain[i] = 'x'
		}
	}
	if bytes.HasPrefix(d.text, []byte("\xef\xbb\xbf")) {
		copy(plain, "   ")
	}
	d.read = xml.NewDecoder(bytes.NewReader(plain))
	d.read.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	d.read.Entity = map[string]string{}
	for _, e := range entity().FindAllSubmatch(plain[:min(len(plain), 64<<10)], -1) {
		d.read.Entity[string(e[1])] = string(e[2])
	}
}

var entity = pattern.New(`<!ENTITY\s+([\w.-]+)\s+["']([^"'<&]*)["']\s*>`)

// take deals with one piece of the text.
func (d *drawing) take(token xml.Token, from, to int64) error {
	switch t := token.(type) {
	case xml.StartElement:
		return d.start(t, from, to)
	case xml.EndElement:
		d.end(qualified(t.Name), from, to)
	case xml.CharData:
		return d.letters(from, to)
	case xml.Comment:
		if from, to = from+int64(len("<!--")), to-int64(len("-->")); d.top().goes {
			d.inside(from, to)
		} else {
			d.blank(scrub.Comment, "comment", from, to)
		}
	case xml.ProcInst:
		if !d.top().goes {
			d.instruction(t, from, to)
		}
	case xml.Directive:
		d.doctype(from, to)
	}
	return nil
}

// top is the innermost element that is open.
func (d *drawing) top() element {
	if len(d.open) == 0 {
		return element{}
	}
	return d.open[len(d.open)-1]
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// blank makes spaces of what stands somewhere, if it is other than that.
func (d *drawing) blank(kind scrub.Kind, place string, from, to int64) {
	if from >= to || len(bytes.TrimLeft(d.text[from:to], " ")) == 0 {
		return
	}
	d.claim(from, to, place)
	if d.Found(scrub.Finding{Kind: kind, Place: place, Off: from, Len: to - from, Value: string(d.text[from:min(to, from+scrub.MaxValue)])}) {
		d.Fill(scrub.Unlink, from, to-from, ' ')
	}
}

// claim claims a piece that tells something, and what stands before it.
func (d *drawing) claim(from, to int64, place string) {
	if from >= d.at {
		d.Claim(d.at, from-d.at, scrub.Structure, "drawing")
		d.Claim(from, to-from, scrub.Identify, place)
		d.at = to
	}
}

// instruction keeps the declaration of XML, and style sheets, which draw.
func (d *drawing) instruction(t xml.ProcInst, from, to int64) {
	switch {
	case t.Target == "xml" && declaration().Match(d.text[from:to]):
	case t.Target == "xml-stylesheet":
		d.Doubt("a style sheet that is elsewhere")
	default:
		d.blank(scrub.Software, "instruction", from, to)
	}
}

var declaration = pattern.New(`^<\?xml(\s+(version|encoding|standalone)\s*=\s*["'][\w.-]{1,16}["'])*\s*\?>$`)

// doctype keeps names of entities, which stand for name spaces.
func (d *drawing) doctype(from, to int64) {
	b := d.text[from:to]
	head, inside, has := bytes.Cut(b, []byte("["))
	switch usual := docType().Match(head); {
	case !has && !usual:
		d.blank(scrub.Unknown, "doctype", from, to)
		return
	case !has:
		return
	case !usual, len(bytes.Trim(declared().ReplaceAll(entity().ReplaceAll(inside, nil), nil), "]> \t\r\n")) > 0:
		d.Doubt("the type of the document says more than name spaces")
	}
	for _, e := range entity().FindAllSubmatch(b, -1) {
		if !bytes.Contains(e[2], []byte("://ns.adobe.com/")) && !bytes.Contains(e[2], []byte("://www.w3.org/")) {
			d.Doubt("entities that stand for more than name spaces")
		}
	}
}

// The type of a drawing without what is said inside of it, and a name space that is declared there.
var (
	docType  = pattern.New(`^<!DOCTYPE\s+(?:svg:)?svg(\s+PUBLIC\s+["']-//W3C//DTD SVG ?[\d.]*( Tiny| Basic| Full| Flat)?//EN["']\s+["']https?://www\.w3\.org/[\w./-]{1,64}["'])?\s*>?$`)
	declared = pattern.New(`<!ATTLIST\s+svg\s+xmlns(:\w{1,16})?\s+CDATA\s+(#FIXED\s+|#IMPLIED)?(["']https?://(www\.w3\.org|ns\.adobe\.com)/[\w./-]{1,64}["'])?\s*>`)
)

// letters deals with a text: where nothing draws it, it goes.
func (d *drawing) letters(from, to int64) error {
	in, b := d.top(), d.text[from:to]
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))) == 0:
	case len(d.open) == 0:
		d.wrong = "a text stands before the drawing"
	case in.goes:
		d.inside(from, to)
	case in.words:
		if strings.HasSuffix(in.name, "script") {
			d.Doubt("a script can't be looked into")
		}
		if stylish(in.name) {
			d.telling(string(b), in.name)
			d.remarks(from, to, in.name)
		}
		if err := d.embedded(from, to, in.name); err != nil {
			return err
		}
	case d.unsure && in.tag.Kind == "":
	case bytes.HasPrefix(b, []byte("<![")):
		d.blank(scrub.Hidden, "text", from+int64(len("<![CDATA[")), to-int64(len("]]>")))
	default:
		kind, place := scrub.Hidden, "text"
		if in.tag.Kind != "" {
			kind, place = in.tag.Kind, in.name
		}
		d.blank(kind, place, from, to)
	}
	return nil
}

// inside makes spaces of what stands in an element that goes, before all of that does.
func (d *drawing) inside(from, to int64) {
	if !bytes.HasPrefix(d.text[from:to], []byte("<![")) {
		d.Fill(scrub.Unlink, from, to-from, ' ')
	}
}

// end closes an element.
func (d *drawing) end(name string, from, to int64) {
	top := len(d.open) - 1
	if top < 0 || d.open[top].name != name {
		if t := d.verdict(name); t.Fate == tags.Go { // what a torn write left
			d.blank(t.Kind, name, from, to)
			return
		}
		d.wrong = "an element " + name + " ends that did not begin"
		return
	}
	e := d.open[top]
	if d.open = d.open[:top]; top == 0 {
		d.ended = to
	}
	outer := top > 0 && d.open[top-1].goes
	if !e.goes || outer {
		return
	}
	if d.Atomic(e.from, to-e.from) {
		d.Reset(e.inner) // one write does it
	}
	d.claim(e.from, to, e.name)
	if d.Found(scrub.Finding{Kind: e.tag.Kind, Place: e.name, Off: e.from, Len: to - e.from}) {
		d.Fill(scrub.Destroy, e.from, to-e.from, ' ')
	}
}

// finish claims the rest, and has names of name spaces go.
func (d *drawing) finish() error {
	if d.wrong != "" {
		for _, e := range d.open { // where it ends is not known
			if e.goes {
				d.Reset(e.inner)
				break
			}
		}
		d.Doubt("the drawing is not well-formed: %s", d.wrong)
		end, err := d.CutMarks(d.at)
		d.Claim(d.at, end-d.at, scrub.Structure, "drawing")
		return err
	}
	d.declarations()
	d.Claim(d.at, d.ended-d.at, scrub.Structure, "drawing")
	if len(bytes.TrimSpace(d.text[d.ended:])) == 0 {
		d.Claim(d.ended, d.Size()-d.ended, scrub.Structure, "drawing")
		return nil
	}
	d.End(scrub.End{Off: d.ended, Proof: scrub.Proven}) // the engine looks for another drawing
	return nil
}
