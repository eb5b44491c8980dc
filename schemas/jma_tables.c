/* jma_tables.c: searches over the tables of jma_tables.h. Threads: any; nothing is written. */
#include "schemas/jma_tables.h"

#include <stdlib.h>
#include <string.h>

#define AREA_CODE_CHARS 16

/* `pattern` may end with *, which stands for anything. */
static bool
fits(const char *pattern, const char *text)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(pattern, text, len - 1) == 0;
	return strcmp(pattern, text) == 0;
}

static bool
row_fits(const struct hs_jma_telegram *row, const char *title, const char *infokind,
	const char *version, const char *body)
{
	if (strcmp(row->body, body) != 0)
		return false;
	if (row->title[0] != '\0')
		return fits(row->title, title);
	if (row->infokind[0] == '\0')
		return true;
	return strcmp(row->infokind, infokind) == 0 && strcmp(version, row->version) >= 0;
}

const struct hs_jma_telegram *
hs_jma_telegram_find(const char *title, const char *infokind, const char *version, const char *body)
{
	for (size_t i = 0; i < hs_table_jma_telegram_count; i++) {
		if (row_fits(&hs_table_jma_telegrams[i], title, infokind, version, body))
			return &hs_table_jma_telegrams[i];
	}
	return NULL;
}

const struct hs_jma_telegram *
hs_jma_telegram_titled(const char *title)
{
	for (size_t i = 0; i < hs_table_jma_telegram_count; i++) {
		const struct hs_jma_telegram *row = &hs_table_jma_telegrams[i];

		if (row->title[0] != '\0' && fits(row->title, title))
			return row;
	}
	return NULL;
}

static int
compare_codes(const struct hs_jma_code *row, const char *family, const char *code)
{
	int by_family = strcmp(row->family, family);

	return by_family ? by_family : strcmp(row->code, code);
}

const struct hs_jma_code *
hs_jma_code_find(const char *family, const char *code, int64_t unix_us)
{
	const struct hs_jma_code *rows = hs_table_jma_codes;
	size_t low = 0, high = hs_table_jma_code_count;
	const struct hs_jma_code *first;

	while (low < high) { /* the first row of the key */
		size_t middle = low + (high - low) / 2;

		if (compare_codes(&rows[middle], family, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == hs_table_jma_code_count || compare_codes(&rows[low], family, code) != 0)
		return NULL;
	first = &rows[low];
	for (; low < hs_table_jma_code_count; low++) {
		if (compare_codes(&rows[low], family, code) != 0)
			break;
		if (rows[low].from_unix_us <= unix_us && unix_us < rows[low].to_unix_us)
			return &rows[low];
	}
	return first;
}

static int
compare_areas(const void *key, const void *row)
{
	const struct hs_jma_area *a = key, *b = row;
	int by_scheme = strcmp(a->scheme, b->scheme);

	return by_scheme ? by_scheme : strcmp(a->code, b->code);
}

static const struct hs_jma_area *
search(const char *scheme, const char *code)
{
	const struct hs_jma_area key = { .scheme = scheme, .code = code };

	return bsearch(&key, hs_table_jma_areas, hs_table_jma_area_count,
		sizeof(hs_table_jma_areas[0]), compare_areas);
}

const struct hs_jma_area *
hs_jma_area_find(const char *scheme, const char *code)
{
	const struct hs_jma_area *row = search(scheme, code);
	size_t len = strlen(code);
	char block[AREA_CODE_CHARS];

	if (row || len == 0 || len >= sizeof(block))
		return row;
	memcpy(block, code, len + 1);
	block[len - 1] = '*';
	return search(scheme, block);
}
