#include "adapters/jalert/playing.h"

#include <stdlib.h>
#include <string.h>

struct hs_playing *
hs_playing_find(struct hs_playing_list *list, const char *id)
{
	for (size_t i = 0; id[0] != '\0' && i < HS_PLAYING_MAX; i++)
		if (strcmp(list->items[i].id, id) == 0)
			return &list->items[i];
	return NULL;
}

void
hs_playing_add(struct hs_playing_list *list, const struct hs_playing *playing)
{
	struct hs_playing *place = hs_playing_find(list, playing->id);
	for (size_t i = 0; !place && i < HS_PLAYING_MAX; i++)
		if (list->items[i].id[0] == '\0')
			place = &list->items[i];
	if (!place) {
		place = &list->items[0];
		for (size_t i = 1; i < HS_PLAYING_MAX; i++)
			if (list->items[i].until_mono_us < place->until_mono_us)
				place = &list->items[i];
	}
	hs_playing_end(place);
	*place = *playing;
}

void
hs_playing_end(struct hs_playing *playing)
{
	free(playing->request);
	free(playing->event);
	free(playing->places);
	*playing = (struct hs_playing){ 0 };
}

void
hs_playing_free(struct hs_playing_list *list)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		hs_playing_end(&list->items[i]);
}

static bool
sounds(const struct hs_playing *playing, enum hs_adapter_lane lane, int64_t now_mono_us)
{
	return playing->id[0] != '\0' && playing->lane == lane && !playing->interrupted &&
	       !playing->over && playing->until_mono_us > now_mono_us;
}

static bool
is_to_begin_again(const struct hs_playing *playing, enum hs_adapter_lane lane, int64_t now_mono_us)
{
	return playing->lane == lane && playing->interrupted && !playing->over &&
	       playing->deadline_mono_us > now_mono_us;
}

bool
hs_playing_any(const struct hs_playing_list *list, enum hs_adapter_lane lane, int64_t now_mono_us)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		if (sounds(&list->items[i], lane, now_mono_us) ||
			is_to_begin_again(&list->items[i], lane, now_mono_us))
			return true;
	return false;
}

bool
hs_playing_above(const struct hs_playing_list *list, enum hs_adapter_lane lane, uint32_t priority,
	int64_t now_mono_us)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		if (sounds(&list->items[i], lane, now_mono_us) &&
			list->items[i].priority < priority)
			return true;
	return false;
}

/* Every place of the one is a place of the other. */
static bool
covers(const char *places, const char *part)
{
	char code[32];
	while (*part == ',' && part[1] != '\0') {
		size_t len_bytes = strcspn(part + 1, ",");
		if (len_bytes + 3 > sizeof(code))
			return false;
		memcpy(code, part, len_bytes + 1);
		memcpy(code + len_bytes + 1, ",", 2);
		if (!strstr(places, code))
			return false;
		part += len_bytes + 1;
	}
	return true;
}

enum hs_way
hs_playing_way(const struct hs_playing *playing, const struct hs_coming *coming)
{
	if (playing->over)
		return HS_WAY_STAY;
	if (playing->lane != coming->lane)
		return playing->lane == HS_LANE_DRILL ? HS_WAY_END : HS_WAY_STAY;
	bool same = playing->event && coming->event[0] != '\0' &&
		    strcmp(playing->event, coming->event) == 0;
	/* What is said beside what is wrong is not silenced with it. */
	if (same && coming->cancel && (playing->kinds & ~coming->kinds) == 0)
		return HS_WAY_CANCEL;
	if (same && !coming->cancel && (!playing->started || playing->interrupted) &&
		covers(coming->places, playing->places ? playing->places : ""))
		return HS_WAY_REPLACE;
	bool can = playing->request && !playing->interrupted && !playing->stop_owed &&
		   !playing->stop_asked;
	return can && coming->priority < playing->priority ? HS_WAY_INTERRUPT : HS_WAY_STAY;
}
