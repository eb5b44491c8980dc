/* Random histories that end with cancels, from the form to all four outlets: whatever stood before, each outlet names
 * exactly what is in force again, what ended and what stays. What is true is read off the active set alone. */
#include "tests/unit/adapters/cancel_world.h"

#include <jansson.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/jalert/jalert_words.h"
#include "adapters/signage/signage_encode.h"
#include "adapters/telecom/telecom_chars.h"
#include "adapters/telecom/telecom_encode.h"

#define HISTORIES 250
#define STEPS	  14
#define MARK	  "【訓練】"

/* How a text says each of the three, and what ends a sentence in it. */
struct manner {
	const char *end;
	const char *says[STATE_COUNT];
};

static const struct manner MAIL = { "\n", { "再び発令中：", "誤り：", "継続中：" } };
static const struct manner SPEECH = { "。",
	{ "再び発令されています", "は、誤りでした", "引き続き発令中です" } };
static const struct manner STATION = { "\n",
	{ "再び", "誤りでした。取り消します。", "引き続き発令中です" } };

/* Whether one sentence holds all of them. */
static bool
has_sentence(const char *text, const char *end, const char *const *parts, size_t count)
{
	for (const char *at = text; *at != '\0';) {
		const char *stop = strstr(at, end);
		size_t len = stop != NULL ? (size_t)(stop - at) + strlen(end) : strlen(at);
		char sentence[16384];
		size_t held = 0;
		assert_true(len < sizeof(sentence));
		memcpy(sentence, at, len);
		sentence[len] = '\0';
		for (size_t i = 0; i < count; i++)
			held += strstr(sentence, parts[i]) != NULL;
		if (held == count)
			return true;
		at += len;
	}
	return false;
}

static void
fail_with(struct world *world, const char *what, const struct truth *truth, const char *text)
{
	print_message("history %llu step %d: %s of %s %s %s in:\n%s\n",
		(unsigned long long)world->history, world->step, what, truth->name, truth->was,
		truth->is, text);
	world->failures++;
}

/* Each place of the municipality is said as what it is and as nothing else. town: in the same sentence. */
static void
check_text(struct world *world, const char *code, const char *town, const struct manner *manner,
	const char *text)
{
	for (size_t i = 0; i < world->truth_count; i++) {
		const struct truth *truth = &world->truths[i];
		if (strcmp(truth->code, code) != 0)
			continue;
		for (int state = 0; state < STATE_COUNT; state++) {
			const char *term = state == STATE_ENDED ? truth->was : truth->is;
			/* a district that goes on under another spelling may be named by either */
			/* stations say the town alone of a place that has no name */
			bool whole = manner == &STATION && strcmp(truth->now, "全域") == 0;
			const char *const said[] = { whole ? town : truth->now, manner->says[state],
				term, town };
			const char *const was[] = { whole ? town : truth->name, manner->says[state],
				term, town };
			bool is_said =
				has_sentence(text, manner->end, said, 4) ||
				(state == STATE_ENDED && has_sentence(text, manner->end, was, 4));
			if ((truth->states & 1u << state) != 0 && !is_said)
				fail_with(world, "not said", truth, text);
			if ((truth->states & 1u << state) == 0 && term[0] != '\0' && is_said &&
				!whole)
				fail_with(world, "wrongly said", truth, text);
		}
	}
}

static size_t
count_truths(const struct world *world, const char *code, int state)
{
	size_t count = 0;
	for (size_t i = 0; i < world->truth_count; i++)
		count += (world->truths[i].states & 1u << state) != 0 &&
			 strcmp(world->truths[i].code, code) == 0;
	return count;
}

static void
assert_marked(const char *text)
{
	size_t len = strlen(text), mark = strlen(MARK);
	assert_true(len > 2 * mark && strncmp(text, MARK, mark) == 0);
	assert_string_equal(text + len - mark, MARK);
}

/* Names and 「ほかn地区」 of all lines that begin so. */
static size_t
count_named(const char *text, const char *head)
{
	size_t total = 0;
	for (const char *at = strstr(text, head); at != NULL; at = strstr(at + 1, head)) {
		const char *end = strchr(at, '\n');
		const char *name = strstr(at, "」 ");
		size_t len = end != NULL ? (size_t)(end - at) : strlen(at);
		assert_true(name != NULL && name < at + len);
		name += strlen("」 ");
		char names[8192];
		snprintf(names, sizeof(names), "%.*s", (int)(at + len - name), name);
		char *mark = strstr(names, MARK);
		if (mark != NULL)
			*mark = '\0';
		char *rest = strstr(names, "ほか");
		if (rest != NULL || strspn(names, "0123456789") > 0)
			total += strtoul(rest != NULL ? rest + strlen("ほか") : names, NULL, 10);
		if (rest != NULL)
			*rest = '\0';
		if (rest == NULL && strspn(names, "0123456789") > 0)
			continue;
		total++;
		for (const char *comma = strstr(names, "、"); comma != NULL;
			comma = strstr(comma + 1, "、"))
			total++;
	}
	return total;
}

