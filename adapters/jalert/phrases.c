#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/phrases.h"
#include "hub/base/asset.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/tables.h"

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

/* ---- places and times ---- */

#define HOURS	 24
#define MINUTES	 60
#define AND_MORE "など"

const char *
hs_phrase_hour(struct hs_arena *arena, unsigned number)
{
	return number < HOURS ? hs_arena_printf(arena, "%u時", number) : NULL;
}

const char *
hs_phrase_minute(struct hs_arena *arena, unsigned number)
{
	return number < MINUTES ? hs_arena_printf(arena, "%u分", number) : NULL;
}

const char *
hs_phrase_prefecture(unsigned number)
{
	size_t count;
	const struct hs_area_row *rows = hs_area_rows(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].kind, "prefecture") == 0 && number-- == 0)
			return rows[i].name;
	return number == 0 ? AND_MORE : NULL;
}

static const char *
prefecture_of(const char *code)
{
	char prefix[3] = "";
	if (strlen(code) < 2)
		return NULL;
	memcpy(prefix, code, 2);
	const struct hs_area_row *row = hs_area_find(prefix);
	return row ? row->name : NULL;
}

/* ---- a sentence ---- */

struct sayer {
	struct hs_arena *arena;
	const struct hs_alert *alert;
	const hs_notice *notice;
	size_t places_max;
	struct hs_saying *out;
	struct hs_buf text, part;
	bool nomem;
};

static void
part_end(struct sayer *sayer, bool pause)
{
	struct hs_saying *out = sayer->out;
	const char *text = hs_buf_text(&sayer->part);
	if (sayer->part.len_bytes == 0)
		return;
	HS_CHECK(out->count < HS_SAYING_PARTS_MAX);
	const char *copy = sayer->part.failed ? NULL : hs_arena_strdup(sayer->arena, text);
	sayer->nomem = sayer->nomem || !copy;
	out->parts[out->count] = copy ? copy : "";
	out->pauses[out->count++] = pause;
	hs_buf_free(&sayer->part);
	hs_buf_init(&sayer->part, SENTENCE_BYTES);
}

static void
say(struct sayer *sayer, const char *text, size_t len_bytes)
{
	hs_buf_add(&sayer->text, text, len_bytes);
	hs_buf_add(&sayer->part, text, len_bytes);
}

static bool
is_said(const struct sayer *sayer, const char *name)
{
	for (size_t i = 0; i < sayer->out->count; i++)
		if (strcmp(sayer->out->parts[i], name) == 0)
			return true;
	return false;
}

static void
say_where(struct sayer *sayer)
{
	size_t said = 0;
	part_end(sayer, false);
	for (size_t i = 0; i < sayer->notice->n_areas; i++) {
		const char *name = prefecture_of(sayer->notice->areas[i]->code);
		if (!name || is_said(sayer, name))
			continue;
		bool more = said == sayer->places_max;
		if (said > 0 && !more)
			hs_buf_puts(&sayer->text, "、");
		say(sayer, more ? AND_MORE : name, strlen(more ? AND_MORE : name));
		part_end(sayer, true);
		if (more)
			return;
		said++;
	}
}

static void
say_time(struct sayer *sayer, const hs_time *time)
{
	int64_t minutes = time->unix_us / (60 * HS_US_PER_S) + HS_JST_MINUTES;
	const char *parts[] = { hs_phrase_hour(sayer->arena, (unsigned)(minutes / 60 % 24)),
		hs_phrase_minute(sayer->arena, (unsigned)(minutes % 60)) };
	for (size_t i = 0; i < HS_COUNT(parts); i++) {
		part_end(sayer, false);
		sayer->nomem = sayer->nomem || !parts[i];
		if (parts[i])
			say(sayer, parts[i], strlen(parts[i]));
	}
	part_end(sayer, false);
}

static const hs_time *
when_of(const hs_notice *notice)
{
	return notice->cap && notice->cap->n_infos ? notice->cap->infos[0]->onset : NULL;
}

