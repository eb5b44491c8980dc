#include "adapters/jalert/ahead.h"

#include "hub/base/check.h"
#include "schemas/tables.h"

#define ARENA_BYTES (8u << 20)

struct walk {
	const struct hs_ahead *ahead;
	hs_notice notice;
	enum hs_err (*visit)(void *owner, const struct hs_announcement *announcement);
	void *owner;
};

static enum hs_err
finish(struct walk *walk, struct hs_arena *arena, enum hs_err err, const struct hs_plan *plan)
{
	if (err == HS_OK)
		err = walk->visit(walk->owner, plan->announcements[0]);
	hs_arena_destroy(arena);
	return err;
}

static struct hs_plan
plan_of(const struct walk *walk)
{
	return (struct hs_plan){ .notice = &walk->notice,
		.lane = walk->notice.mode == HS_MODE(LIVE) ? HS_LANE_LIVE : HS_LANE_DRILL,
		.epoch = "" };
}

/* A kind, a phase, a place. */
static enum hs_err
alert(struct walk *walk, struct hs_alert like, const char *code)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_plan plan = plan_of(walk);
	like.code = code;
	hs_alert_name(&like);
	return finish(walk, arena,
		arena ? hs_plan_alert(arena, &plan, &like, walk->ahead->options) : HS_ERR_NOMEM,
		&plan);
}

static enum hs_err
alerts(struct walk *walk, const char *code)
{
	static const char *const phases[] = { "issue", "lift", "cancel" };
	static const char *const missile[] = { "launch", "take_cover", "passed", "sea", "fell",
		"intercepted", "none" };
	enum hs_err err = HS_OK;
	for (int kind = HS_ALERT_MISSILE; err == HS_OK && kind < HS_ALERT_COUNT; kind++) {
		struct hs_alert like = { .kind = (enum hs_alert_kind)kind,
			.grade = 10,
			.code = code,
			.title = "特別警報" };
		if (!hs_auto_start(walk->ahead->rules, walk->ahead->rule_count, &like))
			continue;
		for (size_t i = 0; err == HS_OK && i < HS_COUNT(phases); i++) {
			like.phase = phases[i];
			err = alert(walk, like, code);
		}
		for (size_t i = 0;
			kind == HS_ALERT_MISSILE && err == HS_OK && i < HS_COUNT(missile); i++) {
			like.phase = missile[i];
			err = alert(walk, like, code);
		}
	}
	return err;
}

/* An order of the whole municipality, its end, its cancel, and that it is left out of a correction or an update. */
static enum hs_err
order(struct walk *walk, const char *code, uint32_t level, int action)
{
	static const char *const terms[] = { "高齢者等避難", "避難指示", "緊急安全確保" };
	const struct hs_area_row *row = hs_area_find(code);
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_plan plan = plan_of(walk);
	const struct hs_force_group group = { .area_code = code,
		.name = row ? row->name : "",
		.term = terms[level - 3],
		.level = level,
		.urgency = level };
	const struct hs_force_group *groups[] = { &group };
	const struct hs_told told = { groups, 1 };
	struct hs_municipal municipal = { .code = code,
		.name = row ? row->name : "",
		.kana = row ? row->kana : "",
		.known = true };
	if (action == HS_ACTION(ISSUE))
		municipal.ordered = told;
	else if (action == HS_ACTION(CORRECT) || action == HS_ACTION(UPDATE))
		municipal.dropped = told;
	else
		municipal.ended = told;
	walk->notice.action = (Hansho__V1__Action)action;
	return finish(walk, arena,
		arena ? hs_plan_announce(arena, &plan, &municipal, walk->ahead->options)
		      : HS_ERR_NOMEM,
		&plan);
}

static enum hs_err
orders(struct walk *walk, const char *code)
{
	static const int actions[] = { HS_ACTION(ISSUE), HS_ACTION(LIFT), HS_ACTION(CANCEL),
		HS_ACTION(CORRECT), HS_ACTION(UPDATE) };
	enum hs_err err = HS_OK;
	for (uint32_t level = 3; level <= 5; level++)
		for (size_t i = 0; err == HS_OK && i < HS_COUNT(actions); i++)
			err = order(walk, code, level, actions[i]);
	walk->notice.action = HS_ACTION(ISSUE);
	return err;
}

