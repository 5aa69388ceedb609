package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"untag/scrub/tags"
)

const tablesHead = `
## Tags

What is known about tags by their names is data: tables that come with the code, %s. Whoever knows of a tag
that is missing adds a line: see [adding-a-format.md](adding-a-format.md). What is in no table is unknown, and goes.
Formats that have no table here keep what they know in code.

| fate | what becomes of the tag |
|---|---|
| goes | if the policy does not keep its kind |
| text | stays if it is text that people read, tells of no place, moment, person or device, and the policy keeps its kind |
| stays | is what a player needs, of the given length at most |
| holds | holds other tags, which are judged one by one |
| holds, or goes | the same, and goes as a whole if nothing in it stays |
| looked at | code decides: by its values, or by what else is in the file |
`

// tables are the tables of tags below a folder scrub, by the packages that have them.
func tables(scrub string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(scrub, "*", "tags.tsv"))
	if err != nil {
		return "", err
	}
	deeper, _ := filepath.Glob(filepath.Join(scrub, "*", "*", "tags.tsv"))
	paths = append(paths, deeper...)
	var b strings.Builder
	fmt.Fprintf(&b, tablesHead, "`scrub/*/tags.tsv`")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		all, err := tags.Parse(string(data))
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintf(&b, "\n### %s\n\n| in | tag | what it is | fate | kind | source |\n|---|---|---|---|---|---|\n", title(scrub, path))
		for _, t := range all {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %s |\n", cell(t.Place), cell(t.ID), cell(strings.TrimSpace(t.Meaning)), fate(t), t.Kind, cell(t.Source))
		}
	}
	return b.String(), nil
}

// fate says what becomes of a tag.
func fate(t tags.Tag) string {
	word := map[tags.Fate]string{tags.Go: "goes", tags.Words: "text", tags.Holds: "holds", tags.Shell: "holds, or goes", tags.Hand: "looked at"}[t.Fate]
	if word = cmp.Or(word, "stays"); word == "stays" && t.Most > 0 {
		word += fmt.Sprintf(", %d bytes", t.Most)
	}
	return word
}

// title is the package of a table, from a folder on.
func title(folder, path string) string {
	name, err := filepath.Rel(folder, filepath.Dir(path))
	if err != nil {
		return path
	}
	return filepath.ToSlash(name)
}
