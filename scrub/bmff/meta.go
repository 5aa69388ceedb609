package bmff

import (
	"strings"

	"untag/scrub"
)

// metadata is a meta box (8.11): handler, keys (QuickTime) and items.
type metadata struct {
	box      box
	children int64 // where they start
	handler  string
	keys     []key
}

// key is one entry of keys: items are numbered by it, from 1.
type key struct {
	off, len int64
	name     string
}

// maxItems bounds keys and items; iTunes writes some thirty.
const maxItems = 4096

// meta claims a meta box and tells whether something in it stays. It goes as a
// whole if nothing does: readers refuse one without a handler.
func (p *parser) meta(b box, place string) (stays bool, err error) {
	m, err := p.readMeta(b)
	if damaged(err) || err == nil && m.handler != "mdta" && m.handler != "mdir" {
		return !p.drop(b, scrub.MakerNote, place, ""), nil
	}
	if err != nil {
		return false, err
	}
	mark := p.s.Point()
	p.s.Claim(b.off, m.children-b.off, scrub.Structure, place)
	gone := make([]bool, len(m.keys))
	rest, err := children(p.s, m.children, b.end(), func(c box) error {
		at := place + "/" + c.name()
		switch c.typ {
		case "hdlr":
			return p.handler(c, at)
		case "keys":
			return nil // after the items are judged
		case "ilst":
			stays, err = p.items(m, c, at, gone)
			return err
		case "free", "skip":
			return p.filler(c, at)
		}
		p.drop(c, scrub.Unknown, at, "")
		return nil
	})
	if err == nil {
		err = p.restOf(rest, b.end(), place)
	}
	if damaged(err) {
		p.s.Reset(mark)
		return !p.drop(b, scrub.Unknown, place, ""), nil
	}
	if err == nil {
		err = p.keys(m, place, gone)
	}
	if err != nil || stays {
		return stays, err
	}
	if !p.s.Edited(mark) {
		p.s.Found(scrub.Finding{Kind: scrub.Software, Place: place, Off: b.off, Len: b.len, Value: "empty, as its writer leaves it"})
	}
	p.collapse(mark, b, place)
	return false, nil
}

// readMeta finds out whether the box is a full box, as ISO has it, or a plain
// one, as QuickTime has it: the handler comes first in both.
func (p *parser) readMeta(b box) (*metadata, error) {
	m := &metadata{box: b, children: b.body()}
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 12)))
	if err != nil {
		return nil, err
	}
	if len(h) >= 12 && string(h[8:12]) == "hdlr" {
		m.children += 4
	}
	_, err = children(p.s, m.children, b.end(), func(c box) error {
		switch {
		case c.typ == "hdlr" && c.size() >= 12:
			h, err := p.s.Bytes(c.body()+8, 4)
			m.handler = string(h)
			return err
		case c.typ == "keys":
			return p.readKeys(c, m)
		}
		return nil
	})
	return m, err
}

// readKeys reads the table of keys: size, namespace, name.
func (p *parser) readKeys(b box, m *metadata) error {
	_, err := children(p.s, b.body()+8, b.end(), func(c box) error {
		if len(m.keys) == maxItems {
			return p.s.Errorf(b.off, "more than %d keys", maxItems)
		}
		name, err := p.s.Bytes(c.body(), int(min(c.size(), scrub.MaxValue)))
		m.keys = append(m.keys, key{c.off, c.len, string(name)})
		return err
	})
	return err
}

// keys claims the table of keys. Numbers must not change, so the name of a key
// whose item went is overwritten in its place.
func (p *parser) keys(m *metadata, place string, gone []bool) error {
	_, err := children(p.s, m.children, m.box.end(), func(c box) error {
		if c.typ != "keys" {
			return nil
		}
		at := c.off
		for i, k := range m.keys {
			if k.off < c.off || k.off >= c.end() || !gone[i] || k.len <= 8 {
				continue
			}
			p.s.Claim(at, k.off+8-at, scrub.Structure, place+"/keys")
			at = k.off + k.len
			if err := p.blankKey(k, place+"/keys"); err != nil {
				return err
			}
		}
		p.s.Claim(at, c.end()-at, scrub.Structure, place+"/keys")
		return nil
	})
	return err
}

func (p *parser) blankKey(k key, place string) error {
	off, n := k.off+8, k.len-8
	constant, err := p.s.Constant(off, n, 'x')
	if err != nil {
		return err
	}
	if constant {
		p.s.Claim(off, n, scrub.Structure, place)
		return nil
	}
	p.s.Claim(off, n, scrub.Identify, place)
	p.s.Fill(scrub.Repair, off, n, 'x')
	return nil
}

