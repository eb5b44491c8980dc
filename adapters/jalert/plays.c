#include "adapters/jalert/plays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/before.h"
#include "adapters/jalert/playing.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define KEY_MAX_BYTES	  1024u
#define PLACES_MAX_BYTES  65536u
#define TICK_MS		  250
#define REASON_LIVE	  "a live announcement has the loudspeakers"
/* After its planned end an item counts as over even when the controller never said so. */
#define PLAYING_MARGIN_US (30 * HS_US_PER_S)

struct hs_plays {
	struct hs_adapter *adapter;
	struct hs_controller *controller;
	const struct hs_plays_ops *ops;
	void *owner;
	uv_timer_t timer;
	struct play *plays; /* on their way to the controller */
	struct hs_playing_list playing;
	struct hs_plays_counts counts;
	struct hs_before before;
};

/* One plan on its way to the controller. */
struct play {
	struct hs_adapter_delivery delivery;
	struct hs_plays *owner;
	struct play *next;
	char id[64];
	struct hs_buf key; /* of the document: its revisions go in order, a newer one replaces */
	char *request, *event, *places;
	uint32_t priority;
	int64_t duration_ms;
	bool sent, accepted;
};

static struct play *
play_find(struct hs_plays *plays, const char *id)
{
	struct play *play = plays->plays;
	while (play && strcmp(play->id, id) != 0)
		play = play->next;
	return play;
}

static bool
live_is_on(const struct hs_plays *plays)
{
	for (const struct play *play = plays->plays; play; play = play->next)
		if (play->delivery.item->lane == HS_LANE_LIVE)
			return true;
	return hs_playing_any(&plays->playing, HS_LANE_LIVE, hs_clock_mono_us());
}

/* ---- one play ---- */

static void
play_attempt(struct hs_adapter_delivery *delivery)
{
	struct play *play = HS_CONTAINER_OF(delivery, struct play, delivery);
	struct hs_plays *plays = play->owner;
	if (delivery->item->lane == HS_LANE_DRILL && live_is_on(plays)) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_RETRY, REASON_LIVE);
		return;
	}
	if (hs_controller_send(plays->controller, play->request) == HS_OK)
		play->sent = true;
	else
		hs_adapter_attempt_done(
			delivery, HS_ATTEMPT_RETRY, "the controller is not connected");
}

/* There is nothing to call back; a late answer finds no play and is handled as such. */
static void
play_abort(struct hs_adapter_delivery *delivery)
{
	(void)delivery;
}

static void
play_free(struct play *play)
{
	hs_buf_free(&play->key);
	free(play->request);
	free(play->event);
	free(play->places);
	free(play);
}

static void
play_ended(struct hs_adapter_delivery *delivery)
{
	struct play *play = HS_CONTAINER_OF(delivery, struct play, delivery);
	struct hs_plays *plays = play->owner;
	struct play **at = &plays->plays;
	while (*at != play)
		at = &(*at)->next;
	*at = play->next;
	if (!play->accepted)
		plays->ops->unheard(plays->owner, delivery->item->lane, delivery->item->seq);
	play_free(play);
}

static void
play_accepted(struct hs_plays *plays, struct play *play, bool started)
{
	const struct hs_adapter_item *item = play->delivery.item;
	struct hs_playing playing = {
		.lane = item->lane,
		.priority = play->priority,
		.seq = item->seq,
		.duration_ms = play->duration_ms,
		.until_mono_us = hs_clock_mono_us() + play->duration_ms * 1000 + PLAYING_MARGIN_US,
		.deadline_mono_us = item->deadline_mono_us,
		.started = started,
		.request = play->request,
		.event = play->event,
		.places = play->places,
	};
	play->request = play->event = play->places = NULL;
	play->accepted = true;
	snprintf(playing.id, sizeof(playing.id), "%s", play->id);
	snprintf(playing.epoch, sizeof(playing.epoch), "%s", item->epoch);
	hs_playing_add(&plays->playing, &playing);
}

/* ---- making way ---- */

static void
stop(struct hs_plays *plays, const char *id, const char *reason)
{
	char request[256];
	snprintf(request, sizeof(request), "{\"type\":\"stop\",\"id\":\"%s\",\"reason\":\"%s\"}",
		id, reason);
	hs_info("jalert.stopped", "id=%s reason=\"%s\"", id, reason);
	if (hs_controller_send(plays->controller, request) != HS_OK)
		hs_warn("jalert.stop_not_sent", "id=%s", id);
}

static void
end_early(struct hs_plays *plays, struct hs_playing *playing, const char *detail)
{
	hs_adapter_report(plays->adapter, playing->lane, playing->epoch, playing->seq, "controller",
		HS_RECEIPT(EXPIRED), detail);
	plays->ops->dropped(plays->owner, playing->id);
	hs_playing_end(playing);
}

