/* signage_encode.c: see signage_encode.h. */
#include "adapters/signage/signage_encode.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/signage/signage_items.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/json_text.h"

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
	return hs_force_groups(
		arena, input->lanes[lane].list, row_wanted, input, &shown->groups, &shown->count);
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

#define SUFFIX_FORMAT ",\"digest\":\"%s\"}"
#define SUFFIX_MAX    64

/* Over the text without the digest, which then becomes its last member. */
static bool
seal(struct hs_arena *arena, struct hs_signage_face *face)
{
	struct hs_buf out;
	hs_buf_init(&out, HS_JSON_TEXT_MAX);
	bool good = hs_json_write(&out, face->message);
	char *text = good ? hs_arena_alloc(arena, out.len_bytes + SUFFIX_MAX) : NULL;
	if (text != NULL) {
		hs_signage_digest(out.bytes, out.len_bytes, face->digest);
		memcpy(text, out.bytes, out.len_bytes);
		/* over the last brace */
		snprintf(text + out.len_bytes - 1, SUFFIX_MAX, SUFFIX_FORMAT, face->digest);
		json_object_set_new(face->message, "digest", json_string(face->digest));
	}
	hs_buf_free(&out);
	face->text = text;
	return text != NULL;
}

/* ---- a screen ---- */

/* The five levels, for the strip beside the alert. */
static json_t *
scale(void)
{
	json_t *list = json_array();
	for (uint32_t level = 1; level <= 5; level++) {
		const struct hs_level_display *display = hs_level_display(level);
		if (display != NULL)
			json_array_append_new(
				list, json_pack("{s:i,s:s,s:s,s:s}", "level", (int)level, "term",
					      display->term_ja, "background", display->background,
					      "foreground", display->foreground));
	}
	return list;
}

static json_t *
texts_of(const struct hs_config_texts *texts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(list, json_string(texts->items[i]));
	return list;
}

static const struct hs_sign_text this_is_drill = { "これは訓練です",
	"これは れんしゅうです。本当では ありません", "This is a drill", "this_is_drill" };

static void
set_look(const struct hs_screen_settings *screen, json_t *message)
{
	json_t *look = json_pack("{s:I,s:s,s:b,s:s,s:o}", "least_permille",
		(json_int_t)hs_screen_least_permille(&screen->look), "qr_url", screen->look.qr_url,
		"map", screen->site.map, "position", screen->site.position, "areas",
		texts_of(&screen->areas));
	json_object_set_new(message, "look", look);
}

static json_t *
message_of(const struct hs_sign_maker *maker, const struct shown *shown)
{
	const struct hs_screen_settings *screen = maker->input->screen;
	const struct hs_signage_lane *lane = maker->lane;
	json_t *items = json_array();
	for (size_t i = 0; i < shown->count; i++)
		json_array_append_new(items, hs_sign_item(maker, &shown->groups[i]));
	json_t *message = json_pack("{s:s,s:{s:s,s:s},s:s,s:s,s:I,s:I,s:o,s:o,s:o,s:o}", "type",
		"screen", "screen", "id", screen->id, "name", screen->name, "mode",
		hs_lane_name(shown->lane), "epoch", lane->epoch != NULL ? lane->epoch : "", "seq",
		(json_int_t)lane->seq, "stale_after_ms", (json_int_t)screen->stale_after_ms,
		"languages", texts_of(&screen->languages), "marks", hs_sign_marks(&maker->speech),
		"scale", scale(), "items", items);
	if (message != NULL) {
		set_look(screen, message);
		if (shown->lane == HS_LANE_DRILL)
			json_object_set_new(
				message, "drill", hs_sign_plain(&maker->speech, &this_is_drill));
	}
	return message;
}

/* What depends on whether the hub is heard. */
static enum hs_err
finish(const struct hs_sign_maker *maker, const struct shown *shown, struct hs_signage_face *face)
{
	const char *hazard = shown->count > 0 && shown->groups[0].meta != NULL
				     ? shown->groups[0].meta->hazard
				     : "";
	json_t *message = face->message;
	bool said = false;
	enum hs_err err = HS_OK;
	if (state_of(maker->input, shown, true) != HS_SCREEN_LOST)
		err = hs_sign_set_ends(maker, message, &said);
	else /* only then: while the hub is heard it would change with every heartbeat */
		hs_sign_set_time(message, "heard_at", maker->lane->heard_unix_us, 540);
	if (err == HS_OK && shown->count > 0)
		err = hs_sign_set_shelters(maker, hazard, message);
	face->state = state_of(maker->input, shown, said);
	json_object_set_new(message, "state", json_string(states[face->state].word));
	json_object_set_new(message, "state_ja", json_string(states[face->state].ja));
	return err == HS_OK && !seal(maker->speech.arena, face) ? HS_ERR_NOMEM : err;
}

enum hs_err
hs_signage_encode(
	struct hs_arena *arena, const struct hs_signage_input *input, struct hs_signage_face *face)
{
	struct shown shown = { .lane = HS_LANE_LIVE };
	enum hs_err err = choose(arena, input, &shown);
	if (err != HS_OK)
		return err;
	const struct hs_signage_lane *lane = &input->lanes[shown.lane];
	struct hs_sign_maker maker = { .input = input, .lane = lane };
	if (!hs_sign_speech_begin(arena, &input->screen->languages, shown.lane, &maker.speech))
		return HS_ERR_NOMEM;
	*face = (struct hs_signage_face){ .lane = shown.lane,
		.seq = lane->seq,
		.item_count = shown.count,
		.message = message_of(&maker, &shown) };
	err = face->message != NULL ? finish(&maker, &shown, face) : HS_ERR_NOMEM;
	hs_sign_speech_end(&maker.speech);
	if (err == HS_OK && hs_arena_failed(arena))
		err = HS_ERR_NOMEM;
	if (err != HS_OK) {
		json_decref(face->message);
		face->message = NULL;
	}
	return err;
}
