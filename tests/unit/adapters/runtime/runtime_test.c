/* The runtime between a fake hub (a real link) and a scripted adapter. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include <stdlib.h>
#include <unistd.h>

#include "adapters/runtime/runtime.h"
#include "hub/base/check.h"

#define OUTLETS 4
#define SEEN	64

/* What the scripted adapter does with each attempt: a letter per attempt, the last one repeated.
 * a accepted at once, f failed, r retry, n no answer, d displayed. "" = this outlet is not used. */
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
	bool closed;
};

struct probe_delivery {
	struct hs_adapter_delivery delivery;
	struct probe *probe;
	size_t outlet, tries;
};

static const char *const outlet_names[OUTLETS] = { "one", "two", "three", "four" };
static struct probe *the_probe; /* handed to open(), which has no other way to it */

static void
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
		if (rows[i].letter == script[at])
			hs_adapter_attempt_done(delivery, rows[i].result, "as scripted");
}

static void
probe_abort(struct hs_adapter_delivery *delivery)
{
	HS_CONTAINER_OF(delivery, struct probe_delivery, delivery)->probe->aborts++;
}

static void
probe_ended(struct hs_adapter_delivery *delivery)
{
	struct probe_delivery *own = HS_CONTAINER_OF(delivery, struct probe_delivery, delivery);
	own->probe->ended++;
	free(own);
}

static enum hs_err
probe_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	(void)settings;
	the_probe->adapter = adapter;
	*state = the_probe;
	return HS_OK;
}

static void
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

static void
probe_on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct probe *probe = state;
	probe->snapshots++;
	probe->snapshot_notices = snapshot->count;
}

static void
probe_on_state(
	void *state, enum hs_adapter_lane lane, enum hs_adapter_lane_state lane_state, uint64_t seq)
{
	(void)lane;
	(void)seq;
	((struct probe *)state)->lane_state = lane_state;
}

static void
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
	.on_state = probe_on_state,
	.close = probe_close,
};

static const struct hs_adapter_ops showing = {
	.name = "probe",
	.settings = &probe_record,
	.snapshot = true,
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
};

static void
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

static void
bench_adapter(struct bench *bench, const struct hs_adapter_ops *ops)
{
	the_probe = &bench->probe;
	assert_int_equal(
		HS_OK, hs_adapter_create(&bench->loop, ops, &bench->settings, &bench->adapter));
}

static bool
is_resumed(void *owner)
{
	return ((struct bench *)owner)->hub.resumed;
}

static struct bench *
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

static struct bench *
bench_open(const struct hs_adapter_ops *ops, const char *more)
{
	struct bench *bench = bench_open_mode(ops, more, HS_MODE(LIVE));
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
	return bench;
}

static void
on_gone(void *owner)
{
	*(bool *)owner = true;
}

static bool
is_gone(void *owner)
{
	return ((struct bench *)owner)->gone;
}

static bool
hub_is_gone(void *owner)
{
	return ((struct bench *)owner)->hub.closed;
}

static void
bench_stop_adapter(struct bench *bench)
{
	bench->gone = false;
	hs_adapter_stop(bench->adapter, on_gone, &bench->gone);
	assert_true(run_until(&bench->loop, is_gone, bench, 5000));
}

static void
bench_close(struct bench *bench)
{
	bench_stop_adapter(bench);
	assert_true(bench->probe.closed);
	fake_hub_close(&bench->hub);
	assert_true(run_until(&bench->loop, hub_is_gone, bench, 5000));
	assert_int_equal(0, uv_run(&bench->loop, UV_RUN_NOWAIT));
	assert_int_equal(0, uv_loop_close(&bench->loop));
	hs_config_free(bench->config);
	hs_arena_destroy(bench->arena);
	free(bench);
}

static bool
is_acked(void *owner)
{
	struct bench *bench = owner;
	return bench->hub.ack_seq >= bench->want;
}

static bool
wait_ack(struct bench *bench, uint64_t seq)
{
	bench->want = seq;
	return run_until(&bench->loop, is_acked, bench, 5000);
}

