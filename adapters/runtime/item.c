/* One notice in this process: from its arrival over the rules to its ack.
 *
 * Lists (struct hs_items): open → passed or held, when it is acknowledged before it is over. One that is over leaves at once, but in
 *         `open`, where it waits behind the first: the ack is cumulative.
 * Bounds: `open` by unacked_max and unacked_max_bytes, which is what the hub sends ahead; passed and held by as much again.
 *         Beyond that the oldest of these is given up. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

static struct hs_item *
item_of(struct hs_adapter_item *pub)
{
	return HS_CONTAINER_OF(pub, struct hs_item, pub);
}

static bool
item_over(const struct hs_item *item)
{
	return item->done && item->open == 0;
}

void
hs_lane_receipt(
	struct hs_lane *lane, uint64_t seq, const char *outlet, int state, const char *detail)
{
	const struct hs_adapter_settings *settings = lane->adapter->settings;
	if (lane->adapter->explanation) {
		hs_explanation_receipt(lane->adapter->explanation, outlet, state, detail);
		return;
	}
	struct hs_kept_receipt *kept =
		hs_pack_receipt(seq, settings->name, outlet, state, detail ? detail : "");
	if (!kept)
		return;
	lane->counts.receipts++;
	if (hs_receipts_add(&lane->receipts, kept, (size_t)settings->receipts_max))
		lane->counts.receipts_dropped++;
	hs_lane_flush(lane);
}

static void
item_free(struct hs_item *item)
{
	hs_arena_destroy(item->arena);
	free(item);
}

static struct hs_items_sum *
sum_of(const struct hs_item *item)
{
	struct hs_items *items = &item->lane->items;
	return item->in == &items->open ? &items->unacked : &items->early;
}

static void
item_take_out(struct hs_item *item)
{
	struct hs_items_sum *sum = sum_of(item);
	sum->count--;
	sum->bytes -= item->len_bytes;
	DL_DELETE2(item->in->first, item, before, next);
}

static void
item_append(struct hs_item *item, struct hs_item_list *list)
{
	item->in = list;
	DL_APPEND2(list->first, item, before, next);
	struct hs_items_sum *sum = sum_of(item);
	sum->count++;
	sum->bytes += item->len_bytes;
}

static void
item_move(struct hs_item *item, struct hs_item_list *list)
{
	item_take_out(item);
	item_append(item, list);
}

/* The ack reaches up to the first notice that is neither over nor acknowledged early. */
static void
items_advance(struct hs_lane *lane)
{
	struct hs_items *items = &lane->items;
	while (items->open.first && item_over(items->open.first)) {
		struct hs_item *first = items->open.first;
		item_take_out(first);
		item_free(first);
	}
	uint64_t seq = items->open.first ? items->open.first->prev_seq : items->newest_seq;
	if (seq > lane->stream.ack_seq && !items->left)
		lane->stream.ack_seq = seq;
	hs_lane_flush(lane);
}

void
hs_item_moved(struct hs_item *item)
{
	struct hs_lane *lane = item->lane;
	if (item_over(item) && item->in != &lane->items.open) {
		item_take_out(item);
		item_free(item);
	}
	items_advance(lane);
}

/* How many may wait for their ack: never the hub's whole window, or nothing new would come. */
static size_t
notices_max(const struct hs_lane *lane)
{
	size_t most = (size_t)hs_unacked_notices_max(lane->adapter->settings);
	if (lane->hub_window > 1 && lane->hub_window - 1 < most)
		most = lane->hub_window - 1;
	return most;
}

void
hs_item_end_held(struct hs_item *item, int receipt_state, const char *why)
{
	hs_warn("adapter.hold_ended", "lane=%s seq=%llu reason=\"%s\"",
		hs_lane_name(item->lane->id), (unsigned long long)item->pub.seq, why);
	item->release_mono_us = 0;
	item->done = true;
	hs_adapter_receipt(&item->pub, "", receipt_state, why);
	hs_item_moved(item);
}

