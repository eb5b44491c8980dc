#!/usr/bin/python3
"""Builds the words that screens say in other languages into C: terms.py TERMS.csv OUT.c

A row that nobody reviewed (status `unverified`) is left out: what is not in the program cannot reach a screen. A status
that is not known stops the build, and so does a term that stands twice in a language.
"""
import csv
import os
import sys

SHOWN = {"official", "jma-quoted", "gov-page", "public-repo", "press", "project"}
HIDDEN = {"unverified"}


def fail(text):
    sys.stderr.write("terms.py: %s\n" % text)
    sys.exit(1)


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def reviewed(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = {}
    for row in rows:
        key = (row["term"].encode(), row["language"].encode())
        if row["status"] not in SHOWN | HIDDEN or not row["text"]:
            fail("%s %s: a text and a status of %s" % (row["term"], row["language"], " ".join(sorted(SHOWN | HIDDEN))))
        if key in found:
            fail("%s %s stands twice" % (row["term"], row["language"]))
        found[key] = row
    return [found[key] for key in sorted(found) if found[key]["status"] in SHOWN]


def main():
    if len(sys.argv) != 3:
        sys.stderr.write("usage: terms.py TERMS.csv OUT.c\n")
        return 2
    rows = reviewed(sys.argv[1])
    lines = ["\t{ %s, %s, %s }," % tuple(quote(row[name]) for name in ("term", "language", "text")) for row in rows]
    text = ('/* Made by schemas/gen/terms.py. */\n#include "adapters/signage/terms.h"\n\n'
            "const struct hs_sign_term hs_sign_terms[] = {\n%s\n};\nconst size_t hs_sign_term_count = %d;\n"
            % ("\n".join(lines), len(lines)))
    temporary = "%s.%d" % (sys.argv[2], os.getpid())
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, sys.argv[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
