package report

import (
	"strings"

	"untag/platform/lang"
)

// ErrorWords says an error in the reader's language: what it means, and behind it
// what the system says, as it does.
func ErrorWords(err error) string {
	means, detail, has := strings.Cut(err.Error(), " (")
	if known := lang.Known(means); has && known != means {
		return known + " (" + detail
	}
	return lang.Known(err.Error())
}

// Kinds, as reports name them; untag help kinds has the words that options take.
var _ = []lang.Text{
	lang.Mark("device"), lang.Mark("serial"), lang.Mark("person"), lang.Mark("place"), lang.Mark("time"), lang.Mark("software"), lang.Mark("id"), lang.Mark("comment"),
	lang.Mark("caption"), lang.Mark("thumbnail"), lang.Mark("motion"), lang.Mark("telemetry"), lang.Mark("provenance"), lang.Mark("makernote"), lang.Mark("sidecars"),
	lang.Mark("mark"), lang.Mark("trailer"), lang.Mark("hidden"), lang.Mark("unknown"), lang.Mark("title"), lang.Mark("lyrics"), lang.Mark("chapters"), lang.Mark("cover"), lang.Mark("gainmap"),
}
