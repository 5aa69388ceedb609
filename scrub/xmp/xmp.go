// Package xmp reads what an XMP packet (ISO 16684-1) gives away and writes the
// little of it that pictures need: the numbers of an HDR gain map, a
// projection, an orientation that stands nowhere else.
package xmp

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"untag/scrub"
)

// MaxPacket is the most that is read of one packet, in bytes. Longer ones are
// extended XMP, which no picture needs.
const MaxPacket = scrub.MaxPiece

// Bounds on one packet.
const (
	maxProperties = 1024
	maxDepth      = 64
)

// Property is one simple value of a packet.
type Property struct {
	Name  string // path of prefixed names, such as xmpMM:History/stEvt:when
	Value string // at most [scrub.MaxValue] bytes
	Item  int    // number of the innermost list item that holds it, counted through the packet; 0 if none
}

// Packet is what a packet says.
type Packet struct {
	Properties []Property
	More       int    // properties beyond those listed
	Broken     string // why reading stopped early; empty if it did not
}

// Read parses the packet in r, whose prefixes become the usual ones. What does
// not parse is told by Broken; an error is one of reading.
func Read(r io.Reader) (*Packet, error) {
	limited := &io.LimitedReader{R: r, N: MaxPacket}
	d := xml.NewDecoder(limited)
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	w := &walker{packet: &Packet{}}
	for {
		t, err := d.Token()
		if err != nil {
			return w.packet, w.stop(err, limited.N)
		}
		if w.token(t); w.packet.Broken != "" {
			return w.packet, nil
		}
	}
}

// walker turns tokens into properties.
type walker struct {
	packet *Packet
	stack  []element
	items  int
	roots  int // elements closed at the outermost level
}

type element struct {
	path   string // of properties, without the elements of RDF
	item   int
	hidden bool // an element of RDF or XMP itself
	text   []byte
}

// stop tells what an error of the decoder means for the packet.
func (w *walker) stop(err error, left int64) error {
	var syntax *xml.SyntaxError
	switch {
	case w.roots > 0: // padding of other things than white space follows the packet
	case left <= 0:
		w.packet.Broken = "too long"
	case err == io.EOF:
		w.packet.Broken = "no element"
	case errors.As(err, &syntax):
		w.packet.Broken = "not well-formed"
	default:
		return err
	}
	return nil
}

func (w *walker) token(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		w.start(t)
	case xml.EndElement:
		w.end()
	case xml.CharData:
		if n := len(w.stack); n > 0 && !w.stack[n-1].isFull() {
			w.stack[n-1].text = append(w.stack[n-1].text, t...)
		}
	}
}

// isFull tells that more text would be cut off anyway.
func (e *element) isFull() bool { return len(e.text) > 2*scrub.MaxValue }

func (w *walker) start(t xml.StartElement) {
	if len(w.stack) >= maxDepth {
		w.packet.Broken = "nested too deep"
		return
	}
	var e element
	if n := len(w.stack); n > 0 {
		e.path, e.item = w.stack[n-1].path, w.stack[n-1].item
	}
	p := prefix(t.Name.Space)
	e.hidden = p == "rdf" || p == "x"
	if p == "rdf" && t.Name.Local == "li" {
		w.items++
		e.item = w.items
	}
	if !e.hidden {
		e.path = join(e.path, p+":"+t.Name.Local)
	}
	for _, a := range t.Attr {
		if name, ok := attribute(a); ok {
			w.add(join(e.path, name), a.Value, e.item)
		}
	}
	w.stack = append(w.stack, e)
}

// attribute returns the name of a property that is written as an attribute.
func attribute(a xml.Attr) (string, bool) {
	p := prefix(a.Name.Space)
	if p == "" || p == "xmlns" || p == "xml" || p == "x" || p == "rdf" && a.Name.Local != "resource" {
		return "", false
	}
	return p + ":" + a.Name.Local, true
}

func (w *walker) end() {
	n := len(w.stack)
	if n == 0 {
		return
	}
	e := &w.stack[n-1]
	if text := strings.TrimSpace(string(e.text)); text != "" && e.path != "" {
		w.add(e.path, text, e.item)
	}
	w.stack = w.stack[:n-1]
	if len(w.stack) == 0 {
		w.roots++
	}
}

func (w *walker) add(name, value string, item int) {
	if len(w.packet.Properties) >= maxProperties {
		w.packet.More++
		return
	}
	if len(value) > scrub.MaxValue {
		value = strings.ToValidUTF8(value[:scrub.MaxValue], "")
	}
	w.packet.Properties = append(w.packet.Properties, Property{name, strings.Clone(value), item})
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// Get returns the value of the first property whose last name is name.
func (p *Packet) Get(name string) string {
	if v := p.All(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// All returns the values of all properties whose last name is name.
func (p *Packet) All(name string) (out []string) {
	for _, q := range p.Properties {
		if last(q.Name) == name {
			out = append(out, q.Value)
		}
	}
	return out
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
