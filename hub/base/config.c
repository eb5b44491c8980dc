/* YAML → tree (jansson) → table check → the process's struct.
 *
 * The tree is made by config_yaml.c; scalars are strings there, with the line kept beside. Here each row of
 * the table takes its key's value, checks type and range, and writes it by offset.
 */
#include "hub/base/config.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"
#include "hub/base/check.h"
#include "hub/base/config_yaml.h"

#define FILE_MAX_BYTES (4u << 20)
#define ARENA_BYTES    (16u << 20)

struct hs_config {
	struct hs_arena *arena;
};

/* What a reader of one record needs: where to put strings, and where it stands for messages. */
struct binder {
	struct hs_arena *arena;
	char *why;
	const char *place; /* "", "peers[2]." … */
};

static enum hs_err refuse(const struct binder *binder, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum hs_err
refuse(const struct binder *binder, const char *key, const char *format, ...)
{
	int len = snprintf(binder->why, HS_CONFIG_WHY, "%s%s: ", binder->place, key);
	va_list args;
	va_start(args, format);
	if (len >= 0 && len < HS_CONFIG_WHY)
		vsnprintf(binder->why + len, (size_t)(HS_CONFIG_WHY - len), format, args);
	va_end(args);
	return HS_ERR_CONFIG;
}

static enum hs_err bind_record(const struct binder *binder, const struct hs_config_record *record,
	const json_t *tree, unsigned char *out);

static enum hs_err
bind_text(const struct binder *binder, const struct hs_config_item *item, const json_t *value,
	void *field)
{
	const char *text = json_string_value(value);
	if (!text)
		return refuse(binder, item->key, "expected one text (%s)", item->sentence);
	int64_t len = (int64_t)strlen(text);
	if (len < item->min || (item->max && len > item->max))
		return refuse(binder, item->key, "%lld bytes long, allowed are %lld to %lld: %s",
			(long long)len, (long long)item->min, (long long)item->max, item->sentence);
	char *copy = hs_arena_strdup(binder->arena, text);
	if (!copy)
		return HS_ERR_NOMEM;
	*(const char **)field = copy;
	return HS_OK;
}

static enum hs_err
bind_int(const struct binder *binder, const struct hs_config_item *item, const json_t *value,
	void *field)
{
	const char *text = json_string_value(value);
	char *end = NULL;
	errno = 0;
	long long number = text && *text ? strtoll(text, &end, 10) : 0;
	if (!end || *end || errno)
		return refuse(binder, item->key, "expected a whole number of %s", item->unit);
	if (number < item->min || number > item->max)
		return refuse(binder, item->key, "%lld is outside %lld … %lld %s: %s", number,
			(long long)item->min, (long long)item->max, item->unit, item->sentence);
	*(int64_t *)field = number;
	return HS_OK;
}

static enum hs_err
bind_bool(const struct binder *binder, const struct hs_config_item *item, const json_t *value,
	void *field)
{
	const char *text = json_string_value(value);
	bool yes = text && (!strcmp(text, "true") || !strcmp(text, "yes") || !strcmp(text, "on"));
	bool no = text && (!strcmp(text, "false") || !strcmp(text, "no") || !strcmp(text, "off"));
	if (!yes && !no)
		return refuse(binder, item->key, "expected true or false: %s", item->sentence);
	*(bool *)field = yes;
	return HS_OK;
}

static enum hs_err
bind_enum(const struct binder *binder, const struct hs_config_item *item, const json_t *value,
	void *field)
{
	const char *text = json_string_value(value);
	size_t len = text ? strlen(text) : 0;
	int index = 0;
	for (const char *word = item->unit; *word; index++) {
		size_t word_len = strcspn(word, " ");
		if (text && len == word_len && strncmp(word, text, len) == 0) {
			*(int *)field = index;
			return HS_OK;
		}
		word += word_len;
		word += strspn(word, " ");
	}
	return refuse(binder, item->key, "expected one of: %s (%s)", item->unit, item->sentence);
}

static enum hs_err
check_count(const struct binder *binder, const struct hs_config_item *item, const json_t *value)
{
	if (!json_is_array(value))
		return refuse(binder, item->key, "expected a list: %s", item->sentence);
	int64_t count = (int64_t)json_array_size(value);
	if (count < item->min || (item->max && count > item->max))
		return refuse(binder, item->key, "%lld entries, allowed are %lld to %lld: %s",
			(long long)count, (long long)item->min, (long long)item->max,
			item->sentence);
	return HS_OK;
}

static enum hs_err
bind_texts(const struct binder *binder, const struct hs_config_item *item, const json_t *value,
	void *field)
{
	struct hs_config_texts *texts = field;
	enum hs_err err = check_count(binder, item, value);
	if (err != HS_OK)
		return err;
	size_t count = json_array_size(value);
	texts->items = hs_arena_alloc(binder->arena, (count + 1) * sizeof(*texts->items));
	if (!texts->items)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(value, i));
		if (!text)
			return refuse(binder, item->key, "entry %zu is not a text", i + 1);
		if (!(texts->items[i] = hs_arena_strdup(binder->arena, text)))
			return HS_ERR_NOMEM;
	}
	texts->count = count;
	return HS_OK;
}

