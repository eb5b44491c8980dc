/* silence.h: when a partner on a link that says nothing counts as gone.
 *
 * Flow:    each side sends a heartbeat every beat_ms and notes when it heard anything; it looks several times a second,
 *          and drops a link on which it heard nothing for its limit. A cable that was pulled, a frozen machine and a
 *          firewall that forgot the connection are found in no other way: the connection looks open.
 * Limits:  who takes notices gives the hub up a little before two heartbeats are missed, so that with heartbeats of 5 s
 *          (contract of the feed, 5 s) a dead path is found and a new one tried within 10 s; the hub gives a peer up a
 *          little before three, within 15 s. The rest is for the look itself and for the new connection.
 * Stopped: who was not running himself (a suspended machine, a debugger, a starved core) must not take that time for the
 *          silence of all others, whose words wait in the sockets: hs_silence_may_judge.
 * Owner:   plain values. Threads: the loop's.
 */
#ifndef HS_SILENCE_H
#define HS_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

/* The longest silence of the hub that a peer bears, and of a peer that the hub bears, in microseconds. beat_ms: the longer
 * one of the two intervals. greeted: the hub has said its interval; before that it may be one with long ones. */
int64_t hs_silence_of_hub_us(int64_t beat_ms, bool greeted);
int64_t hs_silence_of_peer_us(int64_t beat_ms);
/* How often to look: a quarter of a heartbeat, a quarter of a second at most. */
uint64_t hs_silence_look_ms(int64_t beat_ms);

/* What one loop remembers of its own looks; zeros at the beginning. */
struct hs_silence_looks {
	int64_t last_us, trust_us;
};

/* To be asked at each look: false right after this loop stood still, until it has had the time to read what came. */
bool hs_silence_may_judge(struct hs_silence_looks *looks, int64_t mono_us);

#endif
