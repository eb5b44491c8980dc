#include "adapters/jalert/heard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/tables.h"

/* One place that heard one kind of one event. */
struct row {
	uint8_t event[HS_SHA256_BYTES];
	uint64_t seq;
	uint64_t over_seq;	 /* notice that took its place or ended it; 0: it stands */
	struct row *prev, *next; /* of struct hs_heard: free, kept or ended */
	struct row *event_prev, *event_next; /* in its bucket */
	enum hs_alert_kind kind;
	uint32_t grade;
	bool used;
	bool ended;    /* the place was told that it is over; kept for hs_heard_forget only */
	bool headline; /* of struct hs_alert */
	char code[HS_ALERT_CODE_SIZE];
	char phase[16];
	char title[HS_ALERT_TITLE_SIZE];
};

#define BUCKETS 1024

struct hs_heard {
	struct row rows[HS_HEARD_MAX];
	struct row *free, *kept, *ended; /* the oldest first */
	struct row *buckets[BUCKETS];	 /* by event, those of one in the order of their taking */
	size_t count;
};

struct hs_heard *
hs_heard_create(void)
{
	struct hs_heard *heard = calloc(1, sizeof(*heard));
	for (size_t i = 0; heard && i < HS_HEARD_MAX; i++)
		DL_APPEND(heard->free, &heard->rows[i]);
	return heard;
}

void
hs_heard_destroy(struct hs_heard *heard)
{
	free(heard);
}

size_t
hs_heard_count(const struct hs_heard *heard)
{
	return heard->count;
}

static void
event_key(const char *event, uint8_t out[HS_SHA256_BYTES])
{
	const struct hs_span span = { event, strlen(event) };
	hs_sha256(&span, 1, out);
}

static size_t
bucket_of(const uint8_t key[HS_SHA256_BYTES])
{
	return (key[0] | (size_t)key[1] << 8) % BUCKETS;
}

/* Further ones may be of other events. */
static struct row *
first_of(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES])
{
	return heard->buckets[bucket_of(key)];
}

static bool
is_of(const struct row *row, const uint8_t key[HS_SHA256_BYTES])
{
	return memcmp(row->event, key, HS_SHA256_BYTES) == 0;
}

static bool
stands(const struct row *row, const uint8_t key[HS_SHA256_BYTES])
{
	return is_of(row, key) && row->over_seq == 0;
}

static size_t
count_of(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES])
{
	size_t count = 0;
	for (const struct row *row = first_of(heard, key); row; row = row->event_next)
		count += is_of(row, key);
	return count;
}

static const struct row *
find(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES], const char *code,
	enum hs_alert_kind kind)
{
	for (const struct row *row = first_of(heard, key); row; row = row->event_next)
		if (stands(row, key) && row->kind == kind && strcmp(row->code, code) == 0)
			return row;
	return NULL;
}

/* Kinds of one family take each other's place. */
static int
family(enum hs_alert_kind kind)
{
	static const struct {
		enum hs_alert_kind first, last;
	} families[] = { { HS_ALERT_MISSILE, HS_ALERT_CIVIL_OTHER }, { HS_ALERT_EEW, HS_ALERT_EEW },
		{ HS_ALERT_TSUNAMI_MAJOR, HS_ALERT_TSUNAMI_ADVISORY },
		{ HS_ALERT_ERUPTION, HS_ALERT_CRATER }, { HS_ALERT_SPECIAL, HS_ALERT_WARNING } };
	for (size_t i = 0; i < HS_COUNT(families); i++)
		if (kind >= families[i].first && kind <= families[i].last)
			return (int)i + 1;
	return 0;
}

/* Every name in the titles was heard before. */
static bool
titles_known(const char *heard, const char *title)
{
	char names[HS_ALERT_TITLE_SIZE * 2];
	snprintf(names, sizeof(names), "%s", title);
	for (char *name = names, *next; name && *name; name = next) {
		next = strstr(name, "、");
		if (next) {
			*next = '\0';
			next += strlen("、");
		}
		if (!strstr(heard, name))
			return false;
	}
	return true;
}

