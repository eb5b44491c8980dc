/* bench.h: a scripted adapter between the runtime and a fake hub, for the tests of the runtime. */
#ifndef HS_TEST_BENCH_H
#define HS_TEST_BENCH_H

#include "tests/unit/adapters/runtime/fake_hub.h"

#include <stdlib.h>
#include <unistd.h>

#include "adapters/runtime/runtime.h"
#include "hub/base/check.h"

#define OUTLETS 4
#define SEEN	64

/* What the scripted adapter does with each attempt: a letter per attempt, the last one repeated.
 * a accepted at once, f failed, r retry, n no answer, d displayed; l, w, t: retry, wait or accepted by probe_answer_late.
 * "" = this outlet is not used. */
struct probe {
	struct hs_adapter *adapter;
	const char *scripts[OUTLETS];
	bool same_key;
	bool keep_open; /* does not say done */
	uint64_t seen[SEEN];
	bool seen_expired[SEEN];
	size_t seen_count;
	struct hs_adapter_item *open_item;
	size_t attempts[OUTLETS], aborts, ended;
	uint64_t attempted[SEEN];
	size_t attempted_count;
	enum hs_adapter_lane_state lane_state;
	size_t snapshots, snapshot_notices;
	uint64_t past[SEEN]; /* of the newest snapshot, what "one" took */
	size_t past_count;
	bool closed;
	int64_t own_timeout_ms[OUTLETS], own_deadline_ms[OUTLETS]; /* 0: none of its own */
	uint64_t refused[SEEN];
	size_t refused_count;
	struct hs_adapter_delivery *late; /* the newest attempt that was not answered at once */
};

struct probe_delivery {
	struct hs_adapter_delivery delivery;
	struct probe *probe;
	size_t outlet, tries;
};

static const char *const outlet_names[OUTLETS] = { "one", "two", "three", "four" };
static struct probe *the_probe; /* handed to open(), which has no other way to it */

static inline void
probe_attempt(struct hs_adapter_delivery *delivery)
{
	struct probe_delivery *own = HS_CONTAINER_OF(delivery, struct probe_delivery, delivery);
	const char *script = own->probe->scripts[own->outlet];
	size_t last = strlen(script) - 1, at = own->tries < last ? own->tries : last;
	own->tries++;
	own->probe->attempts[own->outlet]++;
	if (own->probe->attempted_count < SEEN)
		own->probe->attempted[own->probe->attempted_count++] = delivery->item->seq;
	static const struct {
		char letter;
		enum hs_attempt_result result;
	} rows[] = { { 'a', HS_ATTEMPT_ACCEPTED }, { 'f', HS_ATTEMPT_FAILED },
		{ 'r', HS_ATTEMPT_RETRY }, { 'd', HS_ATTEMPT_DISPLAYED } };
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (rows[i].letter == script[at]) {
			hs_adapter_attempt_done(delivery, rows[i].result, "as scripted");
			return;
		}
	own->probe->late = delivery;
}

/* Of the attempt that waits for it; another letter: still no answer. */
static inline void
probe_answer_late(struct probe *probe, char letter)
{
	static const struct {
		char letter;
		enum hs_attempt_result result;
	} rows[] = { { 'l', HS_ATTEMPT_RETRY }, { 'w', HS_ATTEMPT_WAIT },
		{ 't', HS_ATTEMPT_ACCEPTED } };
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (rows[i].letter == letter)
			hs_adapter_attempt_done(probe->late, rows[i].result, "as scripted, late");
}

static inline void
probe_abort(struct hs_adapter_delivery *delivery)
{
	HS_CONTAINER_OF(delivery, struct probe_delivery, delivery)->probe->aborts++;
}

static inline void
probe_ended(struct hs_adapter_delivery *delivery)
{
	struct probe_delivery *own = HS_CONTAINER_OF(delivery, struct probe_delivery, delivery);
	own->probe->ended++;
	free(own);
}

