#include "adapters/jalert/readings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/asset.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "schemas/tables.h"

extern const struct hs_asset hs_assets_adapters_jalert[];

#define WORDS_BYTES_MAX (8u << 20)
#define FILE_MAX_BYTES	(4u << 20)
#define TEXT_MAX_BYTES	(1u << 20)

#define BUCKETS 1024 /* words by their first letter */

struct word {
	struct hs_reading reading;
	size_t len_bytes;
	size_t next; /* in its bucket, the newest first; 0: none, else place + 1 */
};

struct hs_readings {
	struct hs_arena *arena;
	struct word *rows;
	size_t count, room;
	size_t buckets[BUCKETS];
};

/* Bytes of the letter that begins here; what is no UTF-8 counts as one. */
static size_t
letter_bytes(const char *at)
{
	unsigned char first = (unsigned char)at[0];
	size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
	for (size_t i = 1; i < wanted; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 1;
	return wanted;
}

static size_t
bucket_of(const char *at)
{
	size_t value = 0;
	for (size_t i = 0, end = letter_bytes(at); i < end; i++)
		value = value * 67 + (unsigned char)at[i];
	return value % BUCKETS;
}

static bool
row_add(struct hs_readings *readings, const char *word, const char *reading)
{
	if (readings->count == readings->room) {
		size_t room = readings->room ? readings->room * 2 : 256;
		struct word *rows = realloc(readings->rows, room * sizeof(*rows));
		if (!rows)
			return false;
		readings->rows = rows;
		readings->room = room;
	}
	size_t *bucket = &readings->buckets[bucket_of(word)];
	readings->rows[readings->count++] =
		(struct word){ { word, reading }, strlen(word), *bucket };
	*bucket = readings->count;
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

/* Prefectures are named in messages for the whole country. */
static bool
add_prefectures(struct hs_readings *readings)
{
	size_t count;
	const struct hs_area_row *rows = hs_area_rows(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].kind, "prefecture") == 0 && rows[i].kana[0] != '\0' &&
			!row_add(readings, rows[i].name, rows[i].kana))
			return false;
	return true;
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
	if (!readings->arena || !add_prefectures(readings) ||
		hs_readings_add(readings, (const char *)asset->bytes, asset->len_bytes, &line) !=
			HS_OK) {
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

/* The longest name that begins at text; of equal ones the last. */
static const struct hs_reading *
longest_name(const struct hs_reading *names, size_t count, const char *text)
{
	const struct hs_reading *best = NULL;
	size_t best_bytes = 0;
	for (size_t i = 0; i < count; i++) {
		if (names[i].word[0] != text[0])
			continue;
		size_t len_bytes = strlen(names[i].word);
		if (len_bytes > 0 && len_bytes >= best_bytes &&
			strncmp(names[i].word, text, len_bytes) == 0) {
			best = &names[i];
			best_bytes = len_bytes;
		}
	}
	return best;
}

/* The same of the table: a bucket has the last row first, and an equal one before it does not take its place. */
static const struct hs_reading *
longest_word(const struct hs_readings *readings, const char *text)
{
	const struct word *best = NULL;
	for (size_t i = readings->buckets[bucket_of(text)]; i > 0; i = readings->rows[i - 1].next) {
		const struct word *word = &readings->rows[i - 1];
		if ((!best || word->len_bytes > best->len_bytes) &&
			strncmp(word->reading.word, text, word->len_bytes) == 0)
			best = word;
	}
	return best ? &best->reading : NULL;
}

const char *
hs_readings_apply(const struct hs_readings *readings, struct hs_arena *arena, const char *text,
	const struct hs_reading *names, size_t name_count)
{
	struct hs_buf buf;
	hs_buf_init(&buf, TEXT_MAX_BYTES);
	while (*text != '\0') {
		const struct hs_reading *row = longest_name(names, name_count, text);
		if (!row)
			row = longest_word(readings, text);
		if (row) {
			hs_buf_puts(&buf, row->reading);
			text += strlen(row->word);
		} else {
			size_t len_bytes = letter_bytes(text);
			hs_buf_add(&buf, text, len_bytes);
			text += len_bytes;
		}
	}
	const char *made = buf.failed ? NULL : hs_arena_strdup(arena, hs_buf_text(&buf));
	hs_buf_free(&buf);
	return made;
}

/* A letter as a number, as far as the tables below need it: three bytes of UTF-8. */
#define LETTER(text)                                                                          \
	((uint32_t)(unsigned char)(text)[0] << 16 | (uint32_t)(unsigned char)(text)[1] << 8 | \
		(unsigned char)(text)[2])

/* Three-byte letters ぁ…ヿ are kana; the small ya, yu, yo and vowels join the one before. */
static size_t
morae_of(const char *at, size_t len_bytes)
{
	static const char joined[] = "ゃゅょぁぃぅぇぉャュョァィゥェォ「」【】";
	uint32_t letter = len_bytes == 3 ? LETTER(at) : 0;
	if (letter == LETTER("、"))
		return 2;
	if (letter == LETTER("。") || at[0] == '\n')
		return 4;
	for (size_t i = 0; letter > 0 && i + 3 < sizeof(joined); i += 3)
		if (LETTER(joined + i) == letter)
			return 0;
	return letter >= LETTER("ぁ") && letter <= LETTER("ヿ") ? 1 : 2;
}

size_t
hs_reading_morae(const char *reading)
{
	size_t morae = 0;
	for (const char *at = reading; *at != '\0';) {
		size_t len_bytes = letter_bytes(at);
		morae += morae_of(at, len_bytes);
		at += len_bytes;
	}
	return morae;
}
