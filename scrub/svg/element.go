package svg

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"strings"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
	"untag/scrub/tags"
)

// attribute is where one stands.
type attribute struct {
	name           string
	from, to       int64 // with its quotes
	value, valueTo int64
}

// attributes returns those of a tag, which the reader of tokens has read.
func (d *drawing) attributes(from, to int64) (all []attribute) {
	for _, m := range pair().FindAllSubmatchIndex(d.text[from:to], -1) {
		off := func(i int) int64 { return from + int64(m[i]) }
		all = append(all, attribute{string(d.text[off(2):off(3)]), off(2), off(1), off(4) + 1, off(5) - 1})
	}
	return all
}

var pair = pattern.New(`([^\s"'=<>/]+)\s*=\s*("[^"]*"|'[^']*')`)

// verdict tells what becomes of an element or attribute by the name space that its prefix
// stands for.
func (d *drawing) verdict(name string) tags.Tag {
	prefix, local, ok := strings.Cut(name, ":")
	if !ok {
		prefix, local = "", name
	}
	uri := d.space(prefix)
	t, ok := known()["name space"][uri]
	switch {
	case ok && t.Fate == tags.Go:
		return t
	case ok, uri == "" && box.Has("|xml|xlink|svg|xmlns", prefix):
		return d.local(local)
	case uri == "":
		d.wrong = "the prefix of " + name + " stands for nothing"
		return tags.Tag{}
	}
	for known, t := range known()["name space"] {
		if t.Fate != tags.Go && len(known) == len(uri) && box.Nearly(uri, []string{known}) {
			d.unsure = true
			d.Doubt("the name space of %s may be damaged", name)
			return d.local(local)
		}
	}
	if d.unsure {
		return tags.Tag{}
	}
	return tags.Tag{Fate: tags.Go, Kind: scrub.Unknown}
}

func (d *drawing) local(name string) tags.Tag { return known()["element"][name] }

// space is the name space of a prefix, "" if none was declared.
func (d *drawing) space(prefix string) string {
	for i := len(d.open) - 1; i >= 0; i-- {
		if uri, ok := d.open[i].space[prefix]; ok {
			return uri
		}
	}
	return ""
}

const deepest = 1000 // elements in each other

// start opens an element.
func (d *drawing) start(t xml.StartElement, from, to int64) error {
	e := element{name: qualified(t.Name), from: from, space: map[string]string{}, inner: d.Point()}
	outer := d.top()
	if len(d.open) >= deepest {
		d.wrong = "its elements are nested too deep"
		return nil
	}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" {
			e.space[a.Name.Local] = a.Value
		} else if a.Name.Space == "" && a.Name.Local == "xmlns" {
			e.space[""] = a.Value
		}
	}
	d.open = append(d.open, e)
	here := &d.open[len(d.open)-1]
	if here.tag = d.verdict(e.name); len(d.open) == 1 && here.tag.Fate == tags.Go {
		d.unsure = true
		d.Doubt("the outermost element is none of a drawing")
		prefix, _, ok := strings.Cut(e.name, ":")
		if !ok {
			prefix = ""
		}
		here.space[prefix], here.tag = "http://www.w3.org/2000/svg", tags.Tag{}
	}
	here.goes = outer.goes || here.tag.Fate == tags.Go && d.Goes(scrub.Identify, here.tag.Kind)
	here.words = here.tag.Fate == tags.Hand || outer.words && here.tag.Fate != tags.Words
	all := d.attributes(from, to)
	if len(all) != len(t.Attr) {
		d.wrong = "an element " + e.name + " has attributes that can't be told apart"
		return nil
	}
	if prefix, _, ok := strings.Cut(e.name, ":"); ok && !here.goes {
		d.kept[prefix] = true
	}
	for i, a := range all {
		if here.goes {
			if a.name != "xmlns" && !strings.HasPrefix(a.name, "xmlns:") {
				d.Fill(scrub.Unlink, a.value, a.valueTo-a.value, ' ')
			}
			continue
		}
		if err := d.attribute(a, t.Attr[i].Value, e.name); err != nil {
			return err
		}
	}
	return nil
}

