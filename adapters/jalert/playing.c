#include "adapters/jalert/playing.h"

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
	*place = *playing;
}

void
hs_playing_end(struct hs_playing *playing)
{
	playing->id[0] = '\0';
}

bool
hs_playing_any(const struct hs_playing_list *list, enum hs_adapter_lane lane, int64_t now_mono_us)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		if (list->items[i].id[0] != '\0' && list->items[i].lane == lane &&
			list->items[i].until_mono_us > now_mono_us)
			return true;
	return false;
}