static void
make_way_of(struct hs_plays *plays, struct hs_playing *playing, const struct hs_coming *coming)
{
	bool with_controller = !playing->interrupted;
	switch (hs_playing_way(playing, coming)) {
	case HS_WAY_END:
		plays->counts.drills_stopped++;
		stop(plays, playing->id, REASON_LIVE);
		return;
	case HS_WAY_CANCEL:
		plays->counts.cancelled++;
		if (with_controller)
			stop(plays, playing->id, "it was taken back");
		end_early(plays, playing, "stopped: it was taken back");
		return;
	case HS_WAY_REPLACE:
		plays->counts.replaced++;
		if (with_controller)
			stop(plays, playing->id, "a newer state takes its place");
		end_early(plays, playing, "not begun: a newer state took its place");
		return;
	case HS_WAY_INTERRUPT:
		plays->counts.interrupted++;
		playing->interrupted = true;
		playing->started = false;
		stop(plays, playing->id, "something more urgent has the loudspeakers");
		return;
	case HS_WAY_STAY:
		return;
	}
}

/* Before the new one goes out. Drills that were sent and not yet answered are silenced too. */
static void
make_way(struct hs_plays *plays, const struct hs_coming *coming)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		if (plays->playing.items[i].id[0] != '\0')
			make_way_of(plays, &plays->playing.items[i], coming);
	for (struct play *play = plays->plays; play; play = play->next)
		if (coming->lane == HS_LANE_LIVE && play->sent &&
			play->delivery.item->lane == HS_LANE_DRILL) {
			plays->counts.drills_stopped++;
			stop(plays, play->id, REASON_LIVE);
		}
}

/* What was interrupted begins again when nothing more urgent sounds. */
static void
resume(struct hs_plays *plays)
{
	int64_t now_mono_us = hs_clock_mono_us();
	for (size_t i = 0; i < HS_PLAYING_MAX; i++) {
		struct hs_playing *playing = &plays->playing.items[i];
		if (playing->id[0] == '\0' || !playing->interrupted)
			continue;
		if (now_mono_us >= playing->deadline_mono_us) {
			end_early(plays, playing, "interrupted, and too old to begin again");
			continue;
		}
		if (hs_playing_above(
			    &plays->playing, playing->lane, playing->priority, now_mono_us) ||
			hs_controller_send(plays->controller, playing->request) != HS_OK)
			continue;
		plays->counts.resumed++;
		playing->interrupted = false;
		playing->until_mono_us =
			now_mono_us + playing->duration_ms * 1000 + PLAYING_MARGIN_US;
		hs_info("jalert.resumed", "id=%s", playing->id);
	}
}

static void
on_tick(uv_timer_t *timer)
{
	struct hs_plays *plays = timer->data;
	resume(plays);
	hs_before_tick(&plays->before);
}

/* ---- answers ---- */

static void
playing_answer(struct hs_plays *plays, const struct hs_controller_answer *answer)
{
	struct hs_playing *playing = hs_playing_find(&plays->playing, answer->id);
	if (!playing && hs_before_answer(&plays->before, answer))
		return;
	if (!playing) {
		hs_info("jalert.answer_for_nobody", "id=%s state=%s", answer->id, answer->state);
		return;
	}
	bool finished = strcmp(answer->state, "finished") == 0;
	if (strcmp(answer->state, "started") == 0)
		playing->started = true;
	/* the answer to its stop says nothing more */
	if (playing->interrupted || (!finished && strcmp(answer->state, "failed") != 0))
		return;
	char detail[160];
	snprintf(detail, sizeof(detail), "%s%s%s", finished ? "played" : "not played",
		answer->detail[0] ? ": " : "", answer->detail);
	hs_adapter_report(plays->adapter, playing->lane, playing->epoch, playing->seq, "controller",
		finished ? HS_RECEIPT(DISPLAYED) : HS_RECEIPT(FAILED), detail);
	hs_playing_end(playing);
	resume(plays);
}

static void
on_answer(void *owner, const struct hs_controller_answer *answer)
{
	static const struct {
		const char *state;
		enum hs_attempt_result result;
		const char *detail;
	} rows[] = {
		{ "accepted", HS_ATTEMPT_ACCEPTED, "accepted by the controller" },
		{ "started", HS_ATTEMPT_ACCEPTED, "started" },
		{ "finished", HS_ATTEMPT_DISPLAYED, "played" },
		{ "failed", HS_ATTEMPT_FAILED, "" },
	};
	struct hs_plays *plays = owner;
	if (plays->ops->on_other(plays->owner, answer))
		return;
	struct play *play = play_find(plays, answer->id);
	if (!play || !play->delivery.under_way) {
		playing_answer(plays, answer);
		return;
	}
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (strcmp(rows[i].state, answer->state) != 0)
			continue;
		if (rows[i].result == HS_ATTEMPT_ACCEPTED)
			play_accepted(plays, play, i == 1);
		play->accepted = play->accepted || rows[i].result == HS_ATTEMPT_DISPLAYED;
		hs_adapter_attempt_done(&play->delivery, rows[i].result,
			answer->detail[0] ? answer->detail : rows[i].detail);
		return;
	}
	hs_warn("jalert.answer_unknown", "id=%s state=%s", answer->id, answer->state);
}

