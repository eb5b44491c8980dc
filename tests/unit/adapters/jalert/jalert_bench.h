/* jalert_bench.h: the adapter between two fake hubs (a lane each) and a fake controller over nng. */
#ifndef HS_TEST_JALERT_BENCH_H
#define HS_TEST_JALERT_BENCH_H

#include "tests/unit/adapters/runtime/fake_hub.h"

#include <dirent.h>
#include <jansson.h>
#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/jalert/jalert.h"
#include "adapters/runtime/internal.h"
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
	const char *asked; /* state that is told of each plan that is asked for; NULL: failed */
	bool late_asks, late_stops; /* they are answered by the test */
	struct hs_jalert_settings settings;
	struct hs_config *config;
	struct hs_adapter *adapter;
	struct hs_arena *arena;
	bool gone;
	uint64_t want;
};

static const char *const places[] = { "中央地区" };

static inline void
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

static inline void
controller_answer(struct bench *bench, const char *id, const char *state)
{
	char text[256];
	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"state\":\"%s\"}", id, state);
	assert_int_equal(0, nng_send(bench->controller, text, strlen(text), NNG_FLAG_NONBLOCK));
}

/* Takes what came and answers plays by the script. */
static inline void
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
		} else if (strcmp(type, "ask") == 0 && bench->late_asks) {
			/* by the test */
		} else if (strcmp(type, "ask") == 0 && bench->asked) {
			controller_answer(bench, id, bench->asked);
		} else if (!bench->late_stops) {
			controller_answer(bench, id, "failed");
		}
		json_decref(json);
	}
}

static inline bool
both_resumed(void *owner)
{
	struct bench *bench = owner;
	return bench->live.resumed && bench->drill.resumed;
}

static inline struct bench *
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
		"retry_first_ms: 20\nretry_max_ms: 50\nstop_grace_ms: 0\n"
		"canary_ms: 0\nplan_dir: %s\ncontroller_url: ipc://%s/controller\n%s%s",
		live, drill, bench->dir, bench->dir,
		strstr(more, "attempt_timeout_ms") ? "" : "attempt_timeout_ms: 3000\n", more);
	assert_int_equal(HS_OK, hs_adapter_settings_table(&hs_jalert_ops, &record, &items));
	enum hs_err err = hs_config_parse(text, &record, &bench->settings, &bench->config, why);
	assert_string_equal("", err == HS_OK ? "" : why);
	free(items);
	fake_hub_open(&bench->live, &bench->loop, live, HS_MODE(LIVE), "00ff-live-epoch");
	fake_hub_open(&bench->drill, &bench->loop, drill, HS_MODE(DRILL), "11ee-drill-epoch");
	assert_int_equal(HS_OK,
		hs_adapter_create(&bench->loop, &hs_jalert_ops, &bench->settings, &bench->adapter));
	assert_true(run_till(&bench->loop, both_resumed, bench));
	return bench;
}

static inline void
on_gone(void *owner)
{
	*(bool *)owner = true;
}

static inline bool
all_gone(void *owner)
{
	struct bench *bench = owner;
	return bench->gone && bench->live.closed && bench->drill.closed;
}

