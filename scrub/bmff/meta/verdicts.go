package meta

import (
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
)

// verdict is what becomes of an item: role zero means that it goes.
type verdict struct {
	role scrub.Role
	kind scrub.Kind
}

// keptKeys are QuickTime's keys that may stay, and those of FFmpeg.
var keptKeys = map[string]verdict{
	"com.android.capture.fps": {scrub.Render, ""}, "com.apple.quicktime.full-frame-rate-playback-intent": {scrub.Render, ""},
	"lyrics": {scrub.Describe, scrub.Lyrics},
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
	if v, ok := keptKeys[name]; ok {
		return v
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

func itemVerdict(typ string, it item) verdict {
	if typ != "----" {
		if v, ok := itemVerdicts[typ]; ok {
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

func init() {
	for _, name := range []string{"com.apple.quicktime.title", "com.apple.quicktime.displayname", "com.apple.quicktime.artist", "com.apple.quicktime.album", "com.apple.quicktime.genre", "com.apple.quicktime.year",
		"title", "artist", "album", "album_artist", "composer", "genre", "track", "disc", "grouping", "compilation", "show", "episode_id", "episode_sort", "season_number",
		"sort_name", "sort_artist", "sort_album", "sort_album_artist", "sort_composer", "sort_show"} {
		keptKeys[name] = verdict{scrub.Describe, scrub.Title}
	}
}

func init() {
	for _, t := range []string{"\xa9nam", "\xa9ART", "aART", "\xa9alb", "\xa9wrt", "\xa9gen", "gnre", "trkn", "disk", "cpil", "\xa9day", "\xa9grp", "\xa9com", "\xa9mvn", "\xa9mvi", "\xa9mvc", "shwm", "\xa9wrk",
		"tvsh", "tves", "tvsn", "tvnn", "tven", "sonm", "soar", "soal", "soaa", "soco", "sosn", "stik", "hdvd", "rtng", "tmpo", "\xa9st3", "pcst"} {
		itemVerdicts[t] = verdict{scrub.Describe, scrub.Title}
	}
}
