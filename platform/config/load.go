package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// maxFile is far more than anybody writes by hand.
const maxFile = 1 << 20

// Standard returns those of the usual files that exist: /etc/untag/untagd.toml,
// and untag/untagd.toml below $XDG_CONFIG_HOME or ~/.config.
func Standard(getenv func(string) string) []string {
	paths := []string{System}
	if own := Own(getenv); own != "" {
		paths = append(paths, own)
	}
	return slices.DeleteFunc(paths, missing)
}

// System is the file of the whole machine.
const System = "/etc/untag/untagd.toml"

// Own is the file of the user, "" if there is no home for it.
func Own(getenv func(string) string) string {
	own := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(own) { // the XDG base directory specification ignores what is relative
		own = filepath.Join(getenv("HOME"), ".config")
	}
	if !filepath.IsAbs(own) {
		return ""
	}
	return filepath.Join(own, "untag", "untagd.toml")
}

// missing is false where something is in the way: Load then says what.
func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, os.ErrNotExist)
}

// Load reads the files in turn. All of them must exist. What a later one sets
// overrides what an earlier one set; its rules come first. What is wrong in a
// file is told as one or more of [*Error], joined.
func Load(paths ...string) (Config, error) {
	c := Default()
	for _, path := range paths {
		text, err := read(path)
		if err != nil {
			return Config{}, err
		}
		f, err := parse(path, text)
		if err != nil {
			return Config{}, err
		}
		f.override(&c)
	}
	return c, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s: is longer than %d bytes", path, maxFile)
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), err // with which editors of Windows begin a file
}