static bool
is_news(const struct row *row, const struct hs_alert *alert)
{
	if (!row)
		return true;
	if (strcmp(row->phase, alert->phase) != 0)
		return true;
	bool named = !hs_alert_row(alert->kind)->only_up && !row->headline && !alert->headline;
	return alert->grade > row->grade || (named && !titles_known(row->title, alert->title));
}

/* Ends what the phase ends. */
static bool
is_end(const char *phase)
{
	static const char *const ends[] = { "lift", "cancel", "passed", "none" };
	for (size_t i = 0; i < HS_COUNT(ends); i++)
		if (strcmp(ends[i], phase) == 0)
			return true;
	return false;
}

static bool
is_replaced(const struct hs_alerts *news, const struct row *row)
{
	for (size_t i = 0; i < news->count; i++)
		if (family(news->items[i].kind) == family(row->kind) &&
			strcmp(news->items[i].code, row->code) == 0)
			return true;
	return false;
}

static bool
is_addressed(const hs_notice *notice, const char *code)
{
	for (size_t i = 0; i < notice->n_areas; i++) {
		const char *area = notice->areas[i]->code;
		if (area[0] != '\0' && (hs_area_within(code, area) || hs_area_within(area, code)))
			return true;
	}
	return false;
}

static bool
add_row(struct hs_arena *arena, const struct row *row, const char *phase, struct hs_alerts *out)
{
	struct hs_alert *alert = &out->items[out->count];
	*alert = (struct hs_alert){ .kind = row->kind,
		.phase = phase,
		.grade = row->grade,
		.code = hs_arena_strdup(arena, row->code),
		.title = hs_arena_strdup(arena, row->title) };
	if (!alert->code || !alert->title)
		return false;
	hs_alert_name(alert);
	out->count++;
	return true;
}

enum hs_err
hs_heard_news(const struct hs_heard *heard, struct hs_arena *arena, const char *event,
	const hs_notice *notice, const struct hs_alerts *alerts, struct hs_alerts *out)
{
	uint8_t key[HS_SHA256_BYTES];
	event_key(event, key);
	out->count = 0;
	out->items = hs_arena_alloc(
		arena, (alerts->count + count_of(heard, key) + 1) * sizeof(*out->items));
	if (!out->items)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < alerts->count; i++) {
		const struct hs_alert *alert = &alerts->items[i];
		if (is_news(find(heard, key, alert->code, alert->kind), alert))
			out->items[out->count++] = *alert;
	}
	/* What says no more than a headline ends nothing. */
	bool whole = notice->detail_case != HANSHO__V1__NOTICE__DETAIL__NOT_SET ||
		     notice->action == HS_ACTION(LIFT);
	for (const struct row *row = first_of(heard, key); whole && row; row = row->event_next) {
		if (!stands(row, key) || hs_alert_row(row->kind)->only_up ||
			hs_alerts_say(alerts, row->code, row->kind) ||
			!is_addressed(notice, row->code) || is_replaced(out, row))
			continue;
		if (!add_row(arena, row, "lift", out))
			return HS_ERR_NOMEM;
	}
	return HS_OK;
}

/* Replaced or not. */
static bool
was_heard(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES], enum hs_alert_kind kind)
{
	for (const struct row *row = first_of(heard, key); row; row = row->event_next)
		if (is_of(row, key) && !row->ended && row->kind == kind)
			return true;
	return false;
}

bool
hs_heard_kind(const struct hs_heard *heard, const char *event, enum hs_alert_kind kind)
{
	uint8_t key[HS_SHA256_BYTES];
	event_key(event, key);
	return was_heard(heard, key, kind);
}

bool
hs_heard_was_ended(const struct hs_heard *heard, const char *event, uint64_t seq)
{
	uint8_t key[HS_SHA256_BYTES];
	event_key(event, key);
	for (const struct row *row = first_of(heard, key); row; row = row->event_next)
		if (is_of(row, key) && row->ended && row->over_seq > seq)
			return true;
	return false;
}