// items claims ilst. gone is set for each key whose item does not stay.
func (p *parser) items(m *metadata, b box, place string, gone []bool) (stays bool, err error) {
	for i := range gone {
		gone[i] = true
	}
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	rest, err := children(p.s, b.body(), b.end(), func(c box) error {
		if c.typ == "free" || c.typ == "skip" {
			return p.filler(c, place+"/free")
		}
		stay, err := p.item(m, c, place)
		if i := int(be32([]byte(c.typ))) - 1; stay && m.handler == "mdta" && i >= 0 && i < len(gone) {
			gone[i] = false
		}
		stays = stays || stay
		return err
	})
	if err != nil {
		return false, err
	}
	return stays, p.restOf(rest, b.end(), place)
}

// item claims one item of ilst.
func (p *parser) item(m *metadata, b box, place string) (stays bool, err error) {
	it, err := p.readItem(b)
	if damaged(err) {
		return !p.drop(b, scrub.Unknown, place+"/"+b.name(), ""), nil
	}
	if err != nil {
		return false, err
	}
	name := b.typ
	if m.handler == "mdta" {
		i := int(be32([]byte(b.typ))) - 1
		if i < 0 || i >= len(m.keys) {
			return !p.drop(b, scrub.Unknown, place+"/"+b.name(), ""), nil
		}
		name = m.keys[i].name
		it.verdict = keyVerdict(name)
		place += "/" + name
	} else {
		place += "/" + b.name()
		it.verdict = itemVerdict(b.typ, it)
		if b.typ == "----" {
			place += "/" + it.name
		}
	}
	if it.kind == scrub.Cover && !it.extra && !p.s.Goes(it.role, it.kind) {
		return p.pictures(b, it, place)
	}
	if it.role != 0 && !it.fits(p) {
		it.verdict = verdict{0, scrub.Unknown}
	}
	return p.judgeItem(b, it, place)
}

// judgeItem claims an item whose verdict is known.
func (p *parser) judgeItem(b box, it item, place string) (stays bool, err error) {
	if it.role == 0 {
		return !p.drop(b, it.kind, place, it.text()), nil
	}
	goes := p.s.Found(scrub.Finding{Kind: it.kind, Role: it.role, Place: place, Off: b.off, Len: b.len, Value: it.text()})
	if goes {
		p.s.Claim(b.off, b.len, scrub.Identify, place)
		p.retire(b, scrub.Unlink, scrub.Destroy)
		return false, nil
	}
	if b.typ == "\xa9day" && len(it.value) > 4 {
		return p.year(b, it, place)
	}
	p.s.Claim(b.off, b.len, it.role, place)
	return true, nil
}

// verdict is what becomes of an item: role zero means that it goes.
type verdict struct {
	role scrub.Role
	kind scrub.Kind
}

// item is what ilst holds for one key.
type item struct {
	verdict
	data  []box  // the data boxes
	typ   uint32 // type of the first value: 1 UTF-8, 13 JPEG, 14 PNG, 21 integer
	value []byte // the start of the first value
	mean  string // of a free-form item
	name  string
	extra bool // it holds something else, too
}

// readItem reads the boxes of an item: data, and mean and name of a free-form one.
func (p *parser) readItem(b box) (it item, err error) {
	rest, err := children(p.s, b.body(), b.end(), func(c box) error {
		switch {
		case c.typ == "data" && c.size() >= 8 && len(it.data) < 64:
			it.data = append(it.data, c)
			if len(it.data) > 1 {
				return nil
			}
			h, err := p.s.Bytes(c.body(), int(min(c.size(), 8+64<<10)))
			if err == nil {
				it.typ, it.value = be32(h), h[8:]
			}
			return err
		case (c.typ == "mean" || c.typ == "name") && c.size() >= 4:
			text, err := p.s.Bytes(c.body()+4, int(min(c.size()-4, scrub.MaxValue)))
			if c.typ == "mean" {
				it.mean = string(text)
			} else {
				it.name = string(text)
			}
			return err
		case c.typ == "free":
			empty, err := p.s.Constant(c.body(), c.size(), 0)
			it.extra = it.extra || !empty
			return err
		}
		it.extra = true
		return nil
	})
	it.extra = it.extra || rest != b.end()
	return it, err
}

// text returns the decoded value for people.
func (it item) text() string {
	switch it.typ {
	case 1, 0, 2:
		return printable(append([]byte{0}, it.value[:min(len(it.value), scrub.MaxValue)]...)[1:])
	}
	return ""
}

