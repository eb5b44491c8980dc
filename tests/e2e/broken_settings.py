"""What becomes of each setting of each adapter when it is wrong: one row for each key of --config-help.

Refused(value): a start and --check refuse it by name.
Alarm(group): it stands in that group of test_broken_settings.py, where its alarm must come.
Why(sentence): the reason why a wrong value that passes the check silences no outlet, or is told otherwise.
Beside these rows every key refuses a value of another type or out of its range (also in that test).
"""

import collections

Refused = collections.namedtuple("Refused", "value also", defaults=({},))  # also: other keys that the break needs
Alarm = collections.namedtuple("Alarm", "group")
Why = collections.namedtuple("Why", "sentence")

PACE = Why("only how often or how fast something is done; the range keeps it within what outlets and hub bear")
MEMORY = Why("how much is kept in memory; what does not fit waits in the journal or is looked up again")
SWITCH = Why("the operator's will; what it leaves out is told to the sender as filtered, and hansho explain says it")
LOOKS = Why("how it looks or sounds, not whether it goes out; what fits no limit fails the canary's own encoding")
LATER = Why("of what happens after an outlet took it")
TLS = {"live_url": "tls+tcp://127.0.0.1:9200"}

COMMON = {
    "name": Alarm("no hub"), "live_url": Alarm("live"), "drill_url": Alarm("no hub"), "drill": SWITCH,
    "ops_listen": Refused("9105"), "heartbeat_ms": PACE, "window": PACE,
    "max_age_ms": Why("what is older than it says is told to the sender as expired; what comes in time goes out"),
    "max_age_end_ms": Why("as max_age_ms, of lifts and cancels"), "hold_ms": SWITCH, "retry_first_ms": PACE, "retry_max_ms": PACE,
    "attempt_timeout_ms": Alarm("too short"), "unacked_max": Refused(8193), "unacked_max_bytes": MEMORY,
    "unacked_turn_ms": PACE,
    "receipts_max": MEMORY, "stop_grace_ms": PACE,
    "tls_ca": Refused("/nonexistent/ca.pem", {**TLS, "tls_cert_key": "{ca}"}), "tls_cert_key": Refused("/nonexistent/both.pem", {**TLS, "tls_ca": "{ca}"}),
    "maintenance": Why("hansho status says MAINTENANCE and ends with 1, every sender reads held; the alert HanshoMaintenance"),
    "canary_ms": Why("0 proves nothing any more: every outlet says so, and the age of its proof goes on (HanshoProofOld)"),
    "canary_timeout_ms": Why("too short is an alarm of every outlet; too long is a minute at most"),
    "proof_required": Why("whatever it says, orders wait for a proof at most, and an outlet that waits says so"),
    "state_dir": Refused("/nonexistent"), "alarm_command": Refused("/etc/passwd"),
    "alarm_timeout_ms": Why("a command that is ended is logged; status, metric and the hub have the alarm all the same"),
}

TELECOM = {
    "carriers": Refused("none"), "carriers[].name": Alarm("carriers"),
    "carriers[].lalert_code": Why("orders do not use it; a mail that names no such carrier is told as filtered"),
    "carriers[].title_max": Alarm("carriers"), "carriers[].body_max": Alarm("carriers"), "carriers[].total_max": Alarm("carriers"),
    "carriers[].counting": LOOKS, "carriers[].newline_counts": LOOKS, "carriers[].forbid_urls": SWITCH, "carriers[].forbid_mail": SWITCH,
    "carriers[].forbid_phones": SWITCH, "carriers[].forbid_half_kana": SWITCH, "carriers[].forbid_platform": SWITCH,
    "carriers[].forbid_characters": Alarm("carriers"), "carriers[].live_endpoint": Alarm("live"), "carriers[].drill_endpoint": Alarm("carriers"),
    "carriers[].area_unit": LOOKS, "carriers[].deadline_ms": Refused(10), "carriers[].attempt_timeout_ms": Alarm("carriers"),
    "carriers[].result_url": LATER, "carriers[].result_wait_ms": LATER,
    "carriers[].canary": Why("false is shown as unproven with the reason, and HanshoProofOld goes on about it"),
    "carriers[].canary_readback": Alarm("carriers"),
    **{f"carriers[].id_{use}": Why("a label in the mail's cell broadcast form; the carrier's own table decides, and a live one for drills is refused")
       for use in ("level5", "level4", "level3", "other")},
    "carriers[].id_drill": Refused(4371),
    "cbcs": Refused("none"), "cbcs[].name": Refused("a b"), "cbcs[].live_url": Alarm("live"), "cbcs[].drill_url": Alarm("carriers"),
    "cbcs[].cbe_name": Why("a centre takes any name, and one that does not refuses the canary"),
    "cbcs[].category": Why("each of the three is known to every centre"), "cbcs[].areas": Refused(["990018"]),
    "cbcs[].repetition_period": LOOKS, "cbcs[].num_of_bcast": LOOKS, "cbcs[].pages_max": Alarm("carriers"),
    "cbcs[].second_language": Alarm("carriers"), "cbcs[].ids": Refused([]), "cbcs[].ids[].use": Refused("level6"),
    "cbcs[].ids[].id": Refused(4381), "cbcs[].ids[].second_id": Refused(4370),
    "cbcs[].canary": Why("false is shown as unproven with the reason, and HanshoProofOld goes on about it"),
    "cbcs[].post_timeout_ms": Why("the canary is posted with the same limit"), "cbcs[].delete_timeout_ms": Why("what is not answered is asked again"),
    "cbcs[].deadline_ms": Refused(10), "cbcs[].etws_deadline_ms": Why("a second at least; what is late is told as expired and etws_late"),
    "cbcs[].ensure_ms": LATER, "cbcs[].renew_ms": LATER, "cbcs[].repost_age_ms": LATER, "cbcs[].end_period_s": LOOKS,
    "cbcs[].etws_period_s": LOOKS,
    "level_min": SWITCH, "connections_per_host": PACE, "http_ca": Refused("/nonexistent/ca.pem"), "http_proxy": Alarm("proxy"),
    "preview_listen": Refused("0.0.0.0:9115"),
}

