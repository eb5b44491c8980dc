/* screen.c: see screen.h. */
#include "adapters/signage/screen.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"

#define FACE_MAX_BYTES (16u << 20)

void
hs_screen_reset(struct hs_screen *screen, enum hs_adapter_lane lane)
{
	screen->lanes[lane] = (struct hs_screen_waiting){ 0 };
}

/* ---- notices that wait ---- */

static void
report(const struct hs_screen *screen, enum hs_adapter_lane lane,
	const struct hs_screen_notice *notice, int state, const char *detail,
	const struct hs_screen_reports *reports)
{
	reports->report(reports->owner, lane, notice->seq, screen->settings->id, state, detail);
}

/* Whether the face shows it, when it is drawn. */
static bool
is_told(const struct hs_screen_face *face, const struct hs_screen_notice *notice)
{
	return notice->bare || hs_tells_has(&face->tells, notice->seq);
}

/* Of the notices that came before this face: those that it does not tell of any more are over; those that it tells of were
 * displayed when it was drawn. */
static void
settle(struct hs_screen *screen, const struct hs_screen_face *face, bool drawn,
	const struct hs_screen_reports *reports)
{
	struct hs_screen_waiting *waiting = &screen->lanes[face->lane];
	size_t kept = 0;
	for (size_t i = 0; i < waiting->count; i++) {
		const struct hs_screen_notice *notice = &waiting->notices[i];
		bool told = is_told(face, notice);
		if (notice->seq > face->seq || (told && !drawn)) {
			waiting->notices[kept++] = *notice;
			continue;
		}
		if (told)
			report(screen, face->lane, notice, HS_RECEIPT(DISPLAYED), "", reports);
		else if (!notice->quiet)
			report(screen, face->lane, notice, HS_RECEIPT(EXPIRED),
				"表示される前に終わりました。ended before it was shown, or a newer "
				"one took its place",
				reports);
		waiting->settled_seq = notice->seq;
	}
	waiting->count = kept;
}

static void
forget_first(struct hs_screen_waiting *waiting, size_t count)
{
	waiting->count -= count;
	memmove(waiting->notices, waiting->notices + count,
		waiting->count * sizeof(waiting->notices[0]));
}

void
hs_screen_wait(struct hs_screen *screen, enum hs_adapter_lane lane,
	const struct hs_screen_notice *notice, const struct hs_screen_reports *reports)
{
	struct hs_screen_waiting *waiting = &screen->lanes[lane];
	if (notice->seq > waiting->touched_seq)
		waiting->touched_seq = notice->seq;
	if (notice->seq <= waiting->settled_seq)
		return;
	if (waiting->count > 0 && waiting->notices[waiting->count - 1].seq >= notice->seq)
		return;
	if (waiting->count == HS_SCREEN_WAITING_MAX) {
		if (!waiting->notices[0].quiet)
			report(screen, lane, &waiting->notices[0], HS_RECEIPT(FAILED),
				"newer notices took its place before any player drew it: look at "
				"this screen",
				reports);
		forget_first(waiting, 1);
	}
	waiting->notices[waiting->count++] = *notice;
}

/* Takes it over. */
static void
face_set(struct hs_screen_face *own, struct hs_screen_face *face)
{
	hs_screen_face_free(own);
	*own = *face;
	*face = (struct hs_screen_face){ 0 };
}

void
hs_screen_show(
	struct hs_screen *screen, struct hs_screen_face *face, int64_t now_unix_us, bool *changed)
{
	*changed = screen->face.frame == NULL || strcmp(screen->face.digest, face->digest) != 0;
	if (!*changed) {
		hs_screen_face_free(face);
		return;
	}
	screen->changed_unix_us = now_unix_us;
	face_set(&screen->face, face);
}

void
hs_screen_try(struct hs_screen *screen, struct hs_screen_face *face)
{
	face_set(&screen->trial, face);
}

/* ---- what a player says ---- */