static const hs_time *
issued_of(const hs_notice *notice)
{
	const hs_times *times = notice->times;
	return !times ? NULL : times->reported ? times->reported : times->sent;
}

static bool
has_where(const struct sayer *sayer)
{
	for (size_t i = 0; i < sayer->notice->n_areas; i++)
		if (prefecture_of(sayer->notice->areas[i]->code))
			return sayer->places_max > 0;
	return false;
}

enum mark { PLACE, TITLE, WHERE, WHEN, ISSUED, MARKS };
static const char *const marks[MARKS] = { [PLACE] = "{place}",
	[TITLE] = "{title}",
	[WHERE] = "{where}",
	[WHEN] = "{when}",
	[ISSUED] = "{issued}" };

/* MARKS: none begins here. */
static enum mark
mark_at(const char *at)
{
	int mark = 0;
	while (mark < MARKS && strncmp(at, marks[mark], strlen(marks[mark])) != 0)
		mark++;
	return (enum mark)mark;
}

static bool
is_told(const struct sayer *sayer, enum mark mark)
{
	switch (mark) {
	case WHERE:
		return has_where(sayer);
	case WHEN:
		return when_of(sayer->notice) != NULL;
	case ISSUED:
		return issued_of(sayer->notice) != NULL;
	default:
		return true;
	}
}

static void
say_mark(struct sayer *sayer, enum mark mark)
{
	if (mark == WHERE)
		say_where(sayer);
	else if (mark == WHEN || mark == ISSUED)
		say_time(sayer, mark == WHEN ? when_of(sayer->notice) : issued_of(sayer->notice));
	else
		say(sayer, mark == PLACE ? sayer->alert->name : sayer->alert->title,
			strlen(mark == PLACE ? sayer->alert->name : sayer->alert->title));
}

/* Behind the group when something in it is not told, else its first letter. */
static const char *
group_begin(const struct sayer *sayer, const char *at)
{
	const char *end = strchr(at, ']');
	HS_CHECK(end != NULL);
	for (const char *look = at; look < end; look++)
		if (!is_told(sayer, mark_at(look)))
			return end + 1;
	return at + 1;
}

static void
say_row(struct sayer *sayer, const char *row)
{
	for (const char *at = row; *at != '\0';) {
		enum mark mark = mark_at(at);
		if (mark != MARKS && is_told(sayer, mark)) {
			say_mark(sayer, mark);
			at += strlen(marks[mark]);
		} else if (mark != MARKS) {
			at += strlen(marks[mark]);
		} else if (*at == '[') {
			at = group_begin(sayer, at);
		} else if (*at == '|' || *at == ']') {
			part_end(sayer, false);
			at++;
		} else {
			say(sayer, at++, 1);
		}
	}
	part_end(sayer, false);
}

bool
hs_phrase_say(const struct hs_phrases *phrases, struct hs_arena *arena,
	const struct hs_alert *alert, const hs_notice *notice, size_t places_max, bool easy,
	struct hs_saying *out)
{
	const char *kind = hs_alert_row(alert->kind)->word;
	const struct phrase *row = find(phrases, kind, alert->phase);
	struct sayer sayer = { .arena = arena,
		.alert = alert,
		.notice = notice,
		.places_max = places_max,
		.out = out };
	out->count = 0;
	hs_buf_init(&sayer.text, SENTENCE_BYTES);
	hs_buf_init(&sayer.part, SENTENCE_BYTES);
	row = row ? row : find(phrases, kind, "issue");
	say_row(&sayer, row ? row->columns[easy ? 3 : 2] : "{title}"); /* no row: evacuation */
	out->text = sayer.text.failed ? NULL : hs_arena_strdup(arena, hs_buf_text(&sayer.text));
	hs_buf_free(&sayer.text);
	hs_buf_free(&sayer.part);
	return out->text && !sayer.nomem;
}
