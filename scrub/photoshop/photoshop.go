// Package photoshop reads what Photoshop's image resource blocks and the IPTC
// datasets in them give away. The blocks stand in JPEG's APP13, in TIFF's tag
// 0x8649 and in PSD files (Adobe Photoshop File Formats, "Image Resources").
package photoshop

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"untag/scrub"
	"untag/scrub/tags"
)

// Source is what blocks are read from; [scrub.Reader] is one.
type Source interface {
	Size() int64
	Bytes(off int64, n int) ([]byte, error)
}

// maxBlocks bounds the list of resources: Photoshop writes about 40.
const maxBlocks = 1024

//go:embed tags.tsv
var table string

// known are the blocks and datasets that give something away, by their numbers.
var known = tags.Numbered(table)

// Report tells what the resource blocks in src give away. An error is one of reading.
func Report(src Source, place string, found func(scrub.Finding)) error {
	others, off := 0, int64(0)
	for n := 0; n < maxBlocks; n++ {
		id, body, size, ok, err := block(src, off)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		off = body + (size+1)&^1
		r, ok := known()["8BIM"][uint64(id)]
		switch {
		case id == 0x0404:
			if err := reportIPTC(src, body, size, place+"/IPTC", found); err != nil {
				return err
			}
		case ok && r.Kind != scrub.Unknown:
			found(scrub.Finding{Kind: r.Kind, Place: place + "/" + r.ID, Off: body, Len: size, Value: fmt.Sprintf("%d bytes", size)})
		default:
			others++
		}
	}
	if others > 0 || off < src.Size() {
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Len: src.Size(), Value: fmt.Sprintf("%d other resources", others)})
	}
	return nil
}

// resolutionInfo is the number of the resource that tells how large the picture
// is printed, whose body has 16 bytes ("Document Resolution").
const (
	resolutionInfo    = 0x03ED
	resolutionInfoLen = 16
)

// Resolution returns the resource that tells the resolution, as it stands alone:
// nil if there is none, or it holds other than numbers and units.
func Resolution(src Source) ([]byte, error) {
	off := int64(0)
	for range maxBlocks {
		id, body, size, ok, err := block(src, off)
		if err != nil || !ok {
			return nil, err
		}
		off = body + (size+1)&^1
		if id != resolutionInfo || size != resolutionInfoLen {
			continue
		}
		b, err := src.Bytes(body, resolutionInfoLen)
		if err != nil {
			return nil, err
		}
		for i := 0; i < len(b); i += 8 { // a fixed-point number, and the units of it and of width or height
			const most = 10_000 << 16
			if n := binary.BigEndian.Uint32(b[i:]); n == 0 || n > most || b[i+4] != 0 || b[i+5] > 2 || b[i+6] != 0 || b[i+7] > 5 {
				return nil, nil
			}
		}
		return append([]byte("8BIM\x03\xed\x00\x00\x00\x00\x00\x10"), b...), nil
	}
	return nil, nil
}

// block reads the header of the resource at off: signature, number, name, size.
func block(src Source, off int64) (id uint16, body, size int64, ok bool, err error) {
	b, err := piece(src, off, 7)
	if err != nil || b == nil || (string(b[:4]) != "8BIM" && string(b[:4]) != "MeSa" && string(b[:4]) != "PHUT") {
		return 0, 0, 0, false, err
	}
	id = binary.BigEndian.Uint16(b[4:])
	body = off + 6 + (int64(b[6])+2)&^1 // the name is padded to an even length
	b, err = piece(src, body, 4)
	if err != nil || b == nil {
		return 0, 0, 0, false, err
	}
	body, size = body+4, int64(binary.BigEndian.Uint32(b))
	return id, body, size, body <= src.Size() && size <= src.Size()-body, nil
}

// piece returns n bytes at off, or nil if src does not hold them.
func piece(src Source, off int64, n int) ([]byte, error) {
	if off < 0 || off > src.Size() || int64(n) > src.Size()-off {
		return nil, nil
	}
	b, err := src.Bytes(off, n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil
	}
	return b, err
}