static enum hs_err
bind_list(const struct binder *binder, const struct hs_config_item *item, const json_t *value,
	void *field)
{
	struct hs_config_list *list = field;
	enum hs_err err = check_count(binder, item, value);
	size_t count = json_array_size(value);
	if (err != HS_OK)
		return err;
	unsigned char *items =
		hs_arena_alloc(binder->arena, (count + 1) * item->record->size_bytes);
	if (!items)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < count && err == HS_OK; i++) {
		struct binder inner = *binder;
		inner.place = hs_arena_printf(
			binder->arena, "%s%s[%zu].", binder->place, item->key, i + 1);
		if (!inner.place)
			return HS_ERR_NOMEM;
		err = bind_record(&inner, item->record, json_array_get(value, i),
			items + i * item->record->size_bytes);
	}
	list->items = items;
	list->count = count;
	return err;
}

typedef enum hs_err (*bind_fn)(
	const struct binder *, const struct hs_config_item *, const json_t *, void *);

static const struct type_row {
	bind_fn bind;
	const char *name;
	bool many;
} types[] = {
	[HS_CONFIG_TEXT] = { bind_text, "text", false },
	[HS_CONFIG_INT] = { bind_int, "number", false },
	[HS_CONFIG_BOOL] = { bind_bool, "true|false", false },
	[HS_CONFIG_ENUM] = { bind_enum, "one of", false },
	[HS_CONFIG_TEXTS] = { bind_texts, "list of texts", true },
	[HS_CONFIG_LIST] = { bind_list, "list", true },
};

/* How many letters two keys share from the beginning: enough to name what was probably meant. */
static size_t
common_start(const char *a, const char *b)
{
	size_t i = 0;
	while (a[i] && a[i] == b[i])
		i++;
	return i;
}

static enum hs_err
check_keys(const struct binder *binder, const struct hs_config_record *record, const json_t *tree)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)tree, key, value) {
		const struct hs_config_item *nearest = &record->items[0];
		for (size_t i = 0; i < record->count; i++)
			if (strcmp(record->items[i].key, key) == 0 ||
				(strcmp(nearest->key, key) != 0 &&
					common_start(record->items[i].key, key) >
						common_start(nearest->key, key)))
				nearest = &record->items[i];
		if (strcmp(nearest->key, key) != 0)
			return refuse(binder, key, "unknown key; the nearest known one is \"%s\"",
				nearest->key);
	}
	return HS_OK;
}

