#include "hub/base/config_digest.h"

#include <inttypes.h>
#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/file.h"

#define SAID_MAX_BYTES (16u << 20)
#define FILE_MAX_BYTES (64u << 20)

static void
digest_of(const struct hs_buf *bytes, char out[HS_SHA256_HEX])
{
	const struct hs_span span = { hs_buf_text(bytes), bytes->len_bytes };
	uint8_t hash[HS_SHA256_BYTES];

	hs_sha256(&span, 1, hash);
	hs_hex(hash, sizeof(hash), out);
}

/* With its length, so that no text can look like two. */
static void
say_text(struct hs_buf *said, const char *text)
{
	hs_buf_printf(said, "%zu:%s;", text ? strlen(text) : 0, text ? text : "");
}

static void
say_file(struct hs_buf *said, const char *path)
{
	struct hs_buf content;
	char digest[HS_SHA256_HEX] = "";

	hs_buf_init(&content, FILE_MAX_BYTES);
	if (path && path[0] != '\0' && hs_file_read(path, &content) == HS_OK)
		digest_of(&content, digest);
	hs_buf_free(&content);
	say_text(said, digest);
}

static void say_record(struct hs_buf *said, const struct hs_config_record *record,
	const unsigned char *settings, const char *outlet);

/* The name of a row, when its list is one of outlets; else NULL. */
static const char *
name_of(const struct hs_config_record *record, const unsigned char *row)
{
	const struct hs_config_item *first = &record->items[0];
	bool named = first->type == HS_CONFIG_TEXT &&
		     (strcmp(first->key, "name") == 0 || strcmp(first->key, "id") == 0);

	return named ? *(const char *const *)(const void *)(row + first->offset) : NULL;
}

/* outlet NULL: all of it counts. */
static void
say_list(struct hs_buf *said, const struct hs_config_item *item, const struct hs_config_list *list,
	const char *outlet)
{
	for (size_t i = 0; i < list->count; i++) {
		const unsigned char *row =
			(const unsigned char *)list->items + i * item->record->size_bytes;
		const char *name = outlet ? name_of(item->record, row) : NULL;

		if (!name || strcmp(name, outlet) == 0)
			say_record(said, item->record, row, NULL);
	}
}

static void
say_texts(struct hs_buf *said, const struct hs_config_texts *texts)
{
	hs_buf_printf(said, "%zu;", texts->count);
	for (size_t i = 0; i < texts->count; i++)
		say_text(said, texts->items[i]);
}

static void
say_value(struct hs_buf *said, const struct hs_config_item *item, const void *field,
	const char *outlet)
{
	switch (item->type) {
	case HS_CONFIG_TEXT:
		say_text(said, *(const char *const *)field);
		if (strcmp(item->unit, "path") == 0)
			say_file(said, *(const char *const *)field);
		return;
	case HS_CONFIG_INT:
		hs_buf_printf(said, "%" PRId64 ";", *(const int64_t *)field);
		return;
	case HS_CONFIG_BOOL:
		hs_buf_printf(said, "%d;", *(const bool *)field);
		return;
	case HS_CONFIG_ENUM:
		hs_buf_printf(said, "%d;", *(const int *)field);
		return;
	case HS_CONFIG_TEXTS:
		say_texts(said, field);
		return;
	case HS_CONFIG_LIST:
		say_list(said, item, field, outlet);
		return;
	}
}

static void
say_record(struct hs_buf *said, const struct hs_config_record *record,
	const unsigned char *settings, const char *outlet)
{
	for (size_t i = 0; i < record->count; i++) {
		const struct hs_config_item *item = &record->items[i];

		hs_buf_printf(said, "%s=", item->key);
		say_value(said, item, settings + item->offset, outlet);
	}
	hs_buf_puts(said, "\n");
}

void
hs_config_digest(const struct hs_config_record *record, const void *settings, const char *outlet,
	char out[HS_SHA256_HEX])
{
	struct hs_buf said;

	hs_buf_init(&said, SAID_MAX_BYTES);
	say_record(&said, record, settings, outlet);
	out[0] = '\0';
	if (!said.failed)
		digest_of(&said, out);
	hs_buf_free(&said);
}
