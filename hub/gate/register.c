#include "hub/gate/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"
#include "hub/base/check.h"
#include "schemas/area_key.h"
#include "schemas/tables.h"

#define ROWS_MAX	100000
#define KEY_ARENA_BYTES ((size_t)64 << 20)
#define FIVE_DIGITS	5

struct file {
	struct hs_config_list districts;
};

struct hs_register {
	struct file file;
	struct hs_config *config;
	struct hs_arena *keys;
};

#define AT(member) offsetof(struct hs_register_row, member)

/* clang-format off */
static const struct hs_config_item ITEMS[] = {
	{ "code", HS_CONFIG_TEXT, AT(code), "6 digits", 6, 6, NULL, "municipality that it belongs to", NULL },
	{ "name", HS_CONFIG_TEXT, AT(name), "name", 1, 400, NULL, "district as orders name it", NULL },
	{ "households", HS_CONFIG_INT, AT(households), "count", 0, 10000000, "0", "households in it; 0: not known", NULL },
	{ "people", HS_CONFIG_INT, AT(people), "count", 0, 40000000, "0", "people in it; 0: not known", NULL },
	{ "rivers", HS_CONFIG_TEXTS, AT(rivers), "names", 0, 100, "",
		"rivers whose flood could reach it, as disasters are named: 架空川", NULL },
};
static const struct hs_config_record ROW = { ITEMS, HS_COUNT(ITEMS), sizeof(struct hs_register_row) };
static const struct hs_config_item FILE_ITEMS[] = {
	{ "districts", HS_CONFIG_LIST, offsetof(struct file, districts), "records", 1, ROWS_MAX, NULL,
		"districts of all municipalities that send through this gate", &ROW },
};
static const struct hs_config_record FILE_RECORD = { FILE_ITEMS, HS_COUNT(FILE_ITEMS), sizeof(struct file) };
/* clang-format on */

static int
compare_rows(const void *a, const void *b)
{
	const struct hs_register_row *x = a, *y = b;
	int by_code = strncmp(x->code, y->code, FIVE_DIGITS);

	return by_code != 0 ? by_code : strcmp(x->key, y->key);
}

static enum hs_err
make_keys(struct hs_register *reg, char why[HS_CONFIG_WHY])
{
	struct hs_register_row *rows = reg->file.districts.items;

	for (size_t i = 0; i < reg->file.districts.count; i++) {
		if (hs_area_find(rows[i].code) == NULL) {
			(void)snprintf(why, HS_CONFIG_WHY,
				"register: district \"%.100s\": \"%.20s\" is in no table of "
				"municipalities; write its 6-digit code in quotes",
				rows[i].name, rows[i].code);
			return HS_ERR_CONFIG;
		}
		rows[i].key = hs_area_key(reg->keys, rows[i].code, rows[i].name);
		if (rows[i].key == NULL) {
			(void)snprintf(why, HS_CONFIG_WHY, "register: out of memory");
			return HS_ERR_NOMEM;
		}
	}
	return HS_OK;
}

static enum hs_err
check_unique(const struct hs_register *reg, char why[HS_CONFIG_WHY])
{
	const struct hs_register_row *rows = reg->file.districts.items;

	for (size_t i = 1; i < reg->file.districts.count; i++) {
		if (compare_rows(&rows[i - 1], &rows[i]) != 0)
			continue;
		(void)snprintf(why, HS_CONFIG_WHY,
			"register: \"%.100s\" and \"%.100s\" of %.20s are the same district; keep "
			"one",
			rows[i - 1].name, rows[i].name, rows[i].code);
		return HS_ERR_CONFIG;
	}
	return HS_OK;
}

static enum hs_err
read_register(const char *path, const char *text, struct hs_register **out, char why[HS_CONFIG_WHY])
{
	struct hs_register *reg = calloc(1, sizeof(*reg));
	enum hs_err err = HS_ERR_NOMEM;

	(void)snprintf(why, HS_CONFIG_WHY, "register: out of memory");
	if (reg != NULL)
		reg->keys = hs_arena_create(KEY_ARENA_BYTES);
	if (reg != NULL && reg->keys != NULL)
		err = path != NULL
			      ? hs_config_load(path, &FILE_RECORD, &reg->file, &reg->config, why)
			      : hs_config_parse(text, &FILE_RECORD, &reg->file, &reg->config, why);
	if (err == HS_OK)
		err = make_keys(reg, why);
	if (err == HS_OK) {
		qsort(reg->file.districts.items, reg->file.districts.count,
			sizeof(struct hs_register_row), compare_rows);
		err = check_unique(reg, why);
	}
	if (err != HS_OK) {
		hs_register_free(reg);
		return err;
	}
	*out = reg;
	return HS_OK;
}

enum hs_err
hs_register_load(const char *path, struct hs_register **out, char why[HS_CONFIG_WHY])
{
	return read_register(path, NULL, out, why);
}

enum hs_err
hs_register_parse(const char *text, struct hs_register **out, char why[HS_CONFIG_WHY])
{
	return read_register(NULL, text, out, why);
}

void
hs_register_free(struct hs_register *reg)
{
	if (reg == NULL)
		return;
	hs_config_free(reg->config);
	hs_arena_destroy(reg->keys);
	free(reg);
}

/* First row whose municipality is not before `code`. */
static size_t
lower_bound(const struct hs_register *reg, const char *code)
{
	const struct hs_register_row *rows = reg->file.districts.items;
	size_t low = 0, high = reg->file.districts.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(rows[middle].code, code, FIVE_DIGITS) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct hs_register_row *
hs_register_of(const struct hs_register *reg, const char *code, size_t *count)
{
	const struct hs_register_row *rows = reg->file.districts.items;
	size_t first = lower_bound(reg, code);
	size_t end = first;

	while (end < reg->file.districts.count && strncmp(rows[end].code, code, FIVE_DIGITS) == 0)
		end++;
	*count = end - first;
	return &rows[first];
}

const struct hs_register_row *
hs_register_find(const struct hs_register_row *rows, size_t count, const char *key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(rows[middle].key, key);

		if (order == 0)
			return &rows[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