/* Shortened to a carrier's length nothing is lost, only counted. */
static void
check_short_mail(struct world *world, const struct hs_municipal *municipal)
{
	static const int64_t lengths[] = { 90, 120, 200, 400 };
	for (size_t i = 0; i < HS_COUNT(lengths); i++) {
		struct hs_mail_limits limits = {
			.title_max = 15, .body_max = lengths[i], .newline_counts = 1, .forbidden = 0
		};
		struct hs_mail mail;
		if (hs_mail_encode(world->arena, world->notice, municipal, &limits, &mail) != HS_OK)
			continue;
		assert_marked(mail.title);
		assert_marked(mail.body);
		assert_true(hs_char_count(mail.body, 1) <= (size_t)lengths[i]);
		if (strstr(mail.body, "一部地区") != NULL || strstr(mail.body, "\n") == NULL)
			continue;
		for (int state = 0; state < STATE_COUNT; state++)
			assert_int_equal(count_named(mail.body, MAIL.says[state]),
				count_truths(world, municipal->code, state));
		world->shortened += mail.names_left_out > 0;
	}
}

static void
check_municipals(struct world *world)
{
	struct hs_municipal *municipals;
	struct hs_mail_limits limits = {
		.title_max = 40, .body_max = 20000, .newline_counts = 1, .forbidden = 0
	};
	size_t count, changed = 0;
	assert_int_equal(HS_OK, hs_standing_split(&world->standing, world->arena, &world->item,
					false, &municipals, &count));
	for (size_t i = 0; i < count; i++) {
		const char *code = municipals[i].code;
		struct hs_mail mail;
		assert_true(municipals[i].known);
		assert_int_equal(HS_OK, hs_mail_encode(world->arena, world->notice, &municipals[i],
						&limits, &mail));
		assert_marked(mail.title);
		assert_marked(mail.body);
		check_text(world, code, "", &MAIL, mail.body);
		check_short_mail(world, &municipals[i]);
		struct hs_words words = hs_words_make(world->arena, world->notice, &municipals[i]);
		assert_int_equal(strncmp(words.body, "訓練、訓練。", strlen("訓練、訓練。")), 0);
		check_text(world, code, "", &SPEECH, words.body);
		changed += count_truths(world, code, STATE_RETURNED) +
			   count_truths(world, code, STATE_ENDED);
	}
	/* a municipality whose order changed is told, named by the cancel or not */
	size_t all = 0;
	for (size_t i = 0; i < HS_COUNT(world_codes); i++)
		all += count_truths(world, world_codes[i], STATE_RETURNED) +
		       count_truths(world, world_codes[i], STATE_ENDED);
	assert_int_equal(changed, all);
	world->changes += all;
}

static void
check_station(struct world *world)
{
	static const struct hs_wording_style style = { .width_half = 60, .crawl_names_max = 8 };
	struct hs_force_around around = { *hs_force_before(world->standing.force),
		*hs_force_after(world->standing.force), true };
	struct hs_broadcast_input input = { .notice = world->notice,
		.epoch = "e",
		.seq = world->seq,
		.submission_id = "id",
		.around = &around };
	struct hs_broadcast_item *items;
	size_t count;
	assert_int_equal(HS_OK, hs_broadcast_encode(world->arena, &input, &style, &items, &count));
	for (size_t i = 0; i < count; i++) {
		json_t *record = json_loadb((const char *)hs_frame_bytes(items[i].record),
			hs_frame_len_bytes(items[i].record), 0, NULL);
		const char *text = json_string_value(json_object_get(record, "text"));
		assert_marked(text);
		for (size_t j = 0; j < items[i].crawl_count; j++)
			assert_int_equal(strncmp(items[i].crawl[j], MARK, strlen(MARK)), 0);
		for (size_t j = 0; j < HS_COUNT(world_codes); j++)
			if (world_is_told(world, world_codes[j]))
				check_text(world, world_codes[j],
					hs_area_find(world_codes[j])->name, &STATION, text);
		json_decref(record);
	}
	hs_broadcast_items_free(items, count);
}

static size_t
count_areas(const json_t *groups)
{
	size_t total = 0, i;
	const json_t *group;
	json_array_foreach (groups, i, group)
		total += json_array_size(json_object_get(group, "areas"));
	return total;
}

static void
check_screen(struct world *world)
{
	static const char *areas[] = { "99" };
	struct hs_screen_settings screen = { .id = "s",
		.name = "s",
		.areas = { areas, 1 },
		.rules = { .caution_level = 1,
			.emergency_level = 4,
			.drills = true,
			.renew_ms = 60000 },
		.site = { .position = "" },
		.look = { .height_mm = 680, .qr_url = "" } };
	struct hs_signage_cancel cancel = { 0 };
	struct hs_screen_face face;
	struct hs_signage_input input = { .screen = &screen, .now_unix_us = 1 };
	size_t returned = 0, ended = 0;
	assert_int_equal(
		HS_OK, hs_signage_cancel_take(&cancel, world->standing.force, world->notice, 2));
	input.lanes[HS_LANE_DRILL] = (struct hs_signage_lane){ .configured = true,
		.fresh = true,
		.list = hs_force_after(world->standing.force),
		.cancel = &cancel };
	assert_int_equal(HS_OK, hs_signage_encode(world->arena, &input, &face));
	json_t *message = json_loadb(
		(const char *)hs_frame_bytes(face.frame), hs_frame_len_bytes(face.frame), 0, NULL);
	const json_t *said = json_object_get(message, "cancel");
	for (size_t i = 0; i < HS_COUNT(world_codes); i++) {
		returned += count_truths(world, world_codes[i], STATE_RETURNED);
		ended += count_truths(world, world_codes[i], STATE_ENDED);
	}
	assert_int_equal(count_areas(json_object_get(said, "returned")), returned);
	assert_int_equal(count_areas(json_object_get(said, "ended")), ended);
	json_decref(message);
	hs_screen_face_free(&face);
	hs_signage_cancel_free(&cancel);
}

