package words_test

import (
	"math/rand/v2"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"untag/scrub/words"
)

func TestLegacy(t *testing.T) {
	for _, tt := range []struct {
		page encoding.Encoding
		text string
	}{
		{charmap.Windows1252, "Beyoncé – Déjà Vu"},
		{charmap.Windows1252, "Motörhead"},
		{charmap.Windows1251, "Кино"},
		{charmap.Windows1251, "Виктор Цой - Группа крови (1988)"},
		{charmap.KOI8R, "Земфира"},
		{korean.EUCKR, "서태지와 아이들 02. 하여가"},
		{simplifiedchinese.GBK, "月亮代表我的心"},
		{simplifiedchinese.GBK, "周杰伦 - 青花瓷.mp3"},
		{japanese.ShiftJIS, "宇多田ヒカル「First Love」"},
		{traditionalchinese.Big5, "鄧麗君"},
		{charmap.Windows1253, "Μίκης Θεοδωράκης"},
		{charmap.Windows1250, "Příliš žluťoučký kůň"},
		{charmap.Windows1255, "עופרה חזה"},
		{charmap.Windows1256, "فيروز"},
		{charmap.Windows874, "คาราบาว"},
	} {
		b, err := tt.page.NewEncoder().Bytes([]byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := words.Legacy(b); !ok {
			t.Errorf("%q in %v is no text", tt.text, tt.page)
		}
	}
	if text, _ := words.Legacy([]byte("\xca\xe8\xed\xee")); text != "Кино" {
		t.Errorf("%q", text)
	}
}

func TestLegacyRefusesNumbers(t *testing.T) {
	lot := rand.New(rand.NewPCG(1, 3))
	taken := 0
	for range 2000 {
		b := make([]byte, 16)
		for i := range b {
			b[i] = byte(lot.IntN(256))
		}
		if _, ok := words.Legacy(b); ok {
			taken++
		}
	}
	if taken > 20 {
		t.Errorf("%d of 2000 random numbers are texts", taken)
	}
	for _, b := range []string{"\xff\xd8\xff\xe0\x00\x10JFIF", "\x01\x02\x03", "a\x00b"} {
		if text, ok := words.Legacy([]byte(b)); ok {
			t.Errorf("%q is the text %q", b, text)
		}
	}
}
