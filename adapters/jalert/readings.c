#include "adapters/jalert/readings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/asset.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"

extern const struct hs_asset hs_assets_adapters_jalert[];

#define WORDS_BYTES_MAX (8u << 20)
#define FILE_MAX_BYTES	(4u << 20)
#define TEXT_MAX_BYTES	(1u << 20)

struct hs_readings {
	struct hs_arena *arena;
	struct hs_reading *rows;
	size_t count, room;
};

static bool
row_add(struct hs_readings *readings, const char *word, const char *reading)
{
	if (readings->count == readings->room) {
		size_t room = readings->room ? readings->room * 2 : 128;
		struct hs_reading *rows = realloc(readings->rows, room * sizeof(*rows));
		if (!rows)
			return false;
		readings->rows = rows;
		readings->room = room;
	}
	readings->rows[readings->count++] = (struct hs_reading){ word, reading };
	return true;
}

/* One line without its end. */
static enum hs_err
line_add(struct hs_readings *readings, const char *line, size_t len_bytes)
{
	while (len_bytes > 0 && (line[len_bytes - 1] == '\r' || line[len_bytes - 1] == ' '))
		len_bytes--;
	if (len_bytes == 0 || line[0] == '#' ||
		(len_bytes == strlen("word,reading") &&
			memcmp(line, "word,reading", len_bytes) == 0))
		return HS_OK;
	const char *comma = memchr(line, ',', len_bytes);
	if (!comma || comma == line || comma == line + len_bytes - 1 ||
		memchr(comma + 1, ',', (size_t)(line + len_bytes - comma - 1)))
		return HS_ERR_PARSE;
	const char *word = hs_arena_strndup(readings->arena, line, (size_t)(comma - line));
	const char *reading = hs_arena_strndup(
		readings->arena, comma + 1, (size_t)(line + len_bytes - comma - 1));
	return word && reading && row_add(readings, word, reading) ? HS_OK : HS_ERR_NOMEM;
}

enum hs_err
hs_readings_add(struct hs_readings *readings, const char *csv, size_t len_bytes, size_t *line)
{
	const char *at = csv, *end = csv + len_bytes;
	*line = 0;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		(*line)++;
		enum hs_err err = line_add(readings, at, (size_t)(stop - at));
		if (err != HS_OK)
			return err;
		at = stop + 1;
	}
	return HS_OK;
}

enum hs_err
hs_readings_add_file(struct hs_readings *readings, const char *path, size_t *line)
{
	*line = 0;
	FILE *file = fopen(path, "rb");
	char *bytes = file ? malloc(FILE_MAX_BYTES) : NULL;
	enum hs_err err = HS_ERR_IO;
	if (bytes) {
		size_t len_bytes = fread(bytes, 1, FILE_MAX_BYTES, file);
		err = ferror(file) ? HS_ERR_IO : hs_readings_add(readings, bytes, len_bytes, line);
	}
	free(bytes);
	if (file)
		fclose(file);
	return err;
}

struct hs_readings *
hs_readings_create(void)
{
	struct hs_readings *readings = calloc(1, sizeof(*readings));
	const struct hs_asset *asset = hs_asset_find(hs_assets_adapters_jalert, "readings.csv");
	size_t line;
	HS_CHECK(asset);
	if (!readings)
		return NULL;
	readings->arena = hs_arena_create(WORDS_BYTES_MAX);
	if (!readings->arena || hs_readings_add(readings, (const char *)asset->bytes,
					asset->len_bytes, &line) != HS_OK) {
		hs_readings_destroy(readings);
		return NULL;
	}
	return readings;
}

void
hs_readings_destroy(struct hs_readings *readings)
{
	if (!readings)
		return;
	hs_arena_destroy(readings->arena);
	free(readings->rows);
	free(readings);
}

/* The longest word that begins at text; of equal ones the last. */
static const struct hs_reading *
longest_of(const struct hs_reading *rows, size_t count, const char *text)
{
	const struct hs_reading *best = NULL;
	size_t best_bytes = 0;
	for (size_t i = 0; i < count; i++) {
		size_t len_bytes = strlen(rows[i].word);
		if (len_bytes > 0 && len_bytes >= best_bytes &&
			strncmp(rows[i].word, text, len_bytes) == 0) {
			best = &rows[i];
			best_bytes = len_bytes;
		}
	}
	return best;
}

const char *
hs_readings_apply(const struct hs_readings *readings, struct hs_arena *arena, const char *text,
	const struct hs_reading *names, size_t name_count)
{
	struct hs_buf buf;
	hs_buf_init(&buf, TEXT_MAX_BYTES);
	while (*text != '\0') {
		const struct hs_reading *row = longest_of(names, name_count, text);
		if (!row)
			row = longest_of(readings->rows, readings->count, text);
		if (row) {
			hs_buf_puts(&buf, row->reading);
			text += strlen(row->word);
		} else {
			hs_buf_add(&buf, text, 1);
			text++;
		}
	}
	const char *made = buf.failed ? NULL : hs_arena_strdup(arena, hs_buf_text(&buf));
	hs_buf_free(&buf);
	return made;
}

/* Three-byte letters ぁ…ヿ are kana; the small ya, yu, yo and vowels join the one before. */
static size_t
morae_of(const char *at)
{
	static const char *const joined[] = { "ゃ", "ゅ", "ょ", "ぁ", "ぃ", "ぅ", "ぇ", "ぉ", "ャ",
		"ュ", "ョ", "ァ", "ィ", "ゥ", "ェ", "ォ", "「", "」", "【", "】" };
	static const struct {
		const char *letter;
		size_t morae;
	} pauses[] = { { "、", 2 }, { "。", 4 }, { "\n", 4 } };
	for (size_t i = 0; i < HS_COUNT(joined); i++)
		if (strncmp(at, joined[i], strlen(joined[i])) == 0)
			return 0;
	for (size_t i = 0; i < HS_COUNT(pauses); i++)
		if (strncmp(at, pauses[i].letter, strlen(pauses[i].letter)) == 0)
			return pauses[i].morae;
	if (strncmp(at, "ぁ", 3) >= 0 && strncmp(at, "ヿ", 3) <= 0)
		return 1;
	return 2;
}

size_t
hs_reading_morae(const char *reading)
{
	size_t morae = 0;
	for (const char *at = reading; *at != '\0'; at++)
		if (((unsigned char)*at & 0xc0) != 0x80)
			morae += morae_of(at);
	return morae;
}
