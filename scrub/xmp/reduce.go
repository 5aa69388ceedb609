package xmp

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

const (
	nsRDF        = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsHDRGM      = "http://ns.adobe.com/hdr-gain-map/1.0/"
	nsContainer  = "http://ns.google.com/photos/1.0/container/"
	nsItem       = "http://ns.google.com/photos/1.0/container/item/"
	nsPano       = "http://ns.google.com/photos/1.0/panorama/"
	nsTIFF       = "http://ns.adobe.com/tiff/1.0/"
	nsAppleHDR   = "http://ns.apple.com/HDRGainMap/1.0/"
	nsApplePixel = "http://ns.apple.com/pixeldatainfo/1.0/"
)

// Keep says what of a packet stays.
type Keep struct {
	GainMap     bool // the picture has a gain map: its announcement stays
	Map         bool // the picture is a gain map: its numbers stay
	Panorama    bool // the projection of a spherical picture stays
	Orientation bool // the orientation stays, which no EXIF tells
	Develop     bool // the settings of a raw developer stay
	Motion      bool // the picture has a clip that stays: where it is stays
}

// Reduced says what remains of a packet if all but the kept properties is
// blanked. Nothing moves: wherever the blanking stops, all that stays is there.
type Reduced struct {
	Blank []Span          // what is not a space yet and becomes one
	First []Span          // parts of it that become spaces first: they would end a tag if what is around them were gone
	Kept  map[string]bool // names of the properties that stay
}

// Span is the bytes [Off, End) of a packet.
type Span struct{ Off, End int }

// IsGainMap tells whether what stays are the numbers of a gain map, by Adobe's
// or by Apple's names.
func (r *Reduced) IsGainMap() bool {
	return r.Kept["hdrgm:GainMapMax"] || r.Kept["hdrgm:HDRCapacityMax"] || r.Kept["apdi:AuxiliaryImageType"]
}

// HasGainMap tells whether the packet says that its picture has a gain map.
func (r *Reduced) HasGainMap() bool { return r.Kept["hdrgm:Version"] }

// Empty tells whether nothing stays.
func (r *Reduced) Empty() bool { return len(r.Kept) == 0 }

// auxGainMap is how Apple says that a picture is a gain map.
const auxGainMap = "urn:com:apple:photo:2020:aux:hdrgainmap"

// check tells whether a value is one that a property may have.
type check func(string) bool

func number(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && len(s) <= 24 && strings.Trim(s, "0123456789+-.eE") == ""
}

func oneOf(words ...string) check {
	return func(s string) bool {
		for _, w := range words {
			if s == w {
				return true
			}
		}
		return false
	}
}

var truth = oneOf("True", "False", "true", "false")

