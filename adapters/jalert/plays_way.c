#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/plays_parts.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

bool
hs_plays_live_is_on(const struct hs_plays *plays)
{
	for (const struct hs_play *play = plays->plays; play; play = play->next)
		if (play->delivery.item->lane == HS_LANE_LIVE && !play->withdrawn)
			return true;
	return hs_playing_any(&plays->playing, HS_LANE_LIVE, hs_clock_mono_us());
}

/* The younger stand before the older. What ends something may pass those that wait for the first proof (canary NULL). */
static bool
goes_behind(const struct hs_play *play, const struct hs_play *older)
{
	return !older->withdrawn && older->delivery.item->lane == play->delivery.item->lane &&
	       (play->delivery.canary || !older->delivery.canary) &&
	       hs_abouts_meet(&play->about, &older->about);
}

bool
hs_plays_is_behind(const struct hs_play *play)
{
	for (const struct hs_play *older = play->next; older; older = older->next)
		if (goes_behind(play, older))
			return true;
	return false;
}

void
hs_plays_wake(struct hs_plays *plays)
{
	for (struct hs_play *play = plays->plays; play; play = play->next) {
		if (play->waits)
			hs_adapter_deliver_now(&play->delivery);
		play->waits = false;
	}
}

struct hs_playing
hs_plays_playing_of(const struct hs_play *play)
{
	const struct hs_adapter_item *item = play->delivery.item;
	struct hs_playing playing = {
		.lane = item->lane,
		.priority = play->priority,
		.seq = item->seq,
		.duration_ms = play->duration_ms,
		.until_mono_us =
			hs_clock_mono_us() + play->duration_ms * 1000 + HS_PLAYING_MARGIN_US,
		.deadline_mono_us = item->deadline_mono_us,
		.request = play->request,
		.about = play->about,
		.places = play->places,
	};
	snprintf(playing.id, sizeof(playing.id), "%s", play->id);
	snprintf(playing.epoch, sizeof(playing.epoch), "%s", play->old ? "" : item->epoch);
	return playing;
}

void
hs_plays_unheard(const struct hs_play *play)
{
	const struct hs_adapter_item *item = play->delivery.item;
	const struct hs_plays *plays = play->owner;
	plays->ops->unheard(
		plays->owner, item->lane, play->old ? HS_HEARD_OLD(item->seq) : item->seq);
}

/* ---- stops ---- */

static void
stop(struct hs_plays *plays, struct hs_playing *playing, const char *reason)
{
	char request[256];
	snprintf(request, sizeof(request), "{\"type\":\"stop\",\"id\":\"%s\",\"reason\":\"%s\"}",
		playing->id, reason);
	playing->stop_asked = hs_controller_send(plays->controller, request) == HS_OK;
	if (playing->stop_asked)
		hs_info("jalert.stopped", "id=%s reason=\"%s\"", playing->id, reason);
	else if (!playing->stop_owed)
		hs_warn("jalert.stop_not_sent", "id=%s", playing->id);
	playing->stop_owed = !playing->stop_asked;
}

/* Nothing more is told of it. What was not answered about its stop is waited for. */
static void
leave(struct hs_playing *playing)
{
	if (playing->stop_owed || playing->stop_asked)
		playing->over = true;
	else
		hs_playing_end(playing);
}

void
hs_plays_stops_tick(struct hs_plays *plays)
{
	int64_t now_mono_us = hs_clock_mono_us();
	for (size_t i = 0; i < HS_PLAYING_MAX; i++) {
		struct hs_playing *playing = &plays->playing.items[i];
		if (playing->id[0] != '\0' && playing->over &&
			now_mono_us >= playing->until_mono_us)
			hs_playing_end(playing);
		else if (playing->stop_owed)
			stop(plays, playing, "it was to be stopped before");
	}
}

void
hs_plays_stops_again(struct hs_plays *plays)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		plays->playing.items[i].stop_owed =
			plays->playing.items[i].stop_owed || plays->playing.items[i].stop_asked;
	hs_plays_stops_tick(plays);
}

/* ---- making way ---- */

/* Of the process before this one, and it is not known whether it sounds: the stop goes ahead of the correction. */
static void
stop_unanswered(void *owner, const struct hs_playing *unanswered)
{
	struct hs_plays *plays = owner;
	plays->counts.cancelled++;
	hs_playing_add(&plays->playing, unanswered);
	stop(plays, hs_playing_find(&plays->playing, unanswered->id), HS_REASON_TAKEN_BACK);
}

static void
end_early(struct hs_plays *plays, struct hs_playing *playing, const char *detail)
{
	hs_adapter_report(plays->adapter, playing->lane, playing->epoch, playing->seq, "controller",
		HS_RECEIPT(EXPIRED), detail);
	plays->ops->dropped(plays->owner, playing->id);
	leave(playing);
}