/* What is in force is told when it is known, and nothing else is. */
static void
check_blind(struct world *world, const char *code, bool known, const char *text)
{
	for (size_t i = 0; i < world->truth_count; i++) {
		const struct truth *truth = &world->truths[i];
		const char *const parts[] = { truth->now, truth->is };
		const char *from = strstr(text, "\n発令中：");
		bool said = from != NULL && has_sentence(from + 1, "\n", parts, 2) &&
			    truth->is[0] != '\0';
		if (strcmp(truth->code, code) != 0)
			continue;
		if (said != (known && truth->is[0] != '\0'))
			fail_with(world, "in force, blindly", truth, text);
		if (truth->is[0] == '\0' && from != NULL &&
			!world_stands(world, code, truth->now) &&
			has_sentence(from + 1, "\n", parts, 1))
			fail_with(world, "ended, and said to stand", truth, text);
	}
}

/* One who has no state, or only the state after it, says nothing of what the cancel did. */
static void
check_newcomers(struct world *world)
{
	struct hs_standing after = { 0 }, none = { 0 };
	const struct hs_standing *const all[] = { &after, &none };
	world_snapshot(world, &after);
	hs_standing_apply(&after, &world->item);
	for (size_t i = 0; i < HS_COUNT(all); i++) {
		struct hs_municipal *municipals;
		struct hs_mail_limits limits = {
			.title_max = 40, .body_max = 20000, .newline_counts = 1, .forbidden = 0
		};
		struct hs_mail mail;
		size_t count;
		assert_int_equal(HS_OK, hs_standing_split(all[i], world->arena, &world->item, false,
						&municipals, &count));
		for (size_t j = 0; j < count; j++) {
			assert_false(municipals[j].known);
			assert_int_equal(HS_OK, hs_mail_encode(world->arena, world->notice,
							&municipals[j], &limits, &mail));
			assert_null(strstr(mail.body, "再び発令中"));
			assert_null(strstr(mail.body, "変わりはありません"));
			assert_null(strstr(mail.body, "継続中"));
			check_blind(world, municipals[j].code, all[i] == &after, mail.body);
		}
	}
	hs_standing_free(&after);
}

/* What the official saw before it was sent. */
static void
check_form(struct world *world)
{
	bool nothing = strstr(world->headline, "発令中の避難情報はありません") != NULL;
	for (size_t i = 0; i < world->truth_count; i++) {
		const struct truth *truth = &world->truths[i];
		unsigned changed = 1u << STATE_RETURNED | 1u << STATE_ENDED;
		if (strcmp(truth->code, OWN_CODE) != 0)
			continue;
		if ((truth->states & changed) != 0 && !world_form_changes(world, truth->name))
			fail_with(world, "not on the check page", truth, world->headline);
		if (truth->is[0] != '\0' && nothing &&
			strcmp(truth->disaster, world->plan.disaster_name) == 0)
			fail_with(world, "stands, and nothing is said to", truth, world->headline);
		if (truth->is[0] != '\0' && !truth->zone && world_form_ends(world, truth->name) &&
			!has_sentence(world->headline, "。",
				(const char *const[]){ truth->name, truth->is, "続いています" }, 3))
			fail_with(world, "ends, and stands all the same", truth, world->headline);
	}
}

static void
every_outlet_says_what_is_true(void **state)
{
	size_t cancels = 0, changes = 0, shortened = 0, by_form = 0, failures = 0;
	(void)state;
	for (uint64_t history = 1; history <= HISTORIES; history++) {
		struct world world;
		world_begin(&world, history);
		for (world.step = 0; world.step < STEPS; world.step++) {
			if (!world_step(&world) || world.notice->action != HS_ACTION(CANCEL))
				continue;
			cancels++;
			check_municipals(&world);
			check_station(&world);
			check_screen(&world);
			check_newcomers(&world);
			if (world.by_form)
				check_form(&world);
			by_form += world.by_form;
		}
		changes += world.changes;
		shortened += world.shortened;
		failures += world.failures;
		world_end(&world);
	}
	print_message("%zu cancels, %zu by the form, %zu changes, %zu shortened\n", cancels,
		by_form, changes, shortened);
	assert_int_equal(failures, 0);
	/* the histories reach what they are for */
	assert_true(cancels > 300 && by_form > 100 && changes > 500 && shortened > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_outlet_says_what_is_true) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
