// Package blklog reads what QEMU's driver blklogwrites logged (in the format of
// Linux's dm-log-writes), and tells what a power cut could have left.
package blklog

import (
	"encoding/binary"
	"errors"
	"iter"
	"os"
)

// Write is what the drive was told: to write, to discard, or to flush.
type Write struct {
	Off, Len int64
	Data     []byte // nil for a discard, and for a flush
	Flush    bool   // what came before is on the drive
	Discard  bool
}

const (
	sector = 512
	magic  = 0x6a736677736872

	flagFlush   = 1
	flagDiscard = 4
)

// Read reads a log.
func Read(path string) ([]Write, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(b) < sector || binary.LittleEndian.Uint64(b) != magic {
		return nil, errors.New("blklog: not a log of writes")
	}
	var all []Write
	entries, rest := binary.LittleEndian.Uint64(b[16:]), b[sector:]
	for range entries {
		w, n, err := next(rest)
		if err != nil {
			return nil, err
		}
		all, rest = append(all, w), rest[n:]
	}
	return all, nil
}

// next reads an entry: a sector that describes it, and its data.
func next(b []byte) (w Write, n int, err error) {
	short := errors.New("blklog: the log has been cut")
	if len(b) < sector {
		return w, 0, short
	}
	flags := binary.LittleEndian.Uint64(b[16:])
	w.Off = int64(binary.LittleEndian.Uint64(b)) * sector
	w.Len = int64(binary.LittleEndian.Uint64(b[8:])) * sector
	w.Flush, w.Discard = flags&flagFlush != 0, flags&flagDiscard != 0
	if w.Len == 0 || w.Discard {
		return w, sector, nil
	}
	if w.Len < 0 || w.Len > int64(len(b)-sector) {
		return w, 0, short
	}
	n = sector + int(w.Len)
	w.Data = b[sector:n]
	return w, n, nil
}

// Split cuts writes into pieces of at most n bytes: a drive may stop in the
// middle of one.
func Split(all []Write, n int64) (out []Write) {
	for _, w := range all {
		for w.Data != nil && w.Len > n {
			out = append(out, Write{Off: w.Off, Len: n, Data: w.Data[:n]})
			w.Off, w.Len, w.Data = w.Off+n, w.Len-n, w.Data[n:]
		}
		out = append(out, w)
	}
	return out
}

func (w Write) apply(image []byte) {
	if w.Data != nil {
		copy(image[w.Off:], w.Data)
	} else if w.Discard {
		clear(image[w.Off : w.Off+w.Len])
	}
}

// State is what a power cut can leave: the first N writes and no more, but for
// one of them which the drive had not written yet although it had later ones.
type State struct {
	N    int
	Lost int // -1 for none
}

// States yields all of them with their images, which are valid until the next: a
// cut after each write, and of the writes since each flush any one lost.
func States(base []byte, all []Write) iter.Seq2[State, []byte] {
	return func(yield func(State, []byte) bool) {
		flushed, since := append([]byte(nil), base...), 0 // up to the last flush
		now := append([]byte(nil), base...)
		if !yield(State{0, -1}, now) {
			return
		}
		for i, w := range all {
			w.apply(now)
			if !w.Flush && !yield(State{i + 1, -1}, now) {
				return
			}
			if !w.Flush && i < len(all)-1 {
				continue
			}
			for lost := since; lost < i; lost++ {
				if !yield(State{i, lost}, without(flushed, all, since, i, lost)) {
					return
				}
			}
			copy(flushed, now)
			since = i + 1
		}
	}
}

func without(flushed []byte, all []Write, from, to, lost int) []byte {
	image := append([]byte(nil), flushed...)
	for i := from; i < to; i++ {
		if i != lost {
			all[i].apply(image)
		}
	}
	return image
}
