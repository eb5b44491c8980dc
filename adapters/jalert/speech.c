#include "adapters/jalert/speech.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/readings.h"
#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"

#define PATH_BYTES    4300
#define LEAST_MORA_MS 35 /* nobody speaks faster than that */
#define PROBE	      "これは、しけんです。"

struct hs_speech {
	struct hs_speech_settings settings;
	const struct hs_speech_source *source; /* NULL: none */
};

enum hs_err
hs_speech_create(const struct hs_speech_settings *settings, struct hs_speech **out)
{
	static const struct hs_speech_source *const sources[] = { &hs_speech_jtalk,
		&hs_speech_bank };
	struct hs_speech *speech = calloc(1, sizeof(*speech));
	if (!speech)
		return HS_ERR_NOMEM;
	speech->settings = *settings;
	for (size_t i = 0; i < HS_COUNT(sources) && !speech->source; i++)
		if (sources[i]->is_there(settings))
			speech->source = sources[i];
	*out = speech;
	return HS_OK;
}

void
hs_speech_destroy(struct hs_speech *speech)
{
	free(speech);
}

const char *
hs_speech_source_name(const struct hs_speech *speech)
{
	return speech->source ? speech->source->name : "none";
}

/* ---- pieces ---- */

static size_t
last_of(const char *text, size_t max_bytes, const char *mark)
{
	size_t found = 0, len_bytes = strlen(mark);
	for (size_t i = 0; i + len_bytes <= max_bytes; i++)
		if (memcmp(text + i, mark, len_bytes) == 0)
			found = i + len_bytes;
	return found;
}

size_t
hs_speech_piece(const char *text, size_t max_bytes)
{
	size_t len_bytes = strlen(text);
	if (len_bytes <= max_bytes)
		return len_bytes;
	size_t at = last_of(text, max_bytes, "。");
	if (at == 0)
		at = last_of(text, max_bytes, "、");
	for (at = at ? at : max_bytes; at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80; at--)
		;
	return at;
}

int64_t
hs_speech_least_ms(const char *reading)
{
	return (int64_t)hs_reading_morae(reading) * LEAST_MORA_MS;
}

/* ---- parts ---- */

static void
part_path(const struct hs_speech *speech, const char *reading, char path[PATH_BYTES])
{
	const struct hs_speech_settings *settings = &speech->settings;
	const struct hs_span spans[] = { { settings->program, strlen(settings->program) },
		{ "|", 1 }, { settings->dictionary, strlen(settings->dictionary) }, { "|", 1 },
		{ settings->voice, strlen(settings->voice) }, { "|", 1 },
		{ reading, strlen(reading) } };
	uint8_t hash[HS_SHA256_BYTES];
	char hex[HS_SHA256_HEX];
	hs_sha256(spans, HS_COUNT(spans), hash);
	hs_hex(hash, sizeof(hash), hex);
	snprintf(path, PATH_BYTES, "%.4096s/%.32s.wav", settings->parts_dir, hex);
}

enum hs_err
hs_speech_prepared(
	const struct hs_speech *speech, const struct hs_speech_want *want, struct hs_pcm *out)
{
	char path[PATH_BYTES];
	*out = (struct hs_pcm){ 0 };
	if (speech->source != &hs_speech_jtalk)
		return speech->source ? speech->source->say(&speech->settings, want, out)
				      : HS_ERR_NOT_FOUND;
	part_path(speech, want->reading, path);
	enum hs_err err = hs_wav_read(path, out);
	return err == HS_OK || err == HS_ERR_NOMEM ? err : HS_ERR_NOT_FOUND;
}

enum hs_err
hs_speech_say(const struct hs_speech *speech, const struct hs_speech_want *want, struct hs_pcm *out)
{
	enum hs_err err = hs_speech_prepared(speech, want, out);
	char path[PATH_BYTES];
	if (err != HS_ERR_NOT_FOUND || speech->source != &hs_speech_jtalk)
		return err;
	err = speech->source->say(&speech->settings, want, out);
	if (err != HS_OK)
		return err;
	part_path(speech, want->reading, path);
	if (hs_wav_write(path, out) != HS_OK)
		hs_warn("jalert.part_not_kept", "dir=%s", speech->settings.parts_dir);
	return HS_OK;
}

enum hs_err
hs_speech_prove(const struct hs_speech *speech)
{
	const struct hs_speech_want want = { PROBE, "closing" };
	struct hs_pcm pcm = { 0 };
	if (!speech->source)
		return HS_OK;
	enum hs_err err = speech->source->say(&speech->settings, &want, &pcm);
	free(pcm.samples);
	return err;
}
