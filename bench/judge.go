package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// verdict is what other programs say of a set of files.
type verdict struct {
	tags    map[string]int // identifying tags that exiftool shows, by file
	render  map[string]int // of orientation and colour profile, how many are there, by file
	marks   map[string]int // planted marks in the raw bytes, by file
	essence map[string]string
}

// judge looks at the files below dir.
func judge(dir string, files []string) (verdict, error) {
	v := verdict{marks: map[string]int{}, essence: map[string]string{}}
	var err error
	if v.tags, v.render, err = identifying(dir, files); err != nil {
		return v, err
	}
	for _, name := range files {
		path := filepath.Join(dir, name)
		n, err := countMarks(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return v, err
		}
		v.marks[name] = n
		if v.essence[name], err = essence(path); err != nil {
			v.essence[name] = ""
		}
	}
	return v, nil
}

// Tags by which exiftool shows a place, a serial number, a device, a person, a
// time, a program, a preview or a track of measurements.
var telling = regexp.MustCompile(`GPS|^Location|^(City|Country|State|Sub-location)$|Serial|UniqueID|OwnerName|(Document|Instance|Content|Image|Camera)(ID|Identifier)$` +
	`|^(Make|Model|CameraModelName|Lens(Model|Info|Make)|DeviceModelName|DeviceName|HostComputer|Artist|Author|Creator|By-line|Copyright|Comment|UserComment|ImageDescription)$` +
	`|Date|^Software$|^Encoder|^EncodedBy|^CreatorTool$|^HandlerVendorID$|^HandlerDescription$|^CompressorName$|^MetaFormat$|ThumbnailImage|PreviewImage|^(Motion|Embedded)`)

// Groups of which every tag identifies, and groups that say nothing of the metadata.
var (
	tellingGroup = regexp.MustCompile(`^(XMP|IPTC|JUMBF|CBOR|MakerNotes|Canon|Nikon|Sony|Apple|Samsung|Panasonic|Olympus|FujiFilm|Pentax|GoPro|DJI|Xiaomi)`)
	otherGroup   = regexp.MustCompile(`^(ExifTool|File|System|Composite|ICC)`)
	tagLine      = regexp.MustCompile(`^\[([^\]]+)\]\s+(\S+)\s*: (.*)$`)
)

// identifying counts, for each file, the different tags that identify, and
// how many of orientation and colour profile are there.
func identifying(dir string, files []string) (tags, render map[string]int, err error) {
	cmd := exec.Command("exiftool", "-G1", "-s", "-s", "-ee", "-u", "-api", "LargeFileSupport=1", "-@", "-")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	tags, render = map[string]int{}, map[string]int{}
	name, seen := files[0], map[string]bool{}
	for s := bufio.NewScanner(out); s.Scan(); {
		if next, ok := strings.CutPrefix(s.Text(), "======== "); ok {
			name = strings.TrimPrefix(next, "./")
			clear(seen)
			continue
		}
		m := tagLine.FindStringSubmatch(s.Text())
		if m == nil || seen[m[1]+m[2]] {
			continue
		}
		seen[m[1]+m[2]] = true
		if identifies(m[1], m[2], m[3]) {
			tags[name]++
		}
		if renders(m[1], m[2], m[3]) {
			render[name]++
		}
	}
	io.Copy(io.Discard, out)
	cmd.Wait() // the exit code is about warnings
	return tags, render, nil
}

func identifies(group, tag, value string) bool {
	if otherGroup.MatchString(group) || value == "" || value == "0" || strings.HasPrefix(value, "0000") {
		return false
	}
	return tellingGroup.MatchString(group) || telling.MatchString(tag)
}

// renders tells an orientation that turns the picture, and a colour profile.
func renders(group, tag, value string) bool {
	return (group == "IFD0" && tag == "Orientation" && value != "Horizontal (normal)") ||
		(group == "ICC-header" && tag == "ColorSpaceData")
}

// mark is how everything starts that a sample drive plants.
var mark = [][]byte{[]byte("CANARY-"), []byte("C\x00A\x00N\x00A\x00R\x00Y\x00-")}

