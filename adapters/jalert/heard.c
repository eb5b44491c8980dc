#include "adapters/jalert/heard.h"

#include <stdio.h>
#include <string.h>

#include "adapters/jalert/heard_rows.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/tables.h"

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
is_news(const struct hs_heard_row *row, const struct hs_alert *alert)
{
	if (!row || row->doubted)
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
is_replaced(const struct hs_alerts *news, const struct hs_heard_row *row)
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
add_row(struct hs_arena *arena, const struct hs_heard_row *row, const char *phase,
	struct hs_alerts *out)
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
	hs_heard_key(event, key);
	out->count = 0;
	out->items = hs_arena_alloc(
		arena, (alerts->count + hs_heard_count_of(heard, key) + 1) * sizeof(*out->items));
	if (!out->items)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < alerts->count; i++) {
		const struct hs_alert *alert = &alerts->items[i];
		if (is_news(hs_heard_find(heard, key, alert->code, alert->kind), alert))
			out->items[out->count++] = *alert;
	}
	/* What says no more than a headline ends nothing. */
	bool whole = notice->detail_case != HANSHO__V1__NOTICE__DETAIL__NOT_SET ||
		     notice->action == HS_ACTION(LIFT);
	for (const struct hs_heard_row *row = hs_heard_first(heard, key); whole && row;
		row = row->event_next) {
		if (!hs_heard_stands(row, key) || hs_alert_row(row->kind)->only_up ||
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
	for (const struct hs_heard_row *row = hs_heard_first(heard, key); row;
		row = row->event_next)
		if (hs_heard_is_of(row, key) && !row->ended && row->kind == kind)
			return true;
	return false;
}

bool
hs_heard_kind(const struct hs_heard *heard, const char *event, enum hs_alert_kind kind)
{
	uint8_t key[HS_SHA256_BYTES];
	hs_heard_key(event, key);
	return was_heard(heard, key, kind);
}

bool
hs_heard_was_ended(const struct hs_heard *heard, const char *event, uint64_t seq)
{
	uint8_t key[HS_SHA256_BYTES];
	hs_heard_key(event, key);
	for (const struct hs_heard_row *row = hs_heard_first(heard, key); row;
		row = row->event_next)
		if (hs_heard_is_of(row, key) && row->ended && row->over_seq > seq)
			return true;
	return false;
}

void
hs_heard_leave_newer(
	const struct hs_heard *heard, const char *event, uint64_t seq, struct hs_alerts *alerts)
{
	uint8_t key[HS_SHA256_BYTES];
	size_t kept = 0;
	hs_heard_key(event, key);
	for (size_t i = 0; i < alerts->count; i++) {
		const struct hs_alert *alert = &alerts->items[i];
		const struct hs_heard_row *row = hs_heard_first(heard, key);
		while (row &&
			(!hs_heard_is_of(row, key) || (row->seq <= seq && row->over_seq <= seq) ||
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
	for (const struct hs_heard_row *row = heard->ended; row; row = row->next)
		if (row->over_seq > row->seq && row->seq != HS_HEARD_NO_SEQ)
			each(owner, row->seq, row->over_seq);
}

enum hs_err
hs_heard_of_event(const struct hs_heard *heard, struct hs_arena *arena, const char *event,
	enum hs_alert_kind kind, struct hs_alerts *out)
{
	uint8_t key[HS_SHA256_BYTES];
	hs_heard_key(event, key);
	bool named = was_heard(heard, key, kind);
	out->count = 0;
	out->items =
		hs_arena_alloc(arena, (hs_heard_count_of(heard, key) + 1) * sizeof(*out->items));
	if (!out->items)
		return HS_ERR_NOMEM;
	for (const struct hs_heard_row *row = hs_heard_first(heard, key); row;
		row = row->event_next) {
		bool meant = named ? hs_heard_is_of(row, key) && !row->ended && row->kind == kind
				   : hs_heard_stands(row, key);
		if (meant && !hs_alerts_say(out, row->code, row->kind) &&
			!add_row(arena, row, "cancel", out))
			return HS_ERR_NOMEM;
	}
	return HS_OK;
}

/* What this one had replaced is so again: it was no mistake. */
static void
give_back(struct hs_heard *heard, const struct hs_heard_row *wrong)
{
	for (struct hs_heard_row *row = hs_heard_first(heard, wrong->event); row;
		row = row->event_next)
		if (hs_heard_is_of(row, wrong->event) && !row->ended &&
			row->over_seq == wrong->seq && row->kind != wrong->kind &&
			strcmp(row->code, wrong->code) == 0)
			row->over_seq = 0;
}

/* One that stands is over; one that was replaced before that is of no use any more. */
static void
over(struct hs_heard *heard, struct hs_heard_row *row, uint64_t seq, bool ended)
{
	if (row->over_seq != 0) {
		hs_heard_drop(heard, row);
		return;
	}
	row->over_seq = seq;
	hs_heard_end_set(heard, row, ended);
}

/* What the alert does to a row of its place and family. */
static void
meet(struct hs_heard *heard, struct hs_heard_row *row, const struct hs_heard_told *told,
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
is_beside(
	const struct hs_alerts *whole, const struct hs_heard_row *row, const struct hs_alert *alert)
{
	for (size_t i = 0; whole && row->kind != alert->kind && i < whole->count; i++)
		if (whole->items[i].kind == row->kind &&
			strcmp(whole->items[i].code, row->code) == 0 &&
			!is_end(whole->items[i].phase))
			return true;
	return false;
}

/* A cancel of what nobody remembers: the same by another route is not said again. */
static void
add_ended(struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES], uint64_t seq,
	const struct hs_alert *alert)
{
	struct hs_heard_row *row = hs_heard_add(heard, key, seq, alert);
	over(heard, row, seq, true);
}

void
hs_heard_take(struct hs_heard *heard, const struct hs_heard_told *told)
{
	uint8_t key[HS_SHA256_BYTES];
	hs_heard_key(told->event, key);
	bool named = was_heard(heard, key, told->kind);
	for (size_t i = 0; i < told->news->count; i++) {
		const struct hs_alert *alert = &told->news->items[i];
		bool met = false;
		for (struct hs_heard_row *row = hs_heard_first(heard, key), *next; row;
			row = next) {
			next = row->event_next;
			if (hs_heard_is_of(row, key) && !row->ended && row->seq != told->seq &&
				family(row->kind) == family(alert->kind) &&
				strcmp(row->code, alert->code) == 0 &&
				!is_beside(told->whole, row, alert)) {
				meet(heard, row, told, alert, named);
				met = true;
			}
		}
		if (!is_end(alert->phase))
			hs_heard_add(heard, key, told->seq, alert);
		else if (!met)
			add_ended(heard, key, told->seq, alert);
	}
}

static bool
knows_better(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES],
	const struct hs_alert *alert)
{
	for (const struct hs_heard_row *row = hs_heard_first(heard, key); row;
		row = row->event_next)
		if (hs_heard_is_of(row, key) && !row->doubted &&
			family(row->kind) == family(alert->kind) &&
			strcmp(row->code, alert->code) == 0)
			return true;
	return false;
}

void
hs_heard_doubt(struct hs_heard *heard, const char *event, const struct hs_alerts *alerts)
{
	uint8_t key[HS_SHA256_BYTES];
	hs_heard_key(event, key);
	for (size_t i = 0; i < alerts->count; i++) {
		const struct hs_alert *alert = &alerts->items[i];
		const struct hs_heard_row *row =
			hs_heard_find(heard, key, alert->code, alert->kind);
		if (row || is_end(alert->phase) || knows_better(heard, key, alert))
			continue;
		hs_heard_add(heard, key, HS_HEARD_NO_SEQ, alert)->doubted = true;
	}
}

/* What had taken the place of the one that nobody heard has taken that of the one before it. */
static void
close_up(struct hs_heard *heard, const struct hs_heard_row *unheard)
{
	if (unheard->over_seq == 0)
		return;
	for (struct hs_heard_row *row = hs_heard_first(heard, unheard->event); row;
		row = row->event_next) {
		if (hs_heard_is_of(row, unheard->event) && row->over_seq == unheard->seq &&
			family(row->kind) == family(unheard->kind) &&
			strcmp(row->code, unheard->code) == 0) {
			row->over_seq = unheard->over_seq;
			hs_heard_end_set(heard, row, unheard->ended);
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
		struct hs_heard_row *row = &heard->rows[i];
		if (row->used && row->over_seq == seq) {
			row->over_seq = 0;
			hs_heard_end_set(heard, row, false);
		}
		if (row->used && row->seq == seq)
			hs_heard_drop(heard, row);
	}
}

void
hs_heard_restart(struct hs_heard *heard)
{
	for (size_t i = 0; i < HS_HEARD_MAX; i++) {
		struct hs_heard_row *row = &heard->rows[i];
		if (row->used && row->ended)
			hs_heard_drop(heard, row);
		row->seq = HS_HEARD_OLD(row->seq);
		if (row->over_seq != 0)
			row->over_seq = HS_HEARD_OLD(row->over_seq);
	}
}
