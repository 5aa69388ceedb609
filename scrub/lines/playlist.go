package lines

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/words"
)

// media are the endings of names that lists of nothing but names hold.
const media = `\.(?:mp[2-4a]|mpe?g|m4[abv]|aac|ac3|flac|og[agv]|opus|wav|w64|wma|wmv|wv|ape|aiff?|ra|rm|rmvb|avi|mkv|webm|mov|ts|m2ts|vob|3gp|asf|flv|mka|mpc|tta|dsf|dff|midi?|m3u8?|pls)`

var playlists = []*dialect{
	{
		name: "m3u", first: pattern.New(`^#EXTM3U`), again: pattern.New(`^#EXTM3U([ \t\r\n]|$)`), least: 1,
		line: m3u, paths: true,
	},
	{ // names of media and comments, and nothing else
		name: "m3u", first: pattern.New(`(?i)^(#[^\n]*\n\s*)*[^\n#]*` + media + `[ \t]*(\n|$)`), again: pattern.New(`(?im)^[^#\n]+` + media + `[ \t]*$`), least: 2,
		line: bareM3U, paths: true,
	},
	{
		name: "pls", first: pattern.New(`(?i)^\[playlist\]`), again: pattern.New(`(?im)^(file\d+|numberofentries)[ \t]*=`), least: 1,
		line: pls,
	},
	{
		name: "cue", first: pattern.New(`(?i)^(rem|performer|title|songwriter|catalog|cdtextfile|file|isrc)[ \t]`), again: pattern.New(`(?im)^[ \t]*(file[ \t]+("[^"\n]*"|\S+)[ \t]+(wave|mp3|aiff|binary|motorola|flac|ape|wv)|track[ \t]+\d+[ \t]+(audio|mode|cdg|cdi))`), least: 2,
		line: cueSheet, whole: []string{"cue"},
	},
	{
		name: "ram", first: pattern.New(`(?i)^(rtspu?|pnm)://\S`), again: pattern.New(`(?i)^(rtspu?|pnm)://\S+\.(ra|rm|rmvb|rv|ram|smil?)\b`), least: 1,
		line: bareM3U, paths: true,
	},
	asx, xspf, wpl,
}

var m3uTag = pattern.New(`^#([A-Z][A-Z0-9-]*)[:= ]?(.*)$`)

// m3u is M3U with its extensions for players and for streams (RFC 8216).
func m3u(p *script, l line) error {
	s := bytes.TrimSpace(l.s)
	switch m := m3uTag().FindSubmatchIndex(l.s); {
	case len(s) == 0:
		p.stays(l, scrub.Structure, "m3u")
	case m != nil && string(l.s[m[2]:m[3]]) == "EXTINF":
		p.extinf(l, m[4])
	case m != nil:
		p.tag(l, string(l.s[m[2]:m[3]]), m[4])
	case s[0] == '#':
		p.comment(l)
	default:
		p.entry(l)
	}
	return nil
}

// comment blanks what follows the sign of a comment.
func (p *script) comment(l line) {
	p.Claim(l.off, p.width, scrub.Structure, "m3u")
	p.goes(p.rest(l, 1), scrub.Identify, scrub.Comment, "m3u/comment")
}

// tag deals with a line that only some players understand. One that goes leaves a
// comment.
func (p *script) tag(l line, key string, i int) {
	t, damaged := find("m3u", key)
	if !damaged && t.Role == 0 && t.Fate != "words" && t.Fate != "hand" {
		p.Claim(l.off, p.width, scrub.Structure, "m3u")
		p.goes(p.rest(l, 1), scrub.Identify, t.Kind, "m3u/"+safe(key))
		return
	}
	if m := quotedURI().FindSubmatchIndex(l.s); m != nil && !damaged {
		p.between(l, 0, m[2])
		p.path(p.part(l, m[2], m[3]), "m3u/"+safe(key))
		p.between(l, m[3], len(l.s))
		p.Claim(p.at(l, len(l.s)), l.end-p.at(l, len(l.s)), scrub.Structure, "m3u")
		return
	}
	p.field(l, "m3u", key, i, len(l.s))
}

