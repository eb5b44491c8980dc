#include "adapters/jalert/wav.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/jalert/sound.h"

#define PATH_BYTES    4352
#define FRAME_BYTES   2
#define FORMAT_PCM    1
#define SILENT_FRAMES 4096

static uint32_t
little(const uint8_t *at, size_t bytes)
{
	uint32_t value = 0;
	for (size_t i = bytes; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

static void
put_little(uint8_t *at, size_t bytes, uint32_t value)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static bool
is_our_format(const uint8_t *fmt, size_t len_bytes)
{
	return len_bytes >= 16 && little(fmt, 2) == FORMAT_PCM && little(fmt + 2, 2) == 1 &&
	       little(fmt + 4, 4) == HS_SOUND_HZ && little(fmt + 14, 2) == 16;
}

enum hs_err
hs_wav_parse(const uint8_t *bytes, size_t len_bytes, struct hs_pcm *out)
{
	bool format = false;
	*out = (struct hs_pcm){ 0 };
	if (len_bytes < 12 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WAVE", 4) != 0)
		return HS_ERR_PARSE;
	for (size_t at = 12; at + 8 <= len_bytes;) {
		size_t chunk = little(bytes + at + 4, 4);
		const uint8_t *body = bytes + at + 8;
		if (chunk > len_bytes - at - 8)
			chunk = len_bytes - at - 8; /* a writer that was cut off */
		if (memcmp(bytes + at, "fmt ", 4) == 0) {
			format = is_our_format(body, chunk);
		} else if (memcmp(bytes + at, "data", 4) == 0) {
			if (!format)
				return HS_ERR_PARSE;
			out->frames = chunk / FRAME_BYTES;
			out->samples = malloc(chunk + FRAME_BYTES);
			if (!out->samples)
				return HS_ERR_NOMEM;
			for (size_t i = 0; i < out->frames; i++)
				out->samples[i] =
					(int16_t)little(body + i * FRAME_BYTES, FRAME_BYTES);
			return HS_OK;
		}
		at += 8 + chunk + (chunk & 1);
	}
	return HS_ERR_PARSE;
}

enum hs_err
hs_wav_read(const char *path, struct hs_pcm *out)
{
	FILE *file = fopen(path, "rb");
	*out = (struct hs_pcm){ 0 };
	if (!file)
		return errno == ENOENT ? HS_ERR_NOT_FOUND : HS_ERR_IO;
	long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
	enum hs_err err = HS_ERR_IO;
	if (size > (long)HS_WAV_MAX_FRAMES * FRAME_BYTES + 4096)
		err = HS_ERR_TOO_LARGE;
	else if (size >= 0 && fseek(file, 0, SEEK_SET) == 0) {
		uint8_t *bytes = malloc((size_t)size + 1);
		err = HS_ERR_NOMEM;
		if (bytes)
			err = fread(bytes, 1, (size_t)size, file) == (size_t)size
				      ? hs_wav_parse(bytes, (size_t)size, out)
				      : HS_ERR_IO;
		free(bytes);
	}
	fclose(file);
	return err;
}

/* ---- writing ---- */

struct hs_wav_writer {
	FILE *file;
	char path[PATH_BYTES];
	char temporary[PATH_BYTES + 16];
	int64_t frames;
	bool failed;
};

static bool
put_header(FILE *file, int64_t frames)
{
	uint8_t header[HS_WAV_HEADER_BYTES] = { 0 };
	uint32_t data = (uint32_t)frames * FRAME_BYTES;
	memcpy(header, "RIFF", 4);
	put_little(header + 4, 4, HS_WAV_HEADER_BYTES - 8 + data);
	memcpy(header + 8, "WAVEfmt ", 8);
	put_little(header + 16, 4, 16);
	put_little(header + 20, 2, FORMAT_PCM);
	put_little(header + 22, 2, 1);
	put_little(header + 24, 4, HS_SOUND_HZ);
	put_little(header + 28, 4, HS_SOUND_HZ * FRAME_BYTES);
	put_little(header + 32, 2, FRAME_BYTES);
	put_little(header + 34, 2, 16);
	memcpy(header + 36, "data", 4);
	put_little(header + 40, 4, data);
	return fwrite(header, 1, sizeof(header), file) == sizeof(header);
}

enum hs_err
hs_wav_create(const char *path, struct hs_wav_writer **out)
{
	struct hs_wav_writer *writer = calloc(1, sizeof(*writer));
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash - path) + 1 : 0;
	if (!writer)
		return HS_ERR_NOMEM;
	snprintf(writer->path, sizeof(writer->path), "%s", path);
	snprintf(writer->temporary, sizeof(writer->temporary), "%.*s.%s.tmp", folder, path,
		path + folder);
	writer->file = fopen(writer->temporary, "wbe");
	if (!writer->file || !put_header(writer->file, 0)) {
		if (writer->file)
			fclose(writer->file);
		unlink(writer->temporary);
		free(writer);
		return HS_ERR_IO;
	}
	*out = writer;
	return HS_OK;
}

void
hs_wav_add(struct hs_wav_writer *writer, const int16_t *samples, size_t frames)
{
	uint8_t bytes[SILENT_FRAMES * FRAME_BYTES];
	for (size_t at = 0; at < frames && !writer->failed;) {
		size_t part = frames - at < SILENT_FRAMES ? frames - at : SILENT_FRAMES;
		for (size_t i = 0; i < part; i++)
			put_little(bytes + i * FRAME_BYTES, FRAME_BYTES,
				(uint32_t)(uint16_t)samples[at + i]);
		writer->failed = fwrite(bytes, FRAME_BYTES, part, writer->file) != part;
		at += part;
	}
	writer->frames += (int64_t)frames;
}

void
hs_wav_silence(struct hs_wav_writer *writer, int64_t frames)
{
	static const int16_t silent[SILENT_FRAMES] = { 0 };
	while (frames > 0 && !writer->failed) {
		int64_t part = frames < SILENT_FRAMES ? frames : SILENT_FRAMES;
		hs_wav_add(writer, silent, (size_t)part);
		frames -= part;
	}
}

int64_t
hs_wav_frames(const struct hs_wav_writer *writer)
{
	return writer->frames;
}

enum hs_err
hs_wav_close(struct hs_wav_writer *writer, bool keep)
{
	bool good = keep && !writer->failed && fseek(writer->file, 0, SEEK_SET) == 0 &&
		    put_header(writer->file, writer->frames) && fflush(writer->file) == 0 &&
		    fdatasync(fileno(writer->file)) == 0;
	good = fclose(writer->file) == 0 && good;
	good = good && rename(writer->temporary, writer->path) == 0;
	if (!good)
		unlink(writer->temporary);
	free(writer);
	return good || !keep ? HS_OK : HS_ERR_IO;
}

enum hs_err
hs_wav_write(const char *path, const struct hs_pcm *pcm)
{
	struct hs_wav_writer *writer;
	enum hs_err err = hs_wav_create(path, &writer);
	if (err != HS_OK)
		return err;
	hs_wav_add(writer, pcm->samples, pcm->frames);
	return hs_wav_close(writer, true);
}
