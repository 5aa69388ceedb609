"""As much of GObject and Nautilus as an extension for its menu sees."""
from types import SimpleNamespace


class Item:
    def __init__(self, name, label, tip):
        self.name, self.label, self.tip = name, label, tip

    def connect(self, signal, call):
        assert signal == "activate"
        self.activate = lambda: call(self)


GObject = SimpleNamespace(GObject=type("GObject", (), {}))
Nautilus = SimpleNamespace(MenuProvider=type("MenuProvider", (), {}), MenuItem=Item)
