/* screen.c: see screen.h. */
#include "adapters/signage/screen.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"

#define FACE_MAX_BYTES (16u << 20)

void
hs_screen_reset(struct hs_screen *screen, enum hs_adapter_lane lane)
{
	screen->lanes[lane] = (struct hs_screen_waiting){ 0 };
}

void
hs_screen_wait(struct hs_screen *screen, enum hs_adapter_lane lane, uint64_t seq)
{
	struct hs_screen_waiting *waiting = &screen->lanes[lane];
	if (seq > waiting->touched_seq)
		waiting->touched_seq = seq;
	if (seq <= waiting->proven_seq)
		return;
	if (waiting->count > 0 && waiting->seqs[waiting->count - 1] >= seq)
		return;
	if (waiting->count == HS_SCREEN_WAITING_MAX) {
		waiting->count--;
		memmove(waiting->seqs, waiting->seqs + 1,
			waiting->count * sizeof(waiting->seqs[0]));
	}
	waiting->seqs[waiting->count++] = seq;
}

enum hs_err
hs_screen_show(
	struct hs_screen *screen, struct hs_signage_face *face, int64_t now_unix_us, bool *changed)
{
	json_t *message = face->message;
	face->message = NULL;
	*changed = screen->face.frame == NULL || strcmp(screen->face.digest, face->digest) != 0;
	if (!*changed) {
		json_decref(message);
		return HS_OK;
	}
	char *text = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	struct hs_frame *frame = text != NULL ? hs_frame_from(text, strlen(text)) : NULL;
	free(text);
	if (frame == NULL)
		return HS_ERR_NOMEM;
	hs_frame_unref(screen->face.frame);
	screen->face = (struct hs_screen_face){
		.frame = frame, .state = face->state, .lane = face->lane, .seq = face->seq
	};
	memcpy(screen->face.digest, face->digest, sizeof(face->digest));
	screen->changed_unix_us = now_unix_us;
	return HS_OK;
}

void
hs_screen_displayed(struct hs_screen *screen, const struct hs_screen_face *face,
	int64_t now_unix_us,
	void (*proven)(void *owner, enum hs_adapter_lane lane, uint64_t seq, const char *screen_id),
	void *owner)
{
	screen->displays++;
	screen->displayed_unix_us = now_unix_us;
	memcpy(screen->displayed_digest, face->digest, sizeof(face->digest));
	if (face->state == HS_SCREEN_LOST)
		return;
	struct hs_screen_waiting *waiting = &screen->lanes[face->lane];
	size_t shown = 0;
	while (shown < waiting->count && waiting->seqs[shown] <= face->seq)
		proven(owner, face->lane, waiting->seqs[shown++], screen->settings->id);
	if (shown == 0)
		return;
	waiting->proven_seq = waiting->seqs[shown - 1];
	waiting->count -= shown;
	memmove(waiting->seqs, waiting->seqs + shown, waiting->count * sizeof(waiting->seqs[0]));
}

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
	json_t *age = screen->displayed_unix_us == 0
			      ? json_null()
			      : json_integer((now_unix_us - screen->displayed_unix_us) / 1000);
	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:I,s:o,s:o,s:o,s:b}", "id",
		screen->settings->id, "name", screen->settings->name, "state",
		hs_screen_state_word(screen->face.state), "mode", hs_lane_name(screen->face.lane),
		"seq", (json_int_t)screen->face.seq, "version", screen->face.digest, "players",
		(json_int_t)players, "changed_at", hs_screen_time(screen->changed_unix_us),
		"displayed_at", hs_screen_time(screen->displayed_unix_us), "age_ms", age, "shown",
		strcmp(screen->displayed_digest, screen->face.digest) == 0);
}

void
hs_screen_explain(const struct hs_screen *screen, struct hs_adapter_item *item, bool concerned)
{
	const char *id = screen->settings->id;
	if (!concerned) {
		hs_adapter_receipt(
			item, id, HS_RECEIPT(FILTERED), "none of the areas of this screen");
		return;
	}
	struct hs_buf text;
	hs_buf_init(&text, FACE_MAX_BYTES);
	hs_buf_add(
		&text, hs_frame_bytes(screen->face.frame), hs_frame_len_bytes(screen->face.frame));
	hs_adapter_show(item, id, "screen", hs_buf_text(&text));
	hs_buf_free(&text);
}

void
hs_screen_free(struct hs_screen *screen)
{
	hs_frame_unref(screen->face.frame);
	screen->face.frame = NULL;
}
