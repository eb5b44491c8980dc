#!/usr/bin/python3
"""What must become of あ, each code point there is, and い: one line each, "!" before it when the document must be refused.

Worked out from Unicode's own properties as Python knows them, and not from schemas/tables/text_classes.csv.
"""
import sys
import unicodedata

# Default_Ignorable_Code_Point besides category Cf (Unicode 15.0, DerivedCoreProperties.txt)
IGNORABLE = {0x034F, 0x17B4, 0x17B5, 0x2065, *range(0x180B, 0x1810), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)}
# Cf since Unicode 15.0, which this Python may not know yet
IGNORABLE |= set(range(0x13439, 0x13440))
FILLERS = {0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800}
SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
# Cf that is seen: Arabic signs that span numbers, Kaithi number signs
SEEN = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}


def becomes(code):
    char = chr(code)
    category = unicodedata.category(char)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "!" + char
    if code in SELECTORS or code == 0x200D:  # they belong to an ideograph or an emoji, and あ is neither
        return ""
    if code in (0x09, 0x0A, 0x0D, 0x3000):
        return char
    if category in ("Cc", "Zl", "Zp", "Zs") or code in FILLERS:
        return " "
    if (category == "Cf" and code not in SEEN) or code in IGNORABLE or code == 0xFFFC:
        return ""
    return char


def main():
    out = []
    for code in range(1, 0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        char = becomes(code)
        refused = char.startswith("!") and code != 0x21
        text = "あ" + (char[1:] if refused else char) + "い"
        if "COMPATIBILITY IDEOGRAPH" not in unicodedata.name(chr(code), ""):
            text = unicodedata.normalize("NFC", text)
        out.append(("!" if refused else " ") + text.replace("\r", "\\r").replace("\n", "\\n"))
    sys.stdout.buffer.write(("\n".join(out) + "\n").encode())


main()
