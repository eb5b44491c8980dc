#!/usr/bin/python3
"""Builds the code tables into C: tables.py FOLDER OUT.c

FOLDER holds areas, area_rules, area_retired, schemes, levels, level_display and hazards as CSV; lines that begin with # are credits
and rules for people. A row that cannot be right (check digit, unknown scheme, doubled key) stops the build.
"""
import csv
import datetime
import os
import sys

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
        table("hs_area_rule", "area_rules", area_rules(folder)),
        table("hs_area_retired_row", "area_retireds", area_retired(folder)),
        table("hs_scheme_row", "schemes", [(quote(name), low, high) for name, low, high in periods]),
        table("hs_level_row", "levels", levels(folder, periods)),
        table("hs_level_display", "level_displays", displays(folder)),
        table("hs_hazard_row", "hazards", hazards(folder)),
    ]
    temporary = "%s.%d" % (out, os.getpid())
    with open(temporary, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))
    os.replace(temporary, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