// extinf is the length of an entry, and its title behind.
func (p *script) extinf(l line, i int) {
	n := i + bytes.IndexAny(append(bytes.Clone(l.s[i:]), ','), ", ")
	if n < len(l.s) && l.s[n] == ',' {
		n++
	}
	p.Claim(l.off, int64(n)*p.width, scrub.Structure, "m3u/EXTINF")
	p.says(p.rest(l, n), scrub.Title, 1<<10, "m3u/EXTINF")
}

func (p *script) entry(l line) {
	p.path(p.part(l, 0, len(l.s)), "m3u/entry")
	p.Claim(p.at(l, len(l.s)), l.end-p.at(l, len(l.s)), scrub.Structure, "m3u")
}

// bareM3U is a list of names. What is no list of names throughout is none at all.
func bareM3U(p *script, l line) error {
	s := bytes.TrimSpace(l.s)
	if len(s) > 0 && s[0] != '#' && !bareName().Match(s) {
		return p.Errorf(l.off, "the name of a medium expected")
	}
	return m3u(p, l)
}

var (
	bareName  = pattern.New(`(?i)` + media + `$|^[a-z]+://\S+$|^--stop--$`)
	quotedURI = pattern.New(`[A-Z]="([^"]*[/\\][^"]*)"`)
	plsLine   = pattern.New(`^[ \t]*([A-Za-z]+)(\d*)[ \t]*=(.*)$`)
	cueLine   = pattern.New(`^[ \t]*([A-Za-z]+)(?:[ \t]+(.*))?$`)
	cueFile   = pattern.New(`^("?)(.*?)"?[ \t]+[A-Za-z0-9]+[ \t]*$`)
	cueRemark = pattern.New(`^([A-Za-z_]+)[ \t]+(.*)$`)
)

// pls is PLS: a section of keys with numbers.
func pls(p *script, l line) error {
	s := bytes.TrimSpace(l.s)
	m := plsLine().FindSubmatchIndex(l.s)
	switch {
	case len(s) == 0, bytes.EqualFold(s, []byte("[playlist]")):
		p.stays(l, scrub.Structure, "pls")
	case m != nil:
		p.field(l, "pls", string(l.s[m[2]:m[3]]), m[6], m[7])
	default:
		p.goes(l, scrub.Identify, scrub.Comment, "pls/comment")
	}
	return nil
}

// cueSheet is a cue sheet: words, and values that may stand in quotation marks.
func cueSheet(p *script, l line) error {
	m := cueLine().FindSubmatchIndex(l.s)
	switch {
	case len(bytes.TrimSpace(l.s)) == 0:
		p.stays(l, scrub.Structure, "cue")
		return nil
	case m == nil || m[4] < 0:
		p.goes(l, scrub.Identify, scrub.Unknown, "cue/line")
		return nil
	}
	key, i, j := string(l.s[m[2]:m[3]]), m[4], m[5]
	place := "cue"
	switch value := l.s[i:j]; {
	case bytes.EqualFold(l.s[m[2]:m[3]], []byte("REM")):
		r := cueRemark().FindSubmatchIndex(value)
		if r == nil {
			p.goes(l, scrub.Identify, scrub.Comment, "cue/REM")
			return nil
		}
		place, key, i = "cue/REM", string(value[r[2]:r[3]]), i+r[4]
	case bytes.EqualFold(l.s[m[2]:m[3]], []byte("FILE")):
		if f := cueFile().FindSubmatchIndex(value); f != nil {
			i, j = i+f[4], i+f[5]
		}
	}
	if n := j - i; n >= 2 && l.s[i] == '"' && l.s[j-1] == '"' {
		i, j = i+1, j-1
	}
	p.field(l, place, key, i, j)
	return nil
}

// addresses are what a list says of where its media are.
type addresses struct {
	folder []byte // that all of them lie in which are named from the top of a drive
	seen   bool
	noted  bool // all were seen
}

