/* cancel_world.h: a municipality's form, another sender, the hub's active set and an adapter's state, played at random
 * from a seed. After each step: what was in force and what is (`truths`). Synthetic places only, all of it drills. */
#ifndef HS_TEST_CANCEL_WORLD_H
#define HS_TEST_CANCEL_WORLD_H

#include "tests/unit/hub/gate/samples.h"

#include "adapters/runtime/standing.h"
#include "hub/base/check.h"
#include "hub/gate/order.h"
#include "hub/gate/order_text.h"
#include "schemas/active.h"
#include "tests/unit/adapters/notice_kit.h"

#define OWN_CODE   "990019"
#define OWN_SOURCE "bosai.kakuu.example"
#define TRUTHS_MAX 400

static const char *const world_codes[] = { OWN_CODE, "990027" };

enum truth_state { STATE_RETURNED, STATE_ENDED, STATE_STAYS, STATE_COUNT };

/* One place (a restricted zone is a place of its own): terms before and after, "" for none. */
struct truth {
	const char *key, *code;
	const char *name,
		*now; /* as it was spelled, and as it is; the same when there is only one */
	bool zone;
	const char *was, *is, *disaster; /* disaster: of what is */
	unsigned states;		 /* bits of enum truth_state */
};

struct world {
	struct hs_arena *arena;
	uint64_t history, seed, seq;
	int step;
	struct hs_active *hub;
	struct hs_standing standing;
	struct hs_adapter_item item;
	hs_notice *notice;
	bool by_form;
	struct hs_order_choice choice;
	struct hs_order_plan plan;
	const char *headline;
	struct truth truths[TRUTHS_MAX];
	size_t truth_count;
	uint32_t other_revision, other_document;
	size_t changes, shortened, failures;
};

static inline uint32_t
world_dice(struct world *world, uint32_t sides)
{
	world->seed = world->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(world->seed >> 33) % sides;
}

static inline void
world_begin(struct world *world, uint64_t history)
{
	struct hs_adapter_snapshot snapshot = { .epoch = "e", .digest = "" };
	*world = (struct world){ .history = history, .seed = history * 7919 };
	world->arena = hs_arena_create(1u << 30);
	world->hub = hs_active_create();
	hs_standing_load(&world->standing, &snapshot);
}

static inline void
world_end(struct world *world)
{
	hs_standing_free(&world->standing);
	hs_active_destroy(world->hub);
	hs_arena_destroy(world->arena);
}

/* ---- the hub ---- */

struct world_reply {
	struct hs_arena *arena;
	hs_active_reply reply;
};

static inline void
world_visit(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct world_reply *to = owner;
	hs_deliver *deliver = hs_message_new(to->arena, &hansho__v1__deliver__descriptor);
	deliver->seq = seq;
	assert_int_equal(HS_OK, hs_notice_unpack(to->arena, bytes, len_bytes, &deliver->notice));
	assert_true(hs_repeat(to->arena, &to->reply.n_notices, &to->reply.notices, deliver));
}

static inline struct world_reply
world_ask(const struct world *world)
{
	struct world_reply to = { world->arena, HANSHO__V1__ACTIVE_REPLY__INIT };
	hs_active_each_document(world->hub, world_visit, &to);
	return to;
}

/* The state after the newest notice, as who starts now gets it. */
static inline void
world_snapshot(const struct world *world, struct hs_standing *standing)
{
	struct world_reply reply = world_ask(world);
	struct hs_adapter_snapshot snapshot = {
		.epoch = "e", .digest = "", .seq = world->seq, .count = reply.reply.n_notices
	};
	struct hs_adapter_snapshot_notice *items =
		hs_arena_alloc(world->arena, (snapshot.count + 1) * sizeof(*items));
	for (size_t i = 0; i < snapshot.count; i++) {
		items[i].seq = reply.reply.notices[i]->seq;
		items[i].notice = reply.reply.notices[i]->notice;
	}
	snapshot.notices = items;
	hs_standing_load(standing, &snapshot);
}

