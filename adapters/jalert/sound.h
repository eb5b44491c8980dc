/* sound.h: tones of chimes and sirens as samples: 48 kHz, 16 bits, one channel. Pure.
 *
 * Rules:   synthetic and parametric only (frequency, sweep, length): no recording, no copy of a protected signal.
 *          At most HS_SOUND_PEAK, so that nothing clips; every tone and every piece of speech begins and ends at
 *          zero over HS_SOUND_RAMP frames (a raised cosine), so that no joint clicks. The phase of a sweep goes on
 *          without a jump.
 * Threads: any.
 */
#ifndef HS_JALERT_SOUND_H
#define HS_JALERT_SOUND_H

#include <stddef.h>
#include <stdint.h>

#define HS_SOUND_HZ   48000
#define HS_SOUND_PEAK 16384 /* half of full scale: -6 dB */
#define HS_SOUND_RAMP 240   /* frames: 5 ms */

struct hs_tone {
	int64_t frames;
	int64_t from_hz,
		to_hz; /* to_hz 0: as from_hz; the frequency changes evenly over the tone */
};

int64_t hs_sound_frames(int64_t ms);
/* The samples at [at, at + count) of the tone; behind its end: silence. The same whatever pieces it is taken in. */
void hs_sound_tone(const struct hs_tone *tone, int64_t at, int16_t *out, size_t count);
/* Ramps both ends of a piece to zero. */
void hs_sound_fade(int16_t *samples, size_t count);

#endif
