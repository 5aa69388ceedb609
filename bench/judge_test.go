package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCountMarks(t *testing.T) {
	wide := []byte("\x00C\x00A\x00N\x00A\x00R\x00Y\x00-\x00x")
	for _, c := range []struct {
		name string
		data []byte
		want int
	}{
		{"empty", nil, 0},
		{"short", []byte("CAN"), 0},
		{"one", []byte("xxCANARY-serial"), 1},
		{"two in a row", []byte("CANARY-CANARY-"), 2},
		{"UTF-16, either order", append(wide[1:len(wide):len(wide)], wide...), 2},
	} {
		if n, err := countMarks(write(t, "f", c.data)); err != nil || n != c.want {
			t.Errorf("%s: %d, %v, want %d", c.name, n, err, c.want)
		}
	}
}

func TestCountMarksWhereReadsMeet(t *testing.T) {
	for shift := range 30 {
		data := make([]byte, 4*mib-15+shift, 8*mib+100)
		data = append(data, "CANARY-a"...)
		data = append(data, bytes.Repeat([]byte{'x'}, 4*mib)...)
		data = append(data, "CANARY-b"...)
		if n, err := countMarks(write(t, "f", data)); err != nil || n != 2 {
			t.Errorf("shifted by %d: %d, %v, want 2", shift, n, err)
		}
	}
}

func TestCodedPicture(t *testing.T) {
	const tables, scan = "\xff\xdb\x00\x04ab", "\xff\xda\x00\x02coded\xff\x00data\xff\xd9"
	picture := func(s string) string {
		h, err := codedPicture(write(t, "p.jpg", []byte(s)))
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		return h
	}
	plain := picture("\xff\xd8" + tables + scan)
	if h := picture("\xff\xd8\xff\xe1\x00\x06Exif\xff\xfe\x00\x04me" + tables + scan + "trailer"); h != plain {
		t.Error("a picture with metadata and a trailer differs from the same without")
	}
	if h := picture("\xff\xd8\xff\xff\xff" + tables + scan); h != plain {
		t.Error("a picture with fill bytes differs from the same without")
	}
	if h := picture("\xff\xd8" + tables + "\xff\xda\x00\x02coded\xff\x00dAta\xff\xd9"); h == plain {
		t.Error("another coded picture has the same hash")
	}
	if h := picture("\xff\xd8\xff\xdb\x00\x04aB" + scan); h == plain {
		t.Error("other tables have the same hash")
	}
	for _, broken := range []string{"", "\xff\xd8", "\xff\xd8\xff\xdb\x00\x40ab", "\xff\xd8" + tables + "\xff\xda\x00\x02coded"} {
		if h, err := codedPicture(write(t, "p.jpg", []byte(broken))); err == nil {
			t.Errorf("%q has the hash %s", broken, h)
		}
	}
}

func TestIdentifies(t *testing.T) {
	for _, c := range []struct {
		group, tag, value string
		want              bool
	}{
		{"GPS", "GPSLatitude", "12 deg", true},
		{"IFD0", "Make", "Nokia", true},
		{"XMP-dc", "Title", "home", true},
		{"Keys", "LocationAccuracyHorizontal", "4", true},
		{"QuickTime", "CreateDate", "0000:00:00 00:00:00", false},
		{"QuickTime", "CreateDate", "2024:01:02 03:04:05", true},
		{"Track2", "MetaFormat", "gpmd", true},
		{"IFD0", "Orientation", "Rotate 90 CW", false},
		{"System", "FileModifyDate", "2024:01:02 03:04:05", false},
		{"ICC-header", "ProfileDateTime", "2024:01:02 03:04:05", false},
		{"Composite", "GPSPosition", "1 2", false},
	} {
		if got := identifies(c.group, c.tag, c.value); got != c.want {
			t.Errorf("[%s] %s: %s identifies: %v", c.group, c.tag, c.value, got)
		}
	}
}

func TestRenders(t *testing.T) {
	for _, c := range []struct {
		group, tag, value string
		want              bool
	}{
		{"IFD0", "Orientation", "Rotate 90 CW", true},
		{"IFD0", "Orientation", "Horizontal (normal)", false}, // what a reader takes for granted
		{"IFD1", "Orientation", "Rotate 90 CW", false},        // of the thumbnail
		{"ICC-header", "ColorSpaceData", "RGB", true},
	} {
		if got := renders(c.group, c.tag, c.value); got != c.want {
			t.Errorf("[%s] %s: %s renders: %v", c.group, c.tag, c.value, got)
		}
	}
}

func TestPayload(t *testing.T) {
	files := []string{"a", "b"}
	before := verdict{essence: map[string]string{"a": "1", "b": "2"}, render: map[string]int{"a": 2}}
	for _, c := range []struct {
		name  string
		after verdict
		want  string
	}{
		{"same", before, "same"},
		{"one changed", verdict{essence: map[string]string{"a": "1", "b": "3"}, render: before.render}, "1 of 2 same"},
		{"one gone", verdict{essence: map[string]string{"a": "1"}, render: before.render}, "1 of 2 same, 1 unreadable"},
		{"upside down", verdict{essence: before.essence}, "same, orientation or colour profile lost in 1"},
	} {
		if got := payload(before, c.after, files); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
