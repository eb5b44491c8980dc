#include "adapters/jalert/sound.h"

#include <math.h>

#define TWO_PI 6.283185307179586476925286766559

int64_t
hs_sound_frames(int64_t ms)
{
	return ms * HS_SOUND_HZ / 1000;
}

/* 0…1: how loud at a frame that has so many before it and behind it. */
static double
ramp(int64_t before, int64_t behind)
{
	int64_t near = before < behind ? before : behind;
	if (near >= HS_SOUND_RAMP)
		return 1.0;
	return 0.5 - 0.5 * cos(TWO_PI / 2.0 * (double)near / HS_SOUND_RAMP);
}

/* The phase is the integral of the frequency, so that pieces of one tone fit together. */
static double
cycles_at(const struct hs_tone *tone, int64_t frame)
{
	double seconds = (double)frame / HS_SOUND_HZ;
	double length = (double)tone->frames / HS_SOUND_HZ;
	double rise = tone->to_hz > 0 ? (double)(tone->to_hz - tone->from_hz) : 0.0;
	return (double)tone->from_hz * seconds + rise * seconds * seconds / (2.0 * length);
}

void
hs_sound_tone(const struct hs_tone *tone, int64_t at, int16_t *out, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t frame = at + (int64_t)i;
		if (frame >= tone->frames) {
			out[i] = 0;
			continue;
		}
		double cycles = cycles_at(tone, frame);
		double wave = sin(TWO_PI * (cycles - floor(cycles)));
		out[i] = (int16_t)lrint(
			HS_SOUND_PEAK * wave * ramp(frame, tone->frames - 1 - frame));
	}
}

void
hs_sound_fade(int16_t *samples, size_t count)
{
	size_t ends = count < HS_SOUND_RAMP ? count : HS_SOUND_RAMP;
	for (size_t i = 0; i < ends; i++) {
		samples[i] = (int16_t)lrint(samples[i] * ramp((int64_t)i, HS_SOUND_RAMP));
		size_t last = count - 1 - i;
		samples[last] = (int16_t)lrint(samples[last] * ramp((int64_t)i, HS_SOUND_RAMP));
	}
}
