/* Tones sample by sample, and the WAV files that they go into. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/jalert/sound.h"
#include "adapters/jalert/wav.h"
#include "hub/base/check.h"

static int16_t *
all_of(const struct hs_tone *tone)
{
	int16_t *samples = calloc((size_t)tone->frames + 1, sizeof(*samples));
	hs_sound_tone(tone, 0, samples, (size_t)tone->frames);
	return samples;
}

/* 12 kHz at 48 kHz: 0, 1, 0, -1; behind the ramp each sample is known without a sine. */
static void
a_quarter_of_the_rate_is_exact(void **state)
{
	(void)state;
	const struct hs_tone tone = { 4800, 12000, 0 };
	int16_t *samples = all_of(&tone);
	for (int i = HS_SOUND_RAMP; i < 4800 - HS_SOUND_RAMP; i++) {
		const int16_t expected[] = { 0, HS_SOUND_PEAK, 0, -HS_SOUND_PEAK };
		assert_int_equal(expected[i % 4], samples[i]);
	}
	/* the middle of the ramp: half */
	assert_int_equal(0, samples[0]);
	assert_int_equal(HS_SOUND_PEAK / 2,
		abs(samples[HS_SOUND_RAMP / 2 + 1]) - abs(samples[HS_SOUND_RAMP / 2 + 1]) % 8192);
	assert_int_equal(0, samples[4799]);
	free(samples);
}

static void
nothing_clips_and_no_end_clicks(void **state)
{
	(void)state;
	const struct hs_tone tones[] = { { 48000, 400, 0 }, { 14 * 48000, 620, 930 },
		{ 100, 4000, 100 }, { 24000, 100, 4000 } };
	for (size_t i = 0; i < HS_COUNT(tones); i++) {
		int16_t *samples = all_of(&tones[i]);
		double hz = tones[i].from_hz > tones[i].to_hz ? (double)tones[i].from_hz
							      : (double)tones[i].to_hz;
		double step = HS_SOUND_PEAK * (2 * 3.14159266 * hz / HS_SOUND_HZ + 0.02) + 2;
		int before = 0; /* silence before and behind: joints count */
		for (int64_t at = 0; at <= tones[i].frames; at++) {
			int now = at < tones[i].frames ? samples[at] : 0;
			assert_in_range(now + HS_SOUND_PEAK, 0, 2 * HS_SOUND_PEAK);
			assert_true(abs(now - before) <= step);
			before = now;
		}
		free(samples);
	}
}

static void
pieces_are_the_whole(void **state)
{
	(void)state;
	const struct hs_tone tone = { 10000, 440, 880 };
	int16_t *whole = all_of(&tone), piece[777];
	for (int64_t at = 0; at < tone.frames; at += 777) {
		size_t count = tone.frames - at < 777 ? (size_t)(tone.frames - at) : 777;
		hs_sound_tone(&tone, at, piece, count);
		assert_memory_equal(whole + at, piece, count * sizeof(*piece));
	}
	hs_sound_tone(&tone, tone.frames - 1, piece, 3);
	assert_int_equal(0, piece[1]);
	assert_int_equal(0, piece[2]);
	free(whole);
}

static void
speech_is_faded_at_both_ends(void **state)
{
	(void)state;
	int16_t samples[2000];
	for (size_t i = 0; i < HS_COUNT(samples); i++)
		samples[i] = 30000;
	hs_sound_fade(samples, HS_COUNT(samples));
	assert_int_equal(0, samples[0]);
	assert_int_equal(0, samples[1999]);
	assert_int_equal(30000, samples[1000]);
	for (size_t i = 1; i < HS_COUNT(samples); i++)
		assert_true(abs(samples[i] - samples[i - 1]) < 400);
}

static void
files_come_back_as_they_were(void **state)
{
	(void)state;
	char dir[] = "/tmp/hansho-wav-XXXXXX", path[64];
	const struct hs_tone tone = { 5000, 440, 0 };
	int16_t *samples = all_of(&tone);
	struct hs_wav_writer *writer;
	struct hs_pcm back;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.wav", dir);
	assert_int_equal(HS_ERR_NOT_FOUND, hs_wav_read(path, &back));
	assert_int_equal(HS_OK, hs_wav_create(path, &writer));
	hs_wav_add(writer, samples, 5000);
	hs_wav_silence(writer, 9000);
	assert_int_equal(HS_ERR_NOT_FOUND, hs_wav_read(path, &back)); /* whole or not at all */
	assert_int_equal(HS_OK, hs_wav_close(writer, true));
	assert_int_equal(HS_OK, hs_wav_read(path, &back));
	assert_int_equal(14000, back.frames);
	assert_memory_equal(samples, back.samples, 5000 * sizeof(*samples));
	for (size_t i = 5000; i < 14000; i++)
		assert_int_equal(0, back.samples[i]);
	free(back.samples);
	unlink(path);
	assert_int_equal(HS_OK, hs_wav_create(path, &writer));
	assert_int_equal(HS_OK, hs_wav_close(writer, false));
	assert_int_equal(0, rmdir(dir)); /* nothing is left */
	free(samples);
}

static void
other_formats_are_refused(void **state)
{
	(void)state;
	uint8_t bytes[48] =
		"RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\xbb\0\0\0\x77\1\0\2\0\x10\0"
		"data\4\0\0\0\1\0\2\0";
	struct hs_pcm pcm;
	assert_int_equal(HS_OK, hs_wav_parse(bytes, 48, &pcm));
	assert_int_equal(2, pcm.frames);
	assert_int_equal(2, pcm.samples[1]);
	free(pcm.samples);
	bytes[22] = 2; /* two channels */
	assert_int_equal(HS_ERR_PARSE, hs_wav_parse(bytes, 48, &pcm));
	bytes[22] = 1;
	bytes[24] = 0x44; /* another rate */
	assert_int_equal(HS_ERR_PARSE, hs_wav_parse(bytes, 48, &pcm));
	for (size_t len = 0; len < 44; len++)
		assert_int_not_equal(HS_OK, hs_wav_parse(bytes, len, &pcm));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quarter_of_the_rate_is_exact),
		cmocka_unit_test(nothing_clips_and_no_end_clicks),
		cmocka_unit_test(pieces_are_the_whole),
		cmocka_unit_test(speech_is_faded_at_both_ends),
		cmocka_unit_test(files_come_back_as_they_were),
		cmocka_unit_test(other_formats_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