static void
make_way_of(struct hs_plays *plays, struct hs_playing *playing, const struct hs_coming *coming)
{
	bool with_controller = !playing->interrupted;
	switch (hs_playing_way(playing, coming)) {
	case HS_WAY_END:
		if (with_controller && (playing->stop_owed || playing->stop_asked))
			return;
		plays->counts.drills_stopped++;
		if (with_controller)
			stop(plays, playing, HS_REASON_LIVE);
		else
			end_early(plays, playing, "interrupted, and a live announcement came");
		return;
	case HS_WAY_CANCEL:
		plays->counts.cancelled++;
		if (with_controller)
			stop(plays, playing, HS_REASON_TAKEN_BACK);
		end_early(plays, playing, HS_STOPPED_TAKEN_BACK);
		return;
	case HS_WAY_REPLACE:
		plays->counts.replaced++;
		if (with_controller)
			stop(plays, playing, "a newer state takes its place");
		end_early(plays, playing, "not begun: a newer state took its place");
		return;
	case HS_WAY_INTERRUPT:
		plays->counts.interrupted++;
		playing->interrupted = true;
		playing->started = false;
		stop(plays, playing, "something more urgent has the loudspeakers");
		return;
	case HS_WAY_STAY:
		return;
	}
}

/* It may sound, and the controller has not said so. */
static void
stop_on_its_way(struct hs_plays *plays, const struct hs_play *play)
{
	struct hs_playing playing = hs_plays_playing_of(play);
	playing.request = playing.places = NULL;
	playing.about = (struct hs_abouts){ 0 };
	playing.over = true;
	hs_playing_add(&plays->playing, &playing);
	stop(plays, hs_playing_find(&plays->playing, play->id), play->withdrawn);
}

/* The first that fits; what was sent and what was not. A drill that was not sent waits for its turn. */
static const char *
why_withdrawn(struct hs_plays *plays, const struct hs_play *play, const struct hs_coming *coming)
{
	const struct hs_playing playing = hs_plays_playing_of(play);
	switch (hs_playing_way(&playing, coming)) {
	case HS_WAY_END:
		plays->counts.drills_stopped += play->sent;
		return play->sent ? HS_REASON_LIVE : NULL;
	case HS_WAY_CANCEL:
		plays->counts.cancelled++;
		return HS_REASON_TAKEN_BACK;
	case HS_WAY_REPLACE:
		plays->counts.replaced++;
		return "a newer state takes its place";
	case HS_WAY_INTERRUPT: /* the controller sees to that among what it has not accepted yet */
	case HS_WAY_STAY:
		return NULL;
	}
	return NULL;
}

static void
withdraw(struct hs_plays *plays, struct hs_play *play, const char *why)
{
	play->withdrawn = why;
	hs_info("jalert.withdrawn", "id=%s sent=%d reason=\"%s\"", play->id, play->sent, why);
	plays->ops->dropped(plays->owner, play->id);
	if (play->sent)
		stop_on_its_way(plays, play);
	else
		hs_plays_unheard(play);
	hs_adapter_deliver_now(&play->delivery);
	hs_plays_wake(plays);
}

/* Those that wait for an answer would stand before the new one until their time is over. */
static void
end_withdrawn(struct hs_plays *plays)
{
	struct hs_play *play = plays->plays;
	while (play) {
		if (!play->withdrawn || !play->delivery.under_way) {
			play = play->next;
			continue;
		}
		play->delivery.deadline_mono_us = 1;
		hs_adapter_attempt_done(&play->delivery, HS_ATTEMPT_RETRY, play->withdrawn);
		play = plays->plays; /* others may be gone with it */
	}
}

void
hs_plays_make_way(struct hs_plays *plays, const struct hs_coming *coming)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		if (plays->playing.items[i].id[0] != '\0')
			make_way_of(plays, &plays->playing.items[i], coming);
	for (struct hs_play *play = plays->plays; play; play = play->next) {
		const char *why = play->withdrawn ? NULL : why_withdrawn(plays, play, coming);
		if (why)
			withdraw(plays, play, why);
	}
	end_withdrawn(plays);
	hs_plays_silence_before(plays, coming);
}

void
hs_plays_silence_before(struct hs_plays *plays, const struct hs_coming *coming)
{
	hs_before_take_back(&plays->before, coming, stop_unanswered, plays);
}

/* ---- beginning again ---- */

/* Something that goes before it is on its way. What is held for want of a proof is not. */
static bool
is_behind(const struct hs_plays *plays, const struct hs_playing *playing)
{
	for (const struct hs_play *play = plays->plays; play; play = play->next)
		if (!play->withdrawn && play->delivery.item->lane == playing->lane &&
			play->priority <= playing->priority &&
			!hs_canary_holds(play->delivery.canary))
			return true;
	return playing->lane == HS_LANE_DRILL && hs_plays_live_is_on(plays);
}

void
hs_plays_resume(struct hs_plays *plays)
{
	int64_t now_mono_us = hs_clock_mono_us();
	for (size_t i = 0; i < HS_PLAYING_MAX; i++) {
		struct hs_playing *playing = &plays->playing.items[i];
		if (playing->id[0] == '\0' || !playing->interrupted || playing->over)
			continue;
		if (now_mono_us >= playing->deadline_mono_us) {
			end_early(plays, playing, "interrupted, and too old to begin again");
			continue;
		}
		if (playing->stop_owed || playing->stop_asked || is_behind(plays, playing) ||
			hs_playing_above(
				&plays->playing, playing->lane, playing->priority, now_mono_us) ||
			hs_controller_send(plays->controller, playing->request) != HS_OK)
			continue;
		plays->counts.resumed++;
		playing->interrupted = false;
		playing->until_mono_us =
			now_mono_us + playing->duration_ms * 1000 + HS_PLAYING_MARGIN_US;
		hs_info("jalert.resumed", "id=%s", playing->id);
	}
}
