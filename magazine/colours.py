"""Colours of a picture as every screen shows them: in sRGB, whatever profile a phone or a program wrote beside them."""

from __future__ import annotations

import io
import struct

from PIL import Image, ImageCms

MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # by the colour space of a profile (ICC.1:2022, 7.2.8)
# Display P3 as ICC profiles have it: red, green and blue seen under D50, and the white of D50
P3_POINTS = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
    b"wtpt": (0.96420, 1.0, 0.82491),
}
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture, which has no transparency, in sRGB; as it is where its profile cannot be read or is sRGB already."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = MODES.get(source.profile.xcolor_space.strip())
        if not mode or "sRGB" in (source.profile.profile_description or ""):
            return image
        here = image if image.mode == mode else image.convert(mode)
        converted = ImageCms.profileToProfile(here, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted or image


def display_p3() -> bytes:
    """The profile of the screens of phones, for files that name it by a number only (ICC.1:2022, 7 to 10)."""
    numbers = b"".join(_fixed(number) for number in SRGB_CURVE)
    tags = {name: b"XYZ \0\0\0\0" + b"".join(map(_fixed, point)) for name, point in P3_POINTS.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"para\0\0\0\0\0\3\0\0" + numbers)
    table, data, place = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += struct.pack(">4sII", name, place + len(data), len(value))
        data += value
    white = b"".join(map(_fixed, P3_POINTS[b"wtpt"]))
    head = struct.pack(">I4sI4s4s4s12x4s28x", place + len(data), b"", 0x04200000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    return head + white + bytes(48) + struct.pack(">I", len(tags)) + table + data


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))
