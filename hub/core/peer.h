/* peer.h: the link to one configured peer, as a state machine.
 *
 *   state      input      next        what the peer may send meanwhile (core.c, table of frames)
 *   DOWN       UP         GREETING    hello
 *   GREETING   HELLO      READY       gates: submit, status_query, active_query, fetch, heartbeat
 *   GREETING   HELLO      WAITING     feeds and adapters: resume
 *   WAITING    RESUME     READY       ack, receipt, fetch, heartbeat
 *   any        LOST       DOWN
 *   GREETING, WAITING: greeting_ms; READY: silence (hub/base/silence.h) → drop the connection.
 */
#ifndef HS_CORE_PEER_H
#define HS_CORE_PEER_H

#include "hub/core/core.h"
#include "hub/core/outlets.h"

enum hs_peer_state {
	HS_PEER_STATE_DOWN,
	HS_PEER_STATE_GREETING,
	HS_PEER_STATE_WAITING,
	HS_PEER_STATE_READY,
	HS_PEER_STATE_COUNT
};

enum hs_peer_input {
	HS_PEER_INPUT_UP,
	HS_PEER_INPUT_HELLO_GATE,
	HS_PEER_INPUT_HELLO_TAKER, /* a feed or an adapter: it takes notices */
	HS_PEER_INPUT_RESUME,
	HS_PEER_INPUT_LOST,
	HS_PEER_INPUT_COUNT
};

struct hs_peer {
	const struct hs_core_peer *config;
	enum hs_peer_state state;
	uint64_t connection;   /* counts connections of the whole hub: never the same twice */
	int64_t since_mono_us; /* of the state */
	int64_t heard_mono_us;
	int64_t beat_mono_us; /* last heartbeat sent */
	bool digest_differed;
	struct hs_outlets outlets; /* of an adapter */
};

/* Takes the input; false: not allowed in this state (nothing changed). */
bool hs_peer_input(struct hs_peer *peer, enum hs_peer_input input, int64_t mono_us);
/* Has the state lasted too long, or the peer been silent too long? */
bool hs_peer_is_late(
	const struct hs_peer *peer, int64_t mono_us, int64_t greeting_ms, int64_t heartbeat_ms);
const char *hs_peer_state_name(enum hs_peer_state state);

/* Feeds and adapters in the order in which they get a notice: adapters (telecom, J-Alert, broadcaster, signage) before feeds,
 * unless a rank says otherwise; within a rank as they are configured. */
struct hs_peer_order {
	size_t count;
	uint8_t peers[HS_PEERS_MAX];
};
void hs_peer_order(const struct hs_core_peer *peers, size_t count, struct hs_peer_order *out);

#endif
