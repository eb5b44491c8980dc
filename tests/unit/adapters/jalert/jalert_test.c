/* The adapter between two fake hubs (a lane each) and a fake controller over nng. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include <dirent.h>
#include <jansson.h>
#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/jalert/jalert.h"
#include "hub/base/check.h"

#define REQUESTS 128

/* What the controller got, in order: "play ID" or "stop ID". */
struct bench {
	uv_loop_t loop;
	char dir[64];
	struct fake_hub live, drill;
	nng_socket controller;
	bool listening;
	char requests[REQUESTS][96];
	size_t request_count;
	const char *answers[4]; /* states sent for each play */
	struct hs_jalert_settings settings;
	struct hs_config *config;
	struct hs_adapter *adapter;
	struct hs_arena *arena;
	bool gone;
	uint64_t want;
};

static const char *const places[] = { "中央地区" };

static void
controller_listen(struct bench *bench)
{
	char url[128];
	snprintf(url, sizeof(url), "ipc://%s/controller", bench->dir);
	assert_int_equal(0, nng_pair0_open(&bench->controller));
	/* answers of one script go out together */
	assert_int_equal(0, nng_socket_set_int(bench->controller, NNG_OPT_SENDBUF, 16));
	assert_int_equal(0, nng_listen(bench->controller, url, NULL, 0));
	bench->listening = true;
}

static void
controller_answer(struct bench *bench, const char *id, const char *state)
{
	char text[256];
	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"state\":\"%s\"}", id, state);
	assert_int_equal(0, nng_send(bench->controller, text, strlen(text), NNG_FLAG_NONBLOCK));
}

/* Takes what came and answers plays by the script. */
static void
controller_serve(struct bench *bench)
{
	char *bytes;
	size_t len_bytes;
	while (bench->listening && bench->request_count < REQUESTS &&
		nng_recv(bench->controller, &bytes, &len_bytes,
			NNG_FLAG_NONBLOCK | NNG_FLAG_ALLOC) == 0) {
		json_t *json = json_loadb(bytes, len_bytes, 0, NULL);
		nng_free(bytes, len_bytes);
		assert_non_null(json);
		const char *type = json_string_value(json_object_get(json, "type"));
		const char *id = json_string_value(json_object_get(json, "id"));
		snprintf(bench->requests[bench->request_count++], 96, "%s %s", type, id);
		if (strcmp(type, "play") == 0) {
			assert_true(json_is_object(json_object_get(json, "plan")));
			for (size_t i = 0; i < 4 && bench->answers[i]; i++)
				controller_answer(bench, id, bench->answers[i]);
		} else {
			controller_answer(bench, id, "failed");
		}
		json_decref(json);
	}
}

static bool
both_resumed(void *owner)
{
	struct bench *bench = owner;
	return bench->live.resumed && bench->drill.resumed;
}

static struct bench *
bench_open(const char *more)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct hs_config_record record;
	struct hs_config_item *items;
	char text[2048], why[HS_CONFIG_WHY] = "", live[128], drill[128];
	uv_loop_init(&bench->loop);
	bench->arena = hs_arena_create(64u << 20);
	snprintf(bench->dir, sizeof(bench->dir), "/tmp/hansho-jalert-test-XXXXXX");
	assert_non_null(mkdtemp(bench->dir));
	snprintf(live, sizeof(live), "ipc://%s/live", bench->dir);
	snprintf(drill, sizeof(drill), "ipc://%s/drill", bench->dir);
	snprintf(text, sizeof(text),
		"name: jalert-1\nlive_url: %s\ndrill_url: %s\ndrill: true\nheartbeat_ms: 1000\n"
		"retry_first_ms: 20\nretry_max_ms: 50\nattempt_timeout_ms: 200\nstop_grace_ms: 0\n"
		"canary_ms: 0\nplan_dir: %s\ncontroller_url: ipc://%s/controller\n%s",
		live, drill, bench->dir, bench->dir, more);
	assert_int_equal(HS_OK, hs_adapter_settings_table(&hs_jalert_ops, &record, &items));
	enum hs_err err = hs_config_parse(text, &record, &bench->settings, &bench->config, why);
	assert_string_equal("", err == HS_OK ? "" : why);
	free(items);
	fake_hub_open(&bench->live, &bench->loop, live, HS_MODE(LIVE), "00ff-live-epoch");
	fake_hub_open(&bench->drill, &bench->loop, drill, HS_MODE(DRILL), "11ee-drill-epoch");
	assert_int_equal(HS_OK,
		hs_adapter_create(&bench->loop, &hs_jalert_ops, &bench->settings, &bench->adapter));
	assert_true(run_until(&bench->loop, both_resumed, bench, 5000));
	return bench;
}

static void
on_gone(void *owner)
{
	*(bool *)owner = true;
}

static bool
all_gone(void *owner)
{
	struct bench *bench = owner;
	return bench->gone && bench->live.closed && bench->drill.closed;
}

