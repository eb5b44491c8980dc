#!/usr/bin/python3
"""Builds the code tables into C: tables.py FOLDER OUT.c

FOLDER holds one CSV file for each table; lines that begin with # are credits and rules for people. A row that cannot
be right (check digit, unknown scheme, doubled key) stops the build.
Beside the tables stands the SHA-256 of each as it was built in (schemas/tables_version.h).
"""
import csv
import datetime
import hashlib
import os
import re
import sys
import unicodedata

import tables_cap

import jma_tables

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
        if row["parent"] and (row["parent"][:3] != code[:3] or code[2] != "1"):
            fail("areas.csv: the ward %s is not in the first hundred with its city, as area_rules.c takes it" % code)
    names = ("code", "kind", "name", "kana", "name_en", "prefecture_name", "parent")
    return [[quote(row[name]) for name in names] for row in rows]


PLACES = ("prefecture", "municipality", "ward", "district")
RELATIONS = ("same", "within", "around", "beside")


def area_rules(folder):
    """The allowed cells only; what is not allowed needs no row in a program."""
    rows = sorted_once(read(folder, "area_rules.csv"), lambda row: (row["own"], row["named"], row["relation"]),
                       "area_rules.csv")
    for row in rows:
        if row["own"] not in PLACES or row["named"] not in PLACES or row["relation"] not in RELATIONS or \
                row["allowed"] not in ("0", "1"):
            fail("area_rules.csv: %s, %s, %s: unknown word" % (row["own"], row["named"], row["relation"]))
        if row["allowed"] == "1" and row["relation"] in ("around", "beside"):
            fail("area_rules.csv: %s, %s: what is %s one's own place is not one's own" %
                 (row["own"], row["named"], row["relation"]))
    return [["HS_PLACE_" + row["own"].upper(), "HS_PLACE_" + row["named"].upper(), "HS_RELATION_" + row["relation"].upper()]
            for row in rows if row["allowed"] == "1"]


def area_retired(folder):
    known = {row["code"] for row in read(folder, "areas.csv")}
    rows = sorted_once(read(folder, "area_retired.csv"), lambda row: row["code"], "area_retired.csv")
    for row in rows:
        code, successors = row["code"], row["successors"].split(" ")
        if len(code) != 6 or not code.isdigit() or check_digit(code) != code[5]:
            fail("area_retired.csv: %s has a wrong check digit" % code)
        if code in known or not known.issuperset(successors):
            fail("area_retired.csv: %s is in force, or a successor is not" % code)
    return [[quote(row[name]) for name in ("code", "name", "until", "successors")] for row in rows]


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


def validities(folder):
    rows = sorted_once(read(folder, "validity.csv"), lambda row: row["kind"], "validity.csv")
    for row in rows:
        if not 0 <= int(row["minutes"]) <= 366 * 24 * 60:
            fail("validity.csv: %s: minutes 0…527040" % row["kind"])
    return [[quote(row["kind"]), row["minutes"]] for row in rows]


CB_USES = ("etws", "etws_test", "alert", "test", "exercise", "operator", "silent", "reserved")


def cb_ids(folder):
    made, last = [], -1
    for row in read(folder, "cb_message_ids.csv"):
        if row["use"] not in CB_USES or row["additional"] not in ("0", "1"):
            fail("cb_message_ids.csv: %s: use is one of %s, additional 0 or 1" % (row["first"], " ".join(CB_USES)))
        if not last < int(row["first"]) <= int(row["last"]) <= 65535:
            fail("cb_message_ids.csv: %s: out of order, doubled, or beyond 16 bits" % row["first"])
        last = int(row["last"])
        made.append([row["first"], row["last"], "HS_CB_USE_" + row["use"].upper(),
                     "true" if row["additional"] == "1" else "false", quote(row["meaning"])])
    return made


def categories(folder):
    rows = sorted_once(read(folder, "lalert_categories.csv"), lambda row: row["category"].lower(),
                       "lalert_categories.csv")
    made = []
    for row in rows:
        if row["shape"] not in ("places", "addressed"):
            fail("lalert_categories.csv: %s: shape is places or addressed" % row["category"])
        space = "http://xml.publiccommons.ne.jp/pcxml1/body/" + row["namespace"] if row["namespace"] else ""
        made.append([quote(row["category"]), "HS_KIND(%s)" % row["kind"].upper(), quote(space),
                     quote(row["body"]), "true" if row["shape"] == "places" else "false",
                     quote(row["name"])])
    return made


def values(folder):
    rows = sorted_once(read(folder, "lalert_values.csv"),
                       lambda row: tuple(row[name].encode() for name in ("list", "value", "below")),
                       "lalert_values.csv")
    return [[quote(row[name]) for name in ("list", "value", "below")] for row in rows]


def damage(folder):
    rows = sorted_once(read(folder, "lalert_damage.csv"), lambda row: row["element"], "lalert_damage.csv")
    return [[quote(row["element"]), quote(row["group"])] for row in rows]


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
    singular = name[:-3] + "y" if name.endswith("ies") else name[:-1]
    return ("const struct %s hs_table_%s[] = {\n%s\n};\nconst size_t hs_table_%s_count = %d;\n"
            % (c_type, name, body, singular, len(rows)))


# Where the name in C is not that of the file.
FILES = {"area_retireds": "area_retired", "level_displays": "level_display", "validity_rows": "validity", "cb_ids": "cb_message_ids",
         "lalert_damages": "lalert_damage", "text_pages": "text_classes"}


def digests(folder, parts):
    """Over what is built in, not over the file: a comment that is mended changes no rule, another Unicode does."""
    rows = {}
    for part in parts:
        name = re.search(r"\bhs_table_(\w+)\[", part)
        if name:
            rows[FILES.get(name.group(1), name.group(1))] = hashlib.sha256(part.encode()).hexdigest()
    files = {name[:-4] for name in os.listdir(folder) if name.endswith(".csv")}
    if files != set(rows):
        fail("%s: a table without a digest, or a digest without a table" % " ".join(sorted(files ^ set(rows))))
    lines = ["\t{ %s, %s }," % (quote(name), quote(rows[name])) for name in sorted(rows)]
    return ("const struct hs_table_digest hs_table_digests[] = {\n%s\n};\nconst size_t hs_table_digest_count = %d;\n"
            % ("\n".join(lines), len(lines)))


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
        table("hs_area_rule", "area_rules", area_rules(folder)),
        table("hs_area_retired_row", "area_retireds", area_retired(folder)),
        table("hs_scheme_row", "schemes", [(quote(name), low, high) for name, low, high in periods]),
        table("hs_level_row", "levels", levels(folder, periods)),
        table("hs_level_display", "level_displays", displays(folder)),
        table("hs_hazard_row", "hazards", hazards(folder)),
        table("hs_validity_row", "validity_rows", validities(folder)),
        table("hs_cb_id_row", "cb_ids", cb_ids(folder)),
        table("hs_lalert_category", "lalert_categories", categories(folder)),
        table("hs_lalert_value", "lalert_values", values(folder)),
        table("hs_lalert_damage", "lalert_damages", damage(folder)),
        text_classes(folder),
        *tables_cap.parts(sys.modules["__main__"], folder),
    ]
    parts += jma_tables.parts(lambda name: read(folder, name), table, quote, moment, fail)
    parts += ['#include "schemas/tables_version.h"\n', digests(folder, parts)]
    temporary = "%s.%d" % (out, os.getpid())
    with open(temporary, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))
    os.replace(temporary, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
