/* outlets.h: the stations of the configuration that are not folders: their lines, and what carries them.
 *
 * Flow:    create → for each station and lane a line (line.h); nng: a link that we dial (hub/base/link.h, PAIR on the wire);
 *          WebSocket: stations.c claims the line when a station of that name subscribes, and pumps it.
 * Proof:   a station that has a token says it first (profile.h): stations.c asks before it claims; over nng it is the station's first
 *          message, and until it came nothing leaves and nothing else is taken. What is none is told so once; after token_tries_max the connection
 *          ends and is made anew.
 * Rules:   a name of the configuration has one connection a lane: a new one takes the place of the old, which may be dead
 *          without knowing it. No line waits for another.
 * Owner:   the broadcaster owns the outlets; stations.c borrows lines between claim and release.
 * Threads: the loop's.
 */
#ifndef HS_BROADCASTER_OUTLETS_H
#define HS_BROADCASTER_OUTLETS_H

#include <uv.h>

#include "adapters/broadcaster/line.h"
#include "adapters/broadcaster/refusals.h"
#include "hub/base/http.h"

struct hs_outlets;

struct hs_outlets_options {
	struct hs_adapter *adapter;
	const struct hs_profile
		*profiles; /* those of files are skipped; live as long as the outlets */
	size_t profile_count;
	bool lanes[HS_LANE_COUNT]; /* configured */
	int64_t heartbeat_ms;
	int64_t token_tries_max; /* nng: of one connection */
	/* "state" for a station: a new reference. */
	struct json_t *(*state)(
		void *owner, enum hs_adapter_lane lane, const struct hs_profile *profile);
	/* The WebSocket of this id has something to get. */
	void (*pump)(void *owner, hs_http_id id);
	/* Each heartbeat_ms: for what changes by time alone. */
	void (*tick)(void *owner);
	void *owner;
};

enum hs_err hs_outlets_create(uv_loop_t *loop, const struct hs_outlets_options *options,
	struct hs_outlets **out) HS_MUST_CHECK;
/* Frees itself when its links are gone. NULL is allowed. */
void hs_outlets_destroy(struct hs_outlets *outlets);

/* The station of that name in the configuration, in small or capital letters; NULL: there is none. */
const struct hs_profile *hs_outlets_profile(const struct hs_outlets *outlets, const char *name);
/* For the audit: who claimed a name of the configuration and did not prove it. way: "websocket" or "nng". */
void hs_outlets_refused(struct hs_outlets *outlets, const struct hs_profile *profile,
	enum hs_adapter_lane lane, const char *way, const char *peer);
/* Of one of the profiles. */
uint64_t hs_outlets_refusals(const struct hs_outlets *outlets, const struct hs_profile *profile);
/* The line of a station that connected by WebSocket; NULL: not of this name, channel or lane. *old: the connection that it
 * replaces, 0 = none. */
struct hs_line *hs_outlets_claim(struct hs_outlets *outlets, const char *name,
	enum hs_adapter_lane lane, hs_http_id id, hs_http_id *old);
/* After claim, when the connection is ready to be pumped. */
void hs_outlets_ready(struct hs_line *line);
void hs_outlets_release(struct hs_outlets *outlets, struct hs_line *line, hs_http_id id);
/* Calls visit for each line of a lane. */
void hs_outlets_each(struct hs_outlets *outlets, enum hs_adapter_lane lane,
	void (*visit)(void *owner, struct hs_line *line), void *owner);
/* Lines that are up now. */
size_t hs_outlets_up(const struct hs_outlets *outlets);

#endif
