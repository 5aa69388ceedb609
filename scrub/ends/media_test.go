package ends

import (
	"encoding/binary"
	"strings"
)

// medium is a small medium that ends where its bytes do.
type medium struct{ name, data string }

func ul32(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
func ul16(n int) string { return ul32(n)[:2] }
func ul64(n int) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(n))) }

func zipOf(comment string) string {
	local := "PK\x03\x04" + strings.Repeat("l", 80) + strings.Repeat("e", 40)
	dir := "PK\x01\x02" + strings.Repeat("d", 50)
	return local + dir + "PK\x05\x06" + ul16(0) + ul16(0) + ul16(1) + ul16(1) + ul32(len(dir)) + ul32(len(local)) + ul16(len(comment)) + comment
}

func zip64Of() string {
	local := "PK\x03\x04" + strings.Repeat("l", 80)
	dir := "PK\x01\x02" + strings.Repeat("d", 50)
	at := len(local) + len(dir)
	record := "PK\x06\x06" + ul64(44) + strings.Repeat("r", 28) + ul64(len(dir)) + ul64(len(local))
	return local + dir + record + "PK\x06\x07" + ul32(0) + ul64(at) + ul32(1) +
		"PK\x05\x06" + ul16(0) + ul16(0) + ul16(1) + ul16(1) + ul32(-1) + ul32(-1) + ul16(0)
}

// media are all formats, in the shapes in which they come.
var media = []medium{
	{"zip", zipOf("")},
	{"zip", zipOf("a comment PK\x05\x06 with a trap and some more words")},
	{"zip", zip64Of()},
	{"pdf", "%PDF-1.4\n1 0 obj\nendobj\nxref\ntrailer\nstartxref\n24\n%%EOF\r\n"},
	{"pdf", "%PDF-1.4\nxref\nstartxref\n9\n%%EOF more xref\nstartxref\n9\n%%EOF"},
}
