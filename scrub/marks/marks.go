// Package marks knows tags by name: trailers that name a machine or that a
// phone, camera or workstation appends after the end of a file.
//
// [Trailer] takes one trailer off the end of a file at a time, [Hidden] looks
// for what lies under trailers that nobody knows, and [OOXML] for the one mark
// that sits inside of files.
package marks

import "io"

// Mark is one recognised tag.
type Mark struct {
	Name   string // short name, such as "red-star"
	Off    int64  // where it starts in the file
	Len    int64  // how many bytes it takes
	Value  string // what it says, decoded where that is possible
	Proven bool   // it proves itself (by a cipher, a checksum, consistent lengths): sure even where the logical end of the file is not known
	Guess  bool   // it is known by name, but where it starts is a guess
}

// Alien tells whether the mark proves itself and is appended to files of every kind by
// a system that they went through: it is no part of any medium.
func (m Mark) Alien() bool {
	return m.Proven && (m.Name == "red-star" || m.Name == "red-star-legacy" || m.Name == "natisign")
}

// Source is what a detector reads from. Size is not needed: the end is given.
type Source interface{ io.ReaderAt }

// detectors are asked in turn. Those that prove themselves come first: a weak
// signature may not hide a strong one.
var detectors = []func(*tail) (Mark, bool){
	redStar,
	redStarLegacy,
	organ,
	samsung,
	insta360,
	canonVRD,
	mie,
	nikonApp,
	photoMechanic,
	onePlus,
	vivo,
	ligoGPS,
	stateSign,
	sign,
	afcp,
	fotoStation,
	lyrics3,
	lyrics3v1,
	id3v2,
	ape,
	id3v1,
	motionPhoto,
	jpegImage,
}

// Trailer recognises the outermost trailer of the bytes [floor, end): one that
// ends at end exactly. ok is false if there is none.
func Trailer(src Source, floor, end int64) (m Mark, ok bool, err error) {
	if floor < 0 || end <= floor {
		return Mark{}, false, nil
	}
	t := &tail{src: src, floor: floor, end: end}
	t.foot = t.read(max(floor, end-footLen), int(min(footLen, end-floor)))
	for _, detect := range detectors {
		if t.err != nil {
			return Mark{}, false, t.err
		}
		m, ok := detect(t)
		if ok && t.err == nil && m.Off >= floor && m.Len > 0 && m.Len == end-m.Off {
			// A file that is nothing but a trailer is a file of that
			// kind: a recipe saved by itself, for instance.
			m.Proven = m.Proven && m.Off > 0
			return m, true, nil
		}
	}
	return Mark{}, false, t.err
}
