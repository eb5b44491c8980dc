#include "adapters/jalert/playing.h"

#include <stdlib.h>
#include <string.h>

bool
hs_abouts_add(struct hs_abouts *abouts, const char *event, uint32_t kinds)
{
	struct hs_about *items = realloc(abouts->items, (abouts->count + 1) * sizeof(*items));
	if (!items)
		return false;
	abouts->items = items;
	items[abouts->count] = (struct hs_about){ strdup(event), kinds };
	return items[abouts->count].event && ++abouts->count > 0;
}

void
hs_abouts_free(struct hs_abouts *abouts)
{
	for (size_t i = 0; i < abouts->count; i++)
		free(abouts->items[i].event);
	free(abouts->items);
	*abouts = (struct hs_abouts){ 0 };
}

/* NULL: it is not about that event. */
static const struct hs_about *
about_find(const struct hs_abouts *abouts, const char *event)
{
	for (size_t i = 0; event[0] != '\0' && i < abouts->count; i++)
		if (strcmp(abouts->items[i].event, event) == 0)
			return &abouts->items[i];
	return NULL;
}

bool
hs_abouts_meet(const struct hs_abouts *abouts, const struct hs_abouts *others)
{
	for (size_t i = 0; i < abouts->count; i++)
		if (about_find(others, abouts->items[i].event))
			return true;
	return false;
}

uint32_t
hs_kinds_taken_back(uint32_t said, uint32_t named)
{
	return named != 0 && said == named ? said : HS_PLAYING_KINDS_ALL;
}

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
	hs_abouts_free(&playing->about);
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

/* The new one is about each of its events; a cancel, and takes back all that is said of them. What is said beside what is wrong
 * is not silenced with it. */
static bool
is_met(const struct hs_abouts *about, const struct hs_coming *coming)
{
	for (size_t i = 0; i < about->count; i++) {
		const struct hs_about *other = about_find(&coming->about, about->items[i].event);
		if (!other || (coming->cancel &&
				      (about->items[i].kinds & ~hs_kinds_taken_back(other->kinds,
								       coming->named)) != 0))
			return false;
	}
	return about->count > 0;
}

enum hs_way
hs_playing_way(const struct hs_playing *playing, const struct hs_coming *coming)
{
	if (playing->over)
		return HS_WAY_STAY;
	if (playing->lane != coming->lane)
		return playing->lane == HS_LANE_DRILL ? HS_WAY_END : HS_WAY_STAY;
	bool met = is_met(&playing->about, coming);
	if (met && coming->cancel)
		return HS_WAY_CANCEL;
	if (met && !coming->cancel && (!playing->started || playing->interrupted) &&
		covers(coming->places, playing->places ? playing->places : ""))
		return HS_WAY_REPLACE;
	bool can = playing->request && !playing->interrupted && !playing->stop_owed &&
		   !playing->stop_asked;
	return can && coming->priority < playing->priority ? HS_WAY_INTERRUPT : HS_WAY_STAY;
}
