/* backlog.h: notices handed to an adapter with one outlet that takes nothing until it is told to, for the tests of what waits. */
#ifndef HS_TEST_BACKLOG_H
#define HS_TEST_BACKLOG_H

#include "tests/unit/adapters/runtime/fake_hub.h"

#include <stdlib.h>
#include <unistd.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"

#define KEYS  1741 /* municipalities of the country */
#define BYTES 1000 /* of each notice, as it came */

/* No link: notices are handed to its lane. */
struct backlog {
	uv_loop_t loop;
	struct hs_adapter_settings settings;
	struct hs_config *config;
	struct hs_adapter *adapter;
	struct hs_lane *lane;
	size_t keys; /* 0: none; 1: one outlet in order; more: one each */
	bool works;
	bool keeps_open, unknown; /* what comes */
	struct hs_adapter_item *open_item;
	size_t attempts, ended;
	unsigned attempt_us; /* that one takes */
	uint64_t seq;
	bool gone;
};

struct waiting {
	struct hs_adapter_delivery delivery;
	struct backlog *backlog;
	char key[32];
};

static struct backlog *the_backlog; /* for open(), which has no other way to it */

static inline void
attempt(struct hs_adapter_delivery *delivery)
{
	struct backlog *backlog = HS_CONTAINER_OF(delivery, struct waiting, delivery)->backlog;
	backlog->attempts++;
	if (backlog->attempt_us > 0)
		usleep(backlog->attempt_us);
	hs_adapter_attempt_done(
		delivery, backlog->works ? HS_ATTEMPT_ACCEPTED : HS_ATTEMPT_WAIT, "");
}

static inline void
no_abort(struct hs_adapter_delivery *delivery)
{
	(void)delivery;
}

static inline void
ended(struct hs_adapter_delivery *delivery)
{
	struct waiting *waiting = HS_CONTAINER_OF(delivery, struct waiting, delivery);
	waiting->backlog->ended++;
	free(waiting);
}

static inline void
on_notice(void *state, struct hs_adapter_item *item)
{
	struct backlog *backlog = state;
	if (backlog->keeps_open) {
		backlog->open_item = item;
		return;
	}
	struct waiting *waiting = calloc(1, sizeof(*waiting));
	waiting->backlog = backlog;
	snprintf(waiting->key, sizeof(waiting->key), "cb/%zu",
		backlog->keys ? (size_t)item->seq % backlog->keys : 0);
	waiting->delivery = (struct hs_adapter_delivery){ .outlet = waiting->key,
		.order_key = backlog->keys ? waiting->key : NULL,
		.attempt = attempt,
		.abort = no_abort,
		.ended = ended };
	hs_adapter_deliver(item, &waiting->delivery);
	hs_adapter_done(item);
}

static inline enum hs_err
backlog_open_ops(struct hs_adapter *adapter, const void *settings, void **state)
{
	(void)settings;
	(void)adapter;
	*state = the_backlog;
	return HS_OK;
}

static inline void
backlog_close_ops(void *state)
{
	(void)state;
}

static const struct hs_config_record record = { NULL, 0, sizeof(struct hs_adapter_settings) };
static const struct hs_adapter_ops ops = { .name = "backlog",
	.settings = &record,
	.rings = true,
	.open = backlog_open_ops,
	.on_notice = on_notice,
	.close = backlog_close_ops };

static inline struct backlog *
backlog_open_turning(const char *more, size_t keys, unsigned turn_ms)
{
	struct hs_config_record rows;
	struct hs_config_item *items;
	char text[512], why[HS_CONFIG_WHY] = "";
	struct backlog *backlog = calloc(1, sizeof(*backlog));
	the_backlog = backlog;
	backlog->keys = keys;
	uv_loop_init(&backlog->loop);
	snprintf(text, sizeof(text),
		"name: b\nlive_url: ipc:///tmp/hansho-backlog-test-%d\nstop_grace_ms: 0\n"
		"unacked_turn_ms: %u\n%s",
		getpid(), turn_ms, more);
	assert_int_equal(HS_OK, hs_adapter_settings_table(&ops, &rows, &items));
	assert_int_equal(
		HS_OK, hs_config_parse(text, &rows, &backlog->settings, &backlog->config, why));
	free(items);
	assert_int_equal(HS_OK,
		hs_adapter_create(&backlog->loop, &ops, &backlog->settings, &backlog->adapter));
	backlog->lane = &backlog->adapter->lanes[HS_LANE_LIVE];
	return backlog;
}

/* Most of these tests run no loop: a turn is enough for all, also on a machine that stands still for a while. */
static inline struct backlog *
backlog_open(const char *more, size_t keys)
{
	return backlog_open_turning(more, keys, 1000);
}

static inline void
on_gone(void *owner)
{
	*(bool *)owner = true;
}

static inline bool
is_gone(void *owner)
{
	return ((struct backlog *)owner)->gone;
}

static inline void
backlog_close(struct backlog *backlog)
{
	hs_adapter_stop(backlog->adapter, on_gone, &backlog->gone);
	assert_true(run_until(&backlog->loop, is_gone, backlog, 30000));
	assert_int_equal(0, uv_loop_close(&backlog->loop));
	hs_config_free(backlog->config);
	free(backlog);
}

static inline void
arrive_sized(struct backlog *backlog, size_t len_bytes)
{
	static const char *const places[] = { "中央地区" };
	struct hs_arena *arena = hs_arena_create(1u << 20);
	char id[32];
	snprintf(id, sizeof(id), "d%llu", (unsigned long long)++backlog->seq);
	hs_deliver *deliver = hs_message_new(arena, &hansho__v1__deliver__descriptor);
	deliver->seq = backlog->seq;
	deliver->notice = fake_order(arena, HS_MODE(LIVE), id, 1, places, 1);
	if (backlog->unknown)
		hs_notice_flag(arena, deliver->notice, "unknown_sort");
	hs_item_arrive(backlog->lane, arena, deliver, len_bytes);
}

static inline void
arrive(struct backlog *backlog, size_t count)
{
	for (size_t i = 0; i < count; i++)
		arrive_sized(backlog, BYTES);
}

static inline void
wakes(struct backlog *backlog)
{
	for (struct hs_delivery_queue *queue = backlog->adapter->queues.first; queue;
		queue = queue->next)
		if (queue->head)
			hs_adapter_deliver_now(queue->head);
	hs_deliveries_tick(backlog->adapter, hs_clock_mono_us());
}

/* With all the turns that it takes; no loop runs. */
static inline void
takes_all(struct backlog *backlog)
{
	uv_idle_t *rest = &backlog->adapter->queues.rest;
	wakes(backlog);
	for (size_t turns = 0; uv_is_active((uv_handle_t *)rest) && turns < 1000; turns++)
		hs_deliveries_rested(rest);
}

#define ACK(backlog) ((size_t)(backlog)->lane->stream.ack_seq)

#endif