// Properties that stay, by what they are for (Ultra HDR 1.0, Google's Photo
// Sphere XMP; for Apple's, what ImageIO writes). The heading of a panorama, its
// times and its program are not among them.
var (
	announceNames = map[string]check{
		"hdrgm:Version": number,
		"Item:Mime":     oneOf("image/jpeg"), "Item:Semantic": oneOf("Primary", "GainMap"), "Item:Length": number, "Item:Padding": number,
	}
	mapNames = map[string]check{
		"hdrgm:Version": number, "hdrgm:BaseRenditionIsHDR": truth, "hdrgm:GainMapMin": number, "hdrgm:GainMapMax": number,
		"hdrgm:Gamma": number, "hdrgm:OffsetSDR": number, "hdrgm:OffsetHDR": number, "hdrgm:HDRCapacityMin": number,
		"hdrgm:HDRCapacityMax": number, "HDRGainMap:HDRGainMapVersion": number, "HDRGainMap:HDRGainMapHeadroom": number,
		"apdi:NativeFormat": number, "apdi:StoredFormat": number, "apdi:AuxiliaryImageType": oneOf(auxGainMap),
	}
	panoNames = map[string]check{
		"GPano:ProjectionType": oneOf("equirectangular", "cylindrical"), "GPano:UsePanoramaViewer": truth,
		"GPano:CroppedAreaImageWidthPixels": number, "GPano:CroppedAreaImageHeightPixels": number,
		"GPano:FullPanoWidthPixels": number, "GPano:FullPanoHeightPixels": number, "GPano:CroppedAreaLeftPixels": number,
		"GPano:CroppedAreaTopPixels": number, "GPano:PosePitchDegrees": number, "GPano:PoseRollDegrees": number,
		"GPano:InitialViewHeadingDegrees": number, "GPano:InitialViewPitchDegrees": number,
		"GPano:InitialViewRollDegrees": number, "GPano:InitialHorizontalFOVDegrees": number,
	}
	motionNames = map[string]check{
		"GCamera:MotionPhoto": number, "GCamera:MotionPhotoVersion": number, "GCamera:MotionPhotoPresentationTimestampUs": number,
		"GCamera:MicroVideo": number, "GCamera:MicroVideoVersion": number, "GCamera:MicroVideoOffset": number, "GCamera:MicroVideoPresentationTimestampUs": number,
		"Item:Mime": oneOf("image/jpeg", "image/heic", "image/avif", "video/mp4"), "Item:Semantic": oneOf("Primary", "GainMap", "MotionPhoto"), "Item:Length": number, "Item:Padding": number,
	}
	orientationNames = map[string]check{"tiff:Orientation": oneOf("2", "3", "4", "5", "6", "7", "8")}
)

// skeleton are the elements that hold properties, and structures of those that stay.
var skeleton = map[string]bool{
	"x:xmpmeta": true, "x:xapmeta": true, "rdf:RDF": true, "rdf:Description": true, "rdf:Seq": true, "rdf:li": true,
	"Container:Directory": true, "Container:Item": true,
}

// Reduce finds what of the packet b stays. It does not ask that the packet is
// well-formed, since a run that was interrupted may have left it otherwise.
func Reduce(b []byte, k Keep) *Reduced {
	r := &reducer{finder: finder{b: b}, allowed: map[string]check{}, count: map[string]int{}, develop: k.Develop, out: &Reduced{Kept: map[string]bool{}}}
	r.allow(k.GainMap, announceNames)
	r.allow(k.Map, mapNames)
	r.allow(k.Panorama, panoNames)
	r.allow(k.Orientation, orientationNames)
	r.allow(k.Motion, motionNames)
	r.run()
	return r.finish()
}

type reducer struct {
	finder
	allowed map[string]check
	develop bool
	stack   []open
	spaces  []binding // name spaces in scope, the innermost last
	kept    []Span
	props   []property
	count   map[string]int
	listed  bool // the gain map was found in the directory
	out     *Reduced
}

// open is an element whose end has not been seen.
type open struct {
	name   string
	usual  string // its name with the usual prefix
	spans  int    // kept spans before it
	props  int
	spaces int   // bindings before it
	check  check // for the text of a property; nil if it is none
	keep   bool
	said   bool // it has had its text; more of it, behind what goes, would become one value with it
}

// property is one that stays, if the elements around it do.
type property struct{ name, value string }

func (r *reducer) allow(on bool, names map[string]check) {
	if !on {
		return
	}
	for name, c := range names {
		r.allowed[name] = c
	}
}

// run goes from tag to tag.
func (r *reducer) run() {
	for at := 0; at < len(r.b) && len(r.stack) <= maxDepth; {
		i := bytes.IndexByte(r.b[at:], '<')
		if i < 0 {
			return
		}
		r.text(at, at+i)
		at = r.tag(at + i)
	}
}

// wrappers are the usual instructions around a packet (ISO 16684-1, 7.3.2).
var wrappers = []string{
	"<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>", "<?xpacket begin='\uFEFF' id='W5M0MpCehiHzreSzNTczkc9d'?>",
	`<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>`, `<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>`,
	`<?xpacket end="w"?>`, `<?xpacket end='w'?>`, `<?xpacket end="r"?>`, `<?xpacket end='r'?>`,
}

