package page

import (
	"bufio"
	"bytes"

	"untag/platform/output"
)

// Create makes room for a page at path, which must be a page if it is there at all.
func Create(path string, reported []string) (*output.File, error) {
	return output.Create(path, isPage, reported)
}

func isPage(head []byte) bool {
	return bytes.Contains(head, []byte(`<meta name="generator" content="untag`))
}

// Keep writes the page to a file and gives that its name.
func (p *Page) Keep(to *output.File) error {
	w := bufio.NewWriterSize(to, 1<<16)
	if err := p.Write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return to.Keep()
}
