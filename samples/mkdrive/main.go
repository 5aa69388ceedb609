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
	video := flag.String("video", "", "instead of the samples, write a video of this `size`, such as 4GiB")
	count := flag.Int("samples", 1_000_000, "`number` of samples in that video")
	moov := flag.String("moov", "front", "`where` that video has its index: front or end")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: mkdrive [flags] folder\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *photos, *photoSize, *video, *count, *moov); err != nil {
		fmt.Fprintf(os.Stderr, "mkdrive: error: %v\n", err)
		os.Exit(1)
	}
}

func run(dir string, photos int, photoSize, video string, count int, moov string) error {
	if photos == 0 && video == "" {
		return samples.WriteDrive(dir)
	}
	if photos > 0 {
		n, err := bytesOf(photoSize)
		if err != nil {
			return err
		}
		if err := writePhotos(dir, photos, int(n)); err != nil {
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
	photograph := samples.BigPhoto(size)
	for i := range n {
		path := filepath.Join(dir, "DCIM", fmt.Sprintf("%03dMEDIA", 100+i/1000), fmt.Sprintf("IMG_%04d.JPG", i%1000))
		if err := samples.WriteFile(path, photograph(i)); err != nil {
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
