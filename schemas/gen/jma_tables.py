"""The tables of the weather agency's telegrams, for tables.py: parts(read, quote, moment, fail) → C texts."""

EFFECTS = {"none": "HS_JMA_NONE", "force": "HS_JMA_FORCE", "lift": "HS_JMA_LIFT"}
BODIES = ("meteorology", "seismology", "volcanology")
DETAILS = ("headline", "weather", "landslide", "rainfall", "flood", "earthquake", "tsunami", "eew", "volcano")
LANES = ("", "urgent", "high", "normal", "bulk")
AREA_SCHEMES = ("forecast", "municipality", "quake", "eew", "tsunami", "volcano")


def flag(text):
    return "true" if text == "1" else "false"


def day(text, bound, moment):
    return moment(text + "T00:00:00+09:00" if text else "", bound)


def telegrams(rows, families, quote, fail):
    names = ("title", "infokind", "version", "body", "type", "kind", "hazard", "family", "detail", "lane")
    seen = set()
    for row in rows:
        key = (row["title"], row["infokind"], row["version"], row["body"])
        if key in seen:
            fail("jma_telegrams.csv: %s stands twice" % (key,))
        seen.add(key)
        if row["body"] not in BODIES or row["detail"] not in DETAILS or row["lane"] not in LANES:
            fail("jma_telegrams.csv: %s: body, detail or lane is unknown" % (key,))
        if row["family"] and row["family"] not in families | {"tag"}:
            fail("jma_telegrams.csv: %s: no codes of family %s" % (key, row["family"]))
    return [[quote(row[name]) for name in names] + [flag(row[name]) for name in ("state", "legacy", "digest")]
            for row in rows]


def codes(rows, quote, moment, fail):
    rows = sorted(rows, key=lambda row: (row["family"].encode(), row["code"].encode(), row["from"]))
    made, before = [], None
    for row in rows:
        key = (row["family"], row["code"], row["from"])
        if key == before:
            fail("jma_codes.csv: %s stands twice" % (key,))
        before = key
        if row["effect"] not in EFFECTS or not 1 <= int(row["rank"]) <= 5 or not 0 <= int(row["level"] or 0) <= 5:
            fail("jma_codes.csv: %s: effect, rank or level is wrong" % (key,))
        made.append([quote(row["family"]), quote(row["code"]), quote(row["hazard"]), row["level"] or "0",
                     quote(row["scheme"]), row["rank"], EFFECTS[row["effect"]],
                     day(row["from"], "INT64_MIN", moment), day(row["to"], "INT64_MAX", moment)])
    return made


def areas(rows, known, quote, fail):
    rows = sorted(rows, key=lambda row: (row["scheme"].encode(), row["code"].encode()))
    for row in rows:
        if row["scheme"] not in AREA_SCHEMES:
            fail("jma_areas.csv: unknown scheme %s" % row["scheme"])
        for code in row["codes"].split():
            if code != "*" and code not in known:
                fail("jma_areas.csv: %s: %s is not in areas.csv" % (row["code"], code))
    return [[quote(row[name]) for name in ("scheme", "code", "name", "codes")] for row in rows]


def parts(read, table, quote, moment, fail):
    known = set()
    for row in read("areas.csv"):
        known.add(row["code"][:2] if row["kind"] == "prefecture" else row["code"])
    code_rows = read("jma_codes.csv")
    families = {row["family"] for row in code_rows}
    return [
        '#include "schemas/jma_tables.h"\n',
        table("hs_jma_telegram", "jma_telegrams", telegrams(read("jma_telegrams.csv"), families, quote, fail)),
        table("hs_jma_code", "jma_codes", codes(code_rows, quote, moment, fail)),
        table("hs_jma_area", "jma_areas", areas(read("jma_areas.csv"), known, quote, fail)),
    ]
