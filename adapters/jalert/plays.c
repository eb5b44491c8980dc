#include "adapters/jalert/plays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/plays_parts.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define EVENT_MAX_BYTES	 2048u
#define PLACES_MAX_BYTES 65536u
#define TICK_MS		 250

static struct hs_play *
play_find(struct hs_plays *plays, const char *id)
{
	struct hs_play *play = plays->plays;
	while (play && strcmp(play->id, id) != 0)
		play = play->next;
	return play;
}

/* ---- one play ---- */

/* That it is to be sent, or may have been. */
static void
sent_note(struct hs_play *play, enum hs_adapter_lane lane)
{
	for (size_t i = 0; i < play->about.count; i++)
		(play->sent ? hs_sent_take : hs_sent_note)(&play->owner->sent, lane,
			play->about.items[i].event, play->about.items[i].kinds);
}

static void
play_attempt(struct hs_adapter_delivery *delivery)
{
	struct hs_play *play = HS_CONTAINER_OF(delivery, struct hs_play, delivery);
	struct hs_plays *plays = play->owner;
	if (play->withdrawn) {
		delivery->deadline_mono_us = 1;
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_RETRY, play->withdrawn);
		return;
	}
	if (delivery->item->lane == HS_LANE_DRILL && hs_plays_live_is_on(plays)) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_RETRY, HS_REASON_LIVE);
		return;
	}
	play->waits = hs_plays_is_behind(play);
	if (play->waits) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_WAIT,
			"what came before about the same event goes first");
		return;
	}
	if (hs_controller_send(plays->controller, play->request) != HS_OK) {
		hs_adapter_attempt_done(
			delivery, HS_ATTEMPT_RETRY, "the controller is not connected");
		return;
	}
	play->sent = true;
	sent_note(play, delivery->item->lane);
}

/* There is nothing to call back; a late answer finds no play and is handled as such. */
static void
play_abort(struct hs_adapter_delivery *delivery)
{
	(void)delivery;
}

static void
play_free(struct hs_play *play)
{
	free(play->request);
	hs_abouts_free(&play->about);
	free(play->places);
	free(play);
}

static void
play_ended(struct hs_adapter_delivery *delivery)
{
	struct hs_play *play = HS_CONTAINER_OF(delivery, struct hs_play, delivery);
	struct hs_plays *plays = play->owner;
	struct hs_play **at = &plays->plays;
	while (*at != play)
		at = &(*at)->next;
	*at = play->next;
	hs_plays_wake(plays);
	if (!play->accepted && !play->withdrawn) /* of that it was told already */
		hs_plays_unheard(play);
	play_free(play);
}

static void
play_accepted(struct hs_plays *plays, struct hs_play *play, bool started)
{
	struct hs_playing playing = hs_plays_playing_of(play);
	playing.started = started;
	play->request = play->places = NULL;
	play->about = (struct hs_abouts){ 0 };
	play->accepted = true;
	hs_playing_add(&plays->playing, &playing);
}

static void
on_tick(uv_timer_t *timer)
{
	struct hs_plays *plays = timer->data;
	hs_plays_stops_tick(plays);
	hs_plays_resume(plays);
	hs_before_tick(&plays->before);
}

/* ---- answers ---- */

static void
playing_answer(struct hs_plays *plays, const struct hs_controller_answer *answer)
{
	struct hs_playing *playing = hs_playing_find(&plays->playing, answer->id);
	struct hs_playing still = { 0 };
	if (hs_before_late_answer(&plays->before, answer)) {
		if (playing && !hs_controller_has(answer))
			hs_playing_end(playing);
		return;
	}
	if (!playing && hs_before_answer(&plays->before, answer, &still)) {
		if (still.id[0] != '\0')
			hs_playing_add(&plays->playing, &still);
		return;
	}
	if (!playing) {
		hs_info("jalert.answer_for_nobody", "id=%s state=%s", answer->id, answer->state);
		return;
	}
	bool finished = strcmp(answer->state, "finished") == 0;
	if (strcmp(answer->state, "started") == 0)
		playing->started = !playing->interrupted;
	if (!finished && strcmp(answer->state, "failed") != 0)
		return;
	bool over = playing->over;
	playing->stop_asked = false;
	if (over)
		hs_playing_end(playing);
	/* the answer to its stop says nothing more, unless it was played to its end before that came */
	if (over || (playing->interrupted && !finished))
		return;
	char detail[160];
	snprintf(detail, sizeof(detail), "%s%s%s", finished ? "played" : "not played",
		answer->detail[0] ? ": " : "", answer->detail);
	hs_adapter_report(plays->adapter, playing->lane, playing->epoch, playing->seq,
		HS_PLAYS_OUTLET, finished ? HS_RECEIPT(DISPLAYED) : HS_RECEIPT(FAILED), detail);
	hs_playing_end(playing);
	hs_plays_resume(plays);
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
	struct hs_play *play = play_find(plays, answer->id);
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
	hs_before_tick(&plays->before); /* ahead of the stops, which change the answer */
	hs_plays_stops_again(plays);
	plays->ops->up(plays->owner);
}

