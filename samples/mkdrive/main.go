// Mkdrive fills a folder with sample media that give people away, to try untag
// on and to measure it with.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"untag/samples"
)

func main() {
	photos := flag.Int("photos", 0, "instead of the samples, write this `number` of photos")
	photoSize := flag.String("photo-size", "3MB", "`size` of each of these photos")
	songs := flag.Int("songs", 0, "instead of the samples, write this `number` of songs")
	songSize := flag.String("song-size", "5MB", "`size` of each of these songs")
	stills := flag.Int("stills", 0, "instead of the samples, write this `number` of HEIC pictures")
	stillSize := flag.String("still-size", "2MB", "`size` of each of these pictures")
	raws := flag.Int("raws", 0, "instead of the samples, write this `number` of raw pictures")
	rawSize := flag.String("raw-size", "25MB", "`size` of each of these raw pictures")
	video := flag.String("video", "", "instead of the samples, write a video of this `size`, such as 4GiB")
	count := flag.Int("samples", 1_000_000, "`number` of samples in that video")
	moov := flag.String("moov", "front", "`where` that video has its index: front or end")
	var t tree
	flag.IntVar(&t.n, "tree", 0, "instead of the samples, write this `number` of photos of half a kilobyte")
	flag.IntVar(&t.folder, "folder", 1000, "`number` of these in a folder")
	flag.IntVar(&t.dirty, "dirty", 0, "one of this `number` of them gives its maker away; 0: none")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: mkdrive [flags] folder\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if t.n > 0 && t.folder > 0 {
		exitOn(t.write(flag.Arg(0)))
		return
	}
	exitOn(run(flag.Arg(0), many{*photos, *photoSize}, many{*songs, *songSize}, many{*stills, *stillSize}, many{*raws, *rawSize}, *video, *count, *moov))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "mkdrive: error: %v\n", err)
		os.Exit(1)
	}
}

// many files of a size.
type many struct {
	n    int
	size string
}

func run(dir string, photos, songs, stills, raws many, video string, count int, moov string) error {
	if photos.n == 0 && songs.n == 0 && stills.n == 0 && raws.n == 0 && video == "" {
		return samples.WriteDrive(dir)
	}
	for _, w := range []struct {
		many
		write func(dir string, n, size int) error
	}{{photos, writePhotos}, {songs, writeSongs}, {stills, writeStills}, {raws, writeRaws}} {
		n, err := bytesOf(w.size)
		if err == nil && w.n > 0 {
			err = w.write(dir, w.n, int(n))
		}
		if err != nil {
			return err
		}
	}
	if video == "" {
		return nil
	}
	n, err := bytesOf(video)
	if err != nil {
		return err
	}
	if moov != "front" && moov != "end" {
		return fmt.Errorf("-moov %s: front or end", moov)
	}
	return writeVideo(filepath.Join(dir, "DCIM", "100MEDIA", "MVI_0001.MP4"), n, count, moov == "front")
}

func writePhotos(dir string, n, size int) error {
	return photographs(dir, n, "JPG", samples.BigPhoto(size))
}

func writeStills(dir string, n, size int) error {
	return photographs(dir, n, "HEIC", samples.BigStill(size))
}

func writeRaws(dir string, n, size int) error {
	return photographs(dir, n, "NEF", samples.BigRaw(size))
}

func photographs(dir string, n int, extension string, photograph func(n int) []byte) error {
	for i := range n {
		path := filepath.Join(dir, "DCIM", fmt.Sprintf("%03dMEDIA", 100+i/1000), fmt.Sprintf("IMG_%04d.%s", i%1000, extension))
		if err := samples.WriteFile(path, photograph(i)); err != nil {
			return err
		}
	}
	return nil
}

func writeSongs(dir string, n, size int) error {
	song := samples.BigSong(size)
	for i := range n {
		if err := samples.WriteFile(filepath.Join(dir, "Music", fmt.Sprintf("%04d.mp3", i)), song); err != nil {
			return err
		}
	}
	return nil
}

func writeVideo(path string, size int64, count int, moovFirst bool) error {
	b, err := samples.BigMP4(size, count, moovFirst)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := b.WriteTo(f); err != nil {
		return err
	}
	return f.Close()
}

// bytesOf reads a size such as 500, 3MB or 4GiB.
func bytesOf(s string) (int64, error) {
	for _, u := range []struct {
		name string
		n    int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1}} {
		if number, ok := strings.CutSuffix(s, u.name); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
			if err != nil || n < 1 || n > (1<<62)/u.n {
				return 0, fmt.Errorf("no size %q", s)
			}
			return n * u.n, nil
		}
	}
	return 0, fmt.Errorf("no size %q", s)
}
