/* jalert_encode_bench.c: from a notice to what the auto-starter gets (plan and JSON), on one core, without network and disk.
 *
 * usage: jalert_encode_bench <rounds>
 * Prints one line per form: name, bytes of JSON, µs of processor time (median), the same (99th percentile); the last line is the
 * reference of the same run: µs to print the largest of these JSON texts anew from its parsed tree.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adapters/jalert/jalert_encode.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/tables.h"

#define ROUNDS_MAX 100000
#define DISTRICTS  100

struct bench {
	struct hs_plan_options options;
	hs_notice notice;
	struct hs_municipal municipal;
	struct hs_alert alert;
	char *json; /* of the newest run */
};

static int64_t
cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static void
run_order(struct bench *bench, struct hs_arena *arena, struct hs_plan *plan)
{
	HS_CHECK(hs_plan_announce(arena, plan, &bench->municipal, &bench->options) == HS_OK);
}

static void
run_alert(struct bench *bench, struct hs_arena *arena, struct hs_plan *plan)
{
	HS_CHECK(hs_plan_alert(arena, plan, &bench->alert, &bench->options) == HS_OK);
}

static void
measure(struct bench *bench, const char *name, size_t rounds,
	void (*run)(struct bench *bench, struct hs_arena *arena, struct hs_plan *plan))
{
	int64_t *took = calloc(rounds, sizeof(*took));
	HS_CHECK(took != NULL);
	for (size_t i = 0; i < rounds; i++) {
		struct hs_plan plan = { .id = "live-bench-1",
			.notice = &bench->notice,
			.lane = bench->notice.mode == HS_MODE(LIVE) ? HS_LANE_LIVE : HS_LANE_DRILL,
			.epoch = "bench",
			.seq = 1 };
		free(bench->json);
		int64_t from = cpu_ns();
		struct hs_arena *arena = hs_arena_create(64u << 20);
		run(bench, arena, &plan);
		bench->json = hs_plan_json(&plan);
		hs_arena_destroy(arena);
		took[i] = cpu_ns() - from;
		HS_CHECK(bench->json != NULL);
	}
	qsort(took, rounds, sizeof(*took), by_value);
	printf("%s %zu %.1f %.1f\n", name, strlen(bench->json), (double)took[rounds / 2] / 1000,
		(double)took[rounds * 99 / 100] / 1000);
	free(took);
}

static void
reference(const struct bench *bench, size_t rounds)
{
	json_t *json = json_loads(bench->json, 0, NULL);
	int64_t from = cpu_ns();
	for (size_t i = 0; i < rounds; i++)
		free(json_dumps(json, JSON_COMPACT));
	printf("print-json %zu %.1f\n", strlen(bench->json),
		(double)(cpu_ns() - from) / 1000 / (double)rounds);
	json_decref(json);
}

/* An order for many districts, which is the longest form. */
static void
order_make(struct bench *bench, struct hs_force_group *group, struct hs_force_row *rows,
	const struct hs_force_row **pointers, const struct hs_force_group **groups)
{
	static char names[DISTRICTS][64], readings[DISTRICTS][64];
	static hs_area areas[DISTRICTS], *area_pointers[DISTRICTS];
	bench->notice.areas = area_pointers;
	bench->notice.n_areas = DISTRICTS;
	for (size_t i = 0; i < DISTRICTS; i++) {
		snprintf(names[i], sizeof(names[i]), "北町%zu丁目地区", i + 1);
		snprintf(readings[i], sizeof(readings[i]), "きたまち%zuちょうめちく", i + 1);
		areas[i] = (hs_area)HANSHO__V1__AREA__INIT;
		areas[i].name = names[i];
		areas[i].kana = readings[i];
		area_pointers[i] = &areas[i];
		rows[i] = (struct hs_force_row){ .area_code = "990019",
			.area_name = names[i],
			.sub_code = "",
			.name_key = "",
			.term = "避難指示",
			.level = 4 };
		pointers[i] = &rows[i];
	}
	*group = (struct hs_force_group){ .area_code = "990019",
		.name = "架空市",
		.term = "避難指示",
		.level = 4,
		.urgency = 4,
		.rows = pointers,
		.row_count = DISTRICTS };
	groups[0] = group;
	bench->municipal = (struct hs_municipal){ .code = "990019",
		.name = "架空市",
		.kana = "かくうし",
		.known = true,
		.ordered = { groups, 1 } };
}

int
main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 2000;
	static struct hs_force_row rows[DISTRICTS];
	static const struct hs_force_row *pointers[DISTRICTS];
	struct hs_force_group group;
	const struct hs_force_group *groups[1];
	struct bench bench = { .notice = HANSHO__V1__NOTICE__INIT };
	if (rounds < 10 || rounds > ROUNDS_MAX)
		return 2;
	hs_arena_keep_freed(); /* as adapters do */
	bench.options = (struct hs_plan_options){ .repeats = 2,
		.gap_ms = 1500,
		.mora_ms = 180,
		.live_volume = 100,
		.drill_volume = 50,
		.emergency_volume = 100,
		.easy_speech = true,
		.readings = hs_readings_create(),
		.phrases = hs_phrases_create() };
	bench.notice.kind = HS_KIND(EVACUATION);
	bench.notice.action = HS_ACTION(ISSUE);
	bench.alert = (struct hs_alert){ .phase = "issue",
		.grade = 10,
		.code = "990019",
		.name = "架空市",
		.kana = "かくうし",
		.title = "レベル５大雨特別警報、暴風特別警報" };
	order_make(&bench, &group, rows, pointers, groups);
	for (int drill = 0; drill < 2; drill++) {
		char name[64];
		bench.notice.mode = drill ? HS_MODE(DRILL) : HS_MODE(LIVE);
		snprintf(name, sizeof(name), "order%s", drill ? "-drill" : "");
		measure(&bench, name, rounds, run_order);
		for (int kind = HS_ALERT_MISSILE; kind < HS_ALERT_COUNT; kind++) {
			bench.alert.kind = (enum hs_alert_kind)kind;
			snprintf(name, sizeof(name), "%s%s", hs_alert_row(bench.alert.kind)->word,
				drill ? "-drill" : "");
			measure(&bench, name, rounds, run_alert);
		}
	}
	bench.notice.mode = HS_MODE(DRILL);
	measure(&bench, "order-drill", rounds, run_order);
	reference(&bench, rounds);
	free(bench.json);
	hs_readings_destroy((struct hs_readings *)(uintptr_t)bench.options.readings);
	hs_phrases_destroy((struct hs_phrases *)(uintptr_t)bench.options.phrases);
	return 0;
}
