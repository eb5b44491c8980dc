#include "adapters/jalert/alerts.h"

#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "schemas/tables.h"

#define ALERTS_MAX 4096 /* of one notice: every municipality twice over */

struct reader {
	struct hs_arena *arena;
	const hs_notice *notice;
	const struct hs_config_texts *served;
	struct hs_alerts *out;
	size_t room;
	bool failed;
};

void
hs_alert_name(struct hs_alert *alert)
{
	const struct hs_area_row *row = hs_area_find(alert->code);
	alert->name = row ? row->name : alert->code;
	alert->kana = row ? row->kana : "";
}

bool
hs_alerts_say(const struct hs_alerts *alerts, const char *code, enum hs_alert_kind kind)
{
	for (size_t i = 0; i < alerts->count; i++)
		if (alerts->items[i].kind == kind && strcmp(alerts->items[i].code, code) == 0)
			return true;
	return false;
}

/* ---- places ---- */

static struct hs_alert *
find(struct reader *reader, const char *code, enum hs_alert_kind kind, const char *phase)
{
	for (size_t i = 0; i < reader->out->count; i++) {
		struct hs_alert *alert = &reader->out->items[i];
		if (alert->kind == kind && strcmp(alert->code, code) == 0 &&
			strcmp(alert->phase, phase) == 0)
			return alert;
	}
	return NULL;
}

static void
join_title(struct reader *reader, struct hs_alert *alert, const char *title)
{
	if (title[0] == '\0' || strstr(alert->title, title))
		return;
	const char *joined = alert->title[0] == '\0' ? title
						     : hs_arena_printf(reader->arena, "%s、%s",
							       alert->title, title);
	if (joined)
		alert->title = joined;
	else
		reader->failed = true;
}

static bool
make_room(struct reader *reader)
{
	struct hs_alerts *out = reader->out;
	if (out->count < reader->room)
		return true;
	size_t room = reader->room ? reader->room * 2 : 64;
	struct hs_alert *items =
		room <= ALERTS_MAX ? hs_arena_alloc(reader->arena, room * sizeof(*items)) : NULL;
	if (!items)
		return false;
	if (out->count > 0)
		memcpy(items, out->items, out->count * sizeof(*items));
	out->items = items;
	reader->room = room;
	return true;
}

static void
put(struct reader *reader, const char *code, const struct hs_alert *like)
{
	struct hs_alert *alert = find(reader, code, like->kind, like->phase);
	if (!alert) {
		if (!make_room(reader)) {
			reader->failed = true;
			return;
		}
		alert = &reader->out->items[reader->out->count++];
		*alert = *like;
		alert->title = "";
		alert->code = hs_arena_strdup(reader->arena, code);
		if (!alert->code) {
			alert->code = "";
			reader->failed = true;
		}
		hs_alert_name(alert);
	}
	if (like->grade > alert->grade)
		alert->grade = like->grade;
	join_title(reader, alert, like->title);
}

/* The served places that an area of a notice means. */
static void
put_area(struct reader *reader, const char *code, const struct hs_alert *like)
{
	const struct hs_config_texts *served = reader->served;
	if (code[0] == '\0')
		return;
	if (served->count == 0) {
		put(reader, code, like);
		return;
	}
	for (size_t i = 0; i < served->count; i++) {
		if (hs_area_within(code, served->items[i]))
			put(reader, code, like);
		else if (hs_area_within(served->items[i], code))
			put(reader, served->items[i], like);
	}
}

/* ---- warnings ---- */

/* What a warning of that kind of notice and rank is to those who hear it. The first row that fits. */
static const struct {
	int kind;
	uint32_t rank;
	enum hs_alert_kind alert;
} ranks[] = {
	{ HS_KIND(EEW), 5, HS_ALERT_EEW },
	{ HS_KIND(TSUNAMI), 5, HS_ALERT_TSUNAMI_MAJOR },
	{ HS_KIND(TSUNAMI), 4, HS_ALERT_TSUNAMI_MAJOR },
	{ HS_KIND(TSUNAMI), 3, HS_ALERT_TSUNAMI_WARNING },
	{ HS_KIND(TSUNAMI), 2, HS_ALERT_TSUNAMI_ADVISORY },
	{ HS_KIND(VOLCANO), 5, HS_ALERT_ERUPTION },
	{ HS_KIND(VOLCANO), 4, HS_ALERT_ERUPTION },
	{ HS_KIND(VOLCANO), 3, HS_ALERT_CRATER },
	{ HS_KIND(WEATHER), 5, HS_ALERT_SPECIAL },
	{ HS_KIND(WEATHER), 4, HS_ALERT_DANGER_WARNING },
	{ HS_KIND(WEATHER), 3, HS_ALERT_WARNING },
	{ HS_KIND(LANDSLIDE), 5, HS_ALERT_SPECIAL },
	{ HS_KIND(LANDSLIDE), 4, HS_ALERT_DANGER_WARNING },
	{ HS_KIND(LANDSLIDE), 3, HS_ALERT_WARNING },
	{ HS_KIND(FLOOD), 5, HS_ALERT_SPECIAL },
	{ HS_KIND(FLOOD), 4, HS_ALERT_DANGER_WARNING },
	{ HS_KIND(FLOOD), 3, HS_ALERT_WARNING },
};