static void
pass_first(struct hs_lane *lane)
{
	struct hs_item *item = lane->items.open.first;
	lane->counts.early_acks++;
	hs_warn("adapter.early_ack", "lane=%s seq=%llu", hs_lane_name(lane->id),
		(unsigned long long)item->pub.seq);
	item_move(item, &lane->items.passed);
	items_advance(lane);
}

/* false: its adapter holds it, and says itself when it is over. */
static bool
item_give_up(struct hs_item *item)
{
	static const char why[] = "too many notices wait for this outlet";
	struct hs_lane *lane = item->lane;
	if (item->in == &lane->items.held) {
		hs_item_end_held(item, HS_RECEIPT(FAILED), why);
		return true;
	}
	if (item->open == 0)
		return false;
	hs_deliveries_give_up(item, why);
	return true;
}

/* The first that can be. */
static bool
give_up_oldest(struct hs_item_list *list)
{
	struct hs_item *item = list->first;
	while (item && !item_give_up(item))
		item = item->next;
	return item != NULL;
}

/* Keeps the window open while an outlet is dead, and the memory bounded. One notice may always wait, however large it is. */
static void
items_bound(struct hs_lane *lane)
{
	const struct hs_adapter_settings *settings = lane->adapter->settings;
	struct hs_items *items = &lane->items;
	size_t count_max = notices_max(lane), bytes_max = (size_t)settings->unacked.bytes_max;
	size_t early_max = (size_t)hs_unacked_notices_max(settings);
	items_advance(lane);
	while (items->unacked.count > count_max ||
		(items->unacked.bytes > bytes_max && items->unacked.count > 1))
		pass_first(lane);
	while (items->early.count > early_max ||
		(items->early.bytes > bytes_max && items->early.count > 1))
		if (!give_up_oldest(&items->passed) && !give_up_oldest(&items->held))
			break;
}

void
hs_epoch8(char out[9], const char *epoch)
{
	size_t n = 0;
	for (size_t i = 0; epoch[i] != '\0' && n < 8; i++)
		if (isalnum((unsigned char)epoch[i]))
			out[n++] = epoch[i];
	out[n] = '\0';
}

static struct hs_item *
item_create(
	struct hs_lane *lane, struct hs_arena *arena, const hs_deliver *deliver, size_t len_bytes)
{
	const struct hs_adapter *adapter = lane->adapter;
	const struct hs_adapter_settings *settings = adapter->settings;
	struct hs_item *item = calloc(1, sizeof(*item));
	if (!item)
		return NULL;
	int64_t now_unix_us = hs_adapter_now_unix_us(adapter);
	int64_t now_mono_us = hs_clock_mono_us();
	int64_t expiry = hs_expiry_unix_us(
		deliver->notice, now_unix_us, settings->max_age_ms, settings->max_age_end_ms);
	bool expired = expiry <= now_unix_us;
	int64_t left_us = expiry - now_unix_us;
	if (expired && !adapter->ops->rings)
		left_us = settings->max_age_ms * 1000;
	item->lane = lane;
	item->durable_unix_us = hs_durable_unix_us(deliver);
	item->arena = arena;
	item->len_bytes = len_bytes;
	item->prev_seq = lane->items.newest_seq;
	const char *epoch = hs_arena_strdup(arena, lane->stream.epoch);
	if (!epoch) {
		free(item);
		return NULL;
	}
	hs_epoch8(item->epoch8, epoch);
	item->pub = (struct hs_adapter_item){
		.notice = deliver->notice,
		.lane = lane->id,
		.epoch = epoch,
		.seq = deliver->seq,
		.submission_id = deliver->submission_id,
		.received_unix_us = now_unix_us,
		.deadline_mono_us = now_mono_us + left_us,
		.expired = expired,
		.unknown = hs_hold_reason(deliver->notice)[0] != '\0',
		.epoch8 = item->epoch8,
		.perhaps_before = deliver->seq <= lane->stream.start_seq,
	};
	return item;
}

