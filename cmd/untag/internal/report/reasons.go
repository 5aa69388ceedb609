package report

import (
	"strings"

	"untag/platform/lang"
)

// ErrorWords says an error in the reader's language: what it means, and behind it
// what the system says, as it does.
func ErrorWords(err error) string {
	means, detail, has := strings.Cut(err.Error(), " (")
	if known := lang.Known(means); has && known != means {
		return known + " (" + detail
	}
	return lang.Known(err.Error())
}

// Kinds, as reports name them; untag help kinds has the words that options take.
var _ = []lang.Text{
	lang.Mark("device"), lang.Mark("serial"), lang.Mark("person"), lang.Mark("place"), lang.Mark("time"), lang.Mark("software"), lang.Mark("id"), lang.Mark("comment"),
	lang.Mark("caption"), lang.Mark("thumbnail"), lang.Mark("motion"), lang.Mark("telemetry"), lang.Mark("provenance"), lang.Mark("makernote"), lang.Mark("sidecars"),
	lang.Mark("mark"), lang.Mark("trailer"), lang.Mark("hidden"), lang.Mark("unknown"), lang.Mark("title"), lang.Mark("lyrics"), lang.Mark("chapters"), lang.Mark("cover"), lang.Mark("gainmap"),
}

// What apply says of files.
var _ = []lang.Text{
	lang.Mark("is read-only"),
	lang.Mark("the drive is read-only"),
	lang.Mark("may not be opened by this user"),
	lang.Mark("may not be changed: immutable or sealed"),
	lang.Mark("the drive is full"),
	lang.Mark("a limit on file sizes is in the way"),
	lang.Mark("is gone"),
	lang.Mark("the drive does not answer as it should"),
	lang.Mark("is in use by another program"),
	lang.Mark("can't be replaced on this share"),
	lang.Mark("was changed by somebody else meanwhile"),
	lang.Mark("too many files are open"),
	lang.Mark("is still not clean"),
	lang.Mark("the plan for it is not sound"),
	lang.Mark("was stopped in the middle"),
	lang.Mark("no temporary file can be kept"),
	lang.Mark("a parser failed"),
	lang.Mark("not compacted: %v"),
	lang.Mark("its copy is there already"),
	lang.Mark("not copied"),
	lang.Mark("it is empty"),
	lang.Mark("nothing was changed"),
	lang.Mark("it was changed, and still opens and plays; cleaning it again goes on from there"),
	lang.Mark("an interrupted run was finished: it is %s now"),
	lang.Mark("it was what %s replaced in an interrupted run: overwritten and removed"),
	lang.Mark("what an interrupted run had left of it was overwritten and removed"),
	lang.Mark("is a copy left by an interrupted run, and may share its place on the drive with the original: have the drive checked (fsck) before removing it"),
	lang.Mark("is a copy left by an interrupted run, and is not whole; the original is missing or damaged"),
	lang.Mark("has the name of a copy left by an interrupted run, and other names beside it"),
	lang.Mark("another file is where the copy would be"),
}

// Reasons that the formats have for not calling a file clean, of which people
// see most, or which tell what to do. What they say beyond these stays English.
var _ = []lang.Text{
	lang.Mark("not a medium of a known format"),
	lang.Mark("%s: untag can't clean this format yet"),
	lang.Mark("%s: %s at 0x%x"),
	lang.Mark("the file was not finished or is damaged, and has to be repaired before it can be shown or cleaned: no moov box"),
	lang.Mark("the file contradicts itself: metadata shares bytes with the picture or sound"),
	lang.Mark("packets can't be read"),
	lang.Mark("coded frames can't be read"),
	lang.Mark("what follows the end stays (%d bytes), since %s; scrub --cut removes it"),
	lang.Mark("it is not sure where the medium ends"),
	lang.Mark("the medium contradicts itself"),
	lang.Mark("nothing but a length tells that the medium ends before them"),
	lang.Mark("pages are damaged"),
	lang.Mark("they may be of the picture"),
	lang.Mark("they may be the start of a part that was cut short"),
	lang.Mark("%d bytes of media data that belong to no sample stay, since they may be picture or sound; scrub --cut removes them"),
	lang.Mark("%d bytes that nothing points at may be of the picture"),
	lang.Mark("a device that asks for its signature refuses the file without it"),
	lang.Mark("it is signed, and left as it is"),
	lang.Mark("the film was not finished"),
	lang.Mark("the film was not finished, or is cut short"),
	lang.Mark("the film is cut short"),
	lang.Mark("the sound is cut short"),
	lang.Mark("the sound is cut short, or was not finished"),
	lang.Mark("the picture is cut short"),
	lang.Mark("the tag is cut short"),
	lang.Mark("the segment is cut short"),
	lang.Mark("the file is damaged or cut short"),
	lang.Mark("the file ends inside its media data"),
	lang.Mark("the copy protection of the iTunes Store names the buyer, and the file can't be played without it"),
	lang.Mark("the film is encrypted, and says where the licence is bought and which it is"),
	lang.Mark("the samples of an encrypted track can't be looked into"),
	lang.Mark("the frames of an encrypted track can't be looked into"),
	lang.Mark("encrypted packets can't be looked into"),
	lang.Mark("items that are encrypted can't be looked into"),
	lang.Mark("the times of blocks count from a date, and tell when they were recorded"),
	lang.Mark("the times of frames tell when they were recorded"),
	lang.Mark("the film tells when it was sent"),
	lang.Mark("the names of pages are compressed, and stay"),
	lang.Mark("the drawing is compressed: what it tells stays until it is unpacked"),
	lang.Mark("a compressed film can't be cleaned where it stands"),
	lang.Mark("subtitles may be telemetry: %s"),
	lang.Mark("a stream of text may be telemetry"),
	lang.Mark("more subtitles hold positions than can be kept account of"),
	lang.Mark("there is a picture that is not shown"),
	lang.Mark("a second picture, which players don't show"),
	lang.Mark("a second picture follows, which players don't show"),
	lang.Mark("an embedded font is not looked into"),
	lang.Mark("an embedded medium can't be cleaned: %v"),
	lang.Mark("the clip of a motion photo can't be looked into"),
	lang.Mark("the clip of a motion photo can't be read"),
	lang.Mark("the description of a decoder can't be looked into"),
	lang.Mark("the configuration of a codec can't be read"),
	lang.Mark("coded pictures can't be read"),
	lang.Mark("a coded picture can't be looked into"),
	lang.Mark("what a picture is made of can't be read"),
	lang.Mark("the coded picture can't be stepped through"),
	lang.Mark("the identifiers of packages and sets stay: they refer to each other, and none can change alone"),
	lang.Mark("what looks like a %s trailer stays: nothing tells for sure where the medium ends"),
	lang.Mark("there are more tags than can be removed at once: a second run removes more"),
	lang.Mark("a box is where it can't be"),
	lang.Mark("an item that should go is not what it is said to be"),
	lang.Mark("there are packets that no table tells of"),
	lang.Mark("the colour profile stays as it is: %v"),
	lang.Mark("the preview stays as it is: %v"),
	lang.Mark("%s stays: nothing is known of it"),
}