static inline enum hs_err
probe_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	(void)settings;
	the_probe->adapter = adapter;
	*state = the_probe;
	return HS_OK;
}

static inline void
probe_on_notice(void *state, struct hs_adapter_item *item)
{
	struct probe *probe = state;
	assert_true(probe->seen_count < SEEN);
	probe->seen_expired[probe->seen_count] = item->expired;
	probe->seen[probe->seen_count++] = item->seq;
	for (size_t i = 0; i < OUTLETS; i++) {
		if (!probe->scripts[i])
			continue;
		struct probe_delivery *own = calloc(1, sizeof(*own));
		own->probe = probe;
		own->outlet = i;
		own->delivery = (struct hs_adapter_delivery){
			.outlet = outlet_names[i],
			.order_key = probe->same_key ? outlet_names[i] : NULL,
			.attempt_timeout_ms = probe->own_timeout_ms[i],
			.deadline_mono_us =
				probe->own_deadline_ms[i]
					? hs_clock_mono_us() + probe->own_deadline_ms[i] * 1000
					: 0,
			.attempt = probe_attempt,
			.abort = probe_abort,
			.ended = probe_ended,
		};
		hs_adapter_deliver(item, &own->delivery);
	}
	if (probe->keep_open)
		probe->open_item = item;
	else
		hs_adapter_done(item);
}

static inline void
probe_on_refused(void *state, const struct hs_adapter_item *item)
{
	struct probe *probe = state;
	assert_true(probe->refused_count < SEEN);
	probe->refused[probe->refused_count++] = item->seq;
}

static inline void
probe_on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct probe *probe = state;
	probe->snapshots++;
	probe->snapshot_notices = snapshot->count;
	probe->past_count = 0;
	for (size_t i = 0; i < snapshot->past_count; i++)
		if (hs_past_took(&snapshot->past[i], "one"))
			probe->past[probe->past_count++] = snapshot->past[i].seq;
}

static inline void
probe_on_state(
	void *state, enum hs_adapter_lane lane, enum hs_adapter_lane_state lane_state, uint64_t seq)
{
	(void)lane;
	(void)seq;
	((struct probe *)state)->lane_state = lane_state;
}

static inline void
probe_close(void *state)
{
	((struct probe *)state)->closed = true;
}

static const struct hs_config_record probe_record = { NULL, 0, sizeof(struct hs_adapter_settings) };

static const struct hs_adapter_ops ringing = {
	.name = "probe",
	.settings = &probe_record,
	.rings = true,
	.open = probe_open,
	.on_notice = probe_on_notice,
	.on_refused = probe_on_refused,
	.on_state = probe_on_state,
	.close = probe_close,
};

static const struct hs_adapter_ops showing = {
	.name = "probe",
	.settings = &probe_record,
	.snapshot = true,
	.past = true,
	.open = probe_open,
	.on_notice = probe_on_notice,
	.on_snapshot = probe_on_snapshot,
	.on_state = probe_on_state,
	.close = probe_close,
};

/* Everything of one test. */
struct bench {
	uv_loop_t loop;
	char url[128];
	struct fake_hub hub;
	struct hs_adapter_settings settings;
	struct hs_config *config;
	struct probe probe;
	struct hs_adapter *adapter;
	struct hs_arena *arena;
	bool gone;
	uint64_t want;
	size_t want_attempts; /* of the first outlet */
};

static inline void
bench_settings(struct bench *bench, const char *more)
{
	struct hs_config_record record;
	struct hs_config_item *items;
	char text[1024], why[HS_CONFIG_WHY] = "";
	snprintf(text, sizeof(text),
		"name: probe-1\nlive_url: %s\nheartbeat_ms: 100\nstop_grace_ms: 200\n%s%s%s",
		bench->url, strstr(more, "retry_") ? "" : "retry_first_ms: 5\nretry_max_ms: 20\n",
		strstr(more, "attempt_timeout_ms") ? "" : "attempt_timeout_ms: 300\n", more);
	assert_int_equal(HS_OK, hs_adapter_settings_table(&ringing, &record, &items));
	enum hs_err err = hs_config_parse(text, &record, &bench->settings, &bench->config, why);
	assert_string_equal("", err == HS_OK ? "" : why);
	free(items);
}

