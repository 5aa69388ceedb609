package samples

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"slices"
)

// Big is a video that is made while it is read: pictures, a telemetry track
// with positions, and user data that names the device. Only its tables and one
// chunk of media are held in memory.
type Big struct {
	Secrets [][]byte // texts in it that are to go
	runs    []run
}

// run is n bytes of a medium: a pattern from its start on.
type run struct {
	off, n  int64
	pattern []byte
}

// A chunk holds this many pictures and one sample of telemetry.
const (
	chunkPictures = 30
	fixSize       = 512
)

// BigMP4 returns a video of size bytes with about as many samples as said, its
// index before or after the media. Every picture is H.264 that decodes.
func BigMP4(size int64, samples int, moovFirst bool) (*Big, error) {
	const largeHeader, perPicture, perChunk = 16, 4, 2 * 8 // bytes in the tables
	b := &Big{}
	k := &kit{}
	user := vendorUdta(k)
	fix := field(string(gpmf(k, "fix-")), fixSize)
	b.Secrets = k.secrets

	v, pictures := bigPictures(int(size / int64(max(samples, 1))))
	each := len(pictures) / chunkPictures
	head := box("ftyp", []byte("mp42"), be32(0), []byte("mp42isom"))
	// The index of one picture more than a chunk holds has all that one of any length has.
	start := len(head) + largeHeader
	least := len(bigIndex(user, v, each, chunkPictures+1, start)) - (chunkPictures+1)*perPicture - 2*perChunk
	room := size - int64(start+least+largeHeader)
	whole := int64(len(pictures) + chunkPictures*perPicture + fixSize + perChunk)
	last := max(0, room%whole-fixSize-perChunk) / int64(each+perPicture)
	chunks, n := room/whole, int(room/whole*chunkPictures+last)
	if room < 0 || n < 1 {
		return nil, fmt.Errorf("samples: %d samples don't fit %d bytes", samples, size)
	}

	index := bigIndex(user, v, each, n, start)
	if moovFirst {
		index = bigIndex(user, v, each, n, start+len(index))
	}
	b.put(int64(len(head)), head)
	if moovFirst {
		b.put(int64(len(index)), index)
	}
	media := chunks * int64(len(pictures)+fixSize)
	rest := last * int64(each)
	if last > 0 {
		rest += fixSize
	}
	b.put(largeHeader, cat(be32(1), []byte("mdat"), be64(uint64(media+rest+largeHeader))))
	b.put(media, cat(pictures, fix))
	b.put(rest, cat(pictures[:last*int64(each)], fix))
	if !moovFirst {
		b.put(int64(len(index)), index)
	}
	free := size - b.Size()
	b.put(largeHeader, cat(be32(1), []byte("free"), be64(uint64(free))))
	b.put(free-largeHeader, zeros(4096))
	return b, nil
}

// bigPictures returns the pictures of a chunk, each of the same number of bytes
// near n, and their shape: macroblocks start at whole bytes.
func bigPictures(n int) (avc, []byte) {
	const perBlock = 386 // a macroblock and its type
	blocks := max(1, (n+perBlock/2)/perBlock)
	v := avc{width: min(blocks, 120)}
	v.height = min(blocks/v.width, 68)
	var out []byte
	for i := range chunkPictures {
		out = append(out, accessUnit(v.slice(i))...)
	}
	return v, out
}

// bigIndex is moov for so many pictures of each bytes in media that begin at start.
func bigIndex(user []byte, v avc, each, pictures, start int) []byte {
	video := avcTrack(v, make([][]byte, pictures))
	video.perChunk = chunkPictures
	picture := make([]byte, each)
	for i := range video.samples {
		video.samples[i] = picture
	}
	fixes := telemetry("meta", "gpmd", zeros(4))
	fixes.delta = 100 * chunkPictures
	fixes.samples = make([][]byte, (pictures+chunkPictures-1)/chunkPictures)
	places := make([][]place, 2)
	for i := range fixes.samples {
		at := int64(i) * int64(chunkPictures*each+fixSize)
		places[0] = append(places[0], place{0, at})
		places[1] = append(places[1], place{0, at + int64(min(chunkPictures, pictures-i*chunkPictures)*each)})
	}
	fixes.size = fixSize
	m := &movie{brand: "mp42", co64: true, created: spectre, tracks: []*track{video, fixes}, moov: [][]byte{user}}
	return m.movieBox([]int{start}, places)
}