static enum hs_err
bind_record(const struct binder *binder, const struct hs_config_record *record, const json_t *tree,
	unsigned char *out)
{
	if (!json_is_object(tree))
		return refuse(binder, "", "expected keys with values");
	enum hs_err err = check_keys(binder, record, tree);
	for (size_t i = 0; i < record->count && err == HS_OK; i++) {
		const struct hs_config_item *item = &record->items[i];
		const struct type_row *type = &types[item->type];
		const json_t *value = json_object_get(tree, item->key);
		if (!value && !item->fallback)
			return refuse(
				binder, item->key, "missing; it must be given: %s", item->sentence);
		json_t *standin = NULL;
		if (!value)
			value = standin = type->many ? json_array() : json_string(item->fallback);
		err = value ? type->bind(binder, item, value, out + item->offset) : HS_ERR_NOMEM;
		json_decref(standin);
	}
	return err;
}

enum hs_err
hs_config_parse(const char *text, const struct hs_config_record *record, void *out,
	struct hs_config **config, char why[HS_CONFIG_WHY])
{
	why[0] = '\0';
	struct hs_config *own = calloc(1, sizeof(*own));
	if (own)
		own->arena = hs_arena_create(ARENA_BYTES);
	if (!own || !own->arena) {
		free(own);
		return HS_ERR_NOMEM;
	}
	json_t *tree = NULL;
	enum hs_err err = hs_config_yaml(text, &tree, why);
	struct binder binder = { own->arena, why, "" };
	memset(out, 0, record->size_bytes);
	if (err == HS_OK)
		err = bind_record(&binder, record, tree, out);
	json_decref(tree);
	if (err == HS_OK)
		*config = own;
	else
		hs_config_free(own);
	return err;
}

static char *
file_read(const char *path, char why[HS_CONFIG_WHY])
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(FILE_MAX_BYTES + 1) : NULL;
	if (!text) {
		snprintf(why, HS_CONFIG_WHY, "%s: %s; check the path and its permissions", path,
			file ? "out of memory" : strerror(errno));
		if (file)
			fclose(file);
		return NULL;
	}
	size_t len = fread(text, 1, FILE_MAX_BYTES, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

enum hs_err
hs_config_load(const char *path, const struct hs_config_record *record, void *out,
	struct hs_config **config, char why[HS_CONFIG_WHY])
{
	char *text = file_read(path, why);
	if (!text)
		return HS_ERR_CONFIG;
	char inner[HS_CONFIG_WHY];
	enum hs_err err = hs_config_parse(text, record, out, config, inner);
	free(text);
	if (err != HS_OK && snprintf(why, HS_CONFIG_WHY, "%s: %s", path, inner) < 0)
		why[0] = '\0';
	return err;
}

void
hs_config_free(struct hs_config *config)
{
	if (!config)
		return;
	hs_arena_destroy(config->arena);
	free(config);
}

static void
help_record(const struct hs_config_record *record, int depth)
{
	for (size_t i = 0; i < record->count; i++) {
		const struct hs_config_item *item = &record->items[i];
		printf("%*s%s  (%s %s", depth * 4, "", item->key, types[item->type].name,
			item->unit);
		if (item->type == HS_CONFIG_INT)
			printf(", %lld … %lld", (long long)item->min, (long long)item->max);
		if (!item->fallback)
			printf(", must be given)\n");
		else
			printf(", default \"%s\")\n", item->fallback);
		printf("%*s%s\n", depth * 4 + 4, "", item->sentence);
		if (item->record)
			help_record(item->record, depth + 1);
	}
}

const char *
hs_config_path(const char *path)
{
	return path != NULL && path[0] != '\0' ? path : NULL;
}

bool
hs_config_texts_have(const struct hs_config_texts *texts, const char *word)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (strcmp(texts->items[i], word) == 0)
			return true;
	}
	return false;
}

void
hs_config_help(const struct hs_config_record *record)
{
	help_record(record, 0);
}
