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

/* An order of the whole municipality, its end, its cancel. */
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
	static const int actions[] = { HS_ACTION(ISSUE), HS_ACTION(LIFT), HS_ACTION(CANCEL) };
	enum hs_err err = HS_OK;
	for (uint32_t level = 3; level <= 5; level++)
		for (size_t i = 0; err == HS_OK && i < HS_COUNT(actions); i++)
			err = order(walk, code, level, actions[i]);
	walk->notice.action = HS_ACTION(ISSUE);
	return err;
}

enum hs_err
hs_ahead_each(const struct hs_ahead *ahead, int mode,
	enum hs_err (*visit)(void *owner, const struct hs_announcement *announcement), void *owner)
{
	struct walk walk = { .ahead = ahead, .visit = visit, .owner = owner };
	enum hs_err err = HS_OK;
	size_t count =
		ahead->areas->count < ahead->areas_max ? ahead->areas->count : ahead->areas_max;
	walk.notice = (hs_notice)HANSHO__V1__NOTICE__INIT;
	walk.notice.mode = (Hansho__V1__Mode)mode;
	walk.notice.action = HS_ACTION(ISSUE);
	for (size_t i = 0; err == HS_OK && i < (count ? count : 1); i++) {
		const char *code = count ? ahead->areas->items[i] : "";
		err = alerts(&walk, code);
		if (err == HS_OK)
			err = orders(&walk, code);
	}
	return err;
}
