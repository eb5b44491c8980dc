#include "hub/base/silence.h"

#define US_PER_MS      1000LL
#define TENTHS_OF_HUB  16
#define TENTHS_OF_PEER 29
#define USUAL_BEAT_MS  5000
#define LOOKS_PER_BEAT 4
#define LOOK_MS_MAX    250
/* A look that comes so late was not merely delayed by work. */
#define STILL_US       (1000 * US_PER_MS)
/* What waits in the sockets, and in nng's threads, is read by then. */
#define CATCH_UP_US    (500 * US_PER_MS)

int64_t
hs_silence_of_hub_us(int64_t beat_ms, bool greeted)
{
	if (!greeted && beat_ms < USUAL_BEAT_MS)
		beat_ms = USUAL_BEAT_MS;
	return TENTHS_OF_HUB * beat_ms * US_PER_MS / 10;
}

int64_t
hs_silence_of_peer_us(int64_t beat_ms)
{
	return TENTHS_OF_PEER * beat_ms * US_PER_MS / 10;
}

uint64_t
hs_silence_look_ms(int64_t beat_ms)
{
	int64_t look_ms = beat_ms / LOOKS_PER_BEAT + 1;

	return (uint64_t)(look_ms < LOOK_MS_MAX ? look_ms : LOOK_MS_MAX);
}

bool
hs_silence_may_judge(struct hs_silence_looks *looks, int64_t mono_us)
{
	if (looks->last_us != 0 && mono_us - looks->last_us > STILL_US)
		looks->trust_us = mono_us + CATCH_UP_US;
	looks->last_us = mono_us;
	return mono_us >= looks->trust_us;
}
