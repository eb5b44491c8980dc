/* The auto-starter of the simulator: what it accepts, who waits for whom, what it answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "sim/starter_model.h"

#define MS	1000LL
#define EXPIRES "2026-07-01T10:00:00+09:00"
#define UNIX_US 1782864000000000LL /* 2026-07-01T09:00:00+09:00 */
#define SEGMENTS                                                                                \
	"[{\"at_ms\":0,\"on_ms\":600,\"kind\":\"tone\"},{\"at_ms\":600,\"on_ms\":400,\"kind\":" \
	"\"silence\"}]"
#define PLACE(duration, segments) \
	"{\"area\":{\"code\":\"990019\"},\"duration_ms\":" #duration ",\"segments\":" segments "}"

struct bench {
	struct hs_starter_model *model;
	struct hs_starter_now now;
	char said[4096]; /* "ID state;…" */
	char detail[160];
};

static void
on_answer(void *owner, const char *id, const char *state, const char *detail)
{
	struct bench *bench = owner;
	size_t used = strlen(bench->said);
	snprintf(bench->said + used, sizeof(bench->said) - used, "%s %s;", id, state);
	snprintf(bench->detail, sizeof(bench->detail), "%s", detail);
}

static const struct hs_starter_ops ops = { on_answer };

static struct bench
bench_new(void)
{
	return (struct bench){ .now = { 5000000, UNIX_US } };
}

static void
open_model(struct bench *bench, size_t keep_max)
{
	bench->model = hs_starter_model_create(&ops, bench, keep_max, 1);
	assert_non_null(bench->model);
}

static void
take(struct bench *bench, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	hs_starter_model_take(bench->model, json, bench->now);
	json_decref(json);
}

static void
play(struct bench *bench, const char *id, const char *lane, int priority, const char *groups,
	const char *place)
{
	char text[2000];
	snprintf(text, sizeof(text),
		"{\"type\":\"play\",\"id\":\"%s\",\"plan\":{\"lane\":\"%s\",\"priority\":%d,"
		"\"duration_ms\":%d,\"expires\":\"" EXPIRES "\",\"groups\":[%s],"
		"\"announcements\":[%s]}}",
		id, lane, priority, groups[0] ? 2500 : 1000, groups, place);
	take(bench, text);
}

static void
play_one(struct bench *bench, const char *id, int priority)
{
	play(bench, id, "live", priority, "", PLACE(1000, SEGMENTS));
}

static void
order(struct bench *bench, const char *type, const char *id)
{
	char text[200];
	snprintf(text, sizeof(text), "{\"type\":\"%s\",\"id\":\"%s\"}", type, id);
	take(bench, text);
}

/* The clock goes on to each moment at which something is due. */
static void
pass(struct bench *bench, int64_t ms)
{
	int64_t end_us = bench->now.mono_us + ms * MS;
	for (int64_t next; (next = hs_starter_model_next(bench->model)) <= end_us;) {
		assert_true(next >= bench->now.mono_us);
		bench->now.unix_us += next - bench->now.mono_us;
		bench->now.mono_us = next;
		hs_starter_model_tick(bench->model, bench->now);
	}
	bench->now.unix_us += end_us - bench->now.mono_us;
	bench->now.mono_us = end_us;
	hs_starter_model_tick(bench->model, bench->now);
}

static void
said(struct bench *bench, const char *wanted)
{
	assert_string_equal(wanted, bench->said);
	bench->said[0] = '\0';
}

static void
one_plays_its_time_and_the_next_waits(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	open_model(&bench, 10);
	play_one(&bench, "a", 2);
	play_one(&bench, "b", 3);
	play_one(&bench, "c", 2);
	said(&bench, "a accepted;a started;b accepted;c accepted;");
	pass(&bench, 999);
	said(&bench, "");
	pass(&bench, 1);
	said(&bench, "a finished;c started;");
	pass(&bench, 2000);
	said(&bench, "c finished;b started;b finished;");
	hs_starter_model_destroy(bench.model);
}

static void
a_more_urgent_one_interrupts(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	open_model(&bench, 10);
	play_one(&bench, "a", 3);
	pass(&bench, 700);
	play_one(&bench, "b", 0);
	said(&bench, "a accepted;a started;b accepted;b started;");
	pass(&bench, 999);
	said(&bench, "");
	pass(&bench, 1);
	said(&bench, "b finished;");
	assert_string_equal(
		"2026-07-01T09:00:00.700000+09:00/2026-07-01T09:00:01.700000+09:00", bench.detail);
	pass(&bench, 999); /* from its head */
	said(&bench, "");
	pass(&bench, 1);
	said(&bench, "a finished;");
	json_t *json = hs_starter_model_json(bench.model);
	const json_t *a = json_array_get(json_object_get(json, "items"), 0);
	assert_int_equal(2, json_integer_value(json_object_get(a, "begun")));
	assert_int_equal(1, json_integer_value(json_object_get(a, "interrupted")));
	json_decref(json);
	/* lanes are nothing to it: who sends a drill now is wrong, and is heard */
	play(&bench, "d", "live", 6, "", PLACE(1000, SEGMENTS));
	play(&bench, "e", "drill", 0, "", PLACE(1000, SEGMENTS));
	said(&bench, "d accepted;d started;e accepted;e started;");
	hs_starter_model_destroy(bench.model);
}

