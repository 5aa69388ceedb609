package disc_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func clean(t testing.TB, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, formats.Engine(), data, scrub.Options{})
}

func FuzzTables(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("bdmv", "dvd")...)
}

// A player finds the same titles, streams and times.
func TestPlayersFindTheSame(t *testing.T) {
	if _, err := exec.LookPath("bd_list_titles"); err != nil {
		t.Skip("needs bd_list_titles of libbluray-bin")
	}
	list := func(cleaned bool) string {
		dir := t.TempDir()
		for path, name := range map[string]string{
			"index.bdmv": "index-of-a-camera", "MovieObject.bdmv": "objects", "PLAYLIST/00000.mpls": "playlist-of-a-camera", "CLIPINF/00000.clpi": "clip-of-a-camera",
		} {
			data := samples.Get("bdmv/" + name).Data
			if cleaned {
				_, data = clean(t, data)
			}
			path = filepath.Join(dir, "BDMV", path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.Command("bd_list_titles", "-l", dir).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	before, after := list(false), list(true)
	if !strings.Contains(before, "V:1 A:1") || before != after {
		t.Errorf("before %q, after %q", before, after)
	}
}

// A wrong address or length leaves the numbers of the tables as they are, and says so.
func TestDamaged(t *testing.T) {
	whole := samples.Get("bdmv/playlist-of-a-camera").Data
	numbers := whole[40+18 : bytes.Index(whole, []byte("PLEX"))]
	for _, tt := range []struct {
		at   int
		say  uint32
		want string
	}{
		{8, 60, `begins|says|between`},
		{12, 0xffffffff, `block PlayListMark begins at 0xffffffff`},
		{16, 4, `block ExtensionData begins at 0x4`},
		{58, 0xffffff, `block PlayList says 16777215 bytes`},
		{58, 8, `bytes between blocks`},
	} {
		bad := bytes.Clone(whole)
		binary.BigEndian.PutUint32(bad[tt.at:], tt.say)
		p, after := clean(t, bad)
		if p.Status() != scrub.Partly || !regexp.MustCompile(tt.want).MatchString(strings.Join(p.Doubts, "; ")) {
			t.Errorf("0x%x: %s: %q", tt.at, p.Status(), p.Doubts)
		}
		if !bytes.Contains(bad, numbers) {
			continue // the damage is among them
		}
		if !bytes.Contains(after, numbers) {
			t.Errorf("0x%x: numbers are gone", tt.at)
		}
	}
}

// A wrong bit in what leads to texts about titles, or in how long they are, costs no table that players need.
func TestTextsOfDVD(t *testing.T) {
	whole := samples.Get("dvd/texts").Data
	for at, bits := range map[int]int{0xd4: 32, 0xc4: 32, 0xd8: 32, 0x80: 32, 0x1c: 32, 2048 + 4: 32, 4096 + 14: 48} {
		for bit := range bits {
			bad := bytes.Clone(whole)
			bad[at+bit/8] ^= 0x80 >> (bit % 8)
			_, after := clean(t, bad)
			for _, table := range []int{2048, 3 * 2048} {
				if !bytes.Equal(after[table:table+20], bad[table:table+20]) {
					t.Errorf("bit %d at 0x%x: the table at 0x%x is gone", bit, at, table)
				}
			}
		}
	}
}
