/* The life of an adapter: start, tick, stop. */
#include "adapters/runtime/runtime.h"

#include <stdio.h>
#include <stdlib.h>

#include "adapters/runtime/internal.h"
#include "hub/base/arena.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

/* Resolution of back-offs, timeouts and heartbeats. */
#define TICK_MS	   50
/* Between goodbye and the end of the connection, so that the last receipts leave. */
#define GOODBYE_US (2 * TICK_MS * 1000)

static void adapter_finish(struct hs_adapter *adapter);

static void
adapter_tick(struct hs_adapter *adapter)
{
	int64_t now_mono_us = hs_clock_mono_us();
	adapter->patience.may_judge = hs_silence_may_judge(&adapter->patience.looks, now_mono_us);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_lane_tick(&adapter->lanes[i], now_mono_us);
	if (adapter->stopping) {
		if (now_mono_us >= adapter->stop_mono_us || !hs_deliveries_under_way(adapter))
			adapter_finish(adapter);
		return;
	}
	hs_deliveries_tick(adapter, now_mono_us);
	hs_canaries_tick(adapter, now_mono_us);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_items_tick(&adapter->lanes[i], now_mono_us);
}

static void
on_timer(uv_timer_t *timer)
{
	adapter_tick(timer->data);
}

void
hs_lane_init(struct hs_adapter *adapter, enum hs_adapter_lane id)
{
	struct hs_lane *lane = &adapter->lanes[id];
	lane->adapter = adapter;
	lane->id = id;
	hs_receipts_init(&lane->receipts);
	lane->parts_end = &lane->parts;
}

void
hs_adapter_handle_gone(struct hs_adapter *adapter)
{
	HS_CHECK(adapter->open_handles > 0);
	if (--adapter->open_handles > 0)
		return;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_lane_free(&adapter->lanes[i]);
	hs_info("adapter.stopped", "name=%s", adapter->settings->name);
	if (adapter->gone)
		adapter->gone(adapter->gone_owner);
	free(adapter);
}

static void
handle_gone(void *owner)
{
	hs_adapter_handle_gone(owner);
}

static void
own_gone(uv_handle_t *handle)
{
	handle_gone(handle->data);
}

/* Closes all that keeps the loop alive. */
static void
adapter_close(struct hs_adapter *adapter)
{
	uv_timer_stop(&adapter->timer);
	uv_idle_stop(&adapter->queues.rest);
	hs_ops_stop(adapter->page);
	adapter->page = NULL;
	hs_deliveries_abandon(adapter);
	hs_canaries_abandon(adapter);
	hs_proofs_close(adapter);
	hs_alarms_stop(adapter);
	if (adapter->opened)
		adapter->ops->close(adapter->state);
	adapter->opened = false;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_lane_close(&adapter->lanes[i], handle_gone, adapter);
	uv_close((uv_handle_t *)&adapter->timer, own_gone);
	uv_close((uv_handle_t *)&adapter->queues.rest, own_gone);
}

static void
on_goodbye_left(uv_timer_t *timer)
{
	adapter_close(timer->data);
}

static void
adapter_finish(struct hs_adapter *adapter)
{
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_lane_goodbye(&adapter->lanes[i]);
	uv_timer_start(&adapter->timer, on_goodbye_left, GOODBYE_US / 1000, 0);
}

const char *
hs_lane_url(const struct hs_adapter_settings *settings, enum hs_adapter_lane id)
{
	if (id == HS_LANE_LIVE)
		return settings->live_url;
	return settings->drill ? settings->drill_url : "";
}

static enum hs_err
lanes_open(struct hs_adapter *adapter)
{
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		enum hs_adapter_lane id = (enum hs_adapter_lane)i;
		const char *url = hs_lane_url(adapter->settings, id);
		if (url[0] == '\0')
			continue;
		enum hs_err err = hs_lane_open(&adapter->lanes[i], url);
		if (err != HS_OK) {
			hs_error("adapter.link_not_opened", "lane=%s err=%s url=%s",
				hs_lane_name(id), hs_err_name(err), url);
			return err;
		}
	}
	return HS_OK;
}

/* In maintenance the adapter's own part does not come to life: what is not open contacts nobody. */
static enum hs_err
outlets_open(struct hs_adapter *adapter, const void *settings)
{
	if (adapter->settings->maintenance) {
		hs_warn("adapter.maintenance",
			"name=%s outlets=closed end=\"maintenance: false and a restart\"",
			adapter->settings->name);
		return HS_OK;
	}
	enum hs_err err = adapter->ops->open(adapter, settings, &adapter->state);
	adapter->opened = err == HS_OK;
	if (err != HS_OK)
		adapter->proving.canaries = NULL,
		adapter->proving.proofs = NULL; /* they went with the rest of it */
	return err;
}

