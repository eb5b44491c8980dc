/* output_files.c: see output_files.h. */
#include "adapters/broadcaster/output_files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "schemas/json_put.h"
#include "schemas/json_text.h"

#define STATE_ARENA_BYTES (64u << 20)

char *
hs_indented(const void *compact, size_t len_bytes)
{
	struct hs_buf out;
	hs_buf_init(&out, HS_JSON_TEXT_MAX);
	hs_json_indent(&out, compact, len_bytes);
	if (!out.failed)
		return out.bytes;
	hs_buf_free(&out);
	return NULL;
}

static char *
current_json(const struct hs_output_state *state, enum hs_adapter_lane lane, json_t *in_force,
	const char *prefecture)
{
	char stamp[HS_RFC3339_SIZE];
	hs_rfc3339_format(hs_clock_unix_us(), 540, stamp);
	json_t *record = json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:o}", "type", "state", "mode",
		hs_lane_name(lane), "epoch", state->epoch, "seq", (json_int_t)state->seq,
		"prefecture", prefecture, "status", state->current ? "current" : "stale", "mark",
		hs_mode_mark(hs_lane_mode(lane), "ja"), "as_of", stamp, "in_force", in_force);
	char *compact = hs_json_dump(record);
	char *text = compact != NULL ? hs_indented(compact, strlen(compact)) : NULL;
	free(compact);
	json_decref(record);
	return text;
}

bool
hs_playout_add_named(struct hs_playout_job *job, enum hs_adapter_lane lane, const char *folder,
	const char *name, const char *text)
{
	char path[HS_PLAYOUT_PATH];
	snprintf(path, sizeof(path), "%s/%s%s%s", hs_lane_name(lane), folder,
		folder[0] != '\0' ? "/" : "", name);
	return text != NULL && hs_playout_job_add(job, path, text);
}

bool
hs_playout_add_current(struct hs_playout_job *job, const struct hs_profile *profile,
	const struct hs_output_state *state, enum hs_adapter_lane lane, const char *prefecture)
{
	struct hs_buf text, pages;
	struct hs_arena *arena = hs_arena_create(STATE_ARENA_BYTES);
	const struct hs_force_view view = { state->list, prefecture, &profile->selector,
		hs_clock_unix_us() };
	int mode = hs_lane_mode(lane);
	if (arena == NULL)
		return false;
	hs_buf_init(&text, HS_STATE_TEXT_BYTES);
	hs_buf_init(&pages, HS_STATE_TEXT_BYTES);
	json_t *in_force = hs_broadcast_in_force(arena, &view);
	char *json = in_force != NULL ? current_json(state, lane, in_force, prefecture) : NULL;
	enum hs_err err = hs_broadcast_in_force_text(arena, &view, mode, &text);
	bool paged = profile->style.page.rows > 0;
	if (err == HS_OK && paged)
		err = hs_broadcast_in_force_pages(arena, &view, mode, &profile->style, &pages);
	bool good = json != NULL && err == HS_OK;
	good = good && hs_playout_add_named(job, lane, prefecture, "current.json", json);
	good = good &&
	       hs_playout_add_named(job, lane, prefecture, "current.txt", hs_buf_text(&text));
	if (paged)
		good = good && hs_playout_add_named(job, lane, prefecture, "current.pages.txt",
				       hs_buf_text(&pages));
	hs_buf_free(&pages);
	free(json);
	hs_buf_free(&text);
	hs_arena_destroy(arena);
	return good;
}
