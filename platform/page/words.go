package page

import "untag/scrub"

// texts are what the page says beside what it is given, for template and script.
var texts = map[string]string{
	"skip": "Skip to the files", "totals": "Totals", "places": "Places",
	"noMap":    "There is no map here: whoever delivers maps learns where you look.",
	"position": "Position", "placeFiles": "Files", "firstFile": "One of them", "morePlaces": "More places, not listed:",
	"files": "Files", "status": "Status", "file": "File", "format": "Format", "size": "Size", "tags": "Tags", "bytes": "Bytes",
	"sortable": "Buttons in the heading sort the list; the name of a file opens what is known of it.",
	"search":   "Search", "show": "Show", "all": "all files", "due": "what needs attention",
	"open": "Open all that are shown", "print": "Print",
	"shown": "Files shown:", "of": "of", "more": "Show more", "rest": "Show all",
	"left":       "Files that are not listed, for want of room, though the totals count them:",
	"noFindings": "Files of which only the outcome is listed, for want of room:",
	"noScript":   "Without its script this page lists some files only, and can't sort or search them.",
	"legend":     "What the colours mean", "wide": "Small parts are drawn wider than they are.",
	"goesKey": "goes", "partKey": "goes in part", "before": "Before", "after": "After", "ofWhich": "bytes that go:",
	"kind": "Kind", "place": "Where in the file", "offset": "Offset", "length": "Length", "value": "Value", "fate": "What becomes of it",
	"times": "times", "unlisted": "More findings, not listed:", "remedy": "What can be done:", "none": "nothing",

	"role.structure": "structure", "role.payload": "picture and sound", "role.render": "how it is shown", "role.describe": "words for people",
	"role.identify": "tells who, where, when", "role.filler": "empty",

	"status.failed": "failed", "status.waiting": "waiting", "status.partly": "partly", "status.unsupported": "unsupported", "status.dirty": "dirty",
	"status.other": "other", "status.cleaned": "cleaned", "status.clean": "clean",

	"fate.would": "would go", "fate.gone": "gone", "fate.found": "found", "fate.render": "stays: picture or sound need it",
	"fate.describe": "stays: people read it", "fate.kept": "stays: you asked for it",
}

// roles are in the order of [scrub.Role].
var roles = []string{"structure", "payload", "render", "describe", "identify", "filler"}

// said returns the texts in the language of whoever reads.
func said() map[string]string {
	all := make(map[string]string, len(texts))
	for key, text := range texts {
		all[key] = text
	}
	return all
}

func say(key string) string { return texts[key] }

func word(status string) string { return say("status." + status) }

// fate says what becomes of a finding in a file of a status. Where there is doubt, or
// something failed, not all of it is gone.
func fate(f scrub.Finding, status string) string {
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
	}
	return say("fate.kept")
}