enum hs_err
hs_adapter_create(uv_loop_t *loop, const struct hs_adapter_ops *ops, const void *settings,
	struct hs_adapter **out)
{
	struct hs_adapter *adapter = calloc(1, sizeof(*adapter));
	if (!adapter)
		return HS_ERR_NOMEM;
	adapter->loop = loop;
	adapter->ops = ops;
	adapter->settings = settings;
	hs_alarms_init(adapter);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_lane_init(adapter, (enum hs_adapter_lane)i);
	uv_timer_init(loop, &adapter->timer);
	adapter->timer.data = adapter;
	uv_idle_init(loop, &adapter->queues.rest);
	adapter->queues.rest.data = adapter;
	adapter->open_handles = 2;
	adapter->start_mono_us = hs_clock_mono_us();
	enum hs_err err = outlets_open(adapter, settings);
	if (err == HS_OK)
		err = hs_adapter_page_open(adapter);
	if (err == HS_OK)
		err = lanes_open(adapter);
	if (err != HS_OK) {
		adapter_close(adapter);
		return err;
	}
	uv_timer_start(&adapter->timer, on_timer, TICK_MS, TICK_MS);
	if (hs_proofs_remark(&adapter->settings->canary)[0] != '\0')
		hs_warn("adapter.proofs_not_kept", "name=%s reason=\"%s\"", adapter->settings->name,
			hs_proofs_remark(&adapter->settings->canary));
	hs_info("adapter.started", "name=%s kind=%s drill=%d", adapter->settings->name, ops->name,
		adapter->settings->drill);
	*out = adapter;
	return HS_OK;
}

void
hs_adapter_stop(struct hs_adapter *adapter, void (*gone)(void *owner), void *owner)
{
	if (adapter->stopping)
		return;
	hs_info("adapter.stopping", "name=%s waiting=%zu", adapter->settings->name,
		hs_deliveries_waiting(adapter));
	adapter->stopping = true;
	adapter->gone = gone;
	adapter->gone_owner = owner;
	adapter->stop_mono_us = hs_clock_mono_us() + adapter->settings->stop_grace_ms * 1000;
}

uv_loop_t *
hs_adapter_loop(const struct hs_adapter *adapter)
{
	return adapter->loop;
}

const struct hs_adapter_settings *
hs_adapter_common(const struct hs_adapter *adapter)
{
	return adapter->settings;
}

const char *
hs_adapter_epoch(const struct hs_adapter *adapter, enum hs_adapter_lane lane)
{
	HS_CHECK(lane < HS_LANE_COUNT);
	return adapter->lanes[lane].stream.epoch;
}

static void
on_stop(void *owner)
{
	hs_adapter_stop(owner, NULL, NULL);
}

/* A loop that runs until the adapter that failed to start is closed. */
static int
main_failed(struct hs_proc *proc, const struct hs_adapter_ops *ops, enum hs_err err)
{
	fprintf(stderr,
		"hansho-%s: cannot start: %s. See the lines above for what could not be opened.\n",
		ops->name, hs_err_text(err));
	/* Nobody waits for a signal: the loop ends when the adapter is closed. */
	for (size_t i = 0; i < HS_COUNT(proc->signals); i++)
		uv_unref((uv_handle_t *)&proc->signals[i]);
	(void)hs_proc_run(proc, NULL, NULL);
	return 1;
}

static enum hs_err
look(const void *owner, const void *settings, char why[HS_CONFIG_WHY])
{
	return hs_adapter_settings_check(owner, settings, why);
}

static const char *
remark(const void *settings)
{
	return hs_proofs_remark(&((const struct hs_adapter_settings *)settings)->canary);
}

static int
explain(const void *owner, const void *settings)
{
	return hs_explain(owner, settings, stdin, stdout);
}

int
hs_adapter_main(int argc, char **argv, const struct hs_adapter_ops *ops)
{
	struct hs_config_record record;
	struct hs_config_item *items = NULL;
	const struct hs_proc_settings what = { .record = &record,
		.look = look,
		.remark = remark,
		.owner = ops,
		.ask_flag = "--explain",
		.ask = explain };
	struct hs_proc proc;
	struct hs_adapter *adapter = NULL;
	int exit_code = 1;
	hs_arena_keep_freed();
	void *settings = calloc(1, ops->settings->size_bytes);
	enum hs_err err = settings ? hs_adapter_settings_table(ops, &record, &items) : HS_ERR_NOMEM;
	if (err != HS_OK) {
		fprintf(stderr, "hansho-%s: %s\n", ops->name, hs_err_text(err));
	} else if (hs_proc_init(&proc, argc, argv, &what, settings, &exit_code)) {
		err = hs_adapter_create(&proc.loop, ops, settings, &adapter);
		exit_code = err == HS_OK ? hs_proc_run(&proc, on_stop, adapter)
					 : main_failed(&proc, ops, err);
	}
	free(items);
	free(settings);
	return exit_code;
}