// fits tells whether the value of an item that may stay is what it is said to
// be: words of a bounded length, or a small number.
func (it item) fits(p *parser) bool {
	if it.extra || len(it.data) == 0 {
		return false
	}
	for _, d := range it.data {
		n := d.size() - 8
		if n > int64(maxWords(it.kind)) {
			return false
		}
		h, err := p.s.Bytes(d.body(), int(8+n))
		if err != nil {
			return false
		}
		if text := h[8:]; n > 8 && !readable(text, maxWords(it.kind)) {
			return false
		}
	}
	return true
}

// keyVerdicts judge QuickTime's keys by a part of their name; the first match
// counts. All others go as unknown.
var keyVerdicts = []struct {
	part string
	verdict
}{
	{"com.android.capture.fps", verdict{scrub.Render, ""}},
	{"full-frame-rate-playback-intent", verdict{scrub.Render, ""}},
	{"location", verdict{0, scrub.Place}}, {"direction", verdict{0, scrub.Place}}, {"gps", verdict{0, scrub.Place}},
	{"identifier", verdict{0, scrub.ID}}, {"serial", verdict{0, scrub.Serial}}, {"uuid", verdict{0, scrub.ID}},
	{"com.apple.quicktime.title", verdict{scrub.Describe, scrub.Title}}, {"com.apple.quicktime.displayname", verdict{scrub.Describe, scrub.Title}},
	{"com.apple.quicktime.artist", verdict{scrub.Describe, scrub.Title}}, {"com.apple.quicktime.album", verdict{scrub.Describe, scrub.Title}},
	{"com.apple.quicktime.genre", verdict{scrub.Describe, scrub.Title}}, {"com.apple.quicktime.year", verdict{scrub.Describe, scrub.Title}},
	{"creationdate", verdict{0, scrub.Time}}, {"date", verdict{0, scrub.Time}}, {"utc_offset", verdict{0, scrub.Place}},
	{"make", verdict{0, scrub.Device}}, {"model", verdict{0, scrub.Device}}, {"manufacturer", verdict{0, scrub.Device}}, {"lens", verdict{0, scrub.Device}}, {"camera", verdict{0, scrub.Device}},
	{"software", verdict{0, scrub.Software}}, {"encoder", verdict{0, scrub.Software}}, {"version", verdict{0, scrub.Software}},
	{"author", verdict{0, scrub.Person}}, {"artist", verdict{0, scrub.Person}}, {"owner", verdict{0, scrub.Person}}, {"copyright", verdict{0, scrub.Caption}},
	{"comment", verdict{0, scrub.Comment}}, {"description", verdict{0, scrub.Comment}}, {"information", verdict{0, scrub.Comment}}, {"keywords", verdict{0, scrub.Comment}},
	{"AIGC", verdict{0, scrub.Provenance}}, {"exifInfo", verdict{0, scrub.MakerNote}},
}

func keyVerdict(name string) verdict {
	switch name { // FFmpeg's own names
	case "title", "artist", "album", "album_artist", "composer", "genre", "track", "disc":
		return verdict{scrub.Describe, scrub.Title}
	case "lyrics":
		return verdict{scrub.Describe, scrub.Lyrics}
	}
	for _, v := range keyVerdicts {
		if strings.Contains(name, v.part) {
			return v.verdict
		}
	}
	return verdict{0, scrub.Unknown}
}

// itemVerdicts judge the items of iTunes by their type.
var itemVerdicts = map[string]verdict{
	"covr": {scrub.Describe, scrub.Cover}, "\xa9lyr": {scrub.Describe, scrub.Lyrics}, "pgap": {scrub.Render, ""},
	"apID": {0, scrub.Person}, "ownr": {0, scrub.Person}, "purd": {0, scrub.Time}, "sfID": {0, scrub.Place},
	"akID": {0, scrub.ID}, "cnID": {0, scrub.ID}, "atID": {0, scrub.ID}, "plID": {0, scrub.ID}, "geID": {0, scrub.ID}, "cmID": {0, scrub.ID}, "xid ": {0, scrub.ID}, "GUID": {0, scrub.ID}, "egid": {0, scrub.ID},
	"\xa9too": {0, scrub.Software}, "\xa9enc": {0, scrub.Software}, "\xa9swr": {0, scrub.Software}, "tool": {0, scrub.Software},
	"\xa9cmt": {0, scrub.Comment}, "desc": {0, scrub.Comment}, "ldes": {0, scrub.Comment}, "sdes": {0, scrub.Comment}, "keyw": {0, scrub.Comment}, "catg": {0, scrub.Comment}, "purl": {0, scrub.Comment},
	"cprt": {0, scrub.Caption}, "\xa9cpy": {0, scrub.Caption}, "\xa9xyz": {0, scrub.Place}, "\xa9mak": {0, scrub.Device}, "\xa9mod": {0, scrub.Device}, "\xa9aut": {0, scrub.Person}, "auth": {0, scrub.Person},
	"gshh": {0, scrub.ID}, "gspm": {0, scrub.ID}, "gspu": {0, scrub.ID}, "gssd": {0, scrub.ID}, "rate": {0, scrub.Comment},
}

