#!/usr/bin/python3
"""Makes schemas/tables/areas.csv: areas.py MUNICIPALITIES.csv PREFECTURES.csv OUT.csv

The two inputs are large reference tables with more columns than we need; they are not part of this
repository, so the result is checked in and this script is run again only when they change.
The synthetic areas (prefecture 99) are added here: they exist for drills and tests only.
"""
import csv
import sys

CREDITS = """\
# Areas of Japan: prefectures, municipalities, wards. Made by schemas/gen/areas.py; do not edit by hand.
# Codes, kana: 出典：アドレス・ベース・レジストリ（デジタル庁）を加工して作成 (2022-04-26; CC BY 4.0 compatible),
#   by way of code4fukui/address-japan (MIT). Wards of Hamamatsu from 2024-01-01: MIC code table, by way of fude (MIT).
# English names: 出典：気象庁ホームページを加工して作成 (multilingual dictionary; PDL 1.0, CC BY 4.0 compatible).
# Code: 2 digits prefecture + 3 digits municipality + check digit (weights 6 5 4 3 2, modulus 11).
# Prefecture 99 is synthetic: it exists in drills and tests only.
"""

SYNTHETIC = [
    ("990001", "prefecture", "架空県", "かくうけん", "Kaku Prefecture"),
    ("990019", "synthetic", "架空市", "かくうし", "Kaku City"),
    ("990027", "synthetic", "想定市", "そうていし", "Sotei City"),
    ("990035", "synthetic", "仮想町", "かそうちょう", "Kaso Town"),
    ("990043", "synthetic", "模擬村", "もぎむら", "Mogi Village"),
    ("990051", "synthetic", "例示町", "れいじちょう", "Reiji Town"),
    # check digits whose remainder is 1: a sender with the known fault writes X
    ("990060", "synthetic", "未記町", "みきちょう", "Miki Town"),
    ("990230", "synthetic", "試作町", "しさくちょう", "Shisaku Town"),
    ("990370", "synthetic", "習作村", "しゅうさくむら", "Shusaku Village"),
    # remainder 0: the same sender writes 0
    ("990141", "synthetic", "例題市", "れいだいし", "Reidai City"),
    ("990311", "synthetic", "演題町", "えんだいちょう", "Endai Town"),
]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main():
    if len(sys.argv) != 4:
        sys.stderr.write("usage: areas.py MUNICIPALITIES.csv PREFECTURES.csv OUT.csv\n")
        return 2
    rows = []
    for row in read(sys.argv[2]):
        rows.append((row["code"], "prefecture", row["name_ja"], row["name_kana"], row["name_en"],
                     row["name_ja"], ""))
    for row in read(sys.argv[1]):
        rows.append((row["code"], row["kind"], row["name_ja"], row["name_kana"], row["name_en"],
                     row["pref_ja"], row["parent"]))
    for code, kind, name, kana, english in SYNTHETIC:
        rows.append((code, kind, name, kana, english, "架空県", ""))
    rows.sort()
    with open(sys.argv[3], "w", encoding="utf-8", newline="") as file:
        file.write(CREDITS)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "kind", "name", "kana", "name_en", "prefecture_name", "parent"])
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
