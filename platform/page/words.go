package page

import (
	"untag/platform/lang"
	"untag/scrub"
)

// texts are what the page says beside what it is given, for template and script.
var texts = map[string]lang.Text{
	"skip": lang.Mark("Skip to the files"), "totals": lang.Mark("Totals"), "places": lang.Mark("Places"),
	"noMap":    lang.Mark("There is no map here: whoever delivers maps learns where you look."),
	"position": lang.Mark("Position"), "placeFiles": lang.Mark("Files"), "firstFile": lang.Mark("One of them"), "morePlaces": lang.Mark("More places, not listed:"),
	"files": lang.Mark("Files"), "status": lang.Mark("Status"), "file": lang.Mark("File"), "format": lang.Mark("Format"), "size": lang.Mark("Size"), "tags": lang.Mark("Tags"), "bytes": lang.Mark("Bytes"),
	"sortable": lang.Mark("Buttons in the heading sort the list; the name of a file opens what is known of it."),
	"search":   lang.Mark("Search"), "show": lang.Mark("Show"), "all": lang.Mark("all files"), "due": lang.Mark("what needs attention"),
	"open": lang.Mark("Open all that are shown"), "print": lang.Mark("Print"),
	"shown": lang.Mark("Files shown: {n} of {all}"), "more": lang.Mark("Show more"), "rest": lang.Mark("Show all"),
	"left":       lang.Mark("Files that are not listed, for want of room, though the totals count them:"),
	"noFindings": lang.Mark("Files of which only the outcome is listed, for want of room:"),
	"noScript":   lang.Mark("Without its script this page lists some files only, and can't sort or search them."),
	"legend":     lang.Mark("What the colours mean"), "wide": lang.Mark("Small parts are drawn wider than they are."),
	"goesKey": lang.Mark("goes"), "partKey": lang.Mark("goes in part"), "before": lang.Mark("Before"), "after": lang.Mark("After"), "ofWhich": lang.Mark("bytes that go:"),
	"kind": lang.Mark("Kind"), "place": lang.Mark("Where in the file"), "offset": lang.Mark("Offset"), "length": lang.Mark("Length"), "value": lang.Mark("Value"), "fate": lang.Mark("What becomes of it"),
	"times": lang.Mark("{n} times"), "unlisted": lang.Mark("More findings, not listed:"), "remedy": lang.Mark("What can be done:"),

	"role.structure": lang.Mark("structure"), "role.payload": lang.Mark("picture and sound"), "role.render": lang.Mark("how it is shown"), "role.describe": lang.Mark("words for people"),
	"role.identify": lang.Mark("tells who, where, when"), "role.filler": lang.Mark("empty"),

	"status.failed": lang.Mark("failed"), "status.waiting": lang.Mark("waiting"), "status.partly": lang.Mark("partly"), "status.unsupported": lang.Mark("unsupported"), "status.dirty": lang.Mark("dirty"),
	"status.other": lang.Mark("other"), "status.cleaned": lang.Mark("cleaned"), "status.clean": lang.Mark("clean"),

	"fate.would": lang.Mark("would go"), "fate.gone": lang.Mark("removed"), "fate.found": lang.Mark("found"), "fate.render": lang.Mark("stays: picture or sound need it"),
	"fate.describe": lang.Mark("stays: people read it"), "fate.kept": lang.Mark("stays: you asked for it"), "fate.stuck": lang.Mark("stays: untag can't take it out, or is not sure of it"),
}

// roles are in the order of [scrub.Role], which counts from 1.
var roles = []string{"", "structure", "payload", "render", "describe", "identify", "filler"}

// said returns the texts in the language of whoever reads.
func said() map[string]string {
	all := make(map[string]string, len(texts))
	for key, text := range texts {
		all[key] = text.String()
	}
	return all
}

func say(key string) string { return texts[key].String() }

func word(status string) string { return say("status." + status) }

// fate says what becomes of a finding in a file of a status. Where there is doubt, or
// something failed, not all of it is gone.
func (p *Page) fate(f scrub.Finding, status string) string {
	switch {
	case f.Goes && status == "dirty":
		return say("fate.would")
	case f.Goes && status == "cleaned":
		return say("fate.gone")
	case f.Goes:
		return say("fate.found")
	case f.Role == scrub.Render:
		return say("fate.render")
	case f.Role == scrub.Describe:
		return say("fate.describe")
	case p.Keeps != nil && p.Keeps(f.Kind):
		return say("fate.kept")
	}
	return say("fate.stuck")
}