/* Over without the adapter having seen it. */
static void
item_refuse(struct hs_item *item, int state, const char *why, uint64_t *count)
{
	(*count)++;
	hs_warn("adapter.not_sent", "lane=%s seq=%llu reason=\"%s\"", hs_lane_name(item->lane->id),
		(unsigned long long)item->pub.seq, why);
	hs_lane_receipt(item->lane, item->pub.seq, "", state, why);
	item->done = true;
	const struct hs_adapter *adapter = item->lane->adapter;
	if (adapter->opened && adapter->ops->on_refused)
		adapter->ops->on_refused(adapter->state, &item->pub);
}

static void
item_hold(struct hs_item *item, const char *why)
{
	int64_t hold_ms = item->lane->adapter->settings->hold_ms;
	item_refuse(item, HS_RECEIPT(HELD), why, &item->lane->counts.held);
	if (hold_ms <= 0)
		return;
	item->done = false;
	/* It is in the journal as held; a restart must not begin the hold anew. */
	item_move(item, &item->lane->items.held);
	item->release_mono_us = hs_clock_mono_us() + hold_ms * 1000;
}

/* Maintenance: told, and left open without an ack, so that the hub gives it again to the process after this one. */
static void
item_keep_back(struct hs_item *item, const char *why)
{
	item_refuse(item, HS_RECEIPT(HELD), why, &item->lane->counts.held);
	item->done = false;
}

static void
item_too_old(struct hs_item *item, const char *why)
{
	item_refuse(item, HS_RECEIPT(EXPIRED), why, &item->lane->counts.expired);
}

static void
item_filter(struct hs_item *item, const char *why)
{
	item_refuse(item, HS_RECEIPT(FILTERED), why, &item->lane->counts.filtered);
}

static void
item_pass(struct hs_item *item, const char *why)
{
	struct hs_adapter *adapter = item->lane->adapter;
	hs_lane_receipt(item->lane, item->pub.seq, "", HS_RECEIPT(RECEIVED), why);
	adapter->ops->on_notice(adapter->state, &item->pub);
}

static void
item_follow(struct hs_item *item)
{
	static void (*const follow[])(struct hs_item * item, const char *why) = {
		[HS_RULING_GATE] = item_filter,
		[HS_RULING_MAINTENANCE] = item_keep_back,
		[HS_RULING_OLD] = item_too_old,
		[HS_RULING_SAME_EVENT] = item_filter,
		[HS_RULING_UNKNOWN] = item_hold,
		[HS_RULING_PASS] = item_pass,
	};
	const struct hs_adapter *adapter = item->lane->adapter;
	const struct hs_ruling_case one = {
		.notice = item->pub.notice,
		.lane = (int)item->lane->id,
		.drill_on = adapter->settings->drill,
		.maintenance = !adapter->opened,
		.rings = adapter->ops->rings,
		.expired = item->pub.expired,
	};
	struct hs_ruling ruling = hs_rule(&one);
	hs_hold_follow(item, ruling.kind);
	follow[ruling.kind](item, ruling.reason);
}

void
hs_item_arrive(
	struct hs_lane *lane, struct hs_arena *arena, const hs_deliver *deliver, size_t len_bytes)
{
	struct hs_adapter *adapter = lane->adapter;
	struct hs_item *item = item_create(lane, arena, deliver, len_bytes);
	if (!item) {
		/* Without memory nothing is acknowledged: the hub sends it again after the drop. */
		lane->stream.last_seq = deliver->prev_seq;
		hs_arena_destroy(arena);
		hs_link_drop(lane->link);
		return;
	}
	lane->counts.notices++;
	item_append(item, &lane->items.open);
	lane->items.newest_seq = deliver->seq;
	hs_held_follow(item);
	item_follow(item);
	/* In maintenance nothing is acknowledged early: what is held must come again. */
	if (adapter->opened)
		items_bound(lane);
	else
		items_advance(lane);
}