BROADCASTER = {
    "listen": Alarm("stations elsewhere"), "tls_cert": Refused("/nonexistent/x.pem"), "tls_key": Refused("/nonexistent/x.key"),
    "out_dir": Alarm("stations"), "crawl_width": LOOKS, "crawl_names_max": LOOKS, "page_width": LOOKS, "page_rows": Refused(2),
    "forms": Refused(["pdf"]),
    "stations": Refused("none"), "stations[].name": Alarm("stations"),
    "stations[].channel": Refused("nng"), "stations[].drills": SWITCH, "stations[].live_url": Alarm("live"),
    "stations[].drill_url": Alarm("stations"), "stations[].folder": Alarm("stations"), "stations[].kinds": Refused(["dance"]),
    "stations[].areas": Refused(["98"]), "stations[].level_min": SWITCH, "stations[].crawl_width": Alarm("stations"),
    "stations[].crawl_names_max": LOOKS, "stations[].page_width": LOOKS, "stations[].page_rows": Refused(3),
    "stations[].forms": Refused(["pdf"]), "stations[].deadline_ms": Refused(10), "stations[].token_sha256": Alarm("stations"),
    "guests": Why("a guest that is not let in is told so when it connects; it has no receipts of record either way"),
    "archive_items": MEMORY, "ring_items": MEMORY, "ring_bytes": MEMORY, "stations_max": Alarm("stations elsewhere"),
    "station_heartbeat_ms": PACE, "subscribe_timeout_ms": Why("a station that is closed for it is not connected, and that is an alarm"),
    "token_tries_max": Why("a station that says its token first never meets it; one that does not is not connected, and that is an alarm"),
}

SIGNAGE = {
    "listen": Alarm("screens"), "tls_cert": Refused("/nonexistent/x.pem"), "tls_key": Refused("/nonexistent/x.key"),
    "screens": Refused([]), "screens[].id": Alarm("screens"), "screens[].name": LOOKS, "screens[].areas": Refused(["990018"]),
    "screens[].languages": LOOKS, "screens[].stale_after_ms": Refused(1000), "screens[].players_expected": Alarm("screens"),
    "screens[].caution_level": SWITCH, "screens[].emergency_level": LOOKS, "screens[].drills": SWITCH,
    "screens[].return_after_ms": LATER, "screens[].expired_shown_ms": LATER, "screens[].renew_ms": LATER,
    "screens[].position": Refused("north"), "screens[].facing_degrees": LOOKS, "screens[].shelters": Refused("none"),
    "screens[].shelters[].name": LOOKS, "screens[].shelters[].position": Refused("north", {"screens[].position": "38.5,143.5"}),
    "screens[].shelters[].hazards": Refused(["dance"], {"screens[].position": "38.5,143.5"}), "screens[].shelters_shown": LOOKS, "screens[].map": LOOKS,
    "screens[].viewing_distance_cm": LOOKS, "screens[].height_mm": LOOKS, "screens[].qr_url": LOOKS,
    "players_max": Alarm("screens"), "player_heartbeat_ms": Refused(60000),
    "proof_timeout_ms": Why("a player that needs longer is closed, and its sender reads failed"), "cancel_shown_ms": LATER,
}

JALERT = {
    "plan_dir": Alarm("loudspeakers"), "controller_url": Alarm("loudspeakers"), "readings": Refused("/nonexistent/readings.csv"),
    "areas": Refused(["990018"]), "level_min": SWITCH, "repeats": LOOKS, "gap_ms": LOOKS, "mora_ms": LOOKS, "live_volume": LOOKS,
    "drill_volume": LOOKS, "emergency_volume": LOOKS, "easy_speech": LOOKS, "groups": LOOKS, "group_pause_ms": LOOKS,
    "civil_places_max": LOOKS, "instant_max_age_ms": Why("a second at least; what is older is told as expired"),
    "auto_start": Refused([{"kind": "comet"}]), "auto_start[].kind": Refused("comet"), "auto_start[].areas": Refused(["990018"]),
    "auto_start[].start": SWITCH, "auto_start[].threshold": Refused("8"),
    "audio_dir": Alarm("loudspeakers"), "audio_voice": Refused("/nonexistent/x.htsvoice", {"audio_dir": "/tmp"}),
    "audio_bank_dir": Refused("/nonexistent", {"audio_dir": "/tmp"}), "audio_program": Alarm("loudspeakers"),
    "audio_dictionary": Why("Open JTalk without it makes no sound, which the canary of speech tells (audio_program)"),
    "audio_timeout_ms": Why("the canary of speech has the same limit"), "drill_siren": LOOKS,
    "sirens": Refused("none"), **{f"sirens[].{key}": LOOKS for key in (
        "level", "on_ms", "off_ms", "times", "frequency_hz", "sweep_hz", "kind")},
}

TABLES = {name: {**COMMON, **own} for name, own in (
    ("telecom", TELECOM), ("broadcaster", BROADCASTER), ("signage", SIGNAGE), ("jalert", JALERT))}