static hs_notice *
order(struct bench *bench, const char *document_id, uint32_t revision)
{
	static const char *const places[] = { "中央地区" };
	return fake_order(bench->arena, HS_MODE(LIVE), document_id, revision, places, 1);
}

/* ---- the session ---- */

static void
session_resumes_where_it_was(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.scripts[0] = "a";
	assert_string_equal("probe-1", bench->hub.peer);
	assert_true(bench->hub.from_last_ack);
	assert_false(bench->hub.wants_snapshot);
	/* the hub may begin anywhere: it knows our last ack */
	fake_deliver(&bench->hub, 7, 6, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 7));
	assert_int_equal(1, bench->probe.seen_count);
	assert_int_equal(HS_RECEIPT(RECEIVED), fake_state_of(&bench->hub, 7, ""));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 7, "one"));
	fake_live(&bench->hub);
	run_for(&bench->loop, 20);
	assert_int_equal(HS_LANE_CURRENT, bench->probe.lane_state);
	bench->hub.resumed = false;
	hs_link_drop(bench->hub.link);
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
	assert_false(bench->hub.from_last_ack);
	assert_int_equal(7, bench->hub.resume_seq);
	assert_string_equal("epoch-a", bench->hub.resume_epoch);
	fake_deliver(&bench->hub, 7, 6, order(bench, "d1", 1));
	fake_deliver(&bench->hub, 9, 7, order(bench, "d2", 1));
	assert_true(wait_ack(bench, 9));
	assert_int_equal(2, bench->probe.seen_count);
	assert_int_equal(9, bench->probe.seen[1]);
	bench_close(bench);
}

static void
hole_drops_and_resumes(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	bench->hub.resumed = false;
	fake_deliver(&bench->hub, 3, 2, order(bench, "d3", 1));
	fake_deliver(&bench->hub, 4, 3, order(bench, "d4", 1));
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
	assert_int_equal(2, bench->hub.ups);
	assert_int_equal(1, bench->hub.resume_seq);
	assert_int_equal(1, bench->probe.seen_count);
	bench_close(bench);
}

static void
hub_of_another_mode_gets_nothing_in(void **state)
{
	(void)state;
	struct bench *bench = bench_open_mode(&ringing, "", HS_MODE(DRILL));
	run_for(&bench->loop, 200);
	assert_false(bench->hub.resumed);
	assert_int_equal(0, bench->probe.seen_count);
	bench_close(bench);
}

static void
silent_hub_is_dropped(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	assert_int_equal(1, bench->hub.ups);
	bench->hub.resumed = false;
	/* three heartbeats of 100 ms are missed */
	assert_true(run_until(&bench->loop, is_resumed, bench, 3000));
	assert_true(bench->hub.ups >= 2);
	assert_true(bench->hub.heartbeats >= 1);
	bench_close(bench);
}

static void
new_epoch_starts_anew(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	fake_deliver(&bench->hub, 40, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 40));
	bench->hub.resumed = false;
	bench->hub.ack_seq = 0;
	snprintf(bench->hub.epoch, sizeof(bench->hub.epoch), "epoch-b");
	hs_link_drop(bench->hub.link);
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
	assert_true(bench->hub.from_last_ack);
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	assert_int_equal(2, bench->probe.seen_count);
	bench_close(bench);
}

static bool
has_snapshot(void *owner)
{
	return ((struct bench *)owner)->probe.snapshots == 1;
}

