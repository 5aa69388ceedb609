package decoders

import (
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// patience is how long FFmpeg may take for one file.
const patience = 30 * time.Second

// showFFmpeg returns the frames of all streams but attached pictures. What comes of
// a file that breaks off counts. Subtitles are shown as they are where they can't
// be decoded to text: in text there may be bytes that nobody sees. It is an error
// if it takes too long.
func showFFmpeg(program, path string) (Shown, error) {
	shown, err := frames(program, path, "-map", "0:V?", "-map", "0:a?", "-map", "0:s?", "-c:s", "copy")
	if err != nil || !slices.ContainsFunc(shown, isSubtitle) {
		return shown, err
	}
	words, err := frames(program, path, "-map", "0:s", "-c:s", "ass")
	if len(words) > 0 {
		shown = append(slices.DeleteFunc(shown, isSubtitle), words...)
	}
	return shown, err
}

// Painted has FFmpeg tell of the pixels of a picture where it would tell of its palette too, in which
// there may be colours that no pixel has.
func Painted(path string) []string {
	if slices.Contains([]string{".bmp", ".pcx", ".psd", ".tga", ".tif"}, filepath.Ext(path)) {
		return []string{"-pix_fmt", "rgba64le"}
	}
	return nil
}

func isSubtitle(s Stream) bool { return s.Kind == "subtitle" }

func frames(program, path string, maps ...string) (Shown, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	args := append([]string{"-v", "quiet", "-nostdin", "-threads", "1", "-i", path}, maps...)
	args = append(args, Painted(path)...)
	out, _ := exec.CommandContext(ctx, program, append(args, "-f", "framehash", "-hash", "md5", "-")...).Output()
	return parseFrames(string(out)), ctx.Err()
}

var mediaType = regexp.MustCompile(`^#media_type (\d+): (\w+)`)

// parseFrames reads FFmpeg's framehash. Its times count from the first of the file.
func parseFrames(out string) (shown Shown) {
	kinds := map[string]string{}
	at := map[string]int{} // which of shown a stream is
	for line := range strings.Lines(out) {
		if m := mediaType.FindStringSubmatch(line); m != nil {
			kinds[m[1]] = m[2]
			continue
		}
		f := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r <= ' ' })
		if line[0] == '#' || len(f) < 6 {
			continue
		}
		i, ok := at[f[0]]
		if !ok {
			i = len(shown)
			at[f[0]] = i
			shown = append(shown, Stream{Kind: kinds[f[0]]})
		}
		shown[i].Frames = append(shown[i].Frames, f[2]+" "+f[4]+" "+f[5]) // pts, size, sum
	}
	return shown
}