static void
the_same_id_is_the_same_item(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	open_model(&bench, 10);
	play_one(&bench, "a", 3);
	play_one(&bench, "a", 3);
	said(&bench, "a accepted;a started;a started;");
	order(&bench, "ask", "a");
	order(&bench, "ask", "x");
	order(&bench, "canary", "c1");
	said(&bench, "a started;x unknown;c1 canary;");
	pass(&bench, 1000);
	play_one(&bench, "a", 3);
	said(&bench, "a finished;a finished;");
	/* what was stopped begins again when it is asked for again */
	play_one(&bench, "b", 3);
	order(&bench, "stop", "b");
	assert_int_equal(INT64_MAX, hs_starter_model_next(bench.model));
	play_one(&bench, "b", 3);
	pass(&bench, 1000);
	said(&bench, "b accepted;b started;b failed;b accepted;b finished;");
	hs_starter_model_destroy(bench.model);
}

static void
groups_take_turns(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	open_model(&bench, 10);
	play(&bench, "a", "live", 3,
		"{\"name\":\"n\",\"start_ms\":0},{\"name\":\"s\",\"start_ms\":1500}",
		PLACE(1000, SEGMENTS));
	pass(&bench, 2500);
	json_t *json = hs_starter_model_json(bench.model);
	const json_t *contacts =
		json_object_get(json_array_get(json_object_get(json, "items"), 0), "contacts");
	assert_int_equal(2, json_array_size(contacts));
	static const double from[] = { 0, 1500 }, to[] = { 600, 2100 };
	for (size_t i = 0; i < 2; i++) {
		const json_t *one = json_array_get(contacts, i);
		assert_true(json_real_value(json_object_get(one, "from_ms")) == from[i]);
		assert_true(json_real_value(json_object_get(one, "to_ms")) == to[i]);
	}
	json_decref(json);
	said(&bench, "a accepted;a started;a finished;");
	hs_starter_model_destroy(bench.model);
}

static void
what_is_no_plan_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *groups, *place, *wrong;
	} rows[] = {
		{ "", PLACE(900, SEGMENTS),
			"the plan has parts that do not fill their announcement" },
		{ "", PLACE(1000, "[{\"at_ms\":100,\"on_ms\":900,\"kind\":\"tone\"}]"),
			"the plan has a part that is not behind the one before it" },
		{ "", PLACE(1000, "[{\"at_ms\":0,\"on_ms\":1000,\"kind\":\"light\"}]"),
			"the plan has a part that is not behind the one before it" },
		{ "", PLACE(1000, "[{\"at_ms\":0,\"on_ms\":1000,\"kind\":\"silence\"}]"),
			"the plan has nothing that sounds" },
		{ "", PLACE(9000, "[{\"at_ms\":0,\"on_ms\":9000,\"kind\":\"tone\"}]"),
			"the plan has an announcement that goes on beyond the end of the plan" },
		{ "{\"name\":\"n\",\"start_ms\":0},{\"name\":\"s\",\"start_ms\":0}",
			PLACE(1000, SEGMENTS), "the plan has groups that do not take turns" },
		{ "", "", "the plan has nothing that sounds" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench bench = bench_new();
		open_model(&bench, 10);
		play(&bench, "a", "live", 3, rows[i].groups, rows[i].place);
		said(&bench, "a failed;");
		assert_string_equal(rows[i].wrong, bench.detail);
		hs_starter_model_destroy(bench.model);
	}
}

static void
habits_are_as_told(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	open_model(&bench, 2);
	static const char *const wrong[] = { "{\"dead\":1}", "{\"speed\":0}", "{\"mute\":-1}",
		"{\"answer_ms\":\"x\"}", "{\"answer_ms\":7,\"x\":1}" };
	for (size_t i = 0; i < HS_COUNT(wrong); i++) {
		json_t *json = json_loads(wrong[i], 0, NULL);
		assert_false(hs_starter_model_control(bench.model, json));
		json_decref(json);
	}
	static const struct {
		const char *habit, *said_at_once, *said_later;
		int64_t after_ms;
	} rows[] = {
		{ "{\"answer_ms\":100}", "", "a accepted;a started;", 100 },
		{ "{\"answer_ms\":100}", "", "a accepted;a started;a finished;", 1100 },
		{ "{\"deaf\":1}", "", "", 2000 },
		{ "{\"mute\":1}", "", "", 2000 },
		{ "{\"refuse\":1}", "a failed;", "", 2000 },
		{ "{\"speed\":10}", "a accepted;a started;", "", 99 },
		{ "{\"speed\":10}", "a accepted;a started;", "a finished;", 100 },
	};
	hs_starter_model_destroy(bench.model);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		bench = bench_new();
		open_model(&bench, 2);
		json_t *json = json_loads(rows[i].habit, 0, NULL);
		assert_true(hs_starter_model_control(bench.model, json));
		json_decref(json);
		play_one(&bench, "a", 3);
		said(&bench, rows[i].said_at_once);
		pass(&bench, rows[i].after_ms);
		said(&bench, rows[i].said_later);
		hs_starter_model_destroy(bench.model);
	}
}

static void
what_is_past_its_time_never_begins(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	open_model(&bench, 10);
	bench.now.unix_us += 3599500 * MS; /* half a second before EXPIRES */
	play_one(&bench, "a", 3);
	play_one(&bench, "b", 3);
	pass(&bench, 3000);
	said(&bench, "a accepted;a started;b accepted;a finished;b failed;");
	assert_string_equal("too old to begin", bench.detail);
	hs_starter_model_destroy(bench.model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_plays_its_time_and_the_next_waits),
		cmocka_unit_test(a_more_urgent_one_interrupts),
		cmocka_unit_test(the_same_id_is_the_same_item),
		cmocka_unit_test(groups_take_turns),
		cmocka_unit_test(what_is_no_plan_is_refused),
		cmocka_unit_test(habits_are_as_told),
		cmocka_unit_test(what_is_past_its_time_never_begins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
