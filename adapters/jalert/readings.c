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

#define BUCKETS	     1024 /* words by their first letter */
#define NAME_BUCKETS 64
#define HEAD_LETTERS 3 /* districts of one town differ behind its name */
#define HEAD_BUCKETS 256

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

struct hs_reading_names {
	struct word *rows;
	bool begins[NAME_BUCKETS]; /* whether a name begins with such a letter */
	size_t buckets
		[NAME_BUCKETS];	    /* names of less than HEAD_LETTERS letters, by the first one */
	size_t heads[HEAD_BUCKETS]; /* all others, by their first HEAD_LETTERS */
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
bytes_hash(const char *at, size_t len_bytes)
{
	size_t value = 0;
	for (size_t i = 0; i < len_bytes; i++)
		value = value * 67 + (unsigned char)at[i];
	return value;
}

static size_t
letter_hash(const char *at)
{
	return bytes_hash(at, letter_bytes(at));
}

/* Bytes of the first HEAD_LETTERS letters; 0: there are fewer. */
static size_t
head_bytes(const char *at)
{
	size_t len_bytes = 0;
	for (size_t i = 0; i < HEAD_LETTERS; i++) {
		if (at[len_bytes] == '\0')
			return 0;
		len_bytes += letter_bytes(at + len_bytes);
	}
	return len_bytes;
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
	size_t *bucket = &readings->buckets[letter_hash(word) % BUCKETS];
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

/* The longest word of a bucket that text begins with. The bucket has the last row first, and an equal one before it does not take
 * its place. at: place + 1 of the first. */
static const struct word *
longest_word(const struct word *rows, size_t at, const char *text)
{
	const struct word *best = NULL;
	for (; at > 0; at = rows[at - 1].next) {
		const struct word *word = &rows[at - 1];
		if ((!best || word->len_bytes > best->len_bytes) &&
			strncmp(word->reading.word, text, word->len_bytes) == 0)
			best = word;
	}
	return best;
}

struct hs_reading_names *
hs_reading_names_make(struct hs_arena *arena, const struct hs_reading *names, size_t count)
{
	struct hs_reading_names *own = hs_arena_alloc(arena, sizeof(*own));
	struct word *rows = hs_arena_alloc(arena, (count + 1) * sizeof(*rows));
	if (!own || !rows)
		return NULL;
	own->rows = rows;
	for (size_t i = 0; i < count; i++) {
		size_t hash = letter_hash(names[i].word), head = head_bytes(names[i].word);
		size_t *bucket =
			head > 0 ? &own->heads[bytes_hash(names[i].word, head) % HEAD_BUCKETS]
				 : &own->buckets[hash % NAME_BUCKETS];
		own->begins[hash % NAME_BUCKETS] = true;
		rows[i] = (struct word){ names[i], strlen(names[i].word), *bucket };
		*bucket = i + 1;
	}
	return own;
}

/* hash: of the first letter. */
static const struct word *
name_at(const struct hs_reading_names *names, const char *text, size_t hash)
{
	if (!names || !names->begins[hash % NAME_BUCKETS])
		return NULL;
	size_t head = head_bytes(text);
	const struct word *name =
		head > 0 ? longest_word(names->rows,
				   names->heads[bytes_hash(text, head) % HEAD_BUCKETS], text)
			 : NULL;
	return name ? name : longest_word(names->rows, names->buckets[hash % NAME_BUCKETS], text);
}

static const struct word *
word_at(const struct hs_readings *readings, const struct hs_reading_names *names, const char *text)
{
	size_t hash = letter_hash(text);
	const struct word *name = name_at(names, text, hash);
	return name ? name : longest_word(readings->rows, readings->buckets[hash % BUCKETS], text);
}

const char *
hs_readings_apply(const struct hs_readings *readings, struct hs_arena *arena, const char *text,
	const struct hs_reading_names *names)
{
	struct hs_buf buf;
	hs_buf_init(&buf, TEXT_MAX_BYTES);
	while (*text != '\0') {
		const struct word *word = word_at(readings, names, text);
		if (word) {
			hs_buf_puts(&buf, word->reading.reading);
			text += word->len_bytes;
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

/* The small ya, yu, yo and vowels join the letter before, and brackets are silent: a bit for each of E3 80 80 … E3 83 BF, which are
 * punctuation and kana in UTF-8. */
#define BIT(third_byte) (UINT64_C(1) << ((third_byte)&63))
static const uint64_t joined[] = {
	BIT(0x8c) | BIT(0x8d) | BIT(0x90) | BIT(0x91),			   /* 「」【】 */
	BIT(0x81) | BIT(0x83) | BIT(0x85) | BIT(0x87) | BIT(0x89),	   /* ぁぃぅぇぉ */
	BIT(0x83) | BIT(0x85) | BIT(0x87) |				   /* ゃゅょ */
		BIT(0xa1) | BIT(0xa3) | BIT(0xa5) | BIT(0xa7) | BIT(0xa9), /* ァィゥェォ */
	BIT(0xa3) | BIT(0xa5) | BIT(0xa7),				   /* ャュョ */
};

static size_t
morae_of(const char *at, size_t len_bytes)
{
	const unsigned char *letter = (const unsigned char *)at;
	size_t row = len_bytes == 3 ? (size_t)letter[1] - 0x80 : 0;
	if (letter[0] == '\n')
		return 4;
	if (len_bytes != 3 || letter[0] != 0xe3 || row >= HS_COUNT(joined))
		return 2;
	if ((joined[row] & BIT(letter[2])) != 0)
		return 0;
	if (row == 0)
		return letter[2] == 0x82 ? 4 : 2; /* 。 */
	return row == 1 && letter[2] == 0x80 ? 2 : 1;
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