static void
was_told(void *owner, enum hs_adapter_lane lane, uint64_t seq, const hs_notice *notice)
{
	struct hs_plays *plays = owner;
	plays->ops->was_told(plays->owner, lane, seq, notice);
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

static uint32_t
kinds_of(const struct hs_alerts *said)
{
	uint32_t kinds = 0;
	for (size_t i = 0; i < said->count; i++)
		kinds |= HS_PLAYING_KIND(said->items[i].kind);
	return kinds;
}

static uint32_t
named_by(const struct hs_news *news)
{
	return news->kind == HS_ALERT_COUNT ? 0 : HS_PLAYING_KIND(news->kind);
}

/* An evacuation order has its kind in the plan alone. */
static bool
about_fill(struct hs_abouts *about, const struct hs_plan *plan, const struct hs_news *news)
{
	uint32_t kinds = 0;
	bool ok = true;
	for (size_t i = 0; i < plan->announcement_count; i++)
		kinds |= HS_PLAYING_KIND(plan->announcements[i]->kind);
	for (size_t i = 0; ok && i < news->part_count; i++) {
		const struct hs_alerts *said = &news->parts[i].said;
		ok = hs_abouts_add(
			about, news->parts[i].event, said->count > 0 ? kinds_of(said) : kinds);
	}
	return ok;
}

static struct hs_play *
play_new(struct hs_plays *plays, const struct hs_plan *plan, const char *json,
	const struct hs_news *news)
{
	struct hs_play *play = calloc(1, sizeof(*play));
	struct hs_buf request;
	if (!play)
		return NULL;
	hs_buf_init(&request, HS_FRAME_MAX_BYTES);
	hs_buf_printf(&request, "{\"type\":\"play\",\"id\":\"%s\",\"plan\":", plan->id);
	hs_buf_puts(&request, json);
	hs_buf_puts(&request, "}");
	if (!request.failed)
		play->request = strdup(hs_buf_text(&request));
	hs_buf_free(&request);
	play->places = places_of(plan);
	play->owner = plays;
	play->priority = plan->priority;
	play->duration_ms = plan->duration_ms;
	/* What is explained counts as heard, for what is asked after it. */
	play->accepted = hs_adapter_is_dry(plays->adapter);
	snprintf(play->id, sizeof(play->id), "%s", plan->id);
	if (about_fill(&play->about, plan, news) && play->request && play->places)
		return play;
	play_free(play);
	return NULL;
}

static void
deliver(struct hs_plays *plays, struct hs_adapter_item *item, struct hs_play *play,
	const struct hs_canary *canary)
{
	/* Of one event a correction never overtakes what it corrects; of the events behind the first hs_plays_is_behind sees to that. */
	const char *event = play->about.items[0].event;
	play->delivery = (struct hs_adapter_delivery){
		.outlet = HS_PLAYS_OUTLET,
		.order_key = event[0] != '\0' ? event : NULL,
		.canary = canary,
		.attempt = play_attempt,
		.abort = play_abort,
		.ended = play_ended,
		.output = play->request,
		.output_is = "play",
	};
	play->delivery.item = item; /* others look at it before the runtime sets it */
	play->next = plays->plays;
	plays->plays = play;
	hs_adapter_deliver(item, &play->delivery);
}

void
hs_plays_look(const struct hs_plays *plays, enum hs_adapter_lane lane, struct hs_news *news)
{
	for (size_t i = 0; i < news->part_count; i++) {
		struct hs_news_part *part = &news->parts[i];
		part->never = hs_sent_never(&plays->sent, lane, part->event,
			hs_kinds_taken_back(kinds_of(&part->said), named_by(news)));
	}
}

/* It is not about what it does not say. */
static void
leave_out(struct hs_play *play, const struct hs_news *news)
{
	struct hs_abouts all = play->about;
	play->about.count = 0;
	for (size_t i = 0; i < all.count; i++)
		if (news->parts[i].never)
			free(all.items[i].event);
		else
			play->about.items[play->about.count++] = all.items[i];
}

void
hs_plays_send(struct hs_plays *plays, struct hs_adapter_item *item, const struct hs_plan *plan,
	const char *json, const struct hs_news *news, const struct hs_canary *canary)
{
	struct hs_play *play = play_new(plays, plan, json, news);
	if (!play) {
		hs_adapter_receipt(item, HS_PLAYS_OUTLET, HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	const struct hs_coming coming = { .lane = item->lane,
		.priority = plan->priority,
		.named = named_by(news),
		.cancel = item->notice->action == HS_ACTION(CANCEL),
		.about = play->about,
		.places = play->places };
	hs_before_sent(&plays->before, item->lane, item->seq);
	hs_plays_make_way(plays, &coming);
	leave_out(play, news);
	if (play->about.count == 0) {
		hs_adapter_receipt(item, HS_PLAYS_OUTLET, HS_RECEIPT(FILTERED),
			"nothing of what it takes back was sent to the loudspeakers");
		play_free(play);
		return;
	}
	/* One from before the snapshot may be known to the controller from the process before. */
	play->sent =
		item->seq <= plays->loaded_seq[item->lane] || hs_adapter_is_dry(plays->adapter);
	sent_note(play, item->lane);
	deliver(plays, item, play, canary);
}

void
hs_plays_take_back(struct hs_plays *plays, enum hs_adapter_lane lane, const struct hs_news *news)
{
	uint32_t named = named_by(news);
	struct hs_coming coming = { .lane = lane, .named = named, .cancel = true };
	bool ok = true;
	for (size_t i = 0; ok && i < news->event_count; i++)
		ok = hs_abouts_add(
			&coming.about, news->events[i], named != 0 ? named : HS_PLAYING_KINDS_ALL);
	hs_plays_silence_before(plays, &coming);
	hs_abouts_free(&coming.about);
}

void
hs_plays_ask(struct hs_plays *plays, enum hs_adapter_lane lane, const char *epoch, uint64_t seq,
	const hs_notice *notice)
{
	char id[HS_PLAN_ID_SIZE];
	hs_plan_id(id, lane, epoch, seq);
	hs_before_ask(&plays->before, id, notice);
}

/* A seq of the one history is another notice in the other; an epoch that is none is reported nowhere. */
void
hs_plays_restart(struct hs_plays *plays, enum hs_adapter_lane lane)
{
	plays->loaded[lane] = false;
	plays->loaded_seq[lane] = 0;
	hs_before_restart(&plays->before, lane);
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		if (plays->playing.items[i].lane == lane)
			plays->playing.items[i].epoch[0] = '\0';
	for (struct hs_play *play = plays->plays; play; play = play->next)
		play->old = play->old || play->delivery.item->lane == lane;
}

static void
load(struct hs_plays *plays, const struct hs_adapter_snapshot *snapshot, uint64_t seq,
	const hs_notice *notice)
{
	struct hs_buf event;
	hs_buf_init(&event, EVENT_MAX_BYTES);
	if (hs_alert_event(notice, &event))
		hs_sent_take(
			&plays->sent, snapshot->lane, hs_buf_text(&event), HS_PLAYING_KINDS_ALL);
	hs_buf_free(&event);
	hs_plays_ask(plays, snapshot->lane, snapshot->epoch, seq, notice);
}

/* What is known to have been sent last, so that it is not what finds no place among those that are asked for. */
void
hs_plays_load(struct hs_plays *plays, const struct hs_adapter_snapshot *snapshot)
{
	if (plays->loaded[snapshot->lane])
		return;
	plays->loaded[snapshot->lane] = true;
	plays->loaded_seq[snapshot->lane] = snapshot->seq;
	for (size_t i = 0; i < snapshot->count; i++)
		load(plays, snapshot, snapshot->notices[i].seq, snapshot->notices[i].notice);
	for (size_t i = 0; i < snapshot->past_count; i++)
		if (hs_past_took(&snapshot->past[i], HS_PLAYS_OUTLET))
			load(plays, snapshot, snapshot->past[i].seq, snapshot->past[i].notice);
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
	plays->before = (struct hs_before){ .adapter = adapter,
		.controller = plays->controller,
		.heard = was_told,
		.owner = plays };
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
	hs_before_free(&plays->before);
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