static void
dir_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	while ((entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(path);
}

static void
bench_close(struct bench *bench)
{
	hs_adapter_stop(bench->adapter, on_gone, &bench->gone);
	run_for(&bench->loop, 300);
	fake_hub_close(&bench->live);
	fake_hub_close(&bench->drill);
	assert_true(run_until(&bench->loop, all_gone, bench, 5000));
	if (bench->listening)
		nng_close(bench->controller);
	assert_int_equal(0, uv_run(&bench->loop, UV_RUN_NOWAIT));
	assert_int_equal(0, uv_loop_close(&bench->loop));
	hs_config_free(bench->config);
	hs_arena_destroy(bench->arena);
	dir_remove(bench->dir);
	free(bench);
}

static void
serve_for(struct bench *bench, int64_t ms)
{
	int64_t end = hs_clock_mono_us() + ms * 1000;
	while (hs_clock_mono_us() < end) {
		run_for(&bench->loop, 5);
		controller_serve(bench);
	}
}

/* Serves until the newest receipt of the controller for (hub, seq) is this state. */
static bool
wait_state(struct bench *bench, const struct fake_hub *hub, uint64_t seq, int state)
{
	int64_t end = hs_clock_mono_us() + 5000000;
	while (hs_clock_mono_us() < end) {
		run_for(&bench->loop, 5);
		controller_serve(bench);
		if (fake_state_of(hub, seq, "controller") == state)
			return true;
	}
	return false;
}

static hs_notice *
order(struct bench *bench, int mode, const char *id, uint32_t revision)
{
	return fake_order(bench->arena, mode, id, revision, places, 1);
}

static void
plan_is_written_and_played(void **state)
{
	(void)state;
	struct bench *bench = bench_open("");
	controller_listen(bench);
	bench->answers[0] = "accepted";
	fake_deliver(&bench->live, 5, 4, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(ACCEPTED)));
	assert_string_equal("play live-00fflive-5", bench->requests[0]);
	char path[160];
	snprintf(path, sizeof(path), "%s/live-00fflive-5.json", bench->dir);
	json_t *json = json_load_file(path, 0, NULL);
	assert_non_null(json);
	assert_string_equal("live-00fflive-5", json_string_value(json_object_get(json, "id")));
	json_decref(json);
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->live, 5, "plan_dir"));
	serve_for(bench, 50);
	assert_int_equal(5, bench->live.ack_seq);
	/* accepted is not played: that is told later */
	controller_answer(bench, "live-00fflive-5", "started");
	controller_answer(bench, "live-00fflive-5", "finished");
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(DISPLAYED)));
	bench_close(bench);
}

static void
unanswered_plan_is_sent_again(void **state)
{
	(void)state;
	struct bench *bench = bench_open("");
	controller_listen(bench);
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	serve_for(bench, 700);
	assert_true(bench->request_count >= 2);
	assert_string_equal(bench->requests[0], bench->requests[1]);
	assert_int_equal(0, bench->live.ack_seq);
	bench->answers[0] = "accepted";
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	bench_close(bench);
}

static void
absent_controller_is_waited_for_until_too_late(void **state)
{
	(void)state;
	struct bench *bench = bench_open("max_age_ms: 1500\n");
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(EXPIRED)));
	assert_non_null(strstr(fake_receipt_of(&bench->live, 1, "controller")->detail,
		"the controller is not connected"));
	/* a controller that comes later is not told old things */
	controller_listen(bench);
	serve_for(bench, 2500);
	assert_int_equal(0, bench->request_count);
	bench_close(bench);
}

static void
live_stops_a_drill_that_plays(void **state)
{
	(void)state;
	struct bench *bench = bench_open("");
	controller_listen(bench);
	bench->answers[0] = "accepted";
	fake_deliver(&bench->drill, 1, 0, order(bench, HS_MODE(DRILL), "t1", 1));
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(ACCEPTED)));
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(FAILED)));
	assert_int_equal(3, bench->request_count);
	assert_string_equal("play drill-11eedril-1", bench->requests[0]);
	assert_string_equal("stop drill-11eedril-1", bench->requests[1]);
	assert_string_equal("play live-00fflive-1", bench->requests[2]);
	bench_close(bench);
}

static void
drill_waits_while_a_live_one_plays(void **state)
{
	(void)state;
	struct bench *bench = bench_open("");
	controller_listen(bench);
	bench->answers[0] = "accepted";
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	fake_deliver(&bench->drill, 1, 0, order(bench, HS_MODE(DRILL), "t1", 1));
	serve_for(bench, 300);
	assert_int_equal(1, bench->request_count);
	assert_int_equal(0, fake_state_of(&bench->drill, 1, "controller"));
	controller_answer(bench, "live-00fflive-1", "finished");
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(ACCEPTED)));
	assert_string_equal("play drill-11eedril-1", bench->requests[1]);
	bench_close(bench);
}

static void
other_municipalities_and_low_levels_stay_silent(void **state)
{
	(void)state;
	struct bench *bench = bench_open("areas: [\"990027\"]\n");
	controller_listen(bench);
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	serve_for(bench, 150);
	assert_int_equal(0, bench->request_count);
	assert_int_equal(HS_RECEIPT(FILTERED), fake_state_of(&bench->live, 1, ""));
	assert_int_equal(1, bench->live.ack_seq);
	bench_close(bench);
	bench = bench_open("level_min: 5\nareas: [\"99\"]\n");
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	serve_for(bench, 150);
	assert_int_equal(HS_RECEIPT(FILTERED), fake_state_of(&bench->live, 1, ""));
	bench_close(bench);
}

static void
folder_that_cannot_be_written_is_reported(void **state)
{
	(void)state;
	struct bench *bench = bench_open("");
	bench->settings.plan_dir = "/nonexistent-folder";
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	serve_for(bench, 150);
	assert_int_equal(HS_RECEIPT(FAILED), fake_state_of(&bench->live, 1, "plan_dir"));
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_is_written_and_played),
		cmocka_unit_test(unanswered_plan_is_sent_again),
		cmocka_unit_test(absent_controller_is_waited_for_until_too_late),
		cmocka_unit_test(live_stops_a_drill_that_plays),
		cmocka_unit_test(drill_waits_while_a_live_one_plays),
		cmocka_unit_test(other_municipalities_and_low_levels_stay_silent),
		cmocka_unit_test(folder_that_cannot_be_written_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
