"""Gives pictures the few colours that a screen has, so that they are a third as large: `/usr/bin/python3 smaller.py FILE …`"""

import sys

from PIL import Image

COLOURS = 64

for name in sys.argv[1:]:
    picture = Image.open(name).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(name, optimize=True)
