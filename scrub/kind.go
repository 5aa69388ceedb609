package scrub

import "slices"

// Kind says what a finding gives away. Kinds are the words of --keep and --remove.
type Kind string

const (
	Device     Kind = "device"     // make, model, lens, firmware
	Serial     Kind = "serial"     // serial and hardware numbers of a device
	Person     Kind = "person"     // owner, artist of a photo, account, purchaser
	Place      Kind = "place"      // position, country, venue
	Time       Kind = "time"       // when it was recorded, edited, bought
	Software   Kind = "software"   // programs, encoders, libraries
	ID         Kind = "id"         // identifiers that link files to each other or to an account
	Comment    Kind = "comment"    // free text that is not part of the work
	Caption    Kind = "caption"    // description, keywords, rights of a photo
	Thumbnail  Kind = "thumbnail"  // previews, which may show what was cropped away
	Motion     Kind = "motion"     // the clip of a motion photo
	Telemetry  Kind = "telemetry"  // tracks of sensor or position data
	Provenance Kind = "provenance" // signed manifests such as C2PA, edit history
	MakerNote  Kind = "makernote"  // a vendor's private block
	Sidecar    Kind = "sidecars"   // files beside pictures and films that tell of them
	Mark       Kind = "mark"       // tags known by name that name a machine
	Trailer    Kind = "trailer"    // bytes after the end
	Hidden     Kind = "hidden"     // content in padding or in bytes nothing refers to
	Unknown    Kind = "unknown"    // whatever is not known

	Title    Kind = "title"    // title, artist, album, composer, track, genre, year
	Lyrics   Kind = "lyrics"   // lyrics
	Chapters Kind = "chapters" // chapter names
	Cover    Kind = "cover"    // cover art, itself cleaned
	GainMap  Kind = "gainmap"  // HDR gain map of a photo
)

// Kinds lists every kind in the order in which help texts show them.
func Kinds() []Kind {
	return []Kind{Device, Serial, Person, Place, Time, Software, ID, Comment, Caption, Thumbnail, Motion, Telemetry,
		Provenance, MakerNote, Sidecar, Mark, Trailer, Hidden, Unknown, Title, Lyrics, Chapters, Cover, GainMap}
}

// Keepable tells whether a policy may keep the kind. What is not understood
// can't be kept on purpose: nobody can say what it is that would stay.
func (k Kind) Keepable() bool {
	return k.Known() && !slices.Contains([]Kind{MakerNote, Mark, Trailer, Hidden, Unknown}, k)
}

// Known tells whether k is one of [Kinds].
func (k Kind) Known() bool { return slices.Contains(Kinds(), k) }