func (b *Big) put(n int64, pattern []byte) {
	b.runs = append(b.runs, run{b.Size(), n, pattern})
}

// Size is the length of the video in bytes.
func (b *Big) Size() int64 {
	if len(b.runs) == 0 {
		return 0
	}
	last := b.runs[len(b.runs)-1]
	return last.off + last.n
}

// ReadAt makes the bytes at off.
func (b *Big) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for _, r := range b.runs {
		for done < len(p) && off >= r.off && off < r.off+r.n {
			in := off - r.off
			left := min(int64(len(p)-done), r.n-in)
			n := copy(p[done:done+int(left)], r.pattern[in%int64(len(r.pattern)):])
			done += n
			off += int64(n)
		}
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// WriteTo writes the whole video.
func (b *Big) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{io.NewSectionReader(b, 0, b.Size())}, make([]byte, 1<<20))
}

// BigPhoto returns photos of about size bytes each, all of one picture but each
// with words of its own: n numbers them.
func BigPhoto(size int) (photograph func(n int) []byte) {
	coded := noise(size)
	return func(n int) []byte {
		k := &kit{}
		attributes, elements := xmpIdentity(k, "")
		e := exif(k, exifOptions{order: little, orientation: 1 + n%8, thumbnail: thumbnail(k, "thumbnail"), prefix: fmt.Sprintf("%06d-", n)})
		return photo(coded, appJFIF(nil, 0, 0), appExif(e), appXMP(xmp(attributes, elements)))
	}
}

