/* signage_encode.c: see signage_encode.h. */
#include "adapters/signage/signage_encode.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/signage/signage_items.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "schemas/json_put.h"

#define FACE_MAX_BYTES ((size_t)1 << 30) /* what it is made from is bounded */

static const struct {
	const char *word, *ja;
} states[] = {
	[HS_SCREEN_NORMAL] = { "normal", "平常" },
	[HS_SCREEN_CAUTION] = { "caution", "注意" },
	[HS_SCREEN_EMERGENCY] = { "emergency", "緊急" },
	[HS_SCREEN_DRILL] = { "drill", "訓練" },
	[HS_SCREEN_LOST] = { "lost", "情報途絶" },
};

const char *
hs_screen_state_word(enum hs_screen_state state)
{
	HS_CHECK((size_t)state < HS_COUNT(states));
	return states[state].word;
}

/* ---- what is shown of which lane ---- */

struct shown {
	struct hs_force_group *groups;
	size_t count;
	enum hs_adapter_lane lane;
};

static bool
row_wanted(const void *owner, const struct hs_force_row *row)
{
	const struct hs_signage_input *input = owner;
	return hs_screen_wants(input->screen, row->area_code, row->sub_code) &&
	       (int64_t)row->urgency >= input->screen->rules.caution_level &&
	       !hs_sign_expired(row, input->now_unix_us);
}

static enum hs_err
lane_groups(
	struct hs_arena *arena, const struct hs_signage_input *input, int lane, struct shown *shown)
{
	shown->lane = (enum hs_adapter_lane)lane;
	shown->count = 0;
	if (input->lanes[lane].list == NULL)
		return HS_OK;
	return hs_force_groups_by_limit(arena, input->lanes[lane].list,
		&(struct hs_force_filter){ row_wanted, input }, &shown->groups, &shown->count);
}

/* Past its time and not lifted: it stays in force, so nothing takes its place. */
static bool
has_past(const struct hs_signage_input *input, int lane)
{
	const struct hs_force_list *list = input->lanes[lane].list;
	for (size_t i = 0; list != NULL && i < list->count; i++) {
		if (hs_sign_is_past(input, &list->rows[i]))
			return true;
	}
	return false;
}

static enum hs_screen_state
state_of(const struct hs_signage_input *input, const struct shown *shown, bool said)
{
	const struct hs_signage_lane *lanes = input->lanes;
	/* With a live lane the drill lane decides nothing: it may come and go. */
	const struct hs_signage_lane *leading =
		lanes[HS_LANE_LIVE].configured ? &lanes[HS_LANE_LIVE] : &lanes[HS_LANE_DRILL];
	if (!leading->fresh)
		return HS_SCREEN_LOST;
	if (shown->count == 0 && !said)
		return HS_SCREEN_NORMAL;
	if (shown->lane == HS_LANE_DRILL)
		return HS_SCREEN_DRILL;
	if (shown->count == 0)
		return HS_SCREEN_CAUTION;
	bool emergency = (int64_t)shown->groups[0].urgency >= input->screen->rules.emergency_level;
	return emergency ? HS_SCREEN_EMERGENCY : HS_SCREEN_CAUTION;
}

static enum hs_err
choose(struct hs_arena *arena, const struct hs_signage_input *input, struct shown *shown)
{
	enum hs_err err = HS_OK;
	if (input->lanes[HS_LANE_LIVE].configured)
		err = lane_groups(arena, input, HS_LANE_LIVE, shown);
	const struct hs_signage_lane *drill = &input->lanes[HS_LANE_DRILL];
	bool drill_counts = drill->configured && input->screen->rules.drills &&
			    (!input->lanes[HS_LANE_LIVE].configured || drill->fresh);
	if (input->lanes[HS_LANE_LIVE].configured && has_past(input, HS_LANE_LIVE))
		drill_counts = false;
	if (err == HS_OK && shown->count == 0 && drill_counts) {
		err = lane_groups(arena, input, HS_LANE_DRILL, shown);
		/* A calm drill lane beside a live one is no reason to speak of drills. */
		if (shown->count == 0 && input->lanes[HS_LANE_LIVE].configured)
			shown->lane = HS_LANE_LIVE;
	} else if (shown->count == 0 && drill->configured && !input->lanes[HS_LANE_LIVE].configured)
		shown->lane = HS_LANE_DRILL; /* a calm one, that shows no drills */
	return err;
}

