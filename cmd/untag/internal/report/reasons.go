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
