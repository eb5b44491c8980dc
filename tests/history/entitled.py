"""Who is entitled to which notice: the rules of hub/feed/filter.h, written once more and not by the code under test.

A code has 2 digits (prefecture; also 6 with 000 behind them), 5 or 6 (municipality; the last is a check digit) or 12
(district). That a ward lies within its city is not known here: test data has no wards.
"""


def place_digits(code):
    """Those that say where it lies; "" when it is no code of a place."""
    if not code.isascii() or not code.isdigit():
        return ""
    if len(code) in (2, 12):
        return code
    if len(code) in (5, 6):
        return code[:2] if code[2:5] == "000" else code[:5]
    return ""


def touch(one, other):
    """Does one lie within the other?"""
    a, b = place_digits(one), place_digits(other)
    return bool(a and b) and (a.startswith(b) or b.startswith(a))


def area_wanted(wish, record):
    """What his areas are, or what earlier revisions said of them; a notice of no area concerns everybody."""
    own = record.facts["codes"] + [place.split(" ")[0] for place in record.facts["areas"]]
    if not wish.get("areas") or not any(own):
        return True
    before = record.before.get("codes", [])
    return any(touch(code, asked) for code in [*own, *record.told, *before] for asked in wish["areas"])


def kind_wanted(wish, kind):
    kinds = wish.get("kinds") or []
    only = [word for word in kinds if not word.startswith("!")]
    if kind in ("", "unspecified") or not isinstance(kind, str):
        return True
    return "!" + kind not in kinds and (not only or kind in only)


def level_wanted(wish, facts):
    """Looks at first messages only; one without a level, or with an unknown one, counts as the highest."""
    if facts["action"] != "issue" or facts["supersedes"] or not 1 <= facts["level"] <= 5:
        return True
    return facts["level"] >= wish.get("level_min", 0)


def level_before_wanted(wish, record):
    """Of what it follows; 0: something without a level."""
    level = record.before.get("level")
    return level is not None and (level == 0 or level >= wish.get("level_min", 0))


def entitled(wish, lanes, record):
    """wish: {mode, areas, kinds, level_min}. lanes: which modes of a notice belong to which mode of a reader."""
    facts = record.facts
    level = level_wanted(wish, facts) or level_before_wanted(wish, record)
    kind = any(kind_wanted(wish, word) for word in [facts["kind"], *record.before.get("kinds", [])])
    return facts["mode"] in lanes[wish["mode"]] and level and kind and area_wanted(wish, record)