// tag deals with the tag at off and returns where it ends.
func (r *reducer) tag(off int) int {
	t, ok := r.scan(off)
	switch {
	case !ok:
		return off + 1
	case t.name == "" && len(r.stack) == 0 && slices.Contains(wrappers, string(r.b[off:t.end])):
		r.kept = append(r.kept, Span{off, t.end})
	case t.closing:
		r.close(t)
	case t.name != "":
		r.open(t)
	}
	return t.end
}

func (r *reducer) open(t tag) {
	e := open{name: t.name, spans: len(r.kept), props: len(r.props), spaces: len(r.spaces)}
	inside := len(r.stack) == 0 || r.stack[len(r.stack)-1].keep
	r.bind(t)
	name := r.usual(t.name)
	e.usual, e.check = name, r.allows(name)
	if n := len(r.stack); n > 0 && e.check == nil && strings.HasPrefix(name, "rdf:") {
		e.check = r.stack[n-1].check // of a list in a property
	}
	e.keep = inside && (skeleton[name] || e.check != nil)
	if e.keep {
		r.kept = append(r.kept, Span{t.off, t.off + 1 + len(t.name)})
		for _, a := range t.attrs {
			if r.keepsAttr(name, a) {
				r.kept = append(r.kept, Span{a.off, a.end})
			} else {
				r.first(a)
			}
		}
		r.kept = append(r.kept, Span{t.end - t.tail, t.end})
	}
	if t.empty {
		r.done(e)
		r.spaces = r.spaces[:e.spaces]
		return
	}
	r.stack = append(r.stack, e)
}

// first notes the brackets in the value of an attribute that goes.
func (r *reducer) first(a attr) {
	for i := a.off; i < a.end; i++ {
		if r.b[i] == '>' {
			r.out.First = append(r.out.First, Span{i, i + 1})
		}
	}
}

// keepsAttr tells whether an attribute stays, and notes it if it is a property.
func (r *reducer) keepsAttr(element string, a attr) bool {
	if p, ok := strings.CutPrefix(a.name, "xmlns:"); ok {
		usual := prefixes()[a.value]
		return r.usual(p+":") == usual+":" && (usual == "x" || usual == "rdf" || r.uses(usual))
	}
	name := r.usual(a.name)
	switch name {
	case "rdf:about":
		return a.value == ""
	case "rdf:parseType":
		return element == "rdf:li" && a.value == "Resource"
	}
	c := r.allows(name)
	return c != nil && c(a.value) && r.add(name, a.value)
}

// add notes a property, unless it comes more often than it has a use: a number
// for each colour, and a few pictures in a directory.
func (r *reducer) add(name, value string) bool {
	most := 3
	switch {
	case strings.HasPrefix(name, "Item:"):
		most = 16
	case strings.HasPrefix(name, "crs:"): // points of a curve
		most = 64
	}
	if r.count[name]++; r.count[name] > most {
		return false
	}
	r.props = append(r.props, property{name, value})
	r.listed = r.listed || name == "Item:Semantic" && value == "GainMap"
	return true
}

// binding is a prefix and the usual one of the name space that it stands for,
// "" if that has none.
type binding struct{ prefix, usual string }

// maxSpaces bounds the name spaces in scope: Adobe's packets declare 40.
const maxSpaces = 256

// bind notes the name spaces that a tag declares.
func (r *reducer) bind(t tag) {
	for _, a := range t.attrs {
		if p, ok := strings.CutPrefix(a.name, "xmlns:"); ok && len(r.spaces) < maxSpaces {
			r.spaces = append(r.spaces, binding{p, prefixes()[a.value]})
		}
	}
}