/* ---- digests ---- */

void
hs_signage_digest(const char *text, size_t len_bytes, char out[HS_SIGNAGE_DIGEST_SIZE])
{
	uint8_t bytes[HS_SHA256_BYTES];
	char hex[HS_SHA256_HEX];
	const struct hs_span span = { text, len_bytes };
	hs_sha256(&span, 1, bytes);
	hs_hex(bytes, sizeof(bytes), hex);
	memcpy(out, hex, HS_SIGNAGE_DIGEST_SIZE - 1);
	out[HS_SIGNAGE_DIGEST_SIZE - 1] = '\0';
}

/* Closes the message; the digest is over the text without it, and then its last member. */
static void
seal(struct hs_buf *out, char digest[HS_SIGNAGE_DIGEST_SIZE])
{
	hs_json_close(out, '}');
	if (out->failed)
		return;
	hs_signage_digest(out->bytes, out->len_bytes, digest);
	out->len_bytes--; /* the brace */
	hs_json_put_text(out, "digest", digest);
	hs_json_close(out, '}');
}

/* ---- a screen ---- */

/* The five levels, for the strip beside the alert. */
static void
put_scale(struct hs_buf *out)
{
	hs_json_open(out, "scale", '[');
	for (uint32_t level = 1; level <= 5; level++) {
		const struct hs_level_display *display = hs_level_display(level);
		if (display == NULL)
			continue;
		hs_json_open(out, NULL, '{');
		hs_json_put_integer(out, "level", level);
		hs_json_put_text(out, "term", display->term_ja);
		hs_json_put_text(out, "background", display->background);
		hs_json_put_text(out, "foreground", display->foreground);
		hs_json_close(out, '}');
	}
	hs_json_close(out, ']');
}

static void
put_texts(struct hs_buf *out, const char *key, const struct hs_config_texts *texts)
{
	hs_json_open(out, key, '[');
	for (size_t i = 0; i < texts->count; i++)
		hs_json_put_text(out, NULL, texts->items[i]);
	hs_json_close(out, ']');
}

static const struct hs_sign_text this_is_drill = { "これは訓練です",
	"これは れんしゅうです。本当では ありません", "This is a drill", "this_is_drill" };

static void
put_head(const struct hs_sign_maker *maker, enum hs_adapter_lane lane)
{
	const struct hs_screen_settings *screen = maker->input->screen;
	struct hs_buf *out = maker->speech.out;
	hs_json_put_text(out, "type", "screen");
	hs_json_open(out, "screen", '{');
	hs_json_put_text(out, "id", screen->id);
	hs_json_put_text(out, "name", screen->name);
	hs_json_close(out, '}');
	hs_json_put_text(out, "mode", hs_lane_name(lane));
	hs_json_put_text(out, "epoch", maker->lane->epoch != NULL ? maker->lane->epoch : "");
	hs_json_put_integer(out, "seq", (int64_t)maker->lane->seq);
	hs_json_put_integer(out, "stale_after_ms", screen->stale_after_ms);
	put_texts(out, "languages", &screen->languages);
	hs_sign_put_marks(&maker->speech, "marks");
	put_scale(out);
}

static void
put_look(struct hs_buf *out, const struct hs_screen_settings *screen)
{
	hs_json_open(out, "look", '{');
	hs_json_put_integer(out, "least_permille", hs_screen_least_permille(&screen->look));
	hs_json_put_text(out, "qr_url", screen->look.qr_url);
	hs_json_put_bool(out, "map", screen->site.map);
	hs_json_put_text(out, "position", screen->site.position);
	put_texts(out, "areas", &screen->areas);
	hs_json_close(out, '}');
}