// noise is a coded picture of about size bytes: random colours over a scene, so
// that it takes no more pixels than a photo would.
func noise(size int) []byte {
	encode := func(width int) []byte {
		m := Picture(width, width*2/3, 1).(*image.RGBA)
		r := uint32(1)
		for i := range m.Pix {
			r ^= r << 13
			r ^= r >> 17
			r ^= r << 5
			if i%4 < 3 {
				m.Pix[i] = uint8(min(255, int(m.Pix[i])+int(r>>26)))
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
			panic(err)
		}
		return b.Bytes()[2:]
	}
	const try = 600
	sample := len(encode(try))
	width := int(try * math.Sqrt(float64(size)/float64(sample)))
	return encode(min(max(width, 32), 20000))
}

// BigSong returns an MP3 of about size bytes with a cover, and with what shops, programs
// and people write into such files.
func BigSong(size int) []byte {
	k := &kit{}
	cover := photo(noise(60<<10), appExif(exif(k, exifOptions{order: little, orientation: 1, prefix: "cover-"})))
	tag := id3Tag(3, 0, 2048, sung(k, 3), told(k, 3), id3Frame(3, "APIC", 0, []byte("\x00image/jpeg\x00\x03\x00"), cover))
	const frame = 417
	sound := mp3Frames(max(1, (size-len(tag))/frame))
	for f := range slices.Chunk(sound, frame) {
		fill(f)
	}
	return cat(tag, infoFrame(len(sound), "LAME3.100"), sound)
}

// fill has the sound of a frame of mp3Frames, as that of most songs does, leave no room: both
// granules say that they have 1,584 bits, a one for every four samples of silence.
func fill(f []byte) {
	side, data := f[4:21], f[21:]
	copy(side[2:], "\x18\xc0")
	copy(side[9:], "\x03\x18")
	for i := range data {
		data[i] = ^data[i]
	}
}

// BigStill returns HEIC pictures of about size bytes each, all of one coded picture but each
// with words of its own: n numbers them. What is coded can't be shown.
func BigStill(size int) (photograph func(n int) []byte) {
	noise := zeros(size)
	seed := uint32(1)
	for i := range noise {
		seed = seed*1664525 + 1013904223
		noise[i] = byte(seed>>24) | 1 // no zeros, and so nothing to escape
	}
	return func(n int) []byte {
		k := &kit{}
		return heic(k, func(p *stillPicture) {
			const length = 4 // of the unit, which is all of the picture
			it := p.items[0]
			it.data = cat(it.data, noise)
			binary.BigEndian.PutUint32(it.data, uint32(len(it.data)-length))
			e := exif(k, exifOptions{order: big, orientation: 1 + n%8, thumbnail: thumbnail(k, "thumbnail"), prefix: fmt.Sprintf("%06d-", n)})
			p.items = append(p.items, exifItem(e, 1), xmpItem(xmp(xmpIdentity(k, fmt.Sprint(n))), 1))
		})
	}
}

// BigRaw returns raw pictures as of a camera of Nikon's of about size bytes each, all of one
// sensor's data but each with words of its own: n numbers them.
func BigRaw(size int) (photograph func(n int) []byte) {
	const width = 4288
	height := max(1, size/2/width)
	pixels := noisyData(2 * width * height)
	preview := photo(noise(100<<10), segment(0xfe, []byte("no secret")))
	return func(n int) []byte {
		k := &kit{}
		words := func(name string) string { return k.secret(fmt.Sprintf("%06d-%s", n, name)) }
		note := cat([]byte("Nikon\x00\x02\x10\x00\x00"), tiff(little, ifd{{0x0002, tShort, []int{0, 200}}, {0x000c, tRational, []int{450, 256, 330, 256, 256, 256, 256, 256}},
			{0x001d, tASCII, "6028018"}, {0x0084, tASCII, words("lens")}, {0x0091, tUndefined, []byte(words("shot-info"))}, {0x0097, tUndefined, cat([]byte("0100"), noisyData(96))}, {0x00a7, tLong, []int{0x0f8b4c}}}))
		exif := ifd{{0x829a, tRational, []int{1, 125}}, {0x8827, tShort, []int{200}}, {0x9003, tASCII, "2031:07:14 15:16:18"}, {0x927c, tUndefined, note}, {0x9286, tUndefined, []byte(words("comment"))}, {0xa431, tASCII, words("serial")}}
		raw := ifd{{0x00fe, tLong, []int{0}}, {0x0100, tLong, []int{width}}, {0x0101, tLong, []int{height}}, {0x0102, tShort, []int{16}}, {0x0103, tShort, []int{1}}, {0x0106, tShort, []int{32803}},
			{0x0111, tLong, strips{pixels}}, {0x0115, tShort, []int{1}}, {0x0116, tLong, []int{height}}, {0x0117, tLong, []int{len(pixels)}}, {0x828d, tShort, []int{2, 2}}, {0x828e, tByte, []byte{0, 1, 1, 2}}}
		shown := ifd{{0x00fe, tLong, []int{1}}, {0x0103, tShort, []int{6}}, {0x0201, tLong, elsewhere(preview)}, {0x0202, tLong, []int{len(preview)}}}
		w := &tiffWriter{order: little}
		first := thumbnailDir(160, 120)
		return w.tiff(sortedDir(append(first, tag{0x010f, tASCII, "NIKON CORPORATION"}, tag{0x0110, tASCII, "NIKON D300S"}, tag{0x0131, tASCII, words("software")}, tag{0x0132, tASCII, "2031:07:14 15:16:17"}, tag{0x013b, tASCII, words("artist")},
			tag{0x014a, tLong, dirs{shown, raw}}, tag{0x8769, tLong, exif}, tag{0x8825, tLong, gpsIFD(k, little, words)})))
	}
}

// thumbnailDir is the directory of a small picture of three bytes a pixel.
func thumbnailDir(width, height int) ifd {
	pixels := noisyData(3 * width * height)
	return ifd{{0x00fe, tLong, []int{1}}, {0x0100, tLong, []int{width}}, {0x0101, tLong, []int{height}}, {0x0102, tShort, []int{8, 8, 8}}, {0x0103, tShort, []int{1}}, {0x0106, tShort, []int{2}},
		{0x0111, tLong, strips{pixels}}, {0x0115, tShort, []int{3}}, {0x0116, tLong, []int{height}}, {0x0117, tLong, []int{len(pixels)}}, {0x011c, tShort, []int{1}}}
}