static enum hs_alert_kind
kind_of_rank(int kind, uint32_t rank)
{
	for (size_t i = 0; i < HS_COUNT(ranks); i++)
		if (ranks[i].kind == kind && ranks[i].rank == rank)
			return ranks[i].alert;
	return HS_ALERT_COUNT;
}

/* What is no longer in force is not told from here: heard.h knows who has to learn of it. */
static void
put_items(struct reader *reader, hs_hazard *const *items, size_t count)
{
	const hs_notice *notice = reader->notice;
	for (size_t i = 0; i < count; i++) {
		struct hs_alert like = { .phase = "issue", .grade = 1, .title = items[i]->name };
		like.kind = kind_of_rank((int)notice->kind, items[i]->rank);
		if (!items[i]->in_force || like.kind == HS_ALERT_COUNT)
			continue;
		if (like.kind == HS_ALERT_ERUPTION || like.kind == HS_ALERT_CRATER)
			like.title = notice->volcano->name;
		for (size_t j = 0; j < items[i]->n_areas; j++)
			put_area(reader, items[i]->areas[j]->code, &like);
	}
}

static void
put_intensities(struct reader *reader, const hs_earthquake *quake, enum hs_alert_kind kind)
{
	for (size_t i = 0; quake && i < quake->n_intensities; i++) {
		const hs_intensity *one = quake->intensities[i];
		uint32_t grade = hs_intensity_grade(one->value);
		uint32_t upper = hs_intensity_grade(one->upper);
		struct hs_alert like = { .kind = kind,
			.phase = "issue",
			.grade = upper > grade ? upper : grade,
			.title = kind == HS_ALERT_INTENSITY
					 ? hs_arena_printf(reader->arena, "震度%s", one->value)
					 : "緊急地震速報" };
		if (one->area && like.title && like.grade > 0)
			put_area(reader, one->area->code, &like);
	}
}

/* A warning of which no intensity is told for an area is the strongest. */
static void
put_eew(struct reader *reader)
{
	const Hansho__V1__Eew *eew = reader->notice->eew;
	static const struct hs_alert unknown = {
		.kind = HS_ALERT_EEW, .phase = "issue", .grade = 10, .title = "緊急地震速報"
	};
	if (!eew->warning)
		return;
	put_intensities(reader, eew->earthquake, HS_ALERT_EEW);
	for (size_t i = 0; i < eew->n_items; i++)
		for (size_t j = 0; eew->items[i]->in_force && j < eew->items[i]->n_areas; j++) {
			const char *code = eew->items[i]->areas[j]->code;
			if (!find(reader, code, HS_ALERT_EEW, "issue") &&
				eew->items[i]->rank >= 5 &&
				(!eew->earthquake || eew->earthquake->n_intensities == 0))
				put_area(reader, code, &unknown);
		}
}

struct civil_row {
	const char *type;
	enum hs_alert_kind kind;
	const char *title;
};

/* The last one is for what nobody knows. */
static const struct civil_row *
civil_row(const char *type)
{
	static const struct civil_row types[] = { { "missile", HS_ALERT_MISSILE,
							  "ミサイル発射情報" },
		{ "air_attack", HS_ALERT_AIR_ATTACK, "航空攻撃情報" },
		{ "guerrilla", HS_ALERT_GUERRILLA, "ゲリラ攻撃情報" },
		{ "terror", HS_ALERT_TERROR, "大規模テロ情報" },
		{ "", HS_ALERT_CIVIL_OTHER, "国民保護に関する情報" } };
	size_t row = 0;
	while (row + 1 < HS_COUNT(types) && strcmp(types[row].type, type) != 0)
		row++;
	return &types[row];
}

static const Hansho__V1__CivilProtection *
civil_of(const hs_notice *notice)
{
	static const Hansho__V1__CivilProtection none = HANSHO__V1__CIVIL_PROTECTION__INIT;
	return notice->detail_case == HANSHO__V1__NOTICE__DETAIL_CIVIL_PROTECTION
		       ? notice->civil_protection
		       : &none;
}

