/* wav.h: RIFF/WAVE files of 48 kHz, 16 bits, one channel: read whole, written piece by piece.
 *
 * Writing: into a hidden file beside the target; hs_wav_close puts length into the header, syncs and renames: a reader sees
 *          all of it or nothing.
 * Owner:   samples that are read are the caller's, free(). Threads: any, a writer by one at a time.
 * Errors:  HS_ERR_NOT_FOUND no such file; HS_ERR_IO; HS_ERR_PARSE another format (the WAV bank: convert it); HS_ERR_TOO_LARGE.
 */
#ifndef HS_JALERT_WAV_H
#define HS_JALERT_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

#define HS_WAV_HEADER_BYTES 44
#define HS_WAV_MAX_FRAMES   (48000ul * 600) /* ten minutes in one piece */

struct hs_pcm {
	int16_t *samples;
	size_t frames;
};

enum hs_err hs_wav_read(const char *path, struct hs_pcm *out) HS_MUST_CHECK;
/* The same from memory. */
enum hs_err hs_wav_parse(const uint8_t *bytes, size_t len_bytes, struct hs_pcm *out) HS_MUST_CHECK;

struct hs_wav_writer;

enum hs_err hs_wav_create(const char *path, struct hs_wav_writer **out) HS_MUST_CHECK;
void hs_wav_add(struct hs_wav_writer *writer, const int16_t *samples, size_t frames);
void hs_wav_silence(struct hs_wav_writer *writer, int64_t frames);
int64_t hs_wav_frames(const struct hs_wav_writer *writer);
/* Frees the writer. keep false: nothing is left. HS_ERR_IO: something was not written; nothing is left. */
enum hs_err hs_wav_close(struct hs_wav_writer *writer, bool keep) HS_MUST_CHECK;
/* One piece at once. */
enum hs_err hs_wav_write(const char *path, const struct hs_pcm *pcm) HS_MUST_CHECK;

#endif
