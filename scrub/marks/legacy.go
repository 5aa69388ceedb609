package marks

import "encoding/hex"

// xorPad is what the document trailer of Red Star OS programs before 3.0 is
// combined with. It starts again at the first byte of each trailer.
var xorPad = func() []byte {
	b, err := hex.DecodeString("61d3ced80058c188264a1554187ff6920c4e6755e14190d3efa160c63d1c7976a1b081289afe9f8a" +
		"00008100019400008c014be1a3005219badcf4aa925a5cd2e77ba1eb82bee7646c3b8629385b67e1256aa67288fc0ce9" +
		"dee5c048f45ed58681324b6053a51c81efa1d50f8d1c86e561d3ced800dec14832a5d1c1f3f4673b030b0000009b0f8d" +
		"0080060000235562f363227628f72ea7cd39b54c48c006243198f37598763ec21993f12257414ab35258a891dd091ddf" +
		"ee416e7ad5b8adc154ef9f48e9a3d80be7a960c63d337976030b0000009b62f4")
	if err != nil {
		panic(err)
	}
	return b
}()

func xorWith(b, pad []byte) {
	for i := range b {
		b[i] ^= pad[i%len(pad)]
	}
}

// redStarLegacy recognises the trailer that WriteDocumentInformation in opprc
// writes, code that 3.0 carries and doesn't call:
//
//	count      4 bytes  \
//	records   20 bytes  / combined with xorPad
//	4+20*count 4 bytes, little-endian
func redStarLegacy(t *tail) (Mark, bool) {
	const head, size = 4, 20
	foot := t.footer(4)
	if foot == nil {
		return Mark{}, false
	}
	n := le32(foot)
	count := (n - head) / size
	if n < head+size || (n-head)%size != 0 || count > maxRecords {
		return Mark{}, false
	}
	off := t.end - 4 - n
	first := t.read(off, head)
	if first == nil {
		return Mark{}, false
	}
	if xorWith(first, xorPad); le32(first) != count {
		return Mark{}, false
	}
	b := t.read(off, int(n))
	if b == nil {
		return Mark{}, false
	}
	xorWith(b, xorPad)
	var chain []record
	for b = b[head:]; len(b) > 0; b = b[size:] {
		id, ok := plainRecord(b[:16])
		if !ok {
			return Mark{}, false
		}
		chain = append(chain, record{id, le32(b[16:])})
	}
	m := t.from(off, "red-star-legacy", describeChain(chain))
	m.Proven = true
	return m, true
}
