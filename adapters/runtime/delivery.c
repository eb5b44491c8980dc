/* Attempts at outlets. Deliveries of one order key stand in one queue and only its head is tried; all
 * queues are independent; those that may go at the same moment, after a hold say, go in the order in which they came. A newer
 * revision of the same document takes the place of an older one that still waits in its queue: the outlet gets the newest state,
 * not the history. One that is under way meanwhile is not tried again: what was taken back must not ring afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/internal.h"

#include <utlist.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"
#include "schemas/perhaps.h"

static struct hs_item *
item_of(const struct hs_adapter_delivery *delivery)
{
	return HS_CONTAINER_OF(delivery->item, struct hs_item, pub);
}

/* After which nothing of it begins: the item's, or an earlier one of its own. */
static int64_t
deadline_us(const struct hs_adapter_delivery *delivery)
{
	int64_t own = delivery->deadline_mono_us, of_item = delivery->item->deadline_mono_us;
	return own != 0 && own < of_item ? own : of_item;
}

static struct hs_delivery_queue *
queue_add(struct hs_queues *queues, enum hs_adapter_lane lane, const char *key)
{
	size_t len_bytes = strlen(key);
	struct hs_delivery_queue *queue = calloc(1, sizeof(*queue) + len_bytes + 1);
	if (!queue)
		return NULL;
	memcpy(queue->key, key, len_bytes + 1);
	queue->lane = lane;
	if (len_bytes > 0) {
		HASH_ADD(hh, queues->by_key[lane], key[0], len_bytes, queue);
		if (!queue->hh.tbl) {
			free(queue);
			return NULL;
		}
	}
	DL_APPEND2(queues->first, queue, before, next);
	return queue;
}

static struct hs_delivery_queue *
queue_find(struct hs_queues *queues, enum hs_adapter_lane lane, const char *key)
{
	struct hs_delivery_queue *queue = NULL;
	if (key[0] != '\0')
		HASH_FIND_STR(queues->by_key[lane], key, queue);
	return queue ? queue : queue_add(queues, lane, key);
}

