package xmp

import (
	"slices"
	"strings"

	"untag/scrub/pattern"
)

// Settings of Camera Raw and Lightroom that are words (Adobe: Camera Raw schema).
var developWords = []string{
	"As Shot", "Auto", "Daylight", "Cloudy", "Shade", "Tungsten", "Fluorescent", "Flash", "Custom", "Linear", "Medium Contrast", "Strong Contrast",
	"Adobe Standard", "Adobe Color", "Adobe Landscape", "Adobe Monochrome", "Adobe Neutral", "Adobe Portrait", "Adobe Vivid", "Camera Standard", "Camera Neutral",
	"Camera Vivid", "Camera Landscape", "Camera Portrait", "Camera Faithful", "Camera Monochrome", "Camera Flat", "Embedded", "LensDefaults", "Color", "Monochrome",
}

// developNames are the settings that stay. What is drawn by hand goes, and what names files,
// looks and lenses; half of it would show another picture.
var developNames = pattern.New(`^crs:(Version|ProcessVersion|HasSettings|AlreadyApplied|WhiteBalance|(Incremental)?(Temperature|Tint)|(Exposure|Contrast|Highlights|Shadows|Whites|Blacks|Clarity)(2012)?|` +
	`Texture|Dehaze|Vibrance|Saturation|Brightness|FillLight|HighlightRecovery|Parametric(Shadows|Darks|Lights|Highlights|(Shadow|Midtone|Highlight)Split)|` +
	`Sharpness|Sharpen(Radius|Detail|EdgeMasking)|Luminance(Smoothing|NoiseReduction(Detail|Contrast))|ColorNoiseReduction(Detail|Smoothness)?|` +
	`(Hue|Saturation|Luminance)Adjustment(Red|Orange|Yellow|Green|Aqua|Blue|Purple|Magenta)|GrayMixer(Red|Orange|Yellow|Green|Aqua|Blue|Purple|Magenta)|` +
	`SplitToning((Shadow|Highlight)(Hue|Saturation)|Balance)|ColorGrade((Midtone|Global|Shadow|Highlight)(Hue|Sat|Lum)|Blending)|AutoLateralCA|LensProfileEnable|LensProfileSetup|` +
	`LensManualDistortionAmount|Vignette(Amount|Midpoint)|Defringe(Purple|Green)(Amount|Hue(Lo|Hi))|Perspective(Upright|Vertical|Horizontal|Rotate|Aspect|Scale|X|Y)|` +
	`Grain(Amount|Size|Frequency)|PostCropVignette(Amount|Midpoint|Feather|Roundness|Style|HighlightContrast)|ShadowTint|(Red|Green|Blue)(Hue|Saturation)|ConvertToGrayscale|` +
	`OverrideLookVignette|ToneCurveName(2012)?|ToneCurve(PV2012)?(Red|Green|Blue)?|CameraProfile|HasCrop|Crop(Top|Left|Bottom|Right|Angle|ConstrainToWarp))$`)

// setting tells whether a value is a number, some of them, or one of the words that settings have.
func setting(s string) bool {
	return truth(s) || slices.Contains(developWords, s) || len(s) <= 24 && strings.Trim(s, "0123456789+-., ") == ""
}

// allows returns what values of a property may stay are like, nil for none.
func (r *reducer) allows(name string) check {
	if r.develop && developNames().MatchString(name) {
		return setting
	}
	return r.allowed[name]
}
