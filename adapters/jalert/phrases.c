#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/alerts.h"
#include "hub/base/asset.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"

extern const struct hs_asset hs_assets_adapters_jalert[];

#define COLUMNS	       4
#define PHRASES_MAX    128
#define ARENA_BYTES    (1u << 20)
#define SENTENCE_BYTES 16384u

struct phrase {
	char *columns[COLUMNS]; /* kind, phase, Japanese, easy Japanese */
};

struct hs_phrases {
	struct hs_arena *arena;
	struct phrase rows[PHRASES_MAX];
	size_t count;
};

/* One line without its end; what is no row of the table is a fault of the build. */
static bool
line_add(struct hs_phrases *phrases, const char *line, size_t len_bytes)
{
	if (len_bytes == 0 || line[0] == '#' || strncmp(line, "kind,", 5) == 0)
		return true;
	char *text = hs_arena_strndup(phrases->arena, line, len_bytes), *rest = NULL;
	struct phrase *row = &phrases->rows[phrases->count];
	if (!text)
		return false;
	HS_CHECK(phrases->count < PHRASES_MAX);
	for (size_t i = 0; i < COLUMNS; i++) {
		row->columns[i] = strtok_r(i == 0 ? text : NULL, ",", &rest);
		HS_CHECK(row->columns[i] != NULL);
	}
	HS_CHECK(rest == NULL || rest[0] == '\0');
	phrases->count++;
	return true;
}

struct hs_phrases *
hs_phrases_create(void)
{
	const struct hs_asset *asset = hs_asset_find(hs_assets_adapters_jalert, "phrases.csv");
	struct hs_phrases *phrases = calloc(1, sizeof(*phrases));
	HS_CHECK(asset);
	if (!phrases)
		return NULL;
	phrases->arena = hs_arena_create(ARENA_BYTES);
	bool good = phrases->arena != NULL;
	const char *at = (const char *)asset->bytes, *end = at + asset->len_bytes;
	while (good && at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		good = line_add(phrases, at, (size_t)(stop - at));
		at = stop + 1;
	}
	if (good)
		return phrases;
	hs_phrases_destroy(phrases);
	return NULL;
}

void
hs_phrases_destroy(struct hs_phrases *phrases)
{
	if (!phrases)
		return;
	hs_arena_destroy(phrases->arena);
	free(phrases);
}

static const struct phrase *
find(const struct hs_phrases *phrases, const char *kind, const char *phase)
{
	for (size_t i = 0; i < phrases->count; i++)
		if (strcmp(phrases->rows[i].columns[0], kind) == 0 &&
			strcmp(phrases->rows[i].columns[1], phase) == 0)
			return &phrases->rows[i];
	return NULL;
}

const char *
hs_phrase_say(const struct hs_phrases *phrases, struct hs_arena *arena,
	const struct hs_alert *alert, bool easy)
{
	const char *kind = hs_alert_row(alert->kind)->word;
	const struct phrase *row = find(phrases, kind, alert->phase);
	const struct {
		const char *mark, *text;
	} fields[] = { { "{place}", alert->name }, { "{title}", alert->title } };
	struct hs_buf buf;
	row = row ? row : find(phrases, kind, "issue");
	if (!row) /* evacuation: not said from here */
		return hs_arena_strdup(arena, alert->title);
	hs_buf_init(&buf, SENTENCE_BYTES);
	for (const char *at = row->columns[easy ? 3 : 2]; *at != '\0';) {
		size_t i = 0;
		while (i < HS_COUNT(fields) &&
			strncmp(at, fields[i].mark, strlen(fields[i].mark)) != 0)
			i++;
		if (i < HS_COUNT(fields)) {
			hs_buf_puts(&buf, fields[i].text);
			at += strlen(fields[i].mark);
		} else {
			hs_buf_add(&buf, at++, 1);
		}
	}
	const char *made = buf.failed ? NULL : hs_arena_strdup(arena, hs_buf_text(&buf));
	hs_buf_free(&buf);
	return made;
}
