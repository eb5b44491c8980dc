#!/usr/bin/python3
"""Builds the code tables into C: tables.py FOLDER OUT.c

FOLDER holds areas, schemes, levels, level_display, hazards and text_classes as CSV; lines that begin with # are credits
and rules for people. A row that cannot be right (check digit, unknown scheme, doubled key) stops the build.
"""
import csv
import datetime
import os
import sys
import unicodedata

NO_BOUND_LOW = "INT64_MIN"
NO_BOUND_HIGH = "INT64_MAX"


def fail(text):
    sys.stderr.write("tables.py: %s\n" % text)
    sys.exit(1)


def read(folder, name):
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            fail("%s: row %d has the wrong number of columns" % (path, number))
    return rows


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def moment(text, no_bound):
    if not text:
        return no_bound
    return "%dLL" % (int(datetime.datetime.fromisoformat(text).timestamp()) * 1000000)


def check_digit(code):
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2)))
    return str((11 - total % 11) % 10)


def sorted_once(rows, key, what):
    rows = sorted(rows, key=key)
    for before, after in zip(rows, rows[1:]):
        if key(before) == key(after):
            fail("%s: %s stands twice" % (what, key(after)))
    return rows


def areas(folder):
    rows = sorted_once(read(folder, "areas.csv"), lambda row: row["code"], "areas.csv")
    for row in rows:
        code = row["code"]
        if len(code) != 6 or not code.isdigit() or check_digit(code) != code[5]:
            fail("areas.csv: %s has a wrong check digit" % code)
    names = ("code", "kind", "name", "kana", "name_en", "prefecture_name", "parent")
    return [[quote(row[name]) for name in names] for row in rows]


def schemes(folder):
    return [(row["scheme"], moment(row["from"], NO_BOUND_LOW), moment(row["to"], NO_BOUND_HIGH))
            for row in read(folder, "schemes.csv")]


def levels(folder, periods):
    order = {scheme: place for place, (scheme, _, _) in enumerate(periods)}
    rows = read(folder, "levels.csv")
    for row in rows:
        if row["scheme"] not in order:
            fail("levels.csv: unknown scheme %s" % row["scheme"])
        if not (0 <= int(row["level"]) <= 5 and 1 <= int(row["urgency"]) <= 6):
            fail("levels.csv: %s: level 0…5, urgency 1…6" % row["term"])
    rows = sorted_once(rows, lambda row: (row["term"].encode(), order[row["scheme"]]), "levels.csv")
    made = []
    for row in rows:
        _, start, end = periods[order[row["scheme"]]]
        made.append([quote(row["term"]), quote(row["scheme"]), start, end, row["level"],
                     "true" if row["obsolete"] == "1" else "false", row["urgency"]])
    return made


def displays(folder):
    names = ("term_ja", "term_easy", "term_en", "action_ja", "action_easy", "action_en",
             "background", "foreground")
    rows = sorted_once(read(folder, "level_display.csv"), lambda row: int(row["level"]),
                       "level_display.csv")
    for row in rows:
        if "unverified" in row["status"]:
            fail("level_display.csv: level %s shows an unverified text" % row["level"])
    return [[row["level"]] + [quote(row[name]) for name in names] for row in rows]


def hazards(folder):
    names = ("hazard", "ja", "kana", "en", "words")
    return [[quote(row[name]) for name in names] for row in read(folder, "hazards.csv")]


TEXT_CLASSES = ["keep", "drop", "blank", "space", "refuse", "told", "mark", "selector", "ivs", "joiner", "ideograph", "emoji"]
CODE_POINTS = 0x110000
COMPOSES = 0x80


def second_parts():
    """Code points that may melt into the one before them; Hangul is composed by rule."""
    found = set(range(0x1161, 0x1200))
    for code in range(CODE_POINTS):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(int(parts[1], 16))
    return found


def composes(code, seconds):
    """Whether NFC may change a text for this code point; one that this Unicode does not know yet may."""
    if 0xD800 <= code < 0xE000 or unicodedata.category(chr(code)) == "Co":
        return False
    char = chr(code)
    return (unicodedata.normalize("NFC", char) != char or unicodedata.combining(char) != 0 or code in seconds
            or unicodedata.category(char) == "Cn")


def text_classes(folder):
    seconds = second_parts()
    whole = bytearray(COMPOSES if composes(code, seconds) else 0 for code in range(CODE_POINTS))
    end = -1
    for row in read(folder, "text_classes.csv"):
        first, last = int(row["first"], 16), int(row["last"], 16)
        if not end < first <= last < CODE_POINTS or row["class"] not in TEXT_CLASSES[1:]:
            fail("text_classes.csv: %s: out of order, doubled, or of an unknown class" % row["first"])
        for code in range(first, last + 1):
            whole[code] |= TEXT_CLASSES.index(row["class"])
        end = last
    blocks, pages = {}, []
    for at in range(0, CODE_POINTS, 256):
        pages.append(blocks.setdefault(bytes(whole[at:at + 256]), len(blocks)))
    if len(blocks) > 256:
        fail("text_classes.csv: more than 256 different blocks")
    lines = ["\t{ %s }," % ", ".join(map(str, block)) for block in blocks]
    return ("const uint8_t hs_table_text_pages[0x1100] = { %s };\nconst uint8_t hs_table_text_blocks[][256] = {\n%s\n};\n"
            % (", ".join(map(str, pages)), "\n".join(lines)))


def table(c_type, name, rows):
    body = "\n".join("\t{ %s }," % ", ".join(row) for row in rows)
    singular = name[:-1]
    return ("const struct %s hs_table_%s[] = {\n%s\n};\nconst size_t hs_table_%s_count = %d;\n"
            % (c_type, name, body, singular, len(rows)))


def main():
    if len(sys.argv) != 3:
        sys.stderr.write("usage: tables.py FOLDER OUT.c\n")
        return 2
    folder, out = sys.argv[1:]
    periods = schemes(folder)
    parts = [
        "/* Made by schemas/gen/tables.py. */",
        '#include "schemas/tables_data.h"\n',
        table("hs_area_row", "areas", areas(folder)),
        table("hs_scheme_row", "schemes", [(quote(name), low, high) for name, low, high in periods]),
        table("hs_level_row", "levels", levels(folder, periods)),
        table("hs_level_display", "level_displays", displays(folder)),
        table("hs_hazard_row", "hazards", hazards(folder)),
        text_classes(folder),
    ]
    temporary = "%s.%d" % (out, os.getpid())
    with open(temporary, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))
    os.replace(temporary, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