void
hs_screen_accepted(struct hs_screen *screen, const struct hs_screen_face *face,
	const struct hs_screen_reports *reports)
{
	struct hs_screen_waiting *waiting = &screen->lanes[face->lane];
	if (face->state == HS_SCREEN_LOST)
		return;
	for (size_t i = 0; i < waiting->count && waiting->notices[i].seq <= face->seq; i++) {
		struct hs_screen_notice *notice = &waiting->notices[i];
		if (!is_told(face, notice))
			continue;
		if (!notice->accepted && !notice->quiet)
			report(screen, face->lane, notice, HS_RECEIPT(ACCEPTED), "", reports);
		notice->accepted = true;
	}
}

void
hs_screen_displayed(struct hs_screen *screen, const struct hs_screen_face *face, const char *drawn,
	const char *shown_at, int64_t now_unix_us, const struct hs_screen_reports *reports)
{
	struct hs_screen_proof *proof = &screen->proof;
	proof->count++;
	proof->unix_us = now_unix_us;
	proof->failure[0] = '\0';
	snprintf(proof->shown_at, sizeof(proof->shown_at), "%s", shown_at);
	snprintf(proof->drawn, sizeof(proof->drawn), "%s", drawn);
	memcpy(proof->digest, face->digest, sizeof(face->digest));
	if (face->state == HS_SCREEN_LOST)
		return;
	settle(screen, face, true, reports);
}

void
hs_screen_whole(struct hs_screen *screen, const struct hs_screen_face *face, int64_t now_unix_us)
{
	screen->proof.whole_unix_us = now_unix_us;
	memcpy(screen->proof.whole_digest, face->digest, sizeof(face->digest));
}

static void
fail(struct hs_screen *screen, enum hs_adapter_lane lane, struct hs_screen_notice *notice,
	const char *why, const struct hs_screen_reports *reports)
{
	if (!notice->failed && !notice->quiet)
		report(screen, lane, notice, HS_RECEIPT(FAILED), why, reports);
	notice->failed = true;
}

void
hs_screen_failed(struct hs_screen *screen, const struct hs_screen_face *face, const char *why,
	const struct hs_screen_reports *reports)
{
	struct hs_screen_waiting *waiting = &screen->lanes[face->lane];
	screen->proof.failures++;
	snprintf(screen->proof.failure, sizeof(screen->proof.failure), "%s", why);
	for (size_t i = 0; i < waiting->count && waiting->notices[i].seq <= face->seq; i++)
		fail(screen, face->lane, &waiting->notices[i], why, reports);
}

/* ---- time ---- */

static const char *
why_not(const struct hs_screen *screen, enum hs_adapter_lane lane, size_t players)
{
	if (players == 0)
		return "画面が接続されていません。no player is connected: switched on, it shows "
		       "what "
		       "is then in force";
	if (screen->face.state == HS_SCREEN_LOST)
		return "the hub is not heard: the screen says that information is cut off";
	if (screen->face.lane != lane)
		return lane == HS_LANE_DRILL ? "a live order is shown instead of the drill"
					     : "a drill is shown, no live order is in force";
	return "画面が表示を確認していません。no player has said that it drew it: look at this "
	       "screen";
}

static void
look_at_times(
	struct hs_screen *screen, int64_t now_unix_us, const struct hs_screen_reports *reports)
{
	for (int lane = 0; lane < HS_LANE_COUNT; lane++) {
		struct hs_screen_waiting *waiting = &screen->lanes[lane];
		size_t kept = 0;
		for (size_t i = 0; i < waiting->count; i++) {
			struct hs_screen_notice *notice = &waiting->notices[i];
			if (notice->expires_unix_us != 0 &&
				notice->expires_unix_us <= now_unix_us) {
				report(screen, (enum hs_adapter_lane)lane, notice,
					HS_RECEIPT(EXPIRED), "past its time before it was shown",
					reports);
				continue;
			}
			waiting->notices[kept++] = *notice;
		}
		waiting->count = kept;
	}
}

