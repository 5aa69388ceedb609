package apply

import (
	"path"
	"slices"
	"strings"

	"untag/scrub"
)

// claims tells whether a file of this name claims to be a medium or document. Who
// sees one expects it to be cleaned, or named as not cleaned, whatever is in it.
func (r *run) claims(name string) bool { return claims(r.formats, name) }

func claims(formats []scrub.Format, name string) bool {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	return ext != "" && slices.ContainsFunc(formats, func(f scrub.Format) bool { return slices.Contains(f.Extensions, ext) })
}

// medium tells whether files of the format are expected to be cleaned.
func (r *run) medium(format string) bool {
	return format != "" && !slices.ContainsFunc(r.formats, func(f scrub.Format) bool { return f.Name == format && f.Other })
}