static inline void
bench_adapter(struct bench *bench, const struct hs_adapter_ops *ops)
{
	the_probe = &bench->probe;
	assert_int_equal(
		HS_OK, hs_adapter_create(&bench->loop, ops, &bench->settings, &bench->adapter));
}

static inline bool
is_resumed(void *owner)
{
	return ((struct bench *)owner)->hub.resumed;
}

static inline struct bench *
bench_open_mode(const struct hs_adapter_ops *ops, const char *more, int hub_mode)
{
	static unsigned serial;
	struct bench *bench = calloc(1, sizeof(*bench));
	uv_loop_init(&bench->loop);
	snprintf(bench->url, sizeof(bench->url), "ipc:///tmp/hansho-runtime-test-%d-%u", getpid(),
		serial++);
	bench->arena = hs_arena_create(64u << 20);
	bench_settings(bench, more);
	fake_hub_open(&bench->hub, &bench->loop, bench->url, hub_mode, "epoch-a");
	bench_adapter(bench, ops);
	return bench;
}

static inline struct bench *
bench_open(const struct hs_adapter_ops *ops, const char *more)
{
	struct bench *bench = bench_open_mode(ops, more, HS_MODE(LIVE));
	assert_true(run_till(&bench->loop, is_resumed, bench));
	return bench;
}

static inline void
on_gone(void *owner)
{
	*(bool *)owner = true;
}

static inline bool
is_gone(void *owner)
{
	return ((struct bench *)owner)->gone;
}

static inline bool
hub_is_gone(void *owner)
{
	return ((struct bench *)owner)->hub.closed;
}

static inline void
bench_stop_adapter(struct bench *bench)
{
	bench->gone = false;
	hs_adapter_stop(bench->adapter, on_gone, &bench->gone);
	assert_true(run_till(&bench->loop, is_gone, bench));
}

static inline void
bench_close(struct bench *bench)
{
	bench_stop_adapter(bench);
	assert_true(bench->probe.closed);
	fake_hub_close(&bench->hub);
	assert_true(run_till(&bench->loop, hub_is_gone, bench));
	assert_int_equal(0, uv_run(&bench->loop, UV_RUN_NOWAIT));
	assert_int_equal(0, uv_loop_close(&bench->loop));
	hs_config_free(bench->config);
	hs_arena_destroy(bench->arena);
	free(bench);
}

static inline bool
is_acked(void *owner)
{
	struct bench *bench = owner;
	return bench->hub.ack_seq >= bench->want;
}

static inline bool
wait_ack(struct bench *bench, uint64_t seq)
{
	bench->want = seq;
	return run_till(&bench->loop, is_acked, bench);
}

static inline bool
is_tried(void *owner)
{
	struct bench *bench = owner;
	return bench->probe.attempts[0] >= bench->want_attempts;
}

static inline bool
wait_attempts(struct bench *bench, size_t count)
{
	bench->want_attempts = count;
	return run_till(&bench->loop, is_tried, bench);
}

static inline hs_notice *
order(struct bench *bench, const char *document_id, uint32_t revision)
{
	static const char *const places[] = { "中央地区" };
	return fake_order(bench->arena, HS_MODE(LIVE), document_id, revision, places, 1);
}

/* Waits for the newest state of an outlet at the hub; the outcome itself is asserted by who waits. */
static inline void
wait_receipt(struct bench *bench, uint64_t seq, const char *outlet, int state)
{
	assert_true(run_till_state(&bench->loop, &bench->hub, seq, outlet, state));
}

static inline bool
has_seen_one(void *owner)
{
	return ((struct bench *)owner)->probe.seen_count == 1;
}

#endif
