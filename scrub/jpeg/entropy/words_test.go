package entropy

import (
	"bytes"
	"testing"
)

// Words in the place of a table's numbers are seen; the tables of encoders are none.
func TestWords(t *testing.T) {
	name := []byte("Tanja Beispiel, Lindenweg 4")
	for quality := 1; quality <= 100; quality++ {
		data := scene(32, quality)
		at := bytes.Index(data, []byte{0xff, 0xdb})
		if b := data[at+5 : at+5+64]; Quantiser(b) {
			t.Errorf("quality %d: %q is taken for words", quality, b)
		}
		copy(data[at+5+20:], name)
		if !Quantiser(data[at+5 : at+5+64]) {
			t.Errorf("quality %d: words are not seen", quality)
		}
	}
	for class := range 2 {
		for i := range 2 {
			_, b := UsualTable(class, i)
			if Symbols(b) {
				t.Errorf("the usual table %d of class %d is taken for words", i, class)
			}
		}
	}
	if !Symbols(append([]byte{1, 2, 3}, name...)) {
		t.Error("words in a table are not seen")
	}
}

func TestTables(t *testing.T) {
	counts, symbols := UsualTable(1, 0)
	table := append(append([]byte{0xff, 0xc4, 0, byte(3 + len(counts) + len(symbols)), 0x10}, counts...), symbols...)
	stream := func(parts ...string) []byte {
		b := append([]byte{0xff, 0xd8}, table...)
		for _, p := range parts {
			b = append(b, p...)
		}
		return append(b, 0xff, 0xd9)
	}
	spoken := bytes.Replace(stream(), symbols[20:40], []byte("52.5200,13.4050 2024"), 1)
	for name, c := range map[string]struct {
		b           []byte
		sound, told bool
	}{
		"usual":         {stream(), true, false},
		"words":         {spoken, true, true},
		"between":       {stream("words"), false, false},
		"a table short": {stream("\xff\xc4\x00\x06\x00\x01\x02\x03"), false, false},
		"no end":        {table, false, false},
		"behind":        {append(stream(), "words"...), false, false},
		"zeros behind":  {append(stream(), 0, 0), true, false},
	} {
		if sound, told := Tables(c.b); sound != c.sound || told != c.told {
			t.Errorf("%s: sound %v, told %v", name, sound, told)
		}
	}
}
