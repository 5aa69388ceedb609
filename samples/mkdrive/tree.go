package main

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"

	"untag/samples"
)

// tree is very many small photos, as an archive has them.
type tree struct {
	n      int // photos
	folder int // of these in a folder
	dirty  int // one of so many gives its maker away; 0: none
}

// write makes the photos. They are of two kinds, so that making a million takes
// no longer than the disk does.
func (t tree) write(dir string) error {
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, samples.Picture(16, 12, 1), nil); err != nil {
		return err
	}
	telling := samples.Get("jpeg/trailer-red-star-2").Data
	for i := range t.n {
		in := filepath.Join(dir, fmt.Sprintf("%05d", i/t.folder))
		if i%t.folder == 0 {
			if err := os.MkdirAll(in, 0o777); err != nil {
				return err
			}
		}
		photo := plain.Bytes()
		if t.dirty > 0 && i%t.dirty == 0 {
			photo = telling
		}
		if err := os.WriteFile(filepath.Join(in, fmt.Sprintf("IMG_%08d.JPG", i)), photo, 0o666); err != nil {
			return err
		}
	}
	return nil
}
