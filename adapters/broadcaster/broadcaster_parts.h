/* broadcaster_parts.h: what broadcaster.c (life), broadcaster_ask.c (answers), broadcaster_tell.c (notices, lanes) and
 * broadcaster_show.c (what would be told) share. */
#ifndef HS_BROADCASTER_PARTS_H
#define HS_BROADCASTER_PARTS_H

#include "adapters/broadcaster/archive.h"
#include "adapters/broadcaster/broadcaster.h"
#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/outlets.h"
#include "adapters/broadcaster/output.h"
#include "adapters/broadcaster/stations.h"

#define HS_BROADCASTER_ARENA_BYTES (64u << 20)

struct hs_broadcaster_lane {
	struct hs_force *shown; /* the state that is told */
	struct hs_force
		*basis; /* while a backlog comes that `shown` already holds: the state before it */
	char epoch[65];
	bool known;
	bool current;
	int64_t told_unix_us; /* of what had expired by then it was told that it had */
};

/* Profiles that get the same of every notice. */
struct hs_profile_class {
	const struct hs_profile *profile; /* the first of them */
	struct hs_broadcast_item *items;  /* of the notice under way */
	size_t count;
	enum hs_err err;
};

struct hs_broadcaster {
	struct hs_adapter *adapter;
	const struct hs_broadcaster_settings *settings;
	struct hs_place_names *names;
	struct hs_profile *profiles; /* 0: everybody's; then the stations in their order */
	size_t profile_count;
	size_t *class_of; /* of each profile */
	struct hs_profile_class *classes;
	size_t class_count;
	struct hs_broadcaster_lane lanes[HS_LANE_COUNT];
	struct hs_archive *archive;
	struct hs_stations *stations;
	struct hs_outlets *outlets;
	struct hs_output **outputs; /* of each profile, NULL where it has no folder */
	uint64_t items, filtered;
};

/* broadcaster.c: the folder of a profile (index as in profiles); dir "": it has none. */
struct hs_output_options hs_broadcaster_folder(struct hs_broadcaster *own, size_t index);

/* broadcaster_ask.c: owner is the struct hs_broadcaster. See stations.h, outlets.h, output.h. */
void hs_broadcaster_ask_lane(void *owner, enum hs_adapter_lane id, struct hs_stations_lane *out);
struct json_t *hs_broadcaster_ask_in_force(
	void *owner, enum hs_adapter_lane id, const char (*prefectures)[3], size_t count);
struct json_t *hs_broadcaster_ask_state(
	void *owner, enum hs_adapter_lane id, const struct hs_profile *profile);
void hs_broadcaster_ask_pump(void *owner, hs_http_id id);
char *hs_broadcaster_ask_feed(void *owner, enum hs_adapter_lane id);
/* Of a guest: under no name of its own, which anybody can choose (schemas/guests.h). */
void hs_broadcaster_ask_receipt(
	void *owner, enum hs_adapter_lane id, uint64_t seq, int state, const char *detail);
struct hs_output_state hs_broadcaster_ask_output(void *owner, enum hs_adapter_lane id);

/* broadcaster_tell.c: as struct hs_adapter_ops has them. */
void hs_broadcaster_on_notice(void *state, struct hs_adapter_item *item);
void hs_broadcaster_on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot);
void hs_broadcaster_on_state(
	void *state, enum hs_adapter_lane id, enum hs_adapter_lane_state lane_state, uint64_t seq);
/* Stations and folders are told again when something expired meanwhile: no notice says it (schemas/active.h). */
void hs_broadcaster_on_tick(void *owner);
/* What keeps a notice from an outlet of this class: HS_RECEIPT(FAILED), FILTERED or EXPIRED and why; 0: it goes out. files:
 * the outlet is a folder, which also takes what is late. */
int hs_broadcaster_kept_back(const struct hs_profile_class *class,
	const struct hs_adapter_item *item, bool files, const char **why);

/* broadcaster_show.c: what every outlet would get of the notice whose items the classes hold (runtime/explain.h). */
void hs_broadcaster_show(struct hs_broadcaster *own, struct hs_adapter_item *item,
	struct hs_arena *arena, const struct hs_broadcast_input *input,
	const struct hs_forms *forms);

#endif