// usual turns the prefix of a name into the usual one of its name space, as
// ExifTool's GContainer into Container. A prefix that could tell something makes
// a name that nobody knows; one that is declared nowhere stands for itself, since
// an interrupted run may have left it so.
func (r *reducer) usual(name string) string {
	p, rest, _ := strings.Cut(name, ":")
	for i := len(r.spaces) - 1; i >= 0; i-- {
		b := r.spaces[i]
		if b.prefix != p {
			continue
		}
		if b.usual == "" || p != b.usual && !plainPrefix(p) {
			return ":" + rest
		}
		return b.usual + ":" + rest
	}
	return name
}

// plainPrefix tells whether a prefix is a short word, or one that ExifTool writes.
func plainPrefix(p string) bool {
	letters := strings.TrimRight(p, "0123456789")
	return len(p)-len(letters) <= 2 && len(letters) <= 8 && strings.Trim(strings.ToLower(letters), "abcdefghijklmnopqrstuvwxyz") == "" ||
		p == "GContainer" || p == "GContainerItem"
}

// uses tells whether properties that may stay have the prefix p.
func (r *reducer) uses(p string) bool {
	if r.develop && p == "crs" {
		return true
	}
	for name := range r.allowed {
		if strings.HasPrefix(name, p+":") || p == "Container" && strings.HasPrefix(name, "Item:") {
			return true
		}
	}
	return false
}

// text keeps the value of a property that is written as an element.
func (r *reducer) text(off, end int) {
	n := len(r.stack)
	if n == 0 || !r.stack[n-1].keep || r.stack[n-1].check == nil {
		return
	}
	value := bytes.TrimSpace(r.b[off:end])
	if len(value) == 0 || r.stack[n-1].said {
		return
	}
	r.stack[n-1].said = true
	if !r.stack[n-1].check(string(value)) {
		return
	}
	lead := bytes.Index(r.b[off:end], value)
	for i := n - 1; i >= 0; i-- {
		if name := r.stack[i].usual; r.allows(name) != nil {
			if r.add(name, string(value)) {
				r.kept = append(r.kept, Span{off + lead, off + lead + len(value)})
			}
			return
		}
	}
}

// close ends the element of that name, and drops what was not closed inside.
func (r *reducer) close(t tag) {
	i := len(r.stack) - 1
	for i >= 0 && r.stack[i].name != t.name {
		i--
	}
	if i < 0 {
		return
	}
	if i < len(r.stack)-1 {
		r.drop(r.stack[i+1])
	}
	e := r.stack[i]
	r.stack, r.spaces = r.stack[:i], r.spaces[:e.spaces]
	if e.keep {
		r.kept = append(r.kept, Span{t.off, t.end})
	}
	r.done(e)
}

// done drops an element that holds nothing that stays. Of a directory, lengths
// count that stand before that of the gain map: they say where it starts.
func (r *reducer) done(e open) {
	inside := r.props[e.props:]
	if len(inside) == 0 || r.listed && e.usual == "rdf:li" && has(inside, "Item:Length") && !has(inside, "Item:Semantic") {
		r.drop(e)
	}
}

func has(props []property, name string) bool {
	return slices.ContainsFunc(props, func(p property) bool { return p.name == name })
}

func (r *reducer) drop(e open) {
	r.kept, r.props = r.kept[:e.spans], r.props[:e.props]
}

// finish turns what stays into what goes.
func (r *reducer) finish() *Reduced {
	if len(r.stack) > 0 {
		r.drop(r.stack[0])
	}
	for _, p := range r.props {
		r.out.Kept[p.name] = true
	}
	at := 0
	for _, k := range r.kept {
		r.blank(at, k.Off)
		at = k.End
	}
	r.blank(at, len(r.b))
	return r.out
}

func (r *reducer) blank(off, end int) {
	if strings.Trim(string(r.b[off:end]), " ") != "" {
		r.out.Blank = append(r.out.Blank, Span{off, end})
	}
}