/* ---- what is true ---- */

struct world_look {
	struct world *world;
	bool after;
};

static inline const char *
world_disaster(struct world *world, uint64_t seq)
{
	struct world_reply reply = world_ask(world);
	for (size_t i = 0; i < reply.reply.n_notices; i++)
		if (reply.reply.notices[i]->seq == seq)
			return reply.reply.notices[i]->notice->evacuation->disaster_name;
	return "";
}

static inline void
world_take_entry(void *owner, const struct hs_active_entry *entry)
{
	struct world_look *look = owner;
	struct world *world = look->world;
	size_t i = 0;
	while (i < world->truth_count && strcmp(world->truths[i].key, entry->place_key) != 0)
		i++;
	struct truth *truth = &world->truths[i];
	bool whole = strcmp(entry->name_key, "*") == 0;
	const char *name = kit_text(world->arena, whole ? "全域" : entry->area_name);
	if (i == world->truth_count) {
		assert_true(i < TRUTHS_MAX);
		world->truth_count++;
		*truth = (struct truth){ .key = kit_text(world->arena, entry->place_key),
			.code = kit_text(world->arena, entry->area_code),
			.name = name,
			.zone = strcmp(entry->term, "警戒区域") == 0,
			.was = "",
			.is = "",
			.disaster = "" };
	}
	truth->now = name;
	if (!look->after) {
		truth->was = kit_text(world->arena, entry->term);
		return;
	}
	truth->is = kit_text(world->arena, entry->term);
	truth->disaster = world_disaster(world, entry->seq);
}

static inline void
world_look(struct world *world, bool after)
{
	struct world_look look = { world, after };
	if (!after)
		world->truth_count = 0;
	hs_active_each_entry(world->hub, world_take_entry, &look);
	for (size_t i = 0; after && i < world->truth_count; i++) {
		struct truth *truth = &world->truths[i];
		bool same = strcmp(truth->was, truth->is) == 0;
		if (same)
			truth->states = 1u << STATE_STAYS;
		else
			truth->states = (truth->is[0] != '\0' ? 1u << STATE_RETURNED : 0) |
					(truth->was[0] != '\0' ? 1u << STATE_ENDED : 0);
	}
}

static inline bool
world_stands(const struct world *world, const char *code, const char *name)
{
	for (size_t i = 0; i < world->truth_count; i++)
		if (strcmp(world->truths[i].code, code) == 0 && world->truths[i].is[0] != '\0' &&
			strcmp(world->truths[i].now, name) == 0)
			return true;
	return false;
}

/* Whether stations hear of that municipality: it is named, or something changed there. */
static inline bool
world_is_told(const struct world *world, const char *code)
{
	for (size_t i = 0; i < world->notice->n_areas; i++)
		if (strcmp(world->notice->areas[i]->code, code) == 0)
			return true;
	for (size_t i = 0; i < world->truth_count; i++)
		if (strcmp(world->truths[i].code, code) == 0 &&
			(world->truths[i].states & ~(1u << STATE_STAYS)) != 0)
			return true;
	return false;
}

/* ---- messages ---- */

static inline void
world_apply(struct world *world, hs_notice *notice)
{
	world->notice = notice;
	world_look(world, false);
	world->seq++;
	enum hs_err err = hs_active_apply(world->hub, world->seq, notice, NULL);
	assert_true(err == HS_OK || err == HS_ERR_STALE);
	world_look(world, true);
	world->item = (struct hs_adapter_item){ .notice = notice, .seq = world->seq };
	hs_standing_apply(&world->standing, &world->item);
}

static const char *const world_names[] = { "甲町", "乙町1丁目", "丙町", "丁町", "全域" };
/* the same, as another system spells them */
static const char *const world_spellings[] = { "甲　町", "乙町一丁目", "丙町", "丁町", "全域", "" };

