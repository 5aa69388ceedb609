package ends

import (
	"slices"

	"untag/scrub"
	"untag/scrub/sniff"
)

func brand(brands ...string) sniff.Func {
	var all []string
	for _, b := range brands {
		all = append(all, "????ftyp"+b)
	}
	return sniff.Like(all...)
}

// known are the boxes that stand at the top level of pictures.
var known = []string{
	"ftyp", "styp", "meta", "mdat", "imda", "moov", "moof", "mfra", "sidx", "ssix", "emsg", "pdin", "prft", "free", "skip", "wide", "uuid", // ISO/IEC 14496-12
	"mpvd", "sefd", "Exif", "xml ", "brob", "jumb", "jhgm", "jbrd", "jxll", "jxlc", "jxlp", "jxli", "JXL ",
	"jP  ", "jp2h", "jp2c", "jp2i", "uinf", "rreq", "jpch", "jplh", "asoc", "ftbl", "nlst", "ctbl", "cref", "res ", "url ",
}

// payload are the boxes without which there is no picture.
var payload = []string{"mdat", "imda", "moov", "jxlc", "jxlp", "jp2c"}

// boxes walks the boxes at the top level of an ISO BMFF medium. Where items are all
// there is, its end is proven if they stand before it.
func boxes(s *scrub.Scan) (end scrub.End, err error) {
	off, reach, seen, cut := int64(0), int64(0), map[string]bool{}, false
	for s.Left(off) >= 8 {
		b, err := s.Bytes(off, int(min(16, s.Left(off))))
		if err != nil {
			return end, err
		}
		n, head, kind := be32(b, 0), int64(8), string(b[4:8])
		if n == 1 && len(b) == 16 {
			n, head = be(b, 8, 8), 16
		}
		if !fourCC(b[4:]) || kind == "ftyp" && off > 12 { // another medium
			break
		}
		if !slices.Contains(known, kind) {
			return end, s.Errorf(off, "box %q", kind)
		}
		if n < head || n > s.Left(off) {
			return end, s.Errorf(off, "box %q of %d bytes, %d are left", kind, n, s.Left(off))
		}
		switch kind {
		case "meta":
			r, err := items(s, off+head, off+n)
			if err != nil {
				return end, err
			}
			reach = max(reach, r)
		case "jp2c": // a codestream ends with EOC
			b, err := s.Bytes(off+n-2, 2)
			if err != nil {
				return end, err
			}
			cut = cut || string(b) != "\xff\xd9"
		}
		seen[kind] = true
		off += n
	}
	if reach == 0 && !slices.ContainsFunc(payload, func(kind string) bool { return seen[kind] }) || reach > off {
		return end, s.Errorf(off, "%d bytes that are no box, before the end of the picture", s.Left(off))
	}
	end = scrub.End{Off: off, Least: 8, More: func(off, n int64) (string, error) {
		b, err := s.Bytes(off, 8)
		if err == nil && be32(b, 0) >= 8 && be32(b, 0) <= n {
			return "a box of a name that is none", nil
		}
		return "", err
	}}
	if (reach > 0 || seen["jp2c"]) && !seen["moov"] {
		end.Proof = scrub.Proven
	}
	if cut {
		end.Doubt = "the picture has no end mark"
	}
	return end, nil
}

// items returns where the last extent of the items that the meta box [off, end)
// locates ends, in bytes of the file; 0 if there is none.
func items(s *scrub.Scan, off, end int64) (reach int64, err error) {
	off += 4
	for end-off >= 8 {
		b, err := s.Bytes(off, 8)
		if err != nil {
			return 0, err
		}
		n := be32(b, 0)
		if n < 8 || n > end-off {
			return 0, s.Errorf(off, "box %q of %d bytes, %d are left", b[4:], n, end-off)
		}
		if string(b[4:]) == "iloc" {
			return located(s, off+8, n-8)
		}
		off += n
	}
	return 0, nil
}

// located reads an iloc box, ISO/IEC 14496-12 section 8.11.3.
func located(s *scrub.Scan, off, n int64) (reach int64, err error) {
	if n > scrub.MaxPiece {
		return 0, s.Errorf(off, "item locations of %d bytes", n)
	}
	b, err := s.Bytes(off, int(n))
	if err != nil {
		return 0, err
	}
	short := false
	take := func(n int) int64 {
		if n > len(b) || n > 8 {
			short = true
			return 0
		}
		v := be(b, 0, n)
		b = b[n:]
		return v
	}
	version := take(4) >> 24
	sizes := take(2)
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		index = 0
	}
	wide := 2
	if version == 2 {
		wide = 4
	}
	for range take(wide) {
		if short {
			break
		}
		take(wide)
		inFile := true
		if version > 0 {
			inFile = take(2)&15 == 0
		}
		take(2)
		at := take(base)
		for range take(2) {
			take(index)
			from, size := take(offset), take(length)
			reach = max(reach, 1) // an item that stands in the meta box itself
			if inFile && at+from > 0 && size >= 0 {
				reach = max(reach, at+from+size)
			}
			if short {
				return 0, s.Errorf(off, "item locations are cut short")
			}
		}
	}
	if short || reach < 0 {
		return 0, s.Errorf(off, "item locations are cut short")
	}
	return reach, nil
}
