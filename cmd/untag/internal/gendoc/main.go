// Gendoc writes the pages of documentation that follow from the code: the
// manual pages from the tree of commands, and the page of formats, kinds and tags
// from their tables.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"untag/cmd/untag/internal/cli"
	"untag/scrub/formats"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gendoc DOCS")
		os.Exit(2)
	}
	all, err := pages(os.Args[1])
	if err == nil {
		err = write(os.Args[1], all)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gendoc:", err)
		os.Exit(1)
	}
}

// pages returns every generated page by its path below the folder docs.
func pages(docs string) (map[string]string, error) {
	env := cli.Env{Engine: formats.Engine()}
	all := manual(cli.Command(env))
	known, err := tables(filepath.Join(docs, "..", "scrub"))
	all["formats.md"] = formatsPage(formats.Table()) + known
	return all, err
}

func write(docs string, pages map[string]string) error {
	for path, content := range pages {
		path = filepath.Join(docs, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
