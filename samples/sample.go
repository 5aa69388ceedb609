package samples

import (
	"fmt"
	"slices"
)

// Sample is one medium and what is to become of it.
type Sample struct {
	Name   string // format and subject, such as "jpeg/exif-gps"
	Format string // as the engine names it
	Ext    string // usual file extension, with the dot
	Data   []byte

	Secrets  [][]byte // what must be gone after cleaning; none occurs elsewhere
	MustStay [][]byte // what must still be there after cleaning
	Streams  bool     // nothing in the medium tells that its end is missing
	Text     bool     // the medium is lines of text
	Odd      bool     // the medium is built in a way that may also be reported as not clean
}

// Call is the Go expression that makes the sample.
func (s Sample) Call() string { return fmt.Sprintf("samples.Get(%q)", s.Name) }

// recipe makes one sample.
type recipe struct {
	name string // without the format
	make func(*kit) []byte
}

// kit is what a recipe works with: it hands out secrets and remembers them.
type kit struct {
	secrets  [][]byte
	mustStay [][]byte
	streams  bool
	odd      bool
}

// secret returns a text that says where it was planted.
func (k *kit) secret(name string) string { return string(k.hide([]byte("CANARY-" + name))) }

// hide remembers b as a secret and returns it.
func (k *kit) hide(b []byte) []byte {
	k.secrets = append(k.secrets, b)
	return b
}

// stay remembers b as something to keep and returns it.
func (k *kit) stay(b []byte) []byte {
	k.mustStay = append(k.mustStay, b)
	return b
}

// shelf is the recipes of one format.
type shelf struct {
	format, ext string
	recipes     []recipe
}

// beside are the formats of which nothing is a medium.
var beside = []string{"track", "positions", "aae", "sony-xml", "gopro", "moi", "bdmv", "dvd", "appledouble", "xmp", "pp3", "develop"}

func shelves() []shelf {
	return []shelf{
		{"jpeg", ".jpg", append(photos, hidingPhotos...)},
		{"tiff", ".tif", append(tiffs, raws...)}, {"bigtiff", ".btf", bigTIFFs}, {"raf", ".raf", rafs}, {"mrw", ".mrw", mrws}, {"cr3", ".cr3", cr3s}, {"crw", ".crw", crws}, {"x3f", ".x3f", x3fs},
		{"png", ".png", append(pngs, hidingPNGs...)},
		{"bmp", ".bmp", bmps}, {"ico", ".ico", icos}, {"qoi", ".qoi", qois}, {"pcx", ".pcx", pcxs}, {"tga", ".tga", tgas}, {"dds", ".dds", ddss}, {"pnm", ".ppm", pnms}, {"hdr", ".hdr", hdrs}, {"exr", ".exr", exrs}, {"djvu", ".djvu", djvus},
		{"gif", ".gif", gifs},
		{"track", ".gpx", gpsTracks}, {"positions", ".nmea", gpsLogs}, {"xmp", ".xmp", sideXMPs}, {"pp3", ".pp3", profiles}, {"develop", ".dop", developers}, {"aae", ".aae", aaes}, {"sony-xml", ".xml", sonyXMLs}, {"gopro", ".txt", goPros}, {"moi", ".moi", mois}, {"appledouble", "", appleDoubles},
		{"psd", ".psd", psds},
		{"svg", ".svg", svgs}, {"svgz", ".svgz", svgzs},
		{"jxl", ".jxl", jxls}, {"jxl-codestream", ".jxl", jxlStreams},
		{"jp2", ".jp2", jp2s}, {"j2k", ".j2k", j2ks},
		{"flac", ".flac", flacs},
		{"ogg", ".ogg", oggMedia},
		{"bmff", ".mp4", append(movies, hidingMovies...)},
		{"avi", ".avi", films}, {"wav", ".wav", sounds}, {"w64", ".w64", wave64s}, {"aiff", ".aiff", aiffs}, {"caf", ".caf", cafs}, {"webp", ".webp", webps},
		{"heif", ".heic", stills},
		{"asf", ".wmv", asfs},
		{"flv", ".flv", flvs},
		{"matroska", ".mkv", webFilms},
		{"swf", ".swf", swfs},
		{"realmedia", ".rm", rms},
		{"bdmv", ".mpl", bdmvs}, {"dvd", ".ifo", dvds},
		{"mxf", ".mxf", mxfs}, {"nut", ".nut", nuts},
		{"h264", ".h264", h264s},
		{"ivf", ".ivf", ivfs},
		{"dv", ".dv", dvs},
		{"mp3", ".mp3", mp3s},
		{"subtitle", ".srt", srts},
		{"subtitle", ".vtt", vtts},
		{"subtitle", ".ass", scripts},
		{"subtitle", ".smi", otherSubtitles},
		{"playlist", ".m3u", playlists},
		{"mpeg-ts", ".ts", transports}, {"mpeg-ps", ".mpg", programStreams}, {"vcd", ".dat", discs},
		{"aac", ".aac", aacs}, {"ac3", ".ac3", ac3s}, {"amr", ".amr", amrs},
		{"wavpack", ".wv", wavPacks}, {"ape", ".ape", monkeys}, {"tta", ".tta", ttas}, {"musepack", ".mpc", musepacks}, {"dsf", ".dsf", dsfs}, {"dff", ".dff", dffs},
		{"au", ".au", aus}, {"voc", ".voc", vocs}, {"loas", ".loas", loas}, {"adif", ".aac", adifs}, {"tak", ".tak", taks},
	}
}

// All returns a sample of every kind.
func All() []Sample {
	var all []Sample
	for _, s := range shelves() {
		for _, r := range s.recipes {
			all = append(all, s.make(r))
		}
	}
	return all
}

// Of returns the bytes of all samples of the formats, as seeds for a fuzz target.
func Of(formats ...string) (all [][]byte) {
	for _, s := range All() {
		if slices.Contains(formats, s.Format) {
			all = append(all, s.Data)
		}
	}
	return all
}

// Get returns the sample of that name. It panics if there is none: names are
// written by those who write tests.
func Get(name string) Sample {
	for _, s := range shelves() {
		for _, r := range s.recipes {
			if s.format+"/"+r.name == name {
				return s.make(r)
			}
		}
	}
	panic("samples: there is no " + name)
}

func (s shelf) make(r recipe) Sample {
	k := &kit{}
	data := r.make(k)
	text := s.format == "svg" || s.format == "svgz" || s.format == "subtitle" || s.format == "playlist"
	return Sample{
		Name: s.format + "/" + r.name, Format: s.format, Ext: s.ext, Data: data,
		Secrets: k.secrets, MustStay: k.mustStay, Streams: k.streams || text || slices.Contains(beside, s.format), Text: text, Odd: k.odd,
	}
}
