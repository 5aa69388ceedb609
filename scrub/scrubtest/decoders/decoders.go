// Package decoders asks decoders that share no code with untag what they show of
// a medium: Go's own, Pillow, FFmpeg, and for some pictures libheif, libavif, libtiff and LibRaw.
// It is for tests of law 10: what could be shown before can be shown after.
package decoders

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
)

// Stream is what a decoder shows of one track or picture.
type Stream struct {
	Kind   string   // video, audio, subtitle, picture
	Frames []string // when and what each of them is: the same text, the same frame
}

// Shown is what one decoder shows of a medium. Empty is nothing.
type Shown []Stream

// Opinion is what each decoder shows, by its name.
type Opinion map[string]Shown

// Panel is the decoders that are installed.
type Panel struct {
	dir    string
	ffmpeg string
	pillow *viewers
	others map[string]string // programs that are installed
	files  atomic.Int64
}

// New returns the decoders that are installed and the names of those that are
// not. Media are written to dir, one at a time, where a decoder wants a file.
func New(dir string) (p *Panel, missing []string) {
	p = &Panel{dir: dir}
	if p.ffmpeg, _ = exec.LookPath("ffmpeg"); p.ffmpeg == "" {
		missing = append(missing, "ffmpeg")
	}
	p.others = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		if path, err := exec.LookPath(name); err == nil {
			p.others[name] = path
		} else {
			missing = append(missing, name)
		}
	}
	if p.pillow = findPillow(); p.pillow == nil {
		missing = append(missing, "pillow")
	}
	return p, missing
}

// Close ends what runs.
func (p *Panel) Close() {
	if p.pillow != nil {
		p.pillow.close()
	}
}

// askedOf are the decoders for pictures by format; all else is FFmpeg's.
var askedOf = map[string][]string{
	"jpeg": {"go", "pillow"}, "png": {"go", "pillow"}, "gif": {"go", "pillow"},
	"webp": {"pillow"}, "tiff": {"pillow", "tiff2rgba", "tiffinfo", "dcraw_emu"}, "bigtiff": {"pillow", "tiff2rgba", "tiffinfo"}, "bmp": {"pillow"}, "ico": {"pillow"}, "pcx": {"pillow"}, "jp2": {"pillow"},
	"heif": {"heif-convert", "avifdec", "ffmpeg"},
	"orf":  {"dcraw_emu"}, "rw2": {"dcraw_emu"}, "raf": {"dcraw_emu"}, "mrw": {"dcraw_emu"}, "crw": {"dcraw_emu"}, "cr3": {"dcraw_emu"}, "x3f": {"dcraw_emu"},
}

// mostPixels is the largest picture that Go and Pillow are asked about.
const mostPixels = 1 << 24

// Show asks the decoders that know the format of a medium. Ext is the usual
// ending of its name, with the dot.
func (p *Panel) Show(format, ext string, data []byte) (Opinion, error) {
	out := Opinion{}
	names := askedOf[format]
	if names == nil {
		names = []string{"ffmpeg"}
	}
	if slices.Contains(names, "go") {
		out["go"] = Go(data, mostPixels)
	}
	if names[0] == "go" && len(names) == 1 {
		return out, nil
	}
	path := filepath.Join(p.dir, fmt.Sprintf("%d%s", p.files.Add(1), strings.ToLower(ext)))
	if err := os.WriteFile(path, data, 0o666); err != nil {
		return nil, err
	}
	defer os.Remove(path)
	var err error
	if slices.Contains(names, "pillow") && p.pillow != nil {
		out["pillow"], err = p.pillow.show(path)
	}
	for name, program := range p.others {
		if !slices.Contains(names, name) {
			continue
		}
		if shown, err := programs[name](program, path); err == nil { // as with FFmpeg
			out[name] = shown
		}
	}
	if slices.Contains(names, "ffmpeg") && p.ffmpeg != "" {
		shown, err := showFFmpeg(p.ffmpeg, path)
		if err == nil { // what takes too long has no opinion
			out["ffmpeg"] = shown
		}
	}
	return out, err
}

// Lost tells what was shown before and is not shown after, at most one stream of
// each decoder; spare streams may go, as do tracks of telemetry.
func Lost(before, after Opinion, spare int) (lost []string) {
	for name, shown := range before {
		now, asked := after[name]
		if l := shown.Lost(now, spare); asked && l != "" {
			lost = append(lost, name+": "+l)
		}
	}
	slices.Sort(lost)
	return lost
}

// Lost tells the first stream that one decoder showed before and doesn't after.
func (s Shown) Lost(after Shown, spare int) string {
	left := slices.Clone(after)
	for i, a := range s {
		at := slices.IndexFunc(left, func(b Stream) bool { return a.Kind == b.Kind && slices.Equal(a.Frames, b.Frames) })
		if at >= 0 {
			left = slices.Delete(left, at, at+1)
			continue
		}
		if spare--; spare >= 0 {
			continue
		}
		at = slices.IndexFunc(left, func(b Stream) bool { return a.Kind == b.Kind })
		if at < 0 {
			return fmt.Sprintf("stream %d (%s, %d frames) is no longer shown", i, a.Kind, len(a.Frames))
		}
		return fmt.Sprintf("stream %d (%s): %s", i, a.Kind, firstChange(a.Frames, left[at].Frames))
	}
	return ""
}

// Genuine is what of films, sounds and raw pictures the sound medium shows too. A damaged index
// leads decoders into bytes that are no frames: what they make of those is no loss.
func (o Opinion) Genuine(sound Opinion) Opinion {
	out := maps.Clone(o)
	delete(out, "tiffinfo") // may warn of anything
	for _, name := range []string{"ffmpeg", "dcraw_emu"} {
		if _, ok := o[name]; ok {
			out[name] = o[name].genuine(sound[name])
		}
	}
	return out
}

func (s Shown) genuine(sound Shown) (out Shown) {
	for _, x := range s {
		frames := slices.DeleteFunc(slices.Clone(x.Frames), func(f string) bool {
			return !slices.ContainsFunc(sound, func(y Stream) bool { return y.Kind == x.Kind && slices.Contains(y.Frames, f) })
		})
		if len(frames) > 0 {
			out = append(out, Stream{x.Kind, frames})
		}
	}
	return out
}

func firstChange(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%d frames became %d, frame %d was %q and is %q", len(a), len(b), i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d frames became %d", len(a), len(b))
}

// Shows tells whether any decoder shows anything.
func (o Opinion) Shows() bool {
	for _, s := range o {
		if len(s) > 0 {
			return true
		}
	}
	return false
}