static void
put_items(const struct hs_sign_maker *maker, const struct shown *shown)
{
	hs_json_open(maker->speech.out, "items", '[');
	for (size_t i = 0; i < shown->count; i++) {
		const struct hs_force_group *group = &shown->groups[i];
		for (size_t j = 0; j < group->row_count; j++)
			hs_tells_add(maker->tells, group->rows[j]->seq);
		hs_sign_put_item(maker, group, NULL, HS_SIGN_FULL);
	}
	hs_json_close(maker->speech.out, ']');
}

/* What depends on whether the hub is heard. */
static enum hs_err
put_rest(const struct hs_sign_maker *maker, const struct shown *shown, enum hs_screen_state *state)
{
	const char *hazard = shown->count > 0 && shown->groups[0].meta != NULL
				     ? shown->groups[0].meta->hazard
				     : "";
	struct hs_buf *out = maker->speech.out;
	bool said = false;
	enum hs_err err = HS_OK;
	if (state_of(maker->input, shown, true) != HS_SCREEN_LOST)
		err = hs_sign_put_ends(maker, &said);
	else /* only then: while the hub is heard it would change with every heartbeat */
		hs_sign_put_time(out, "heard_at", maker->lane->heard_unix_us, HS_JST_MINUTES);
	if (shown->count > 0)
		hs_sign_put_shelters(maker, hazard);
	*state = state_of(maker->input, shown, said);
	hs_json_put_text(out, "state", states[*state].word);
	hs_json_put_text(out, "state_ja", states[*state].ja);
	return err;
}

static enum hs_err
put_message(
	const struct hs_sign_maker *maker, const struct shown *shown, struct hs_screen_face *face)
{
	struct hs_buf *out = maker->speech.out;
	hs_json_open(out, NULL, '{');
	put_head(maker, shown->lane);
	put_items(maker, shown);
	put_look(out, maker->input->screen);
	if (shown->lane == HS_LANE_DRILL)
		hs_sign_put_plain(&maker->speech, "drill", &this_is_drill);
	enum hs_err err = put_rest(maker, shown, &face->state);
	seal(out, face->digest);
	hs_tells_close(&face->tells);
	if (err != HS_OK || out->failed || face->tells.failed)
		return err != HS_OK ? err : HS_ERR_NOMEM;
	face->proofs = hs_sign_prove(maker, states[face->state].ja, shown->groups, shown->count);
	if (face->proofs != NULL && !hs_arena_failed(maker->speech.arena))
		face->frame = hs_frame_from(out->bytes, out->len_bytes);
	return face->frame != NULL ? HS_OK : HS_ERR_NOMEM;
}

enum hs_err
hs_signage_encode(
	struct hs_arena *arena, const struct hs_signage_input *input, struct hs_screen_face *face)
{
	struct shown shown = { .lane = HS_LANE_LIVE };
	struct hs_buf out;
	enum hs_err err = choose(arena, input, &shown);
	if (err != HS_OK)
		return err;
	struct hs_sign_maker maker = {
		.input = input, .lane = &input->lanes[shown.lane], .tells = &face->tells
	};
	hs_buf_init(&out, FACE_MAX_BYTES);
	if (!hs_sign_speech_begin(
		    arena, &out, &input->screen->languages, shown.lane, &maker.speech))
		return HS_ERR_NOMEM;
	*face = (struct hs_screen_face){
		.lane = shown.lane, .seq = maker.lane->seq, .item_count = shown.count
	};
	err = put_message(&maker, &shown, face);
	hs_buf_free(&out);
	if (err != HS_OK)
		hs_screen_face_free(face);
	return err;
}

void
hs_screen_face_free(struct hs_screen_face *face)
{
	hs_frame_unref(face->frame);
	free(face->proofs);
	hs_tells_free(&face->tells);
	*face = (struct hs_screen_face){ 0 };
}