void
hs_screen_look(struct hs_screen *screen, size_t players, int64_t now_mono_us, int64_t now_unix_us,
	int64_t timeout_ms, const struct hs_screen_reports *reports)
{
	look_at_times(screen, now_unix_us, reports);
	if (screen->face.state != HS_SCREEN_LOST)
		settle(screen, &screen->face, false, reports);
	for (int lane = 0; lane < HS_LANE_COUNT; lane++) {
		struct hs_screen_waiting *waiting = &screen->lanes[lane];
		for (size_t i = 0; i < waiting->count; i++) {
			struct hs_screen_notice *notice = &waiting->notices[i];
			if (now_mono_us - notice->since_mono_us > timeout_ms * 1000)
				fail(screen, (enum hs_adapter_lane)lane, notice,
					why_not(screen, (enum hs_adapter_lane)lane, players),
					reports);
		}
	}
}

/* ---- status ---- */

json_t *
hs_screen_time(int64_t unix_us)
{
	char stamp[HS_RFC3339_SIZE];
	if (unix_us == 0)
		return json_null();
	hs_rfc3339_format(unix_us, 540, stamp);
	return json_string(stamp);
}

json_t *
hs_screen_status(const struct hs_screen *screen, size_t players, int64_t now_unix_us)
{
	const struct hs_screen_proof *proof = &screen->proof;
	json_t *age = proof->unix_us == 0 ? json_null()
					  : json_integer((now_unix_us - proof->unix_us) / 1000);
	size_t waiting = screen->lanes[0].count + screen->lanes[1].count;
	return json_pack(
		"{s:s,s:s,s:s,s:s,s:I,s:s,s:I,s:I,s:o,s:o,s:s,s:s,s:o,s:b,s:o,s:b,s:I,s:I,s:s}",
		"id", screen->settings->id, "name", screen->settings->name, "state",
		hs_screen_state_word(screen->face.state), "mode", hs_lane_name(screen->face.lane),
		"seq", (json_int_t)screen->face.seq, "version", screen->face.digest, "players",
		(json_int_t)players, "players_expected",
		(json_int_t)screen->settings->players_expected, "changed_at",
		hs_screen_time(screen->changed_unix_us), "displayed_at",
		hs_screen_time(proof->unix_us), "shown_at", proof->shown_at, "drawn", proof->drawn,
		"age_ms", age, "shown", strcmp(proof->digest, screen->face.digest) == 0, "whole_at",
		hs_screen_time(proof->whole_unix_us), "whole",
		strcmp(proof->whole_digest, screen->face.digest) == 0, "waiting",
		(json_int_t)waiting, "failures", (json_int_t)proof->failures, "failure",
		proof->failure);
}

/* "" when it stands on the screen. */
static const char *
why_not_shown(const struct hs_screen *screen, const struct hs_adapter_item *item)
{
	if (screen->face.state != HS_SCREEN_LOST && screen->face.lane == item->lane)
		return "";
	return why_not(screen, item->lane, 1);
}

void
hs_screen_explain(const struct hs_screen *screen, struct hs_adapter_item *item, const char *why)
{
	const char *id = screen->settings->id;
	bool filtered = why[0] != '\0';
	const char *not_shown = filtered ? why : why_not_shown(screen, item);
	if (not_shown[0] != '\0') {
		hs_adapter_receipt(
			item, id, filtered ? HS_RECEIPT(FILTERED) : HS_RECEIPT(FAILED), not_shown);
		return;
	}
	struct hs_buf text;
	hs_buf_init(&text, FACE_MAX_BYTES);
	hs_buf_add(
		&text, hs_frame_bytes(screen->face.frame), hs_frame_len_bytes(screen->face.frame));
	hs_adapter_show_proven(item, id, "screen", hs_buf_text(&text));
	hs_buf_free(&text);
}

void
hs_screen_free(struct hs_screen *screen)
{
	hs_screen_face_free(&screen->face);
	hs_screen_face_free(&screen->trial);
	for (int i = 0; i < HS_LANE_COUNT; i++)
		hs_ways_free(&screen->ways[i]);
}