var (
	network = pattern.New(`(?i)^[a-z][a-z0-9+.-]+://`)
	local   = pattern.New(`^(\x01|(?i:file:|[a-z]:[\\/]|\\\\|[\\/](users|documents and settings)[\\/])|~|/+(home|root|media|mnt|run|Volumes|storage|sdcard|data|private|tmp|var|srv|opt|usr|export)/)`)
	drive   = pattern.New(`(?i)^[abd-z]:\\`)
	owned   = pattern.New(`(?i)[\\/](users|home|documents and settings|profiles|onedrive|desktop|downloads|documents)[\\/]`)
	secret  = pattern.New(`(?i)^[a-z][a-z0-9+.-]+://([^/@\s]*@)|[?&;]((?:utm_[a-z]+|(?:[a-z0-9]+[_.-])?(?:token|auth|key|apikey|sig|signature|session|sessionid|sid|uid|uuid|user|userid|username|usr|pass|passwd|password|pwd|mail|email|account|acct|client|clientid|deviceid|device|mac|hash|hmac|jwt|policy))=)([^&;#\s]+)`)
)

// path deals with the name of a medium. One from the top of a computer's drives, which
// tells of the computer and of who uses it, becomes one from the folder of the list:
// ./ as often as it takes. One on the web loses what tells who asks for it.
func (p *script) path(l line, place string) {
	text := p.text(l)
	switch {
	case local().Match(l.s):
		p.relative(l, place)
	case network().Match(l.s):
		p.anonymous(l, place)
	case words.Stay([]byte(text), 4<<10) != "" && words.Tells(text) == scrub.Person:
		p.Doubt("%s names somebody", place)
		p.Claim(l.off, l.end-l.off, scrub.Structure, place)
	default:
		p.Claim(l.off, l.end-l.off, scrub.Structure, place)
	}
}

// relative replaces the folder that all names of the list share. On a drive that is
// no user's, only its letter goes.
func (p *script) relative(l line, place string) {
	if m := drive().FindIndex(l.s); m != nil && !owned().Match(l.s) {
		p.put(p.part(l, 0, 2), `\.`, scrub.Person, place)
		p.Claim(p.at(l, 2), l.end-p.at(l, 2), scrub.Structure, place)
		return
	}
	own := l.s[:bytes.LastIndexAny(l.s, `\/`)+1]
	if !p.lists.noted {
		p.lists.folder, p.lists.seen = shared(p.lists.folder, own, p.lists.seen), true
	}
	folder := p.lists.folder
	if len(folder) == 0 || !bytes.HasPrefix(l.s, folder) || local().Match(l.s[len(folder):]) {
		folder = own
	}
	n := len(folder)
	if n == 0 { // of which there is nothing to replace
		if l.s[0] == torn {
			p.Doubt("%s may have a damaged name", place)
		}
		p.Claim(l.off, l.end-l.off, scrub.Structure, place)
		return
	}
	dots := bytes.Repeat([]byte("./"), n/2)
	if n > 0 && folder[n-1] == '\\' {
		dots = bytes.Repeat([]byte(`.\`), n/2)
	}
	if n%2 == 1 {
		dots = append(dots, '/') // two backslashes would be a server
	}
	p.put(p.part(l, 0, n), string(dots), scrub.Person, place)
	p.Claim(p.at(l, n), l.end-p.at(l, n), scrub.Structure, place)
}

// shared is the folder that two names from the top share.
func shared(a, b []byte, any bool) []byte {
	if !any {
		return bytes.Clone(b)
	}
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:bytes.LastIndexAny(a[:n], `\/`)+1]
}

// put replaces a line by another one of as many characters.
func (p *script) put(l line, by string, kind scrub.Kind, place string) {
	n := int64(len(l.raw))
	p.Claim(l.off, n, scrub.Identify, place)
	if p.Found(scrub.Finding{Kind: kind, Place: place, Off: l.off, Len: n, Value: p.text(l)}) {
		p.replace(l.off, n, p.units(by))
	}
}

// anonymous sets what tells of somebody in an address on the web to zeros.
func (p *script) anonymous(l line, place string) {
	at := 0
	for _, m := range secret().FindAllSubmatchIndex(l.s, -1) {
		i, j := m[6], m[7]
		if m[2] >= 0 {
			i, j = m[2], m[3]-1
		}
		if zeros := bytes.Repeat([]byte("0"), j-i); !bytes.Equal(l.s[i:j], zeros) {
			p.Claim(p.at(l, at), int64(i-at)*p.width, scrub.Structure, place)
			p.put(p.part(l, i, j), string(zeros), scrub.ID, place)
			at = j
		}
	}
	p.Claim(p.at(l, at), l.end-p.at(l, at), scrub.Structure, place)
}