static void
snapshot_in_parts_is_shown_once(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "");
	assert_true(bench->hub.wants_snapshot);
	for (int part = 0; part < 2; part++) {
		hs_deliver delivers[2], *list[2] = { &delivers[0], &delivers[1] };
		for (size_t i = 0; i < 2; i++) {
			hansho__v1__deliver__init(&delivers[i]);
			delivers[i].seq = (uint64_t)part * 2 + i + 1;
			delivers[i].notice = order(bench, "d", 1);
		}
		delivers[1].notice->mode = part ? HS_MODE(DRILL) : HS_MODE(LIVE);
		Hansho__V1__Snapshot snapshot;
		hansho__v1__snapshot__init(&snapshot);
		snapshot.seq = 4;
		snapshot.n_notices = 2;
		snapshot.notices = list;
		snapshot.last = part == 1;
		hs_link_frame frame;
		hansho__v1__link_frame__init(&frame);
		frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT;
		frame.snapshot = &snapshot;
		fake_send(&bench->hub, &frame);
	}
	assert_true(run_until(&bench->loop, has_snapshot, bench, 3000));
	assert_int_equal(3, bench->probe.snapshot_notices); /* the drill is left out */
	bench_close(bench);
}

/* ---- what does not reach the adapter ---- */

static void
drill_on_the_live_lane_is_filtered(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "drill: true\n");
	const int modes[] = { HS_MODE(DRILL), HS_MODE(TEST), HS_MODE(SYSTEM), HS_MODE(UNSPECIFIED),
		42 };
	uint64_t seq = 0;
	for (size_t i = 0; i < HS_COUNT(modes); i++, seq++) {
		hs_notice *notice = order(bench, "d1", 1);
		notice->mode = (Hansho__V1__Mode)modes[i];
		fake_deliver(&bench->hub, seq + 1, seq, notice);
	}
	assert_true(wait_ack(bench, HS_COUNT(modes)));
	assert_int_equal(0, bench->probe.seen_count);
	for (uint64_t i = 1; i <= HS_COUNT(modes); i++)
		assert_int_equal(HS_RECEIPT(FILTERED), fake_state_of(&bench->hub, i, ""));
	bench_close(bench);
}

static hs_notice *
old_order(struct bench *bench)
{
	hs_notice *notice = order(bench, "d1", 1);
	notice->times->accepted->unix_us -= 3600 * HS_US_PER_S;
	return notice;
}

static void
old_notice_never_rings(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "max_age_ms: 60000\n");
	bench->probe.scripts[0] = "a";
	fake_deliver(&bench->hub, 1, 0, old_order(bench));
	hs_notice *ended = order(bench, "d2", 1);
	ended->times->valid_until = hs_time_new(bench->arena, hs_clock_unix_us() - 1000, 540);
	fake_deliver(&bench->hub, 2, 1, ended);
	assert_true(wait_ack(bench, 2));
	assert_int_equal(0, bench->probe.seen_count);
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 1, ""));
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 2, ""));
	/* a cancel stays useful for longer */
	hs_notice *cancel = old_order(bench);
	cancel->action = HS_ACTION(CANCEL);
	fake_deliver(&bench->hub, 3, 2, cancel);
	assert_true(wait_ack(bench, 3));
	assert_int_equal(1, bench->probe.seen_count);
	bench_close(bench);
}

static void
old_notice_is_shown_as_old(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "max_age_ms: 60000\n");
	bench->probe.scripts[0] = "a";
	fake_deliver(&bench->hub, 1, 0, old_order(bench));
	assert_true(wait_ack(bench, 1));
	assert_true(bench->probe.seen_expired[0]);
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 1, "one"));
	bench_close(bench);
}

static bool
has_seen_one(void *owner)
{
	return ((struct bench *)owner)->probe.seen_count == 1;
}

static void
unknown_is_held_and_released_by_the_limit(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "hold_ms: 300\n");
	hs_notice *notice = order(bench, "d1", 1);
	hs_notice_flag(bench->arena, notice, "unknown_sort");
	fake_deliver(&bench->hub, 1, 0, notice);
	assert_true(wait_ack(bench, 1));
	assert_int_equal(HS_RECEIPT(HELD), fake_state_of(&bench->hub, 1, ""));
	assert_int_equal(0, bench->probe.seen_count);
	assert_true(run_until(&bench->loop, has_seen_one, bench, 3000));
	bench_close(bench);
}

