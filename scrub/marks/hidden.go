package marks

import (
	"bytes"
	"slices"
)

// zeroBlock is what eight zeros become in a record of Red Star OS: the end of
// every record whose identifier has at most 14 characters.
var zeroBlock = func() []byte {
	b := make([]byte, 8)
	recordCipher.Encrypt(b, b)
	return b
}()

// hiddenLen is how much of the end of a file [Hidden] searches.
const hiddenLen = 64 << 10

// Hidden looks for records of Red Star OS that lie under something else, such as
// the signature of another device, in the last 64 KiB of [floor, end). The
// marks are in file order and never proven: what surrounds them is not known.
func Hidden(src Source, floor, end int64) ([]Mark, error) {
	t := &tail{src: src, floor: max(0, floor, end-hiddenLen), end: end}
	b := t.read(t.floor, int(t.end-t.floor))
	var out []Mark
	for taken, at := 0, 0; ; {
		i := bytes.Index(b[at:], zeroBlock)
		if i < 0 {
			return out, t.err
		}
		chain, start := chainAround(b[taken:], at+i+len(zeroBlock)-taken)
		if len(chain) == 0 { // the second of three blocks may be the same
			at += i + 1
			continue
		}
		start += taken
		n := len(chain) * recordLen
		if bytes.HasPrefix(b[min(len(b), start+n+4):], []byte("EOF")) {
			n += recordFoot
		}
		taken = start + n
		at = taken
		out = append(out, Mark{Name: "red-star", Off: t.floor + int64(start), Len: int64(n), Value: describeChain(chain)})
	}
}

// chainAround returns the records before and after the offset of b at which one
// ends, and where the first one starts.
func chainAround(b []byte, end int) (chain []record, start int) {
	start = end
	for start >= recordLen {
		r, ok := openRecord(b[start-recordLen : start])
		if !ok {
			break
		}
		chain = append(chain, r)
		start -= recordLen
	}
	slices.Reverse(chain)
	for len(chain) > 0 && len(b)-end >= recordLen {
		r, ok := openRecord(b[end : end+recordLen])
		if !ok {
			break
		}
		chain = append(chain, r)
		end += recordLen
	}
	return chain, start
}
