package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// work is one thing to be done by every tool: a video, or a folder of photos or songs.
type work struct {
	title string
	ext   string // of the files: .jpg, .heic, .nef, .mp3, or that of the video
	many  int    // how many photos or songs; 0 for a video
	size  int64  // bytes of one photo or song, or of the video
	moov  string // where the index of the MP4 lies: end or front
	warm  bool   // the files are still in memory, as after copying them
}

func (w work) bytes() int64 { return w.size * int64(max(1, w.many)) }

// room is the space on the disk that the work needs: the original, the copy that
// the tool works on, and the one that most tools make beside it.
func (w work) room() int64 {
	if w.many > 0 {
		return 2*w.bytes() + w.bytes()/4
	}
	return 3*w.bytes() + 64*mib
}

func video(size int64, moov string) work {
	return work{title: fmt.Sprintf("%s video, moov at the %s", binarySize(size), moov), ext: ".mp4", size: size, moov: moov}
}

// film is a video in another container.
func film(size int64, ext string) work {
	return work{title: fmt.Sprintf("%s %s", binarySize(size), strings.ToUpper(ext[1:])), ext: ext, size: size, moov: "front"}
}

func folder(photos int) work {
	return work{title: fmt.Sprintf("%s photos of 3 MB", thousands(photos)), ext: ".jpg", many: photos, size: 3e6}
}

func album(songs int) work {
	return work{title: fmt.Sprintf("%s MP3 of 5 MB with covers", thousands(songs)), ext: ".mp3", many: songs, size: 5e6}
}

func stills(pictures int) work {
	return work{title: fmt.Sprintf("%s HEIC of 2 MB", thousands(pictures)), ext: ".heic", many: pictures, size: 2e6}
}

func raws(pictures int) work {
	return work{title: fmt.Sprintf("%s raw pictures of 25 MB", thousands(pictures)), ext: ".nef", many: pictures, size: 25e6}
}

func copied(photos int) work {
	w := folder(photos)
	w.title += ", just copied"
	w.warm = true
	return w
}

// works is the whole list, or the small one.
func works(quick bool) []work {
	if quick {
		return []work{video(64*mib, "front"), video(256*mib, "end"), film(64*mib, ".mkv"), film(64*mib, ".avi"), film(64*mib, ".ts"), folder(60), copied(60), album(40), stills(40), raws(8)}
	}
	return []work{video(gib, "end"), video(gib, "front"), video(4*gib, "end"), video(4*gib, "front"), film(gib, ".mkv"), film(gib, ".avi"), film(4*gib, ".ts"),
		folder(1000), copied(1000), album(1000), stills(1000), raws(200)}
}

// fit makes the work smaller until it fits into free bytes, and says so in its title.
func (w work) fit(free int64) work {
	full := w
	for w.room() > free && w.bytes() > 16*mib {
		switch {
		case w.warm:
			w = copied(w.many / 2)
		case w.ext == ".mp3":
			w = album(w.many / 2)
		case w.ext == ".heic":
			w = stills(w.many / 2)
		case w.ext == ".nef":
			w = raws(w.many / 2)
		case w.many > 0:
			w = folder(w.many / 2)
		case w.ext != ".mp4":
			w = film(w.size/2, w.ext)
		default:
			w = video(w.size/2, w.moov)
		}
	}
	if w != full {
		w.title += fmt.Sprintf(" (%s would need %s free, %s are)", full.title, size(full.room()), size(free))
	}
	return w
}

func (w work) mkdriveArgs(dir string) []string {
	switch w.ext {
	case ".jpg":
		return []string{"-photos", strconv.Itoa(w.many), "-photo-size", strconv.FormatInt(w.size, 10), dir}
	case ".mp3":
		return []string{"-songs", strconv.Itoa(w.many), "-song-size", strconv.FormatInt(w.size, 10), dir}
	case ".nef":
		return []string{"-raws", strconv.Itoa(w.many), "-raw-size", strconv.FormatInt(w.size, 10), dir}
	case ".heic":
		return []string{"-stills", strconv.Itoa(w.many), "-still-size", strconv.FormatInt(w.size, 10), dir}
	}
	const frame = 128 << 10 // bytes, as of a phone's 4K video
	return []string{"-video", strconv.FormatInt(w.size, 10), "-samples", strconv.FormatInt(w.size/frame, 10), "-moov", w.moov, dir}
}

// originals makes the files of the work below dir and returns their paths there.
func (w work) originals(mkdrive, dir string) ([]string, error) {
	cmd := exec.Command(mkdrive, w.mkdriveArgs(dir)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("making %s: %w: %s", w.title, err, out)
	}
	if err := w.remux(dir); err != nil {
		return nil, err
	}
	want := max(w.many, 1)
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err != nil || !w.isOne(path, info.Size()) || len(files) == want {
			return os.Remove(path)
		}
		name, err := filepath.Rel(dir, path)
		files = append(files, name)
		return err
	})
	if err == nil && len(files) != want {
		err = fmt.Errorf("%s: %d files were made, %d wanted", w.title, len(files), want)
	}
	return files, err
}

// isOne tells the files that were asked for from whatever else is on a sample drive.
func (w work) isOne(path string, n int64) bool {
	return strings.EqualFold(filepath.Ext(path), w.ext) && n > w.size/2
}

// remux puts the video, which was made as an MP4, into the container that is asked for,
// with words that are to go. In a transport stream the telemetry goes along.
func (w work) remux(dir string) error {
	if w.many > 0 || w.ext == ".mp4" {
		return nil
	}
	made, err := filepath.Glob(filepath.Join(dir, "DCIM", "*", "*.MP4"))
	if err != nil || len(made) != 1 {
		return fmt.Errorf("%s: %d videos were made, 1 wanted", w.title, len(made))
	}
	args := []string{"-nostdin", "-v", "error", "-y", "-i", made[0], "-c", "copy", "-map_metadata", "-1", "-map", "0:v"}
	switch w.ext {
	case ".ts":
		args = append(args, "-map", "0:d", "-copy_unknown", "-metadata", "service_name=CANARY-service", "-metadata", "service_provider=CANARY-provider")
	default:
		args = append(args, "-metadata", "comment=CANARY-comment", "-metadata", "location=CANARY-location", "-metadata", "encoded_by=CANARY-owner", "-metadata", "creation_time=2031-07-14T15:16:17Z")
	}
	args = append(args, strings.TrimSuffix(made[0], filepath.Ext(made[0]))+w.ext)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("making %s: %w: %s", w.title, err, out)
	}
	return os.Remove(made[0])
}

// fresh copies the files from one folder to another byte by byte, so that no two
// share blocks on file systems where a copy would.
func fresh(from, to string, files []string) error {
	for _, name := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			return err
		}
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, mib))
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	return err
}

// dropCache makes the next read of the files come from the disk, and says how.
func dropCache(dir string, files []string) (string, error) {
	if err := syncDisk(dir); err != nil {
		return "", err
	}
	if os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0) == nil {
		return "the whole page cache was dropped before each (drop_caches)", nil
	}
	for _, name := range files {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		err = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return "the files' pages were dropped before each (fadvise: not root)", nil
}

func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
