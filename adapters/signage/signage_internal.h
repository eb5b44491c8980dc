/* signage_internal.h: the state of the adapter, shared by signage.c (screens, players, life) and signage_hub.c (what the hub
 * says). See signage.h. */
#ifndef HS_SIGNAGE_INTERNAL_H
#define HS_SIGNAGE_INTERNAL_H

#include "adapters/signage/players.h"
#include "adapters/signage/screen.h"
#include "adapters/signage/signage.h"
#include "adapters/signage/signage_canary.h"

struct signage_lane {
	struct hs_force *force;
	struct hs_signage_cancel cancel;
	struct hs_signage_lifted lifted;
	struct hs_shelters *shelters;
	char epoch[65];
	bool known;
	int64_t heard_mono_us; /* of the hub */
	int64_t heard_unix_us; /* the same for people; 0 = never */
};

struct signage {
	struct hs_adapter *adapter;
	const struct hs_signage_settings *settings;
	struct signage_lane lanes[HS_LANE_COUNT];
	struct hs_screen *screens;
	size_t screen_count;
	struct hs_players *players;
	struct hs_signage_canary canary;
	uv_timer_t timer;
	uint64_t looks;
};

/* Draws it when it shows something else than before. True when it does. */
bool hs_signage_draw(struct signage *own, size_t index);
void hs_signage_draw_all(struct signage *own);
/* The shelters that are open on a lane are others now. */
void hs_signage_rank_all(struct signage *own, enum hs_adapter_lane lane);
struct hs_screen_reports hs_signage_reports(struct signage *own);

/* signage_hub.c: members of hs_signage_ops. */
void hs_signage_on_notice(void *state, struct hs_adapter_item *item);
void hs_signage_on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot);
void hs_signage_on_state(void *state, enum hs_adapter_lane lane,
	enum hs_adapter_lane_state lane_state, uint64_t seq);
void hs_signage_on_heartbeat(
	void *state, enum hs_adapter_lane lane, uint64_t newest_seq, const char *digest);

#endif
