// Pot writes the texts of the tree below the folder that it is given as a gettext
// template.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"untag/platform/lang/internal/extract"
)

func main() {
	entries, err := extract.Tree(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprint(out, "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n")
	for _, e := range entries {
		fmt.Fprintf(out, "\n#: %s\n", strings.Join(e.Files, " "))
		fmt.Fprintf(out, "msgid %s\n", quote(e.One))
		if e.Many != "" {
			fmt.Fprintf(out, "msgid_plural %s\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n", quote(e.Many))
		} else {
			fmt.Fprintln(out, `msgstr ""`)
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// quote writes a text as gettext does, a line of it on each line.
func quote(s string) string {
	if !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") {
		return strconv.Quote(s)
	}
	quoted := `""`
	for line := range strings.Lines(s) {
		quoted += "\n" + strconv.Quote(line)
	}
	return quoted
}