/* ---- what changes from message to message ---- */

#define WORDS_MAX 64

static const char *
prefecture(struct hs_arena *arena, unsigned number)
{
	(void)arena;
	return hs_phrase_prefecture(number);
}

/* All words of one sort. */
static enum hs_err
words(struct walk *walk, const char *(*word)(struct hs_arena *arena, unsigned number))
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_announcement *announcement;
	const char *list[WORDS_MAX];
	size_t count = 0;
	enum hs_err err = arena ? HS_OK : HS_ERR_NOMEM;
	while (err == HS_OK && count < WORDS_MAX &&
		(list[count] = word(arena, (unsigned)count)) != NULL)
		count++;
	if (err == HS_OK)
		err = hs_plan_words(arena, walk->ahead->options, list, count, &announcement);
	if (err == HS_OK)
		err = walk->visit(walk->owner, announcement);
	hs_arena_destroy(arena);
	return err;
}

static bool
civil_starts(const struct hs_ahead *ahead, const char *code)
{
	struct hs_alert like = { .grade = 1, .code = code };
	for (int kind = HS_ALERT_MISSILE; kind <= HS_ALERT_CIVIL_OTHER; kind++) {
		like.kind = (enum hs_alert_kind)kind;
		if (hs_auto_start(ahead->rules, ahead->rule_count, &like))
			return true;
	}
	return false;
}

/* A message that tells a place, when and of what moment, so that every part of its sentences is there. */
struct sample {
	hs_time time;
	hs_times times;
	hs_area area, *areas[1];
	hs_cap_info info, *infos[1];
	hs_cap_values cap;
};

static void
sample_fill(struct sample *sample, hs_notice *notice)
{
	sample->time = (hs_time)HANSHO__V1__TIME__INIT;
	sample->times = (hs_times)HANSHO__V1__TIMES__INIT;
	sample->area = (hs_area)HANSHO__V1__AREA__INIT;
	sample->info = (hs_cap_info)HANSHO__V1__CAP_INFO__INIT;
	sample->cap = (hs_cap_values)HANSHO__V1__CAP_VALUES__INIT;
	sample->areas[0] = &sample->area;
	sample->infos[0] = &sample->info;
	sample->area.code = (char *)(uintptr_t) "13";
	sample->times.reported = sample->info.onset = &sample->time;
	sample->cap.infos = sample->infos;
	sample->cap.n_infos = 1;
	notice->times = &sample->times;
	notice->areas = sample->areas;
	notice->n_areas = 1;
	notice->cap = &sample->cap;
}

enum hs_err
hs_ahead_each(const struct hs_ahead *ahead, int mode,
	enum hs_err (*visit)(void *owner, const struct hs_announcement *announcement), void *owner)
{
	struct walk walk = { .ahead = ahead, .visit = visit, .owner = owner };
	static const char *(*const sorts[])(struct hs_arena * arena,
		unsigned number) = { hs_phrase_hour, hs_phrase_minute, prefecture };
	struct sample sample;
	bool civil = false;
	enum hs_err err = HS_OK;
	size_t count =
		ahead->areas->count < ahead->areas_max ? ahead->areas->count : ahead->areas_max;
	walk.notice = (hs_notice)HANSHO__V1__NOTICE__INIT;
	walk.notice.mode = (Hansho__V1__Mode)mode;
	walk.notice.action = HS_ACTION(ISSUE);
	for (size_t i = 0; err == HS_OK && i < (count ? count : 1); i++) {
		const char *code = count ? ahead->areas->items[i] : "";
		civil = civil || civil_starts(ahead, code);
		sample_fill(&sample, &walk.notice);
		err = alerts(&walk, code);
		walk.notice.n_areas = 0;
		walk.notice.times = NULL;
		walk.notice.cap = NULL;
		if (err == HS_OK)
			err = orders(&walk, code);
	}
	for (size_t i = 0; civil && err == HS_OK && i < HS_COUNT(sorts); i++)
		err = words(&walk, sorts[i]);
	return err;
}
