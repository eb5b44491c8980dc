#!/usr/bin/python3
"""The data of adapters/telecom/telecom_ms932.h: ms932.py OUT.c

What MS932 can encode, from Python's codec of that code page, with the characters that other mappings of the same code
points give (— ¥ ‾), without those for private use."""

import os
import sys

FIRST, LAST = 0x4E00, 0x9FFF  # ideographs: bits, FIRST as in the header; all else: ranges
ALSO = [0x09, 0x0A, 0x0D, 0xA5, 0x2014, 0x203E]


def encodes(number):
    if number < 0x20 or number in range(0x7F, 0xA0) or number in range(0xD800, 0xF900):
        return number in ALSO
    try:
        chr(number).encode("cp932")
    except UnicodeEncodeError:
        return number in ALSO
    return True


def rows(items, per_row):
    return "\n".join("\t" + " ".join(items[i:i + per_row]) for i in range(0, len(items), per_row))


ranges = []
for number in range(0x10000):
    if FIRST <= number <= LAST or not encodes(number):
        continue
    if ranges and ranges[-1][1] == number - 1:
        ranges[-1][1] = number
    else:
        ranges.append([number, number])
words = [sum(encodes(FIRST + 32 * word + bit) << bit for bit in range(32)) for word in range((LAST + 1 - FIRST) // 32)]

temporary = f"{sys.argv[1]}.{os.getpid()}"
with open(temporary, "w", encoding="utf-8") as out:
    out.write(f"""/* What the code page MS932 has. Made by schemas/gen/ms932.py. */
#include "adapters/telecom/telecom_ms932.h"

const struct hs_ms932_range hs_ms932_ranges[] = {{
{rows([f"{{ 0x{a:04X}, 0x{b:04X} }}," for a, b in ranges], 4)}
}};
const size_t hs_ms932_range_count = {len(ranges)};

const uint32_t hs_ms932_ideographs[] = {{
{rows([f"0x{word:08X}," for word in words], 7)}
}};
const size_t hs_ms932_ideograph_words = {len(words)};
""")
os.replace(temporary, sys.argv[1])
