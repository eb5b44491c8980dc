/* playing.h: what the controller has accepted and not finished: bounded, in memory. Pure but for time
 * that the caller gives. */
#ifndef HS_JALERT_PLAYING_H
#define HS_JALERT_PLAYING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/rules.h"

#define HS_PLAYING_MAX 128

struct hs_playing {
	char id[64]; /* "" = free */
	char epoch[80];
	enum hs_adapter_lane lane;
	uint64_t seq;
	int64_t until_mono_us; /* when it must be over, by its plan and a margin */
};

struct hs_playing_list {
	struct hs_playing items[HS_PLAYING_MAX];
};

/* Takes the place of the one that ends first when all places are taken. */
void hs_playing_add(struct hs_playing_list *list, const struct hs_playing *playing);
/* NULL when it is not there. */
struct hs_playing *hs_playing_find(struct hs_playing_list *list, const char *id);
void hs_playing_end(struct hs_playing *playing);
/* Whether anything of this lane still plays at now. */
bool hs_playing_any(
	const struct hs_playing_list *list, enum hs_adapter_lane lane, int64_t now_mono_us);

#endif