static void
unknown_is_held_for_good_without_a_limit(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	hs_notice *notice = order(bench, "d1", 1);
	notice->kind = (Hansho__V1__Kind)99;
	fake_deliver(&bench->hub, 1, 0, notice);
	assert_true(wait_ack(bench, 1));
	run_for(&bench->loop, 200);
	assert_int_equal(HS_RECEIPT(HELD), fake_state_of(&bench->hub, 1, ""));
	assert_int_equal(0, bench->probe.seen_count);
	bench_close(bench);
}

/* ---- deliveries ---- */

static void
slow_outlet_delays_nobody_but_the_ack(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "attempt_timeout_ms: 200\n");
	bench->probe.scripts[0] = "na";
	bench->probe.scripts[1] = "a";
	bench->probe.scripts[2] = "rrrd";
	bench->probe.scripts[3] = "f";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	run_for(&bench->loop, 100);
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 1, "two"));
	assert_int_equal(HS_RECEIPT(FAILED), fake_state_of(&bench->hub, 1, "four"));
	assert_int_equal(0, fake_state_of(&bench->hub, 1, "one"));
	assert_int_equal(0, bench->hub.ack_seq);
	assert_true(wait_ack(bench, 1));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 1, "one"));
	assert_int_equal(HS_RECEIPT(DISPLAYED), fake_state_of(&bench->hub, 1, "three"));
	assert_int_equal(4, bench->probe.attempts[2]);
	assert_int_equal(1, bench->probe.aborts);
	assert_int_equal(4, bench->probe.ended);
	bench_close(bench);
}

static void
dead_outlet_expires_at_the_deadline(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "max_age_ms: 1000\n");
	bench->probe.scripts[0] = "r";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	const struct fake_receipt *receipt = fake_receipt_of(&bench->hub, 1, "one");
	assert_int_equal(HS_RECEIPT(EXPIRED), receipt->state);
	assert_non_null(strstr(receipt->detail, "as scripted"));
	assert_true(bench->probe.attempts[0] > 10);
	bench_close(bench);
}

static void
acks_are_cumulative(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.keep_open = true;
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(run_until(&bench->loop, has_seen_one, bench, 3000));
	struct hs_adapter_item *first = bench->probe.open_item;
	bench->probe.keep_open = false;
	fake_deliver(&bench->hub, 2, 1, order(bench, "d2", 1));
	run_for(&bench->loop, 50);
	assert_int_equal(2, bench->probe.seen_count);
	assert_int_equal(0, bench->hub.ack_seq);
	hs_adapter_done(first);
	assert_true(wait_ack(bench, 2));
	bench_close(bench);
}

static void
dead_outlet_never_closes_the_window(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "unacked_max: 3\n");
	bench->probe.scripts[0] = "r";
	bench->probe.scripts[1] = "a";
	for (uint64_t seq = 1; seq <= 10; seq++) {
		char id[16];
		snprintf(id, sizeof(id), "d%llu", (unsigned long long)seq);
		fake_deliver(&bench->hub, seq, seq - 1, order(bench, id, 1));
	}
	assert_true(wait_ack(bench, 7));
	assert_int_equal(7, bench->hub.ack_seq);
	assert_int_equal(10, bench->probe.seen_count);
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 10, "two"));
	bench_close(bench);
}

static void
one_order_key_keeps_the_order(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.same_key = true;
	bench->probe.scripts[0] = "rra";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	fake_deliver(&bench->hub, 2, 1, order(bench, "d2", 1));
	assert_true(wait_ack(bench, 2));
	const uint64_t expected[] = { 1, 1, 1, 2, 2, 2 };
	assert_int_equal(HS_COUNT(expected), bench->probe.attempted_count);
	assert_memory_equal(expected, bench->probe.attempted, sizeof(expected));
	bench_close(bench);
}

static void
newer_revision_replaces_a_waiting_one(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "retry_first_ms: 400\nretry_max_ms: 400\n");
	bench->probe.same_key = true;
	bench->probe.scripts[0] = "ra";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	run_for(&bench->loop, 50);
	fake_deliver(&bench->hub, 2, 1, order(bench, "d1", 2));
	assert_true(wait_ack(bench, 2));
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 1, "one"));
	assert_non_null(strstr(fake_receipt_of(&bench->hub, 1, "one")->detail, "revision 2"));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 2, "one"));
	bench_close(bench);
}