// attribute deals with one of an element that stays.
func (d *drawing) attribute(a attribute, value, in string) error {
	prefix, local, prefixed := strings.Cut(a.name, ":")
	t := tags.Tag{}
	switch {
	case a.name == "xmlns":
		return nil
	case prefix == "xmlns":
		if known()["name space"][value].Fate == tags.Go || known()["name space"][value].Fate == "" {
			d.names = append(d.names, name{local, a.from, a.to})
		}
		return nil
	case box.Has(about, a.name):
		t = tags.Tag{Fate: tags.Go, Kind: scrub.Caption}
	case prefixed:
		t = d.verdict(a.name)
		if t.Fate != tags.Go {
			t = tags.Tag{}
		} else if own, ok := known()["attribute"][local]; ok {
			t = own
		}
	case strings.HasPrefix(a.name, "data-"):
		t = known()["attribute"]["data-*"]
	case strings.HasPrefix(a.name, "on"):
		d.Doubt("a script can't be looked into")
	default:
		t = d.unknown(a.name, in)
	}
	if t.Fate == tags.Go {
		d.drop(a, t.Kind, prefix)
		return nil
	}
	switch {
	case local == "href" || a.name == "href":
		d.refers(value, in)
	case a.name == "style":
		d.styled(value)
		d.remarks(a.value, a.valueTo, a.name)
	default:
		d.telling(value, a.name)
	}
	return d.embedded(a.value, a.valueTo, a.name)
}

// drop has an attribute go. One that can't go by one write keeps its name.
func (d *drawing) drop(a attribute, kind scrub.Kind, prefix string) {
	if !d.Atomic(a.from, a.to-a.from) {
		d.kept[prefix] = true
		d.blank(kind, a.name, a.value, a.valueTo)
		return
	}
	d.claim(a.from, a.to, a.name)
	if d.Found(scrub.Finding{Kind: kind, Place: a.name, Off: a.from, Len: a.to - a.from, Value: string(d.text[a.value:min(a.valueTo, a.value+scrub.MaxValue)])}) {
		d.Fill(scrub.Unlink, a.from, a.to-a.from, ' ')
		return
	}
	d.kept[prefix] = true
}

// declarations has those of name spaces go in which nothing is left.
func (d *drawing) declarations() {
	for _, n := range d.names {
		if !d.kept[n.prefix] && d.Atomic(n.from, n.to-n.from) && d.Found(scrub.Finding{Kind: scrub.Software, Place: "xmlns:" + n.prefix, Off: n.from, Len: n.to - n.from}) {
			d.Fill(scrub.Repair, n.from, n.to-n.from, ' ')
		}
	}
}

// refers doubts what is drawn from another file.
func (d *drawing) refers(value, in string) {
	if in == "a" || in == "svg:a" || value == "" || value[0] == '#' || strings.HasPrefix(value, "data:") {
		return
	}
	d.Doubt("the drawing refers to another file")
	d.Stuck(scrub.Finding{Kind: scrub.ID, Place: in, Value: value})
}

var picture = pattern.New(`data:([\w.+/-]*)((?:;[\w=.-]+)*?)(;base64)?,([A-Za-z0-9+/=\s]*)`)

// embedded cleans the media that stand in a value or text in base64.
func (d *drawing) embedded(from, to int64, place string) error {
	if strings.Contains(string(d.text[from:to]), "@import") {
		d.Doubt("the drawing refers to another file")
	}
	if !bytes.Contains(d.text[from:to], []byte("data:")) {
		return nil
	}
	for _, m := range picture().FindAllSubmatchIndex(d.text[from:to], -1) {
		if m[6] < 0 {
			d.Doubt("a picture that is embedded in a way that can't be looked into")
			continue
		}
		if err := d.medium(from+int64(m[8]), from+int64(m[9]), place); err != nil {
			return err
		}
	}
	return nil
}

// medium cleans one medium in base64, letters of which it replaces.
func (d *drawing) medium(from, to int64, place string) error {
	letters := d.text[from:to]
	packed := bytes.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, letters)
	data, err := base64.StdEncoding.DecodeString(string(packed))
	if err != nil {
		d.Doubt("an embedded medium is damaged")
		return nil
	}
	clean, changed, err := d.Decoded(data, from, to-from, place)
	if scrub.Refusal(err) {
		d.Doubt("an embedded medium can't be cleaned: %v", err)
		return nil
	}
	if err != nil || !changed {
		return err
	}
	fresh := base64.StdEncoding.EncodeToString(clean)
	out := bytes.Clone(letters)
	for i, k := 0, 0; i < len(out) && k < len(fresh); i++ {
		if !strings.ContainsRune(" \t\r\n", rune(out[i])) {
			out[i] = fresh[k]
			k++
		}
	}
	d.claim(from, to, place)
	d.Put(scrub.Unlink, from, out)
	return nil
}