static void
item_release(struct hs_item *item)
{
	struct hs_adapter *adapter = item->lane->adapter;
	hs_warn("adapter.hold_ran_out", "lane=%s seq=%llu", hs_lane_name(item->lane->id),
		(unsigned long long)item->pub.seq);
	hs_adapter_receipt(&item->pub, "", HS_RECEIPT(RECEIVED),
		"the hold ran out: sent with its unknown term");
	adapter->ops->on_notice(adapter->state, &item->pub);
}

void
hs_items_tick(struct hs_lane *lane, int64_t now_mono_us)
{
	struct hs_item *item;
	while ((item = lane->items.held.first) && item->release_mono_us <= now_mono_us) {
		/* explain.h asks what goes when it runs out: its time is none of the clock's */
		if (item->pub.deadline_mono_us <= hs_clock_mono_us()) {
			hs_item_end_held(item, HS_RECEIPT(EXPIRED), HS_TOO_OLD_REASON);
			continue;
		}
		item->release_mono_us = 0;
		item_move(item, &lane->items.passed);
		item_release(item);
	}
}

static void
list_free(struct hs_item_list *list)
{
	for (struct hs_item *item = list->first, *next; item; item = next) {
		next = item->next;
		item_free(item);
	}
}

void
hs_items_free(struct hs_lane *lane)
{
	list_free(&lane->items.open);
	list_free(&lane->items.passed);
	list_free(&lane->items.held);
	lane->items = (struct hs_items){ 0 };
}

/* What nobody released before the epoch ended never goes out: what is in force comes in the snapshot of the new one. */
static void
held_forget(struct hs_item *item)
{
	hs_warn("adapter.held_forgotten", "lane=%s seq=%llu", hs_lane_name(item->lane->id),
		(unsigned long long)item->pub.seq);
	item_take_out(item);
	item_free(item);
}

void
hs_items_orphan(struct hs_lane *lane)
{
	struct hs_items *items = &lane->items;
	for (struct hs_item *item = items->passed.first; item; item = item->next)
		item->orphan = true;
	while (items->held.first)
		held_forget(items->held.first);
	while (items->open.first) {
		struct hs_item *item = items->open.first;
		item->orphan = true;
		item_move(item, &items->passed);
		if (item_over(item)) {
			item_take_out(item);
			item_free(item);
		}
	}
	items->newest_seq = 0;
}

void
hs_adapter_receipt(
	struct hs_adapter_item *pub, const char *outlet, int receipt_state, const char *detail)
{
	struct hs_item *item = item_of(pub);
	if (item->orphan)
		item->lane->counts.receipts_dropped++;
	else
		hs_lane_receipt(item->lane, pub->seq, outlet, receipt_state, detail);
}

void
hs_adapter_hurry(struct hs_adapter_item *pub, int64_t end_unix_us)
{
	int64_t end_mono_us = hs_clock_mono_us() + (end_unix_us - hs_clock_unix_us());
	if (end_mono_us < pub->deadline_mono_us)
		pub->deadline_mono_us = end_mono_us;
}

void
hs_adapter_done(struct hs_adapter_item *pub)
{
	struct hs_item *item = item_of(pub);
	HS_CHECK(!item->done);
	if (!item->delivered)
		hs_delay_note(item); /* its output is pushed, not tried */
	item->done = true;
	hs_item_moved(item);
}

void
hs_adapter_report(struct hs_adapter *adapter, enum hs_adapter_lane lane, const char *epoch,
	uint64_t seq, const char *outlet, int receipt_state, const char *detail)
{
	HS_CHECK(lane < HS_LANE_COUNT);
	struct hs_lane *own = &adapter->lanes[lane];
	if (strcmp(own->stream.epoch, epoch) != 0) {
		own->counts.receipts_dropped++;
		return;
	}
	hs_lane_receipt(own, seq, outlet, receipt_state, detail);
}