/* ---- receipts and the end ---- */

static size_t
receipts_for(const struct bench *bench, uint64_t seq, const char *outlet)
{
	size_t count = 0;
	for (size_t i = 0; i < bench->hub.receipt_count; i++)
		count += bench->hub.receipts[i].seq == seq &&
			 strcmp(bench->hub.receipts[i].outlet, outlet) == 0;
	return count;
}

static bool
hub_is_down(void *owner)
{
	return !((struct bench *)owner)->hub.up;
}

static void
receipts_wait_for_the_hub_and_are_repeated(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.scripts[0] = "a";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	bench->hub.resumed = false;
	hs_link_drop(bench->hub.link);
	assert_true(run_until(&bench->loop, hub_is_down, bench, 3000));
	hs_adapter_report(
		bench->adapter, HS_LANE_LIVE, "epoch-a", 1, "one", HS_RECEIPT(DISPLAYED), "later");
	hs_adapter_report(bench->adapter, HS_LANE_LIVE, "epoch-x", 1, "one", HS_RECEIPT(FAILED),
		"another epoch");
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
	run_for(&bench->loop, 50);
	assert_int_equal(HS_RECEIPT(DISPLAYED), fake_state_of(&bench->hub, 1, "one"));
	/* sent before the break without a later heartbeat: sent again, then the new one */
	assert_int_equal(3, receipts_for(bench, 1, "one"));
	for (int i = 0; i < 3; i++)
		fake_heartbeat(&bench->hub);
	run_for(&bench->loop, 20);
	bench->hub.resumed = false;
	hs_link_drop(bench->hub.link);
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
	run_for(&bench->loop, 50);
	assert_int_equal(3, receipts_for(bench, 1, "one"));
	bench_close(bench);
}

static void
stop_says_goodbye_and_leaves_the_rest_to_the_hub(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.scripts[0] = "n";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(run_until(&bench->loop, has_seen_one, bench, 3000));
	bench_stop_adapter(bench);
	run_for(&bench->loop, 50);
	assert_int_equal(1, bench->hub.goodbyes);
	assert_int_equal(0, bench->hub.ack_seq);
	assert_int_equal(1, bench->probe.aborts);
	assert_int_equal(1, bench->probe.ended);
	/* the next process gets it again and finishes it */
	bench->probe.scripts[0] = "a";
	bench->hub.resumed = false;
	bench_adapter(bench, &ringing);
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
	assert_true(bench->hub.from_last_ack);
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_resumes_where_it_was),
		cmocka_unit_test(hole_drops_and_resumes),
		cmocka_unit_test(hub_of_another_mode_gets_nothing_in),
		cmocka_unit_test(silent_hub_is_dropped),
		cmocka_unit_test(new_epoch_starts_anew),
		cmocka_unit_test(snapshot_in_parts_is_shown_once),
		cmocka_unit_test(drill_on_the_live_lane_is_filtered),
		cmocka_unit_test(old_notice_never_rings),
		cmocka_unit_test(old_notice_is_shown_as_old),
		cmocka_unit_test(unknown_is_held_and_released_by_the_limit),
		cmocka_unit_test(unknown_is_held_for_good_without_a_limit),
		cmocka_unit_test(slow_outlet_delays_nobody_but_the_ack),
		cmocka_unit_test(dead_outlet_expires_at_the_deadline),
		cmocka_unit_test(acks_are_cumulative),
		cmocka_unit_test(dead_outlet_never_closes_the_window),
		cmocka_unit_test(one_order_key_keeps_the_order),
		cmocka_unit_test(newer_revision_replaces_a_waiting_one),
		cmocka_unit_test(receipts_wait_for_the_hub_and_are_repeated),
		cmocka_unit_test(stop_says_goodbye_and_leaves_the_rest_to_the_hub),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