/* Empty queues are freed here and nowhere else, so that nobody's queue vanishes under his feet. */
static void
queues_sweep(struct hs_queues *queues)
{
	struct hs_delivery_queue *queue, *next;
	DL_FOREACH_SAFE2(queues->first, queue, next, next)
	{
		if (queue->head)
			continue;
		if (queue->key[0] != '\0')
			HASH_DEL(queues->by_key[queue->lane], queue);
		/* the first has a next one, or is alone. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		DL_DELETE2(queues->first, queue, before, next);
		free(queue);
	}
}

/* What waits for no proof goes before what does. */
static void
queue_put(struct hs_delivery_queue *queue, struct hs_adapter_delivery *delivery)
{
	struct hs_adapter_delivery *next = NULL;
	bool waits = hs_canary_holds(delivery->canary);
	if (queue->held && !waits) {
		next = queue->head;
		while (next && !hs_canary_holds(next->canary))
			next = next->links.next;
		queue->held = next != NULL;
	}
	queue->held = queue->held || waits;
	DL_PREPEND_ELEM2(queue->head, next, delivery, links.before, links.next);
}

/* ---- the end of one ---- */

/* Takes it out of its queue and its item. receipt_state UNSPECIFIED: no receipt. */
void
hs_delivery_end(struct hs_adapter_delivery *delivery, int receipt_state, const char *detail)
{
	struct hs_item *item = item_of(delivery);
	DL_DELETE2(delivery->queue->head, delivery, links.before, links.next);
	if (delivery->links.document)
		hs_document_remove(&item->lane->adapter->queues, delivery);
	if (receipt_state != HS_RECEIPT(UNSPECIFIED))
		hs_adapter_receipt(&item->pub, delivery->outlet, receipt_state, detail);
	delivery->ended(delivery);
	HS_CHECK(item->open > 0);
	item->open--;
	hs_item_moved(item);
}

static void
delivery_expire(struct hs_adapter *adapter, struct hs_adapter_delivery *delivery)
{
	char detail[256];
	adapter->counts.expired++;
	if (delivery->attempts > 0)
		snprintf(detail, sizeof(detail), "not taken in time, %u attempts; last: %s",
			delivery->attempts, delivery->why);
	else
		snprintf(detail, sizeof(detail), "not tried in time%s%s",
			hs_canary_holds(delivery->canary) ? "; " : "",
			hs_canary_holds(delivery->canary) ? delivery->canary->why : "");
	hs_delivery_end(delivery, HS_RECEIPT(EXPIRED), detail);
}

static void
delivery_replace(
	struct hs_adapter *adapter, struct hs_adapter_delivery *delivery, const char *detail)
{
	adapter->counts.superseded++;
	hs_delivery_end(delivery, HS_RECEIPT(EXPIRED), detail);
}

static void
delivery_replace_by(
	struct hs_adapter *adapter, struct hs_adapter_delivery *delivery, uint32_t revision)
{
	char detail[256];
	int len = snprintf(
		detail, sizeof(detail), "replaced by revision %u before it was taken", revision);
	if (delivery->attempts > 0)
		snprintf(detail + len, sizeof(detail) - (size_t)len, ", %u attempts; last: %s",
			delivery->attempts, delivery->why);
	delivery_replace(adapter, delivery, detail);
}

/* Unless something newer waits for its end. */
static void
delivery_retry(struct hs_adapter *adapter, struct hs_adapter_delivery *delivery)
{
	const struct hs_adapter_settings *settings = adapter->settings;
	uint32_t random;
	if (delivery->call.newer_revision != 0) {
		delivery_replace_by(adapter, delivery, delivery->call.newer_revision);
		return;
	}
	hs_random(&random, sizeof(random));
	int64_t pause_ms = hs_backoff_ms(
		delivery->attempts + 1, settings->retry_first_ms, settings->retry_max_ms, random);
	adapter->counts.retries++;
	delivery->due_mono_us = hs_clock_mono_us() + pause_ms * 1000;
	hs_warn("adapter.retry", "outlet=%s seq=%llu attempt=%u pause_ms=%lld reason=\"%s\"",
		delivery->outlet, (unsigned long long)delivery->item->seq, delivery->attempts,
		(long long)pause_ms, delivery->why);
}

static void
delivery_settle(struct hs_adapter *adapter, struct hs_adapter_delivery *delivery)
{
	static const int states[] = {
		[HS_ATTEMPT_ACCEPTED] = HS_RECEIPT(ACCEPTED),
		[HS_ATTEMPT_DISPLAYED] = HS_RECEIPT(DISPLAYED),
		[HS_ATTEMPT_FAILED] = HS_RECEIPT(FAILED),
		[HS_ATTEMPT_FILTERED] = HS_RECEIPT(FILTERED),
	};
	delivery->under_way = false;
	if (delivery->call.result == HS_ATTEMPT_WAIT && delivery->call.newer_revision == 0) {
		delivery->due_mono_us = deadline_us(delivery);
		return;
	}
	if (delivery->call.result == HS_ATTEMPT_RETRY || delivery->call.result == HS_ATTEMPT_WAIT) {
		delivery_retry(adapter, delivery);
		return;
	}
	if (delivery->call.result == HS_ATTEMPT_FAILED)
		adapter->counts.failed++;
	else if (delivery->call.result != HS_ATTEMPT_FILTERED)
		adapter->counts.accepted++;
	hs_delivery_end(delivery, states[delivery->call.result], delivery->why);
}

static void
attempt_start(struct hs_adapter *adapter, struct hs_adapter_delivery *delivery, int64_t now_mono_us)
{
	int64_t timeout_ms = delivery->attempt_timeout_ms ? delivery->attempt_timeout_ms
							  : adapter->settings->attempt_timeout_ms;
	int64_t end = now_mono_us + timeout_ms * 1000;
	delivery->attempts++;
	delivery->under_way = true;
	delivery->call.answered = false;
	delivery->due_mono_us = end < deadline_us(delivery) ? end : deadline_us(delivery);
	adapter->counts.attempts++;
	if (delivery->attempts == 1)
		hs_delay_note(item_of(delivery));
	delivery->call.starting = true;
	delivery->attempt(delivery);
	delivery->call.starting = false;
	if (delivery->call.answered)
		delivery_settle(adapter, delivery);
}

/* Whether the head was over, or was tried. */
static bool
head_run(struct hs_adapter *adapter, struct hs_adapter_delivery *head, int64_t now_mono_us)
{
	if (head->under_way || adapter->stopping)
		return false;
	if (deadline_us(head) <= now_mono_us)
		delivery_expire(adapter, head);
	else if (hs_held_is_replaced(head))
		delivery_replace(adapter, head, HS_REPLACED_REASON);
	else if (head->due_mono_us <= now_mono_us && !hs_canary_holds(head->canary))
		attempt_start(adapter, head, now_mono_us);
	else
		return false;
	return true;
}

/* Tries heads until one is under way or not due, or the turn is over. */
static void
queue_run(struct hs_adapter *adapter, struct hs_delivery_queue *queue)
{
	int64_t now_mono_us = hs_clock_mono_us();
	int64_t end_mono_us = now_mono_us + adapter->settings->unacked.turn_ms * 1000;
	if (queue->running || queue->rests)
		return;
	queue->running = true;
	while (queue->head && !queue->rests && head_run(adapter, queue->head, now_mono_us)) {
		now_mono_us = hs_clock_mono_us();
		queue->rests = now_mono_us >= end_mono_us && queue->head;
	}
	queue->running = false;
	if (queue->rests)
		uv_idle_start(&adapter->queues.rest, hs_deliveries_rested);
}

void
hs_deliveries_rested(uv_idle_t *idle)
{
	struct hs_adapter *adapter = idle->data;
	uv_idle_stop(idle);
	for (struct hs_delivery_queue *queue = adapter->queues.first; queue; queue = queue->next) {
		if (!queue->rests)
			continue;
		queue->rests = false;
		queue_run(adapter, queue);
	}
}

/* What waits for a proof is the business of held.c: a cancel of the newer one brings it back. */
static bool
replaced_by(const struct hs_adapter_delivery *old, const struct hs_adapter_delivery *newer)
{
	return !hs_canary_holds(old->canary) && old->queue == newer->queue &&
	       old->item->notice->document->revision < newer->item->notice->document->revision;
}

static void
supersede(struct hs_adapter *adapter, const struct hs_adapter_delivery *newer)
{
	const hs_document *document = newer->item->notice->document;
	const struct hs_lane *lane = item_of(newer)->lane;
	struct hs_adapter_delivery *old =
		document && !adapter->ops->says_news
			? hs_delivery_of(adapter, lane, document->source, document->id, NULL)
			: NULL;
	while (old) {
		struct hs_adapter_delivery *next =
			hs_delivery_of(adapter, lane, document->source, document->id, old);
		if (replaced_by(old, newer)) {
			if (old->under_way)
				old->call.newer_revision = document->revision;
			else
				delivery_replace_by(adapter, old, document->revision);
		}
		old = next;
	}
}

static void
enter(struct hs_adapter *adapter, struct hs_adapter_delivery *delivery,
	struct hs_document_deliveries *of_document)
{
	struct hs_delivery_queue *queue = delivery->queue;
	struct hs_item *item = item_of(delivery);
	item->delivered = true;
	if (hs_canary_holds(delivery->canary) && hs_held_take(adapter, delivery))
		return;
	item->open++;
	supersede(adapter, delivery);
	delivery->links.document = NULL;
	if (of_document)
		hs_document_put(of_document, delivery);
	queue_put(queue, delivery);
	queue_run(adapter, queue);
}

void
hs_adapter_deliver(struct hs_adapter_item *pub, struct hs_adapter_delivery *delivery)
{
	struct hs_item *item = HS_CONTAINER_OF(pub, struct hs_item, pub);
	struct hs_adapter *adapter = item->lane->adapter;
	HS_CHECK(!item->done && delivery->outlet && delivery->attempt && delivery->abort &&
		 delivery->ended);
	delivery->item = pub;
	if (adapter->explanation) {
		hs_explanation_delivery(adapter->explanation, delivery);
		delivery->ended(delivery);
		return;
	}
	const hs_document *document = pub->notice->document;
	const char *key = delivery->order_key ? delivery->order_key : "";
	struct hs_delivery_queue *queue = queue_find(&adapter->queues, pub->lane, key);
	struct hs_document_deliveries *of_document =
		document ? hs_document_join(&adapter->queues, pub->lane, document) : NULL;
	delivery->queue = queue;
	delivery->order_key = queue ? queue->key : NULL;
	if (queue && (of_document || !document)) {
		enter(adapter, delivery, of_document);
	} else { /* and it has replaced and taken back nothing */
		hs_adapter_receipt(pub, delivery->outlet, HS_RECEIPT(FAILED), "out of memory");
		delivery->ended(delivery);
	}
	if (of_document)
		hs_document_leave(&adapter->queues, of_document);
}

void
hs_adapter_attempt_done(
	struct hs_adapter_delivery *delivery, enum hs_attempt_result result, const char *detail)
{
	struct hs_adapter *adapter = item_of(delivery)->lane->adapter;
	struct hs_delivery_queue *queue = delivery->queue;
	HS_CHECK(delivery->under_way && !delivery->call.answered);
	delivery->call.answered = true;
	delivery->call.result = result;
	snprintf(delivery->why, sizeof(delivery->why), "%s", detail ? detail : "");
	if (delivery->call.starting)
		return;
	delivery_settle(adapter, delivery);
	queue_run(adapter, queue);
}

void
hs_adapter_deliver_now(struct hs_adapter_delivery *delivery)
{
	if (!delivery->under_way)
		delivery->due_mono_us = 0;
}

static void
queue_tick(struct hs_adapter *adapter, struct hs_delivery_queue *queue, int64_t now_mono_us)
{
	struct hs_adapter_delivery *head = queue->head;
	if (head && head->under_way && head->due_mono_us <= now_mono_us) {
		head->abort(head);
		head->under_way = false;
		bool over = deadline_us(head) <= now_mono_us;
		/* An attempt that our own deadline cut short tells less than what one before it said. */
		if (!over || head->why[0] == '\0')
			snprintf(head->why, sizeof(head->why), "no answer in time");
		if (over)
			delivery_expire(adapter, head);
		else
			delivery_retry(adapter, head);
	}
	queue_run(adapter, queue);
}

void
hs_deliveries_tick(struct hs_adapter *adapter, int64_t now_mono_us)
{
	for (struct hs_delivery_queue *queue = adapter->queues.first; queue; queue = queue->next)
		queue_tick(adapter, queue, now_mono_us);
	queues_sweep(&adapter->queues);
}

bool
hs_deliveries_under_way(const struct hs_adapter *adapter)
{
	for (const struct hs_delivery_queue *queue = adapter->queues.first; queue;
		queue = queue->next)
		if (queue->head && queue->head->under_way)
			return true;
	return false;
}

size_t
hs_deliveries_waiting(const struct hs_adapter *adapter)
{
	size_t count = 0;
	for (const struct hs_delivery_queue *queue = adapter->queues.first; queue;
		queue = queue->next)
		for (const struct hs_adapter_delivery *each = queue->head; each;
			each = each->links.next)
			count++;
	return count;
}

void
hs_deliveries_abandon(struct hs_adapter *adapter)
{
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		adapter->lanes[i].items.left = true;
	for (struct hs_delivery_queue *queue = adapter->queues.first; queue; queue = queue->next) {
		while (queue->head) {
			struct hs_adapter_delivery *head = queue->head;
			if (head->under_way)
				head->abort(head);
			item_of(head)->orphan = true;
			hs_delivery_end(head, HS_RECEIPT(UNSPECIFIED), "");
		}
	}
	queues_sweep(&adapter->queues);
}

static struct hs_adapter_delivery *
delivery_of(const struct hs_adapter *adapter, const struct hs_item *item)
{
	const hs_document *document = item->pub.notice->document;
	struct hs_adapter_delivery *each = NULL;
	if (document) {
		do
			each = hs_delivery_of(
				adapter, item->lane, document->source, document->id, each);
		while (each && each->item != &item->pub);
		return each;
	}
	for (const struct hs_delivery_queue *queue = adapter->queues.first; queue;
		queue = queue->next)
		for (each = queue->head; each; each = each->links.next)
			if (each->item == &item->pub)
				return each;
	return NULL;
}

void
hs_deliveries_give_up(struct hs_item *item, const char *why)
{
	struct hs_adapter *adapter = item->lane->adapter;
	size_t left = item->open;
	while (left-- > 0) {
		struct hs_adapter_delivery *delivery = delivery_of(adapter, item);
		char detail[256];
		if (!delivery)
			return;
		if (delivery->under_way)
			delivery->abort(delivery);
		delivery->under_way = false;
		adapter->counts.expired++;
		bool perhaps = delivery->attempts > 0 || item->pub.perhaps_before;
		snprintf(detail, sizeof(detail), "%s%s", perhaps ? HS_PERHAPS_TAKEN : "", why);
		hs_delivery_end(delivery, HS_RECEIPT(EXPIRED), detail);
	}
}