// countMarks counts the planted marks in a file or device, in ASCII and in UTF-16.
func countMarks(path string) (n int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	const overlap = 12 // one less than the longest mark
	buf := make([]byte, overlap+4*mib)
	kept := 0
	for {
		got, err := io.ReadFull(f, buf[kept:])
		part := buf[:kept+got]
		for _, m := range mark {
			// A mark that ends in what was kept has been counted already.
			n += bytes.Count(part[max(0, kept-len(m)+1):], m)
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		kept = copy(buf, part[len(part)-overlap:])
	}
}

// essence identifies what is seen and heard: the hash of the coded picture of a
// JPEG, that of a HEIC's pixels, that of a developed raw picture, the hashes of the packets of a video's streams.
func essence(path string) (string, error) {
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".jpg" || ext == ".jpeg" {
		return codedPicture(path)
	} else if ext == ".nef" {
		return developed(path)
	} else if ext == ".heic" { // of which FFmpeg 5 knows nothing
		return decoded(path)
	}
	args := []string{"-nostdin", "-v", "error", "-i", path, "-map", "0:a?"}
	if strings.ToLower(filepath.Ext(path)) != ".mp3" { // whose picture is a cover
		args = append(args, "-map", "0:v?", "-map", "0:s?")
	}
	out, err := exec.Command("ffmpeg", append(args, "-c", "copy", "-f", "streamhash", "-hash", "md5", "-")...).Output()
	if err != nil {
		return "", err
	}
	var streams []string
	for line := range strings.Lines(string(out)) {
		_, hash, _ := strings.Cut(strings.TrimSpace(line), ",") // without the number of the stream
		streams = append(streams, hash)
	}
	slices.Sort(streams)
	return strings.Join(streams, " "), nil
}

// decoded hashes the pixels that libheif makes of a picture.
func decoded(path string) (string, error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	pixels := filepath.Join(dir, "pixels.y4m")
	if err := exec.Command("heif-convert", path, pixels).Run(); err != nil {
		return "", err
	}
	data, err := os.ReadFile(pixels)
	return fmt.Sprintf("%x", sha256.Sum256(data)), err
}

// developed hashes what LibRaw makes of a raw picture.
func developed(path string) (string, error) {
	out, err := exec.Command("dcraw_emu", "-h", "-w", "-4", "-Z", "-", path).Output()
	if len(out) == 0 {
		return "", cmp.Or(err, errors.New("no picture"))
	}
	return fmt.Sprintf("%x", sha256.Sum256(out)), nil
}

// codedPicture hashes a JPEG from SOI to EOI without application segments and comments.
func codedPicture(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	off := 2
	for off+4 <= len(data) {
		if data[off] != 0xff {
			return "", fmt.Errorf("no marker at 0x%x", off)
		}
		if data[off+1] == 0xff { // fill byte, ISO/IEC 10918-1 B.1.1.2
			off++
			continue
		}
		m, n := data[off+1], 2+int(data[off+2])<<8+int(data[off+3])
		if off+n > len(data) {
			return "", io.ErrUnexpectedEOF
		}
		if m == 0xda { // SOS: coded data, further tables and scans up to EOI
			end := bytes.Index(data[off+n:], []byte{0xff, 0xd9})
			if end < 0 {
				return "", io.ErrUnexpectedEOF
			}
			h.Write(data[off : off+n+end+2])
			return fmt.Sprintf("%x", h.Sum(nil)), nil
		}
		if m < 0xe0 || m > 0xfe || (m > 0xef && m < 0xfe) {
			h.Write(data[off : off+n])
		}
		off += n
	}
	return "", io.ErrUnexpectedEOF
}

// payload says in words how what is seen and heard came through.
func payload(before, after verdict, files []string) string {
	same, broken, dull := 0, 0, 0
	for _, name := range files {
		switch {
		case after.essence[name] == "":
			broken++
		case after.essence[name] == before.essence[name]:
			same++
		}
		if after.render[name] < before.render[name] {
			dull++
		}
	}
	text := "same"
	if same < len(files) {
		text = fmt.Sprintf("%d of %d same", same, len(files))
	}
	if broken > 0 {
		text += fmt.Sprintf(", %d unreadable", broken)
	}
	if dull > 0 {
		text += fmt.Sprintf(", orientation or colour profile lost in %d", dull)
	}
	return text
}

func sum(of map[string]int, files []string) (n int) {
	for _, name := range files {
		n += of[name]
	}
	return n
}