void
hs_heard_leave_newer(
	const struct hs_heard *heard, const char *event, uint64_t seq, struct hs_alerts *alerts)
{
	uint8_t key[HS_SHA256_BYTES];
	size_t kept = 0;
	event_key(event, key);
	for (size_t i = 0; i < alerts->count; i++) {
		const struct hs_alert *alert = &alerts->items[i];
		const struct row *row = first_of(heard, key);
		while (row && (!is_of(row, key) || (row->seq <= seq && row->over_seq <= seq) ||
				      family(row->kind) != family(alert->kind) ||
				      strcmp(row->code, alert->code) != 0))
			row = row->event_next;
		if (!row)
			alerts->items[kept++] = *alert;
	}
	alerts->count = kept;
}

void
hs_heard_ended(const struct hs_heard *heard,
	void (*each)(void *owner, uint64_t seq, uint64_t over_seq), void *owner)
{
	for (const struct row *row = heard->ended; row; row = row->next)
		if (row->over_seq > row->seq)
			each(owner, row->seq, row->over_seq);
}

enum hs_err
hs_heard_of_event(const struct hs_heard *heard, struct hs_arena *arena, const char *event,
	enum hs_alert_kind kind, struct hs_alerts *out)
{
	uint8_t key[HS_SHA256_BYTES];
	event_key(event, key);
	bool named = was_heard(heard, key, kind);
	out->count = 0;
	out->items = hs_arena_alloc(arena, (count_of(heard, key) + 1) * sizeof(*out->items));
	if (!out->items)
		return HS_ERR_NOMEM;
	for (const struct row *row = first_of(heard, key); row; row = row->event_next) {
		bool meant = named ? is_of(row, key) && !row->ended && row->kind == kind
				   : stands(row, key);
		if (meant && !hs_alerts_say(out, row->code, row->kind) &&
			!add_row(arena, row, "cancel", out))
			return HS_ERR_NOMEM;
	}
	return HS_OK;
}

static struct row **
list_of(struct hs_heard *heard, const struct row *row)
{
	return row->ended ? &heard->ended : &heard->kept;
}

static void
drop(struct hs_heard *heard, struct row *row)
{
	DL_DELETE(*list_of(heard, row), row);
	DL_DELETE2(heard->buckets[bucket_of(row->event)], row, event_prev, event_next);
	DL_PREPEND(heard->free, row);
	row->used = false;
	heard->count--;
}

static void
end_set(struct hs_heard *heard, struct row *row, bool ended)
{
	if (row->ended == ended)
		return;
	DL_DELETE(*list_of(heard, row), row);
	row->ended = ended;
	DL_APPEND(*list_of(heard, row), row);
}

/* What this one had replaced is so again: it was no mistake. */
static void
give_back(struct hs_heard *heard, const struct row *wrong)
{
	for (struct row *row = first_of(heard, wrong->event); row; row = row->event_next)
		if (is_of(row, wrong->event) && !row->ended && row->over_seq == wrong->seq &&
			row->kind != wrong->kind && strcmp(row->code, wrong->code) == 0)
			row->over_seq = 0;
}

/* One that stands is over; one that was replaced before that is of no use any more. */
static void
over(struct hs_heard *heard, struct row *row, uint64_t seq, bool ended)
{
	if (row->over_seq != 0) {
		drop(heard, row);
		return;
	}
	row->over_seq = seq;
	end_set(heard, row, ended);
}

/* What the alert does to a row of its place and family. */
static void
meet(struct hs_heard *heard, struct row *row, const struct hs_heard_told *told,
	const struct hs_alert *alert, bool named)
{
	bool end = is_end(alert->phase), own = row->kind == alert->kind;
	if (own && end && named)
		give_back(heard, row);
	if (own || (end && !named)) {
		over(heard, row, told->seq, end);
		return;
	}
	if (!end && row->over_seq == 0)
		row->over_seq = told->seq;
}

/* Another kind that the notice says too, so that it goes on. */
static bool
is_beside(const struct hs_alerts *whole, const struct row *row, const struct hs_alert *alert)
{
	for (size_t i = 0; whole && row->kind != alert->kind && i < whole->count; i++)
		if (whole->items[i].kind == row->kind &&
			strcmp(whole->items[i].code, row->code) == 0 &&
			!is_end(whole->items[i].phase))
			return true;
	return false;
}

