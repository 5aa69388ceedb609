"""Clean and Inspect in the menu of GNOME Files (nautilus-python)."""
import os
import subprocess

import gi

try:
    gi.require_version("Nautilus", "4.0")  # since GNOME 43
except ValueError:
    gi.require_version("Nautilus", "3.0")
from gi.repository import GObject, Nautilus  # noqa: E402

ON_FILES = "/usr/local/libexec/untag/untag-on-files"
ACTIONS = (
    ("inspect", "Inspect with untag", "Show what the files tell of device, person, place and time"),
    ("clean", "Clean with untag…", "Remove what tells of device, person, place and time; this cannot be undone"),
)
KOREAN = {
    "Inspect with untag": "untag로 살펴보기",
    "Show what the files tell of device, person, place and time": "파일이 드러내는 기기, 사람, 장소, 시간을 보여 줍니다",
    "Clean with untag…": "untag로 청소하기…",
    "Remove what tells of device, person, place and time; this cannot be undone":
        "기기, 사람, 장소, 시간을 드러내는 정보를 지웁니다. 되돌릴 수 없습니다",
}


def said(text):
    """Returns the text in the reader's language, as gettext does."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "C"
    korean = locale.split(".")[0] not in ("C", "POSIX") and (os.environ.get("LANGUAGE") or locale).startswith("ko")
    return KOREAN[text] if korean else text


class Untag(GObject.GObject, Nautilus.MenuProvider):
    def get_file_items(self, *args):
        """args ends with the files; before GNOME 43 the window came first."""
        addresses = [f.get_uri() for f in args[-1]]
        if not addresses or any(not a.startswith("file:") for a in addresses):
            return []
        return [self.item(addresses, *action) for action in ACTIONS]

    def get_background_items(self, *args):
        return []

    def item(self, addresses, verb, label, tip):
        item = Nautilus.MenuItem(name="Untag::" + verb, label=said(label), tip=said(tip))
        item.connect("activate", lambda *_: subprocess.Popen([ON_FILES, verb, *addresses]))
        return item
