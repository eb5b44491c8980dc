"""The CAP tables of tables.py: cap_events, cap_levels, cap_kinds, cap_profiles."""

KINDS = ("evacuation shelter headquarters damage notice event urgent_mail water_level rainfall flood landslide weather "
         "earthquake tsunami eew volcano civil_protection other").split()
# Source: CAP 1.2, 3.2.2.
CATEGORIES = "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other".split()
RESPONSES = "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None".split()
URGENCIES = "Immediate Expected Future Past Unknown".split()
SEVERITIES = "Extreme Severe Moderate Minor Unknown".split()
CERTAINTIES = "Observed Likely Possible Unlikely Unknown".split()
STATES = "1 2 3 4 5 w1 w2 w3 w4 w5 none zone lift cancel".split()
LEVELS = {"error": 2, "warning": 1, "recommendation": 0}  # enum hs_severity


def known(tools, table, row, column, words):
    if row[column] not in words:
        tools.fail("%s: %s is not one of %s" % (table, row[column] or "nothing", " ".join(words)))
    return row[column]


def kind_number(row):
    """HANSHO__V1__KIND numbers follow the order of notice.proto."""
    return str(KINDS.index(row["kind"]) + 1)


def events(tools, folder):
    rows = tools.read(folder, "cap_events.csv")
    for row in rows:
        known(tools, "cap_events.csv", row, "kind", KINDS)
        known(tools, "cap_events.csv", row, "category", CATEGORIES + [""])
        if row["words"] != row["words"].lower() or not (row["words"] or row["category"]):
            tools.fail("cap_events.csv: %s: words in lower case, or a category" % row["kind"])
    return [[kind_number(row), tools.quote(row["category"]), tools.quote(row["words"])] for row in rows]


def levels(tools, folder):
    rows = tools.sorted_once(tools.read(folder, "cap_levels.csv"), lambda row: row["state"], "cap_levels.csv")
    if sorted(row["state"] for row in rows) != sorted(STATES):
        tools.fail("cap_levels.csv: one row for each of %s" % " ".join(STATES))
    columns = (("urgency", URGENCIES), ("severity", SEVERITIES), ("certainty", CERTAINTIES), ("response", RESPONSES))
    return [[tools.quote(row["state"])] + [tools.quote(known(tools, "cap_levels.csv", row, column, words))
                                           for column, words in columns] for row in rows]


def kinds(tools, folder):
    rows = tools.sorted_once(tools.read(folder, "cap_kinds.csv"), lambda row: row["kind"], "cap_kinds.csv")
    if sorted(row["kind"] for row in rows) != sorted(KINDS):
        tools.fail("cap_kinds.csv: one row for each kind of notice.proto")
    return [[kind_number(row), tools.quote(known(tools, "cap_kinds.csv", row, "category", CATEGORIES)),
             tools.quote(row["event_ja"]), tools.quote(row["event_en"]), "true" if row["urgent"] == "1" else "false"]
            for row in rows]


def profiles(tools, folder):
    rows = tools.read(folder, "cap_profiles.csv")
    for row in rows:
        known(tools, "cap_profiles.csv", row, "level", LEVELS)
    return [[tools.quote(row["profile"]), tools.quote(row["marker"]), tools.quote(row["rule"]), str(LEVELS[row["level"]])]
            for row in rows]


def parts(tools, folder):
    return [
        '#include "schemas/cap_tables.h"\n',
        tools.table("hs_cap_event_row", "cap_events", events(tools, folder)),
        tools.table("hs_cap_level_row", "cap_levels", levels(tools, folder)),
        tools.table("hs_cap_kind_row", "cap_kinds", kinds(tools, folder)),
        tools.table("hs_cap_profile_row", "cap_profiles", profiles(tools, folder)),
    ]
