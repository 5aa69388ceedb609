package tiff

import "untag/scrub"

// Places for [Block]: what the first directory of a block is.
const (
	Whole = pictures // IFD0, of which the others hang
	Exif  = exifTags
	GPS   = gpsTags
)

// Block cleans a TIFF without pictures that a raw picture holds, and all of which s is:
// its first directory is one of place, or of the maker of a note. Offsets are those of s.
// It keeps what decoders know the camera by.
func Block(s *scrub.Scan, place, maker string) error {
	f := &file{Scan: s, dirs: map[int64]*dir{}, block: true, raw: true, maker: maker}
	if s.Size() < 8 {
		return s.Errorf(0, "no TIFF header")
	}
	if err := f.header(); err != nil {
		return err
	}
	f.head, f.special = min(f.head, 8), false
	if place == pictures {
		if err := f.chain(); err != nil {
			return err
		}
	} else if err := f.alone(place); err != nil {
		return err
	}
	if err := f.first(); err != nil {
		return err
	}
	if err := f.recognise(); err != nil {
		return err
	}
	if err := f.judgeAll(); err != nil {
		return err
	}
	if len(f.all) > 0 {
		f.all[0].stays, f.all[0].fixed = true, true // LibRaw looks for it behind the header
	}
	return f.clean()
}

// first looks at the first directory of a block, where one wrong bit would cost all that it holds.
func (f *file) first() error {
	if len(f.all) == 0 {
		return nil
	}
	d := f.all[0]
	if more, err := f.goesOn(d, f.Size()); err != nil {
		return err
	} else if more {
		f.contradict("%s may have more entries than it says", d.name)
	}
	if d.at != f.head {
		f.contradict("%s does not follow the header", d.name)
	}
	return nil
}

// alone reads the only directory of a block.
func (f *file) alone(place string) error {
	b, err := f.Bytes(f.link, int(f.wide()))
	if err != nil {
		return err
	}
	d, err := f.directory(f.offset(b), place, place)
	if err != nil || d == nil {
		return err
	}
	if d.link = f.link; place != exifTags && place != gpsTags {
		d.note = &entry{dir: d, off: d.at, size: 0}
	}
	return f.descend(d, 0)
}

// thumbnail has the picture of a block go: it may show what was cropped away.
func (f *file) thumbnail(d *dir) error {
	at, err := f.value(d, tagStream, 0)
	if err != nil {
		return err
	}
	n, err := f.value(d, tagStreamBytes, 0)
	if err != nil || at < 8 || n == 0 || at > uint64(f.Size()) || n > uint64(f.Left(int64(at))) {
		return err
	}
	f.thumbs = append(f.thumbs, goes{Range: scrub.Range{Off: int64(at), Len: int64(n)}, entry: d.find(tagStream), dir: d})
	return nil
}
