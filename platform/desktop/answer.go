package desktop

import (
	"slices"

	"untag/platform/config"
	"untag/platform/lang"
	"untag/platform/station"
)

// Button is one that a note has.
type Button string

const (
	closed       Button = ""
	buttonAlways Button = "always" // clean it, and all drives from now on
	buttonOnce   Button = "once"   // clean it
	buttonLeave  Button = "leave"  // leave it alone
	buttonLook   Button = "report" // only report on drives
	buttonShow   Button = "show"   // which files are not clean
	buttonEject  Button = "eject"
	buttonPause  Button = "pause"
	buttonResume Button = "resume"
)

// labels are what stands on them.
var labels = map[Button]lang.Text{
	buttonAlways: lang.Mark("Clean now and always"),
	buttonOnce:   lang.Mark("Only this one"),
	buttonLeave:  lang.Mark("Leave it"),
	buttonLook:   lang.Mark("Only report"),
	buttonShow:   lang.Mark("Show"),
	buttonEject:  lang.Mark("Eject"),
	buttonPause:  lang.Mark("Pause"),
	buttonResume: lang.Mark("Resume"),
}

// useful are the buttons that do something.
func (n *notifier) useful(buttons []Button, s station.DriveState) []Button {
	return slices.DeleteFunc(slices.Clone(buttons), func(b Button) bool {
		switch b {
		case buttonAlways, buttonLook: // a rule that asks goes on asking
			return n.hands.Keep == nil || s.Rule != ""
		case buttonShow:
			return n.hands.Show == nil
		case buttonEject:
			return n.hands.Eject == nil || s.Drive.Device == ""
		case buttonPause:
			return n.hands.Pause == nil
		case buttonResume:
			return n.hands.Resume == nil
		}
		return false
	})
}

// answered does what a button says. A question that goes away without an answer
// leaves the drive as it is.
func (n *notifier) answered(a Answer) {
	var b *bubble
	for _, one := range n.bubbles {
		if one.number == a.Number {
			b = one
		}
	}
	if b == nil || a.Number == 0 {
		return
	}
	if a.Button == closed {
		b.number, b.asking = 0, false
		return
	}
	if asked := slices.Contains([]Button{buttonAlways, buttonOnce, buttonLeave, buttonLook}, a.Button); asked {
		if b.asking {
			b.asking = false
			n.decide(b, a.Button)
		}
		return
	}
	id := b.last.Drive.ID
	switch a.Button {
	case buttonShow:
		n.open(b, a.Token)
	case buttonEject:
		n.eject(b)
	case buttonPause:
		b.paused = n.carried(b, n.hands.Pause(id))
	case buttonResume:
		b.paused = false
		n.carried(b, n.hands.Resume(id))
	}
}

// carried says if what somebody asked for could not be carried out.
func (n *notifier) carried(b *bubble, err error) bool {
	if err == nil {
		return true
	}
	n.failed(err)
	n.show(&bubble{last: b.last}, Note{Summary: lang.T("That could not be done"), Body: lang.T("The command “untag status” shows how it is with the drive."), Problem: true})
	return false
}

// decide does with the drive what was answered, and then keeps the answer, if it is
// for all: this drive doesn't depend on that.
func (n *notifier) decide(b *bubble, answer Button) {
	action := map[Button]config.Action{buttonAlways: config.Scrub, buttonOnce: config.Scrub, buttonLeave: config.Ignore, buttonLook: config.Report}[answer]
	if !n.carried(b, n.hands.Decide(b.last.Drive.ID, action)) || answer != buttonAlways && answer != buttonLook || n.hands.Keep == nil {
		return
	}
	if err := n.hands.Keep(action); err != nil {
		n.failed(err)
		n.show(&bubble{last: b.last}, Note{
			Summary: lang.T("The answer could not be kept"), Problem: true,
			Body: lang.T("It holds for this drive. The command “untag action” tells why it can't be kept."),
		})
	}
}

func (n *notifier) open(b *bubble, token string) {
	s := b.last
	n.beside(func() error { return n.hands.Show(n.ctx, s, token) }, func(err error) {
		if err != nil {
			n.show(&bubble{last: s}, Note{Summary: lang.T("The report can't be shown"), Body: lang.T("The command “untag status --files” lists the files that are not clean."), Problem: true})
		}
	})
}

// eject doesn't begin while there is work: what is not clean yet would stay so, and what is
// not looked at yet would pass for clean.
func (n *notifier) eject(b *bubble) {
	s := b.last
	if s.State.Working() {
		b.shown = true
		n.show(b, working(s))
		return
	}
	b.leaving = true
	n.show(b, Note{Summary: lang.T("%s is being ejected", nameOf(s.Drive)), Body: lang.T("Leave it plugged in until it is done.")})
	n.beside(func() error { return n.hands.Eject(n.ctx, s.Drive) }, func(err error) {
		b.leaving = false
		if err != nil {
			n.show(b, Note{Summary: lang.T("%s can't be ejected", nameOf(s.Drive)), Body: lang.T("Close what uses it, and try again."), Problem: true, Buttons: []Button{buttonEject}})
			return
		}
		note := Note{Summary: lang.T("%s can be unplugged now", nameOf(s.Drive))}
		if b.settled {
			note.Body = result(s, 0, 0).Summary + "."
		}
		n.show(b, note)
	})
}

// beside does what takes long, and then the rest in turn.
func (n *notifier) beside(long func() error, then func(error)) {
	n.besides.Go(func() {
		err := long()
		select {
		case n.done <- func() { then(err) }:
		case <-n.ctx.Done():
		}
	})
}
