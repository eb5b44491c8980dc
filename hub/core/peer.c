#include "hub/core/peer.h"

#include "hub/base/check.h"
#include "hub/base/silence.h"

#define NO	  (-1)
#define US_PER_MS 1000

static const int next_state[HS_PEER_STATE_COUNT][HS_PEER_INPUT_COUNT] = {
	/*                     UP, HELLO_GATE, HELLO_TAKER, RESUME, LOST */
	[HS_PEER_STATE_DOWN] = { HS_PEER_STATE_GREETING, NO, NO, NO, HS_PEER_STATE_DOWN },
	[HS_PEER_STATE_GREETING] = { HS_PEER_STATE_GREETING, HS_PEER_STATE_READY,
		HS_PEER_STATE_WAITING, NO, HS_PEER_STATE_DOWN },
	[HS_PEER_STATE_WAITING] = { HS_PEER_STATE_GREETING, NO, NO, HS_PEER_STATE_READY,
		HS_PEER_STATE_DOWN },
	[HS_PEER_STATE_READY] = { HS_PEER_STATE_GREETING, NO, NO, NO, HS_PEER_STATE_DOWN },
};

bool
hs_peer_input(struct hs_peer *peer, enum hs_peer_input input, int64_t mono_us)
{
	int next = next_state[peer->state][input];

	if (next == NO)
		return false;
	peer->state = (enum hs_peer_state)next;
	peer->since_mono_us = mono_us;
	if (input == HS_PEER_INPUT_UP)
		peer->heard_mono_us = mono_us;
	return true;
}

bool
hs_peer_is_late(
	const struct hs_peer *peer, int64_t mono_us, int64_t greeting_ms, int64_t heartbeat_ms)
{
	if (peer->state == HS_PEER_STATE_DOWN)
		return false;
	if (peer->state == HS_PEER_STATE_READY)
		return mono_us - peer->heard_mono_us >= hs_silence_of_peer_us(heartbeat_ms);
	return mono_us - peer->since_mono_us >= greeting_ms * US_PER_MS;
}

const char *
hs_peer_state_name(enum hs_peer_state state)
{
	static const char *const names[HS_PEER_STATE_COUNT] = { "down", "greeting", "waiting",
		"ready" };

	return names[state];
}

#define RANK_ADAPTER 3
#define RANK_FEED    6

static int
rank_of(const struct hs_core_peer *peer)
{
	if (peer->rank > 0)
		return peer->rank;
	return peer->kind == (int)HS_PEER(ADAPTER) ? RANK_ADAPTER : RANK_FEED;
}

void
hs_peer_order(const struct hs_core_peer *peers, size_t count, struct hs_peer_order *out)
{
	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		size_t at = out->count;

		if (peers[i].kind == (int)HS_PEER(GATE))
			continue;
		for (; at > 0 && rank_of(&peers[out->peers[at - 1]]) > rank_of(&peers[i]); at--)
			out->peers[at] = out->peers[at - 1];
		out->peers[at] = (uint8_t)i;
		out->count++;
	}
}
