package cli

import "untag/platform/lang"

// Texts that others make: cobra, pflag, the system.
var _ = []lang.Text{
	lang.Mark("unknown flag: --%s"),
	lang.Mark("flag needs an argument: --%s"),
	lang.Mark("flag needs an argument: %q in -%s"),
	lang.Mark("no such file or directory"),
	lang.Mark("permission denied"),
	lang.Mark("is a directory"),
	lang.Mark("the report would be inside what it reports on"),
	lang.Mark("there is something else of that name"),
	lang.Mark("is in use by another untag"),
	lang.Mark("is a symbolic link"),
	lang.Mark("belongs to somebody else"),
	lang.Mark("may be written by others"),
	lang.Mark("is no state of untag"),
	lang.Mark("is another drive, and was left out"),
	lang.Mark("is neither a regular file nor a folder"),
	lang.Mark("is a folder that contains itself"),
	lang.Mark("the parser's process failed: %v"),
	lang.Mark("it crashed: %v"),
	lang.Mark("it did not finish in time: %v"),
	lang.Mark("it could not be started: %v"),
	lang.Mark("it could not be confined: %v"),
	lang.Mark("its answer makes no sense: %v"),
}

// States of drives and of files, problems of drives, and what is done with formats.
var _ = []lang.Text{
	lang.Mark("cleaning"), lang.Mark("checking"), lang.Mark("watching"), lang.Mark("paused"), lang.Mark("ignored"), lang.Mark("stuck"), lang.Mark("done"), lang.Mark("gone"),
	lang.Mark("read-only"), lang.Mark("no answer"), lang.Mark("no sandbox"), lang.Mark("no access"), lang.Mark("no watches"), lang.Mark("part"), lang.Mark("too large"), lang.Mark("not there"), lang.Mark("taken"), lang.Mark("bad policy"),
	lang.Mark("clean"), lang.Mark("cleaned"), lang.Mark("dirty"), lang.Mark("found"), lang.Mark("partly"), lang.Mark("unsupported"), lang.Mark("failed"), lang.Mark("waiting"), lang.Mark("other"),
	lang.Mark("cleaned inside other media"), lang.Mark("recognised only"), lang.Mark("counted only"),
}