/* What is over goes before what stands, the oldest first. */
static struct row *
place_for(struct hs_heard *heard)
{
	if (!heard->free)
		drop(heard, heard->ended ? heard->ended : heard->kept);
	struct row *row = heard->free;
	DL_DELETE(heard->free, row);
	return row;
}

static struct row *
add_heard(struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES], uint64_t seq,
	const struct hs_alert *alert)
{
	struct row *row = place_for(heard);
	*row = (struct row){ .seq = seq,
		.kind = alert->kind,
		.grade = alert->grade,
		.used = true,
		.headline = alert->headline };
	memcpy(row->event, key, sizeof(row->event));
	snprintf(row->code, sizeof(row->code), "%s", alert->code);
	snprintf(row->phase, sizeof(row->phase), "%s", alert->phase);
	snprintf(row->title, sizeof(row->title), "%s", alert->title);
	DL_APPEND(heard->kept, row);
	DL_APPEND2(heard->buckets[bucket_of(key)], row, event_prev, event_next);
	heard->count++;
	return row;
}

/* A cancel of what nobody remembers: the same by another route is not said again. */
static void
add_ended(struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES], uint64_t seq,
	const struct hs_alert *alert)
{
	struct row *row = add_heard(heard, key, seq, alert);
	over(heard, row, seq, true);
}

void
hs_heard_take(struct hs_heard *heard, const struct hs_heard_told *told)
{
	uint8_t key[HS_SHA256_BYTES];
	event_key(told->event, key);
	bool named = was_heard(heard, key, told->kind);
	for (size_t i = 0; i < told->news->count; i++) {
		const struct hs_alert *alert = &told->news->items[i];
		bool met = false;
		for (struct row *row = first_of(heard, key), *next; row; row = next) {
			next = row->event_next;
			if (is_of(row, key) && !row->ended && row->seq != told->seq &&
				family(row->kind) == family(alert->kind) &&
				strcmp(row->code, alert->code) == 0 &&
				!is_beside(told->whole, row, alert)) {
				meet(heard, row, told, alert, named);
				met = true;
			}
		}
		if (!is_end(alert->phase))
			add_heard(heard, key, told->seq, alert);
		else if (!met)
			add_ended(heard, key, told->seq, alert);
	}
}

/* What had taken the place of the one that nobody heard has taken that of the one before it. */
static void
close_up(struct hs_heard *heard, const struct row *unheard)
{
	if (unheard->over_seq == 0)
		return;
	for (struct row *row = first_of(heard, unheard->event); row; row = row->event_next) {
		if (is_of(row, unheard->event) && row->over_seq == unheard->seq &&
			family(row->kind) == family(unheard->kind) &&
			strcmp(row->code, unheard->code) == 0) {
			row->over_seq = unheard->over_seq;
			end_set(heard, row, unheard->ended);
		}
	}
}

void
hs_heard_forget(struct hs_heard *heard, uint64_t seq)
{
	for (size_t i = 0; i < HS_HEARD_MAX; i++)
		if (heard->rows[i].used && heard->rows[i].seq == seq)
			close_up(heard, &heard->rows[i]);
	for (size_t i = 0; i < HS_HEARD_MAX; i++) {
		struct row *row = &heard->rows[i];
		if (row->used && row->over_seq == seq) {
			row->over_seq = 0;
			end_set(heard, row, false);
		}
		if (row->used && row->seq == seq)
			drop(heard, row);
	}
}

void
hs_heard_restart(struct hs_heard *heard)
{
	for (size_t i = 0; i < HS_HEARD_MAX; i++) {
		struct row *row = &heard->rows[i];
		if (row->used && row->ended)
			drop(heard, row);
		row->seq = HS_HEARD_OLD(row->seq);
		if (row->over_seq != 0)
			row->over_seq = HS_HEARD_OLD(row->over_seq);
	}
}
