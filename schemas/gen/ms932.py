#!/usr/bin/python3
"""Makes adapters/telecom/telecom_ms932.c: ms932.py OUT.c

What MS932 can encode, from Python's codec of that code page, with the characters that other mappings of the same code
points give (— ¥ ‾), without those for private use. The result is checked in: a code page does not change."""

import sys

FIRST, LAST = 0x4E00, 0x9FFF  # ideographs: bits; all else: ranges
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

with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write(f"""/* What the code page MS932 has. Made by schemas/gen/ms932.py. */
#include <stdlib.h>

#include "adapters/telecom/telecom_chars.h"
#include "hub/base/check.h"

#define IDEOGRAPHS_FIRST 0x{FIRST:X}

/* clang-format off */
/* First and last, by rising number. */
static const struct range {{
	uint16_t first, last;
}} ranges[] = {{
{rows([f"{{ 0x{a:04X}, 0x{b:04X} }}," for a, b in ranges], 4)}
}};

/* A bit for each. */
static const uint32_t ideographs[] = {{
{rows([f"0x{word:08X}," for word in words], 7)}
}};
/* clang-format on */

static int
compare(const void *key, const void *row)
{{
	const struct range *range = row;
	uint32_t character = *(const uint32_t *)key;
	return character < range->first ? -1 : character > range->last;
}}

bool
hs_ms932_has(uint32_t character)
{{
	uint32_t index = character - IDEOGRAPHS_FIRST;
	if (character >= IDEOGRAPHS_FIRST && index / 32 < HS_COUNT(ideographs))
		return ideographs[index / 32] >> (index % 32) & 1;
	return bsearch(&character, ranges, HS_COUNT(ranges), sizeof(ranges[0]), compare) != NULL;
}}
""")
