"""Colours for labels that have none of their own, told apart also by people who see fewer colours.

Apart from render because labels get their colours when they are made, long before anything is drawn. The first seven
are Okabe and Ito's set (Color Universal Design, 2008) without black, in an order in which neighbours differ most; the
rest repeat them lighter and darker, so that they differ in lightness where the hues are alike.
"""

from __future__ import annotations

OKABE_ITO = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


def label_color(index: int) -> str:
    """Return the colour of label number `index` as #rrggbb; after 21 labels colours repeat."""
    base = rgb(OKABE_ITO[index % len(OKABE_ITO)])
    turn = index // len(OKABE_ITO) % 3
    towards, part = (((0, 0, 0), 0.0), ((255, 255, 255), 0.45), ((0, 0, 0), 0.4))[turn]
    mixed = [round(c + (t - c) * part) for c, t in zip(base, towards, strict=True)]
    return f"#{mixed[0]:02x}{mixed[1]:02x}{mixed[2]:02x}"


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green, blue of #rrggbb or #rgb; grey for anything else."""
    digits = color.removeprefix("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    try:
        value = int(digits, 16) if len(digits) == 6 else 0xA0A0A0
    except ValueError:
        value = 0xA0A0A0
    return value >> 16 & 255, value >> 8 & 255, value & 255