static inline struct kit_place
world_place(struct world *world, bool many, uint32_t index)
{
	static const struct {
		const char *term;
		uint32_t level;
	} terms[] = { { "高齢者等避難", 3 }, { "避難指示", 4 }, { "緊急安全確保", 5 },
		{ "警戒区域", 0 }, { "謎の情報", 0 } };
	uint32_t term = world_dice(world, HS_COUNT(terms));
	const char *name = many ? hs_arena_printf(world->arena, "第%02u地区", index)
				: world_spellings[world_dice(world, HS_COUNT(world_spellings))];
	return (struct kit_place){ world_codes[world_dice(world, 2)], name, "", terms[term].term,
		terms[term].level, world_dice(world, 4) == 0,
		(int64_t)world_dice(world, 3) + (int64_t)world->seq };
}

/* A prefecture's system: two municipalities in one document, zones, words that nobody knows, now and then 40 areas. */
static inline bool
world_other(struct world *world)
{
	static const char *const disasters[] = { "台風の大雨（洪水）", "県の災害" };
	struct kit_place places[40];
	bool cancel = world->other_revision > 0 && world_dice(world, 2) == 0;
	bool many = world_dice(world, 4) == 0;
	size_t count = many ? 40 : 1 + world_dice(world, 5);
	if (world->other_revision == 0)
		world->other_document++;
	for (size_t i = 0; i < count; i++)
		places[i] = world_place(world, many, (uint32_t)i);
	/* a cancel sometimes repeats something else than what it takes back, and its revision does not always rise */
	uint32_t revision = world->other_revision + (cancel && world_dice(world, 3) == 0 ? 0 : 1);
	hs_notice *notice = kit_notice(world->arena, HS_MODE(DRILL),
		cancel		? HS_ACTION(CANCEL)
		: revision == 1 ? HS_ACTION(ISSUE)
				: HS_ACTION(UPDATE),
		hs_arena_printf(world->arena, "p%u", world->other_document), revision, places,
		count);
	notice->document->source = kit_text(world->arena, "pref.example");
	notice->source->code = kit_text(world->arena, "990001");
	notice->source->name = kit_text(world->arena, "架空県");
	notice->evacuation->disaster_name =
		kit_text(world->arena, disasters[world->other_document % 2]);
	notice->correction = kit_text(world->arena, cancel ? "操作の誤り" : "");
	world->other_revision = cancel ? 0 : revision;
	world->by_form = false;
	world_apply(world, notice);
	return true;
}

/* ---- the form ---- */

static inline const struct hs_order_document *
world_own_document(struct world *world, const struct hs_order_standing *standing, bool cancel)
{
	const struct hs_order_document *own[64];
	size_t count = 0;
	for (size_t i = 0; i < standing->document_count && count < HS_COUNT(own); i++) {
		const struct hs_order_document *document = standing->documents[i];
		if (document->own && (cancel ? !document->closed : !document->over))
			own[count++] = document;
	}
	return count > 0 ? own[world_dice(world, (uint32_t)count)] : NULL;
}

static inline void
world_choose_issue(struct world *world, struct hs_order_choice *choice)
{
	choice->act = HS_ORDER_ISSUE;
	choice->level = 3 + world_dice(world, 3);
	choice->whole = world_dice(world, 5) == 0;
	uint32_t count = 1 + world_dice(world, 3);
	for (uint32_t i = 0; i < count; i++)
		choice->areas = hs_arena_printf(
			world->arena, "%s%s\n", choice->areas, world_names[world_dice(world, 4)]);
	for (uint32_t i = 0; world_dice(world, 8) == 0 && i < 30; i++)
		choice->areas = hs_arena_printf(world->arena, "%s第%02u地区\n", choice->areas, i);
}

