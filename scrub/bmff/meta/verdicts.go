package meta

import (
	_ "embed"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
)

// verdict is what becomes of an item: role zero means that it goes.
type verdict struct {
	role scrub.Role
	kind scrub.Kind
}

//go:embed tags.tsv
var table string

// known are the tags that a name tells, by what holds them: udta, ilst, keys, top for
// boxes of vendors, uuid. Types begin with © where files have the byte A9.
var known = tags.Keyed(table, func(t tags.Tag) (id string, of tags.Tag) {
	id = strings.Replace(t.ID, "©", "\xa9", 1)
	if t.Place == "uuid" {
		id, t.ID, _ = strings.Cut(id, " ")
	}
	return id, t
})

// verdictOf is what the table says of a tag.
func verdictOf(place, id string) (v verdict, ok bool) {
	t, ok := known()[place][id]
	v = verdict{t.Role, t.Kind}
	if t.Fate == tags.Words {
		v.role = scrub.Describe
	}
	return v, ok
}

// keyVerdicts name the kind of the other keys, all of which go, by a part of
// their name; the first match counts.
var keyVerdicts = []struct {
	part string
	verdict
}{
	{"location", verdict{0, scrub.Place}}, {"direction", verdict{0, scrub.Place}}, {"gps", verdict{0, scrub.Place}},
	{"identifier", verdict{0, scrub.ID}}, {"serial", verdict{0, scrub.Serial}}, {"uuid", verdict{0, scrub.ID}},
	{"creationdate", verdict{0, scrub.Time}}, {"date", verdict{0, scrub.Time}}, {"utc_offset", verdict{0, scrub.Place}},
	{"make", verdict{0, scrub.Device}}, {"model", verdict{0, scrub.Device}}, {"manufacturer", verdict{0, scrub.Device}}, {"lens", verdict{0, scrub.Device}}, {"camera", verdict{0, scrub.Device}},
	{"software", verdict{0, scrub.Software}}, {"encoder", verdict{0, scrub.Software}}, {"version", verdict{0, scrub.Software}},
	{"author", verdict{0, scrub.Person}}, {"artist", verdict{0, scrub.Person}}, {"owner", verdict{0, scrub.Person}}, {"copyright", verdict{0, scrub.Caption}},
	{"comment", verdict{0, scrub.Comment}}, {"description", verdict{0, scrub.Comment}}, {"information", verdict{0, scrub.Comment}}, {"keywords", verdict{0, scrub.Comment}},
	{"AIGC", verdict{0, scrub.Provenance}}, {"exifInfo", verdict{0, scrub.MakerNote}},
}

func keyVerdict(name string) verdict {
	if v, ok := verdictOf("keys", name); ok {
		return v
	}
	for _, v := range keyVerdicts {
		if strings.Contains(name, v.part) {
			return v.verdict
		}
	}
	return verdict{0, scrub.Unknown}
}

// itemVerdict judges an item of iTunes by its type.
func itemVerdict(typ string, it item) verdict {
	if typ != "----" {
		if v, ok := verdictOf("ilst", typ); ok {
			return v
		}
		return verdict{0, scrub.Unknown}
	}
	switch {
	case it.mean == "com.apple.iTunes" && it.name == "iTunSMPB" && hexWords().Match(it.value),
		it.mean == "com.apple.iTunes" && it.name == "iTunNORM" && hexWords().Match(it.value):
		return verdict{scrub.Render, ""}
	case (it.mean == "com.apple.iTunes" || it.mean == "org.hydrogenaudio.replaygain") && replayGain[strings.ToLower(it.name)] && gain().Match(it.value):
		return verdict{scrub.Render, ""}
	}
	return verdict{0, scrub.ID}
}

// replayGain are the free-form items of loudness, and gain is what they say.
var (
	replayGain = map[string]bool{"replaygain_track_gain": true, "replaygain_track_peak": true, "replaygain_album_gain": true, "replaygain_album_peak": true, "replaygain_reference_loudness": true}
	gain       = pattern.New(`^\s?[+-]?[0-9]{1,3}([.,][0-9]{1,8})?( dB)?$`)
)

// hexWords matches numbers of 8 digits and nothing else, one of 16 perhaps, as gapless
// and loudness data are.
var hexWords = pattern.New(`^( ?[0-9A-Fa-f]{8}){1,10}( [0-9A-Fa-f]{16})?( [0-9A-Fa-f]{8}){0,10}[ \x00]*$`)
