package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/google/renameio/v2"
)

// preamble stands above an action that a file did not have.
const preamble = `# What is done with a drive: "scrub" cleans it, which can't be undone, "report"
# looks and changes nothing, "ask" asks first.
`

// SetAction has a file say what is done with drives, and leaves all else in it as
// it is, comments too. A file that is missing is made, and so is its folder; one
// with a mistake in it is left alone. The file is replaced as a whole, so that it is
// never half written, and where it is a link, what the link leads to.
func SetAction(path string, a Action) error {
	real, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		path = real
	case !missing(path):
		return err
	}
	var text []byte
	if err == nil {
		text, err = read(path)
	} else {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		text, err = withAction(path, text, a)
	}
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, text, 0o644, renameio.WithTempDir(filepath.Dir(path)))
}

// withAction is the text with that action in it.
func withAction(path string, text []byte, a Action) ([]byte, error) {
	if _, err := parse(path, text); err != nil {
		return nil, err
	}
	line := "action = " + strconv.Quote(string(a))
	at, there := locate(text).of["action"]
	switch {
	case there:
		text = bytes.Join([][]byte{text[:at.off], []byte(strconv.Quote(string(a))), text[at.off+at.len:]}, nil)
	case len(text) == 0:
		text = []byte(preamble + line + "\n")
	default: // above all tables
		text = append([]byte(preamble+line+"\n\n"), text...)
	}
	if f, err := parse(path, text); err != nil || f.Action == nil || *f.Action != string(a) {
		return nil, fmt.Errorf("%s: the action can't be set; write %s into it", path, line)
	}
	return text, nil
}