func init() {
	for _, t := range []string{"\xa9nam", "\xa9ART", "aART", "\xa9alb", "\xa9wrt", "\xa9gen", "gnre", "trkn", "disk", "cpil", "\xa9day", "\xa9grp", "\xa9com", "\xa9mvn", "\xa9mvi", "\xa9mvc", "shwm", "\xa9wrk",
		"tvsh", "tves", "tvsn", "tvnn", "tven", "sonm", "soar", "soal", "soaa", "soco", "sosn", "stik", "hdvd", "rtng", "tmpo", "\xa9st3", "pcst"} {
		itemVerdicts[t] = verdict{scrub.Describe, scrub.Title}
	}
}

func itemVerdict(typ string, it item) verdict {
	if typ != "----" {
		if v, ok := itemVerdicts[typ]; ok {
			return v
		}
		return verdict{0, scrub.Unknown}
	}
	switch {
	case it.mean == "com.apple.iTunes" && it.name == "iTunSMPB" && hexWords(it.value),
		it.mean == "com.apple.iTunes" && it.name == "iTunNORM" && hexWords(it.value):
		return verdict{scrub.Render, ""}
	case strings.HasPrefix(strings.ToLower(it.name), "replaygain_") && len(it.value) <= 16:
		return verdict{scrub.Render, ""}
	}
	return verdict{0, scrub.ID}
}

// hexWords tells whether a value is numbers and nothing else, as gapless and
// loudness data are.
func hexWords(v []byte) bool {
	for _, c := range v {
		if !strings.ContainsRune("0123456789abcdefABCDEF \x00", rune(c)) {
			return false
		}
	}
	return len(v) <= 256
}

// year keeps the first four bytes of a date of release and turns the rest of
// the value into a free box, or into spaces where it is too short for one.
func (p *parser) year(b box, it item, place string) (stays bool, err error) {
	d := it.data[0]
	keepEnd := d.body() + 8 + 4
	left := d.end() - keepEnd
	if len(it.data) != 1 || d.head != 8 || !isYear(it.value[:4]) {
		return !p.drop(b, scrub.Time, place, ""), nil
	}
	if blank, err := p.s.Constant(keepEnd, left, ' '); err != nil || blank {
		p.s.Claim(b.off, b.len, scrub.Describe, place)
		return true, err
	}
	p.s.Found(scrub.Finding{Kind: scrub.Time, Place: place, Off: keepEnd, Len: left, Value: string(it.value[4:min(len(it.value), 32)])})
	if !p.s.Goes(scrub.Identify, scrub.Time) {
		p.s.Claim(b.off, b.len, scrub.Describe, place)
		return true, nil
	}
	p.s.Claim(b.off, d.off-b.off, scrub.Structure, place)
	p.s.Claim(d.off+4, keepEnd-d.off-4, scrub.Describe, place)
	p.s.Claim(keepEnd, left, scrub.Identify, place)
	p.s.Claim(b.off+b.len-(b.end()-d.end()), b.end()-d.end(), scrub.Structure, place)
	p.s.Claim(d.off, 4, scrub.Structure, place)
	if left < 8 {
		p.s.Fill(scrub.Destroy, keepEnd, left, ' ')
		return true, nil
	}
	p.s.Put(scrub.Destroy, keepEnd, append(put32(uint32(left)), freeType...))
	p.s.Fill(scrub.Destroy, keepEnd+8, left-8, 0)
	p.s.Put(scrub.Repair, d.off, put32(uint32(d.len-left)))
	return true, nil
}

func put32(n uint32) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }

// pictures has the pictures of covr cleaned as media of their own. One that can't
// be cleaned goes.
func (p *parser) pictures(b box, it item, place string) (stays bool, err error) {
	mark := p.s.Point()
	at := b.off
	for _, d := range it.data {
		p.s.Claim(at, d.body()+8-at, scrub.Structure, place)
		at = d.end()
		if d.size() == 8 {
			continue
		}
		err := p.s.Medium(scrub.Extents{{Off: d.body() + 8, Len: d.size() - 8}}, place)
		if scrub.Refusal(err) {
			p.s.Reset(mark)
			return !p.drop(b, scrub.Unknown, place, "a picture that can't be read"), nil
		}
		if err != nil {
			return false, err
		}
	}
	if err := p.rest(at, b.end(), place); err != nil {
		return false, err
	}
	p.s.Found(scrub.Finding{Kind: scrub.Cover, Role: scrub.Describe, Place: place, Off: b.off, Len: b.len})
	return len(it.data) > 0, nil
}
