package xmp

import (
	"slices"
	"strings"
)

// Settings of Camera Raw and Lightroom that are words (Adobe: Camera Raw schema).
var developWords = []string{
	"As Shot", "Auto", "Daylight", "Cloudy", "Shade", "Tungsten", "Fluorescent", "Flash", "Custom", "Linear", "Medium Contrast", "Strong Contrast",
	"Adobe Standard", "Adobe Color", "Adobe Landscape", "Adobe Monochrome", "Adobe Neutral", "Adobe Portrait", "Adobe Vivid", "Camera Standard", "Camera Neutral",
	"Camera Vivid", "Camera Landscape", "Camera Portrait", "Camera Faithful", "Camera Monochrome", "Camera Flat", "Embedded", "LensDefaults", "Color", "Monochrome",
}

// developGone are settings that are drawn by hand, or name files, looks and lenses. What is
// left of half of them would show another picture.
var developGone = []string{"crs:PaintBasedCorrections", "crs:GradientBasedCorrections", "crs:CircularGradientBasedCorrections", "crs:MaskGroupBasedCorrections",
	"crs:RetouchAreas", "crs:RetouchInfo", "crs:RedEyeInfo", "crs:Look", "crs:RawFileName", "crs:UUID"}

// setting tells whether a value is a number, some of them, or one of the words that settings have.
func setting(s string) bool {
	return truth(s) || slices.Contains(developWords, s) || len(s) <= 24 && strings.Trim(s, "0123456789+-., ") == ""
}

// allows returns what values of a property may stay are like, nil for none.
func (r *reducer) allows(name string) check {
	if r.develop && strings.HasPrefix(name, "crs:") && !slices.Contains(developGone, name) {
		return setting
	}
	return r.allowed[name]
}
