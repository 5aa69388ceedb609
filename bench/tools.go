package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// tool is one program that is measured.
type tool struct {
	name    string
	program string                        // what has to be there
	version []string                      // prints its version
	warm    []string                      // loads what it needs into memory; version if nil
	video   func(file string) []string    // cleans a video in place; nil if it can't
	films   string                        // the extensions of videos that it takes, "" for all
	photos  func(files []string) []string // cleans photos in place; nil if it can't
	stills  string                        // the other kinds of pictures that it can do so with
	songs   func(files []string) []string // and songs
	most    int                           // photos and songs that it is given at most; the cost is scaled up
	copies  bool                          // leaves the files as they are: nothing to judge
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
	return one("sh", "-c", `new="$1.new.${1##*.}"; ffmpeg -nostdin -v error -y -i "$1" `+options+` -c copy "$new" && mv "$new" "$1"`, "sh")
}

// ffmpegAll does so with one file after the other.
func ffmpegAll(options string) func([]string) []string {
	return each("sh", "-c", `for f; do new="$f.new.${f##*.}"; ffmpeg -nostdin -v error -y -i "$f" `+options+` -c copy "$new" && mv "$new" "$f"; done`, "sh")
}

// tools lists this project first: all others are compared to it.
func tools(untag string) []tool {
	return []tool{
		{name: "untag scrub", program: untag, version: []string{untag, "version"},
			video: one(untag, "scrub"), photos: each(untag, "scrub"), stills: ".heic .nef", songs: each(untag, "scrub")},
		{name: "untag scrub --depth deep", program: untag, warm: []string{untag, "version"},
			video: one(untag, "scrub", "--depth", "deep"), photos: each(untag, "scrub", "--depth", "deep"), stills: ".heic .nef", songs: each(untag, "scrub", "--depth", "deep")},
		{name: "exiftool -all= -overwrite_original", program: "exiftool", version: []string{"exiftool", "-ver"},
			video: one("exiftool", "-q", "-api", "LargeFileSupport=1", "-all=", "-overwrite_original"), films: ".mp4",
			photos: each("exiftool", "-q", "-all=", "-overwrite_original"), stills: ".heic .nef"},
		{name: "mat2 --inplace", program: "mat2", version: []string{"mat2", "--version"}, warm: []string{"sh", "-c", "mat2 --check-dependencies; ffmpeg -version; exiftool -ver"},
			video: one("mat2", "--inplace"), films: ".mp4 .avi", photos: each("mat2", "--inplace"), songs: each("mat2", "--inplace"), most: 50},
		{name: "ffmpeg -map 0 -map_metadata -1 -c copy", program: "ffmpeg", version: []string{"ffmpeg", "-version"},
			video: ffmpeg("-map 0 -copy_unknown -map_metadata -1"), songs: ffmpegAll("-map 0 -map_metadata -1")},
		{name: "ffmpeg, video and sound only", program: "ffmpeg", warm: []string{"ffmpeg", "-version"},
			video: ffmpeg("-map 0:v -map 0:a? -map_metadata -1")},
		{name: "mkvpropedit --tags all: and what names programs and times", program: "mkvpropedit", version: []string{"mkvpropedit", "--version"}, films: ".mkv",
			video: func(file string) []string {
				return []string{"mkvpropedit", "-q", file, "--tags", "all:", "--delete-track-statistics-tags", "--edit", "info", "--delete", "title", "--delete", "date",
					"--set", "muxing-application=-", "--set", "writing-application=-"}
			}},
		{name: "id3v2 -D", program: "id3v2", version: []string{"id3v2", "--version"}, songs: each("id3v2", "-D")},
		{name: "mid3v2 --delete-all", program: "mid3v2", version: []string{"mid3v2", "--version"}, songs: each("mid3v2", "--delete-all")},
		{name: "exiv2 rm", program: "exiv2", version: []string{"exiv2", "--version"}, photos: each("exiv2", "rm"), stills: ".nef"},
		{name: "jhead -purejpg", program: "jhead", version: []string{"jhead", "-V"}, photos: each("jhead", "-purejpg")},
		{name: "cp (only a copy)", program: "cp", warm: []string{"cp", "--version"}, video: func(file string) []string { return []string{"cp", file, file + ".copy"} },
			copies: true, photos: each("sh", "-c", `mkdir copies && cp "$@" copies/`, "sh"), stills: ".heic .nef", songs: each("sh", "-c", `mkdir copies && cp "$@" copies/`, "sh")},
		{name: "cat (only reading)", program: "cat", warm: []string{"cat", "--version"}, copies: true, video: func(file string) []string { return []string{"sh", "-c", `cat "$1" > /dev/null`, "sh", file} },
			photos: each("sh", "-c", `cat "$@" > /dev/null`, "sh"), stills: ".heic .nef", songs: each("sh", "-c", `cat "$@" > /dev/null`, "sh")},
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
	if w.many == 0 && t.films != "" && !slices.Contains(strings.Fields(t.films), w.ext) {
		return false
	}
	return t.command(w, []string{""}) != nil
}

// command returns what the tool runs for the files of a work, nil if it can't.
func (t tool) command(w work, files []string) []string {
	switch {
	case w.ext == ".mp3" && t.songs != nil:
		return t.songs(files)
	case (w.ext == ".jpg" || slices.Contains(strings.Fields(t.stills), w.ext)) && t.photos != nil:
		return t.photos(files)
	case w.many == 0 && t.video != nil:
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