static void
put_civil(struct reader *reader)
{
	const hs_notice *notice = reader->notice;
	const Hansho__V1__CivilProtection *civil = civil_of(notice);
	const struct civil_row *row = civil_row(civil->type);
	struct hs_alert like = {
		.kind = row->kind, .phase = "issue", .grade = 1, .title = row->title
	};
	if (civil->phase[0])
		like.phase = civil->phase;
	if (notice->action == HS_ACTION(LIFT) && strcmp(like.phase, "issue") == 0)
		like.phase = "lift";
	for (size_t i = 0; i < notice->n_areas; i++)
		put_area(reader, notice->areas[i]->code, &like);
}

/* An alert without a scale of its own (CAP): how severe it is says which warning it stands for. */
static void
put_cap(struct reader *reader)
{
	static const struct {
		const char *severity;
		uint32_t rank, weather_rank;
	} rows[] = { { "Extreme", 5, 5 }, { "Severe", 3, 4 }, { "Moderate", 2, 3 },
		{ "Minor", 1, 2 } };
	const hs_notice *notice = reader->notice;
	const hs_cap_info *info =
		notice->cap && notice->cap->n_infos ? notice->cap->infos[0] : NULL;
	bool weather = notice->kind == HS_KIND(WEATHER) || notice->kind == HS_KIND(LANDSLIDE) ||
		       notice->kind == HS_KIND(FLOOD);
	uint32_t rank = 5; /* a word that nobody knows */
	if (!info || notice->action == HS_ACTION(LIFT))
		return;
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (strcmp(rows[i].severity, info->severity) == 0)
			rank = weather ? rows[i].weather_rank : rows[i].rank;
	struct hs_alert like = { .kind = kind_of_rank((int)notice->kind, rank),
		.phase = "issue",
		.grade = notice->kind == HS_KIND(EEW) ? 10 : 1,
		.title = info->event,
		.headline = !weather };
	for (size_t i = 0; like.kind != HS_ALERT_COUNT && i < notice->n_areas; i++)
		put_area(reader, notice->areas[i]->code, &like);
}

/* ---- the notice ---- */

enum hs_alert_kind
hs_alert_kind_named(const hs_notice *notice)
{
	const char *type = civil_of(notice)->type;
	return type[0] != '\0' ? civil_row(type)->kind : HS_ALERT_COUNT;
}

static void
put_detail(struct reader *reader)
{
	const hs_notice *notice = reader->notice;
	switch (notice->detail_case) {
	case HANSHO__V1__NOTICE__DETAIL_EEW:
		put_eew(reader);
		break;
	case HANSHO__V1__NOTICE__DETAIL_TSUNAMI:
		put_items(reader, notice->tsunami->items, notice->tsunami->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_VOLCANO:
		put_items(reader, notice->volcano->items, notice->volcano->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_WEATHER:
		put_items(reader, notice->weather->items, notice->weather->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_LANDSLIDE:
		put_items(reader, notice->landslide->items, notice->landslide->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_FLOOD:
		put_items(reader, notice->flood->items, notice->flood->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE:
		put_intensities(reader, notice->earthquake, HS_ALERT_INTENSITY);
		break;
	case HANSHO__V1__NOTICE__DETAIL__NOT_SET:
		put_cap(reader);
		break;
	default:
		break;
	}
}

enum hs_err
hs_alerts_of(struct hs_arena *arena, const hs_notice *notice, const struct hs_config_texts *served,
	struct hs_alerts *out)
{
	struct reader reader = { .arena = arena, .notice = notice, .served = served, .out = out };
	*out = (struct hs_alerts){ 0 };
	if (notice->action == HS_ACTION(CANCEL))
		return HS_OK;
	if (notice->kind == HS_KIND(CIVIL_PROTECTION))
		put_civil(&reader);
	else
		put_detail(&reader);
	return reader.failed || hs_arena_failed(arena) ? HS_ERR_NOMEM : HS_OK;
}

enum hs_err
hs_alerts_taken_back(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_config_texts *served, struct hs_alerts *out)
{
	struct reader reader = { .arena = arena, .notice = notice, .served = served, .out = out };
	*out = (struct hs_alerts){ 0 };
	if (hs_alert_kind_named(notice) == HS_ALERT_COUNT)
		return HS_OK;
	const struct civil_row *row = civil_row(civil_of(notice)->type);
	const struct hs_alert like = {
		.kind = row->kind, .phase = "cancel", .grade = 1, .title = row->title
	};
	for (size_t i = 0; i < notice->n_areas; i++)
		put_area(&reader, notice->areas[i]->code, &like);
	return reader.failed || hs_arena_failed(arena) ? HS_ERR_NOMEM : HS_OK;
}

bool
hs_alert_event(const hs_notice *notice, struct hs_buf *out)
{
	const hs_document *document = notice->document;
	if (!document)
		return false;
	struct hs_first first = hs_first_of(document);
	if (first.event[0] == '\0')
		return hs_first_document_key(notice, out);
	hs_buf_printf(out, "%d|%d|%s", (int)notice->mode, (int)notice->kind, first.event);
	return !out->failed;
}