static inline void
dir_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	while ((entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(path);
}

static inline void
bench_close(struct bench *bench)
{
	hs_adapter_stop(bench->adapter, on_gone, &bench->gone);
	run_for(&bench->loop, 300);
	fake_hub_close(&bench->live);
	fake_hub_close(&bench->drill);
	assert_true(run_till(&bench->loop, all_gone, bench));
	if (bench->listening)
		nng_close(bench->controller);
	assert_int_equal(0, uv_run(&bench->loop, UV_RUN_NOWAIT));
	assert_int_equal(0, uv_loop_close(&bench->loop));
	hs_config_free(bench->config);
	hs_arena_destroy(bench->arena);
	dir_remove(bench->dir);
	free(bench);
}

static inline int
bench_setup(void **state)
{
	*state = bench_open("");
	return 0;
}

static inline int
bench_setup_listening(void **state)
{
	struct bench *bench = bench_open("");
	controller_listen(bench);
	*state = bench;
	return 0;
}

/* What is not answered is sent again at once; only for who does not count how often. */
static inline int
bench_setup_hasty(void **state)
{
	struct bench *bench = bench_open("attempt_timeout_ms: 200\n");
	controller_listen(bench);
	*state = bench;
	return 0;
}

static inline int
bench_teardown(void **state)
{
	bench_close(*state);
	return 0;
}

/* A test that begins while the controller listens, and one that begins before it does. */
#define LISTENING(test) cmocka_unit_test_setup_teardown(test, bench_setup_listening, bench_teardown)
#define HASTY(test)	cmocka_unit_test_setup_teardown(test, bench_setup_hasty, bench_teardown)
#define ALONE(test)	cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

#define TURN_MS 5

/* As run_for: of what must happen first something waits. */
static inline void
serve_for(struct bench *bench, int64_t ms)
{
	for (int64_t at_ms = 0; at_ms < ms; at_ms += TURN_MS) {
		run_for(&bench->loop, TURN_MS);
		controller_serve(bench);
	}
}

static inline bool
serve_till(struct bench *bench, bool (*holds)(void *owner), void *owner)
{
	int64_t end = hs_clock_mono_us() + FAKE_WAIT_MS * 1000;
	while (!holds(owner) && hs_clock_mono_us() < end)
		serve_for(bench, TURN_MS);
	return holds(owner);
}

/* Serves until the newest receipt of the outlet for (hub, seq) is this state. */
static inline bool
wait_outlet(struct bench *bench, const struct fake_hub *hub, uint64_t seq, const char *outlet,
	int state)
{
	return serve_till(bench, fake_has_state, &(struct fake_state){ hub, seq, outlet, state });
}

static inline bool
wait_state(struct bench *bench, const struct fake_hub *hub, uint64_t seq, int state)
{
	return wait_outlet(bench, hub, seq, "controller", state);
}

struct fake_acked {
	const struct fake_hub *hub;
	uint64_t seq;
};

static inline bool
fake_is_acked(void *owner)
{
	const struct fake_acked *acked = owner;
	return acked->hub->ack_seq >= acked->seq;
}

static inline bool
wait_ack(struct bench *bench, const struct fake_hub *hub, uint64_t seq)
{
	return serve_till(bench, fake_is_acked, &(struct fake_acked){ hub, seq });
}

/* What the adapter knows of its controller: both have to hear of a connection that comes or goes. */
static inline bool
controller_is_there(void *owner)
{
	const struct bench *bench = owner;
	return hs_jalert_ops.not_ready(bench->adapter->state)[0] == '\0';
}

static inline bool
controller_is_away(void *owner)
{
	return !controller_is_there(owner);
}

static inline void
controller_leave(struct bench *bench)
{
	nng_close(bench->controller);
	bench->listening = false;
	assert_true(run_till(&bench->loop, controller_is_away, bench));
}

static inline hs_notice *
order(struct bench *bench, int mode, const char *id, uint32_t revision)
{
	return fake_order(bench->arena, mode, id, revision, places, 1);
}

/* Civil protection of one event; each message is a document of its own, as CAP has it. */
static inline hs_notice *
civil(struct bench *bench, int mode, int action, const char *id, const char *type)
{
	struct hs_arena *arena = bench->arena;
	static const char *const codes[] = { "990019", "990027" };
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);
	notice->mode = (Hansho__V1__Mode)mode;
	notice->kind = HS_KIND(CIVIL_PROTECTION);
	notice->action = (Hansho__V1__Action)action;
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "j.example");
	notice->document->id = hs_arena_strdup(arena, id);
	notice->document->event = hs_arena_strdup(arena, "E");
	notice->document->revision = 1;
	notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
	notice->times->accepted = hs_time_new(arena, hs_clock_unix_us(), 540);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_CIVIL_PROTECTION;
	notice->civil_protection = hs_message_new(arena, &hansho__v1__civil_protection__descriptor);
	notice->civil_protection->type = hs_arena_strdup(arena, type);
	for (size_t i = 0; i < 2; i++) {
		hs_area *area = hs_message_new(arena, &hansho__v1__area__descriptor);
		area->code = hs_arena_strdup(arena, codes[i]);
		assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
	}
	return notice;
}

/* How often the controller was asked for this: "play live-00fflive-1". */
static inline size_t
asked(const struct bench *bench, const char *request)
{
	size_t count = 0;
	for (size_t i = 0; i < bench->request_count; i++)
		count += strcmp(bench->requests[i], request) == 0;
	return count;
}

struct asking {
	const struct bench *bench;
	const char *request;
	size_t count;
};

static inline bool
is_asked(void *owner)
{
	const struct asking *asking = owner;
	return asked(asking->bench, asking->request) >= asking->count;
}

static inline bool
wait_asked(struct bench *bench, const char *request, size_t count)
{
	return serve_till(bench, is_asked, &(struct asking){ bench, request, count });
}

static inline bool
is_told(const struct fake_hub *hub, uint64_t seq, int state, const char *word)
{
	return fake_state_of(hub, seq, "controller") == state &&
	       strstr(fake_receipt_of(hub, seq, "controller")->detail, word) != NULL;
}

#endif