static void
on_up(void *owner)
{
	struct hs_plays *plays = owner;
	plays->ops->up(plays->owner);
}

static const struct hs_controller_ops controller_ops = { on_up, on_answer };

/* ---- a plan ---- */

static char *
places_of(const struct hs_plan *plan)
{
	struct hs_buf buf;
	hs_buf_init(&buf, PLACES_MAX_BYTES);
	for (size_t i = 0; i < plan->announcement_count; i++)
		hs_buf_printf(&buf, ",%s", plan->announcements[i]->code);
	hs_buf_puts(&buf, ",");
	char *text = buf.failed ? NULL : strdup(hs_buf_text(&buf));
	hs_buf_free(&buf);
	return text;
}

static struct play *
play_new(struct hs_plays *plays, const struct hs_plan *plan, const char *json, const char *event)
{
	struct play *play = calloc(1, sizeof(*play));
	struct hs_buf request;
	if (!play)
		return NULL;
	hs_buf_init(&request, HS_FRAME_MAX_BYTES);
	hs_buf_printf(&request, "{\"type\":\"play\",\"id\":\"%s\",\"plan\":", plan->id);
	hs_buf_puts(&request, json);
	hs_buf_puts(&request, "}");
	hs_buf_init(&play->key, KEY_MAX_BYTES);
	if (!request.failed)
		play->request = strdup(hs_buf_text(&request));
	hs_buf_free(&request);
	play->event = strdup(event);
	play->places = places_of(plan);
	play->owner = plays;
	play->priority = plan->priority;
	play->duration_ms = plan->duration_ms;
	/* What is explained counts as heard, for what is asked after it. */
	play->accepted = hs_adapter_is_dry(plays->adapter);
	snprintf(play->id, sizeof(play->id), "%s", plan->id);
	if (play->request && play->event && play->places)
		return play;
	play_free(play);
	return NULL;
}

void
hs_plays_send(struct hs_plays *plays, struct hs_adapter_item *item, const struct hs_plan *plan,
	const char *json, const char *event, const struct hs_canary *canary)
{
	struct play *play = play_new(plays, plan, json, event);
	if (!play) {
		hs_adapter_receipt(item, "controller", HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	hs_before_sent(&plays->before, item->lane, item->seq);
	const struct hs_coming coming = { item->lane, plan->priority,
		item->notice->action == HS_ACTION(CANCEL), event, play->places };
	make_way(plays, &coming);
	bool has_key = hs_document_key(item->notice, &play->key);
	play->delivery = (struct hs_adapter_delivery){
		.outlet = "controller",
		.order_key = has_key ? hs_buf_text(&play->key) : NULL,
		.canary = canary,
		.attempt = play_attempt,
		.abort = play_abort,
		.ended = play_ended,
		.output = play->request,
		.output_is = "play",
	};
	play->delivery.item = item; /* live_is_on looks at it before the runtime sets it */
	play->next = plays->plays;
	plays->plays = play;
	hs_adapter_deliver(item, &play->delivery);
}

void
hs_plays_ask(struct hs_plays *plays, enum hs_adapter_lane lane, const char *epoch, uint64_t seq)
{
	char id[HS_PLAN_ID_SIZE];
	hs_plan_id(id, lane, epoch, seq);
	hs_before_ask(&plays->before, id);
}

/* ---- life ---- */

enum hs_err
hs_plays_open(struct hs_adapter *adapter, const char *url, const struct hs_plays_ops *ops,
	void *owner, struct hs_plays **out)
{
	struct hs_plays *plays = calloc(1, sizeof(*plays));
	if (!plays)
		return HS_ERR_NOMEM;
	plays->adapter = adapter;
	plays->ops = ops;
	plays->owner = owner;
	if (hs_adapter_is_dry(adapter)) {
		*out = plays;
		return HS_OK;
	}
	enum hs_err err = hs_controller_open(
		hs_adapter_loop(adapter), url, &controller_ops, plays, &plays->controller);
	if (err != HS_OK) {
		free(plays);
		return err;
	}
	plays->before = (struct hs_before){ .adapter = adapter, .controller = plays->controller };
	uv_timer_init(hs_adapter_loop(adapter), &plays->timer);
	plays->timer.data = plays;
	uv_timer_start(&plays->timer, on_tick, TICK_MS, TICK_MS);
	*out = plays;
	return HS_OK;
}

static void
plays_free(struct hs_plays *plays)
{
	hs_playing_free(&plays->playing);
	free(plays);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	plays_free(handle->data);
}

void
hs_plays_close(struct hs_plays *plays)
{
	if (!plays)
		return;
	if (!plays->controller) {
		plays_free(plays);
		return;
	}
	hs_controller_close(plays->controller);
	uv_close((uv_handle_t *)&plays->timer, on_timer_closed);
}

struct hs_controller *
hs_plays_controller(struct hs_plays *plays)
{
	return plays->controller;
}

const struct hs_plays_counts *
hs_plays_counts(const struct hs_plays *plays)
{
	return &plays->counts;
}
