package main

import (
	"os/exec"
	"path/filepath"
	"strings"
)

// tool is one program that is measured.
type tool struct {
	name    string
	program string                        // what has to be there
	version []string                      // prints its version
	warm    []string                      // loads what it needs into memory; version if nil
	video   func(file string) []string    // cleans a video in place; nil if it can't
	photos  func(files []string) []string // cleans photos in place; nil if it can't
	most    int                           // photos that it is given at most; the cost is scaled up
	copies  bool                          // leaves the files as they are: nothing to judge
	unfit   string                        // why it is named and not run
}

// each says that the command takes the names at its end.
func each(args ...string) func([]string) []string {
	return func(files []string) []string { return append(args[:len(args):len(args)], files...) }
}

func one(args ...string) func(string) []string {
	return func(file string) []string { return append(args[:len(args):len(args)], file) }
}

// ffmpeg writes another file, which then takes the place of the first.
func ffmpeg(options string) func(string) []string {
	return one("sh", "-c", `ffmpeg -nostdin -v error -y -i "$1" `+options+` -c copy "$1.new.mp4" && mv "$1.new.mp4" "$1"`, "sh")
}

// tools lists this project first: all others are compared to it.
func tools(untag string) []tool {
	return []tool{
		{name: "untag scrub", program: untag, version: []string{untag, "version"},
			video: one(untag, "scrub"), photos: each(untag, "scrub")},
		{name: "untag scrub --depth deep", program: untag, warm: []string{untag, "version"}, video: one(untag, "scrub", "--depth", "deep"), photos: each(untag, "scrub", "--depth", "deep")},
		{name: "exiftool -all= -overwrite_original", program: "exiftool", version: []string{"exiftool", "-ver"},
			video:  one("exiftool", "-q", "-api", "LargeFileSupport=1", "-all=", "-overwrite_original"),
			photos: each("exiftool", "-q", "-all=", "-overwrite_original")},
		{name: "mat2 --inplace", program: "mat2", version: []string{"mat2", "--version"}, warm: []string{"sh", "-c", "mat2 --check-dependencies; ffmpeg -version; exiftool -ver"},
			video: one("mat2", "--inplace"), photos: each("mat2", "--inplace"), most: 50},
		{name: "ffmpeg -map 0 -map_metadata -1 -c copy", program: "ffmpeg", version: []string{"ffmpeg", "-version"},
			video: ffmpeg("-map 0 -map_metadata -1")},
		{name: "ffmpeg, video and sound only", program: "ffmpeg", warm: []string{"ffmpeg", "-version"},
			video: ffmpeg("-map 0:v -map 0:a? -map_metadata -1")},
		{name: "mkvpropedit", program: "mkvpropedit", video: one("mkvpropedit"), unfit: "it edits Matroska only, and the videos are MP4"},
		{name: "exiv2 rm", program: "exiv2", version: []string{"exiv2", "--version"}, photos: each("exiv2", "rm")},
		{name: "jhead -purejpg", program: "jhead", version: []string{"jhead", "-V"}, photos: each("jhead", "-purejpg")},
		{name: "cp (only a copy)", program: "cp", warm: []string{"cp", "--version"}, video: func(file string) []string { return []string{"cp", file, file + ".copy"} },
			copies: true, photos: each("sh", "-c", `mkdir copies && cp "$@" copies/`, "sh")},
	}
}

func (t tool) missing() bool {
	_, err := exec.LookPath(t.program)
	return err != nil
}

// load has the tool's own program in memory, so that only what it reads of the
// files is counted.
func (t tool) load() {
	args := t.warm
	if args == nil {
		args = t.version
	}
	if args != nil {
		exec.Command(args[0], args[1:]...).Run()
	}
}

// takes tells whether the tool has a row for the work.
func (t tool) takes(w work) bool {
	return w.photos > 0 && t.photos != nil || w.photos == 0 && t.video != nil
}

// command returns what the tool runs for the files of a work, nil if it can't.
func (t tool) command(w work, files []string) []string {
	switch {
	case w.photos > 0 && t.photos != nil:
		return t.photos(files)
	case w.photos == 0 && t.video != nil:
		return t.video(files[0])
	}
	return nil
}

// versions returns one line that names the versions of the tools that are there.
func versions(all []tool) string {
	var list []string
	for _, t := range all {
		if t.version == nil || t.missing() {
			continue
		}
		out, _ := exec.Command(t.version[0], t.version[1:]...).CombinedOutput()
		list = append(list, filepath.Base(t.program)+" "+versionIn(string(out)))
	}
	return strings.Join(list, ", ")
}

// versionIn finds the first word with a digit that is not the program's name,
// as in "exiv2 0.27.6". What follows "untag" is its version whatever it looks like.
func versionIn(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	words := strings.Fields(line)
	for i, word := range words {
		if i == 1 && words[0] == "untag" {
			return word
		}
		if strings.ContainsAny(word, "0123456789") && (i > 0 || len(words) == 1) {
			return strings.Trim(word, ",()")
		}
	}
	return strings.TrimSpace(line)
}
