package icc

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// common are the SHA-256 sums of profiles that so many pictures have that they
// tell nothing.
var common = []string{
	"2b3aa1645779a9e634744faf9b01e9102b0c9b88fd6deced7934df86b949af7e", // sRGB IEC61966-2.1, Hewlett-Packard 1998
	"e5f6ffb83b6d3491301dd750975684cc5cc2a1951c994a14b08cfdaa0d75a041", // Adobe RGB (1998)
	"e468e89239fc0493d5e8fb9b014e91b210c6caa73c81edf04c3d21a734f377cc", // Display P3, Apple 2017
	"7e1c7ec53e8ea35fed3e169dee62115ac045f26c7bc256fab16a5c26c29eacbd", // Display P3, Apple 2015
	"20789fdbea9835251a4f0796c8bf45cbd964896044886540da21ffc7457af0ab", // Display P3, Apple 2022
	"33c34ecfeb998459e0075ba26a0f1ea5042e20e2419c5962e495eba3208576f2", // sRGB, Google 2016
	"cbc24bdec8bc4a41cb3e2a8381adfa90a0a9b6f25791cf54c75d4476f6786f43", // Display P3, Skia
	"a12dbc11c5cb83757133e3249b906ba26021c73084b76740d7c58130a901347c", // sRGB-elle-V4-srgbtrc, Krita
}

// Shared tells whether so many pictures have a profile that it tells nothing. Where a profile can
// be changed without anything being coded anew, it becomes what all profiles become; see [Clean].
func Shared(profile []byte) bool {
	sum := sha256.Sum256(profile)
	return slices.Contains(common, hex.EncodeToString(sum[:]))
}
