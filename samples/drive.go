package samples

import (
	"os"
	"path/filepath"
)

// onDrive says where the samples of a demonstration lie and what they are.
var onDrive = []struct{ path, sample string }{
	{"DCIM/100MEDIA/IMG_0001.JPG", "jpeg/everything"},
	{"DCIM/100MEDIA/IMG_0002.JPG", "jpeg/exif-thumbnail"},
	{"DCIM/100MEDIA/IMG_0003.JPG", "jpeg/orientation-8"},
	{"DCIM/100MEDIA/IMG_0004.JPG", "jpeg/trailer-samsung"},
	{"DCIM/100MEDIA/MVI_0005.MP4", "bmff/action-camera"},
	{"DCIM/100MEDIA/MVI_0006.MP4", "bmff/udta-gopro"},
	{"DCIM/101PHONE/PXL_20310714_151617.MP.jpg", "jpeg/motion"},
	{"DCIM/101PHONE/PXL_20310714_151630.jpg", "jpeg/ultra-hdr"},
	{"DCIM/101PHONE/IMG_4711.MOV", "bmff/keys"},
	{"DCIM/101PHONE/VID_20310714.3gp", "bmff/3gp"},
	{"DCIM/102DRONE/DJI_0001.MP4", "bmff/subtitles-gps"},
	{"DCIM/102DRONE/DJI_0002.MP4", "bmff/djmd"},
	{"DCIM/103DASH/20310714_FRONT.MP4", "bmff/gaps"},
	{"Music/The Fixtures - A Song of Tests.m4a", "bmff/m4a"},
	{"Music/The Fixtures - A Song of Tests (bought).m4a", "bmff/m4a-purchase"},
	{"Music/Golden Files.m4b", "bmff/m4b-chapters"},
	{"Holiday/beach at dusk.jpg", "jpeg/photoshop"},
	{"Holiday/scan of a letter.png", "png/text"},
	{"Holiday/screenshot.png", "png/exif"},
	{"Holiday/already clean.jpg", "jpeg/plain"},
	{"From a colleague/bottle.jpg", "jpeg/trailer-red-star-2"},
	{"From a colleague/clip.mp4", "bmff/trailer-red-star"},
	{"From a colleague/map.png", "png/trailer-red-star"},
}

// WriteDrive fills dir the way cameras, phones and people do. What lies there
// under the same names is replaced.
func WriteDrive(dir string) error {
	for _, f := range onDrive {
		if err := WriteFile(filepath.Join(dir, filepath.FromSlash(f.path)), Get(f.sample).Data); err != nil {
			return err
		}
	}
	return WriteFile(filepath.Join(dir, "notes.txt"), []byte("Not a medium: untag leaves it alone.\n"))
}

// WriteFile writes a file and makes the folders above it.
func WriteFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o666)
}