static inline void
world_choose_lift(struct world *world, const struct hs_order_standing *standing,
	const struct hs_order_document *document, struct hs_order_choice *choice)
{
	bool all = world_dice(world, 3) == 0;
	choice->act = HS_ORDER_LIFT;
	choice->lift_keys = NULL;
	for (size_t i = 0; i < standing->area_count; i++) {
		char *key = hs_arena_alloc(world->arena, HS_ORDER_KEY_SIZE);
		if (standing->areas[i]->document != document || (!all && world_dice(world, 2) == 0))
			continue;
		hs_order_area_key(standing->areas[i], key);
		assert_true(hs_repeat(world->arena, &choice->lift_count, &choice->lift_keys, key));
	}
}

/* Sends what the plan wrote through the gate. */
static inline void
world_send(struct world *world)
{
	struct hs_buf headline, xml;
	struct run run;
	hs_buf_init(&headline, 12000);
	hs_buf_init(&xml, 1u << 20);
	hs_order_headline(&world->plan, &headline);
	world->headline = kit_text(world->arena, hs_buf_text(&headline));
	hs_order_write(
		world->arena, &world->plan, &sample_principal, "Exercise", world->headline, &xml);
	assert_false(xml.failed || headline.failed);
	run_text(&run, hs_buf_text(&xml));
	assert_accepted(&run);
	struct hs_buf packed;
	hs_notice *notice;
	hs_buf_init(&packed, 8u << 20);
	hs_message_pack(run.submission.notice, &packed);
	assert_int_equal(
		HS_OK, hs_notice_unpack(world->arena, packed.bytes, packed.len_bytes, &notice));
	hs_buf_free(&packed);
	hs_buf_free(&headline);
	hs_buf_free(&xml);
	run_end(&run);
	world->by_form = true;
	world_apply(world, notice);
}

/* One act of the person at the form; false when there was nothing to do. */
static inline bool
world_form(struct world *world)
{
	struct world_reply reply = world_ask(world);
	struct hs_order_standing standing;
	struct hs_order_choice *choice = &world->choice;
	uint32_t act = world_dice(world, 10);
	assert_true(hs_order_standing_read(
		world->arena, &reply.reply, OWN_SOURCE, OWN_CODE, &standing));
	const struct hs_order_document *document = world_own_document(world, &standing, act < 4);
	*choice = (struct hs_order_choice){ .areas = "",
		.document_id = document != NULL ? document->id : "",
		.disaster_name = world_dice(world, 2) ? "台風の大雨" : "地震",
		.hazard = "",
		.reason = "操作の誤り",
		.complement = "",
		.now_unix_us = SAMPLE_RECEIVED_US - (200 - (int64_t)world->seq) * HS_US_PER_S,
		.new_document_id =
			hs_arena_printf(world->arena, "d%llu", (unsigned long long)world->seq) };
	if (act < 4) {
		choice->act = HS_ORDER_CANCEL;
	} else if (act < 6 && document != NULL) {
		world_choose_lift(world, &standing, document, choice);
	} else {
		world_choose_issue(world, choice);
		choice->document_id = world_dice(world, 3) ? choice->document_id : "";
	}
	if (hs_order_plan(world->arena, &standing, OWN_CODE, choice, &world->plan) != HS_ORDER_FINE)
		return false;
	world_send(world);
	return true;
}

/* One message; false when none was made. */
static inline bool
world_step(struct world *world)
{
	return world_dice(world, 4) == 0 ? world_other(world) : world_form(world);
}

/* Whether the plan shows a change of that place, or its end. */
static inline bool
world_form_changes(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->plan.change_count; i++)
		if (world->plan.changes[i]->kind != HS_ORDER_CHANGE_STILL &&
			strcmp(world->plan.changes[i]->name, name) == 0)
			return true;
	return false;
}

static inline bool
world_form_ends(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->plan.change_count; i++)
		if (world->plan.changes[i]->kind == HS_ORDER_CHANGE_TAKEN_BACK &&
			strcmp(world->plan.changes[i]->name, name) == 0)
			return true;
	return false;
}

#endif
