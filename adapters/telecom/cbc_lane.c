#include "adapters/telecom/cbc_lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/telecom/cbc_lane_internal.h"
#include "adapters/telecom/telecom_missed.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define CONTENT_ARENA_BYTES (1u << 20)
/* Pause before what the tick tried in vain is tried again. */
#define AGAIN_US	    5000000
#define ATTEMPT_SPARE_MS    1000

static int
mode_of(const struct hs_cbc_lane *lane)
{
	return hs_lane_mode(lane->id);
}

/* ---- what is wanted ---- */

/* It has no text: phones ring anew only for what is graver. */
static uint16_t
etws_serial(struct hs_cbc_lane *lane, uint16_t message_id, const char *alert_key, uint32_t revision,
	uint32_t rank)
{
	char text[32];
	snprintf(text, sizeof(text), "etws %u", rank);
	return hs_cb_etws_serial_for(&lane->codes, message_id, alert_key, revision, text);
}

void
hs_cbc_lane_told(struct hs_cbc_lane *lane, const struct hs_cbc_piece *piece)
{
	if (piece->what == HS_CBC_ETWS)
		(void)etws_serial(
			lane, piece->message_id, piece->document_key, piece->revision, piece->rank);
}

/* fresh: a new notice speaks, so that a new text gets a new update number. */
enum hs_err
hs_cbc_lane_want(struct hs_cbc_own_slot *own, bool fresh, struct hs_cbc_posted *out)
{
	struct hs_cbc_lane *lane = own->lane;
	const struct hs_cbc_posted *posted = &own->slot.posted;
	uint16_t id = own->slot.message_id;
	struct hs_arena *arena = hs_arena_create(CONTENT_ARENA_BYTES);
	struct hs_cbc_content content;
	*out = (struct hs_cbc_posted){ 0 };
	enum hs_err err = arena ? hs_cbc_board_content(&lane->board, arena, id, mode_of(lane),
					  lane->link.cbc->pages_max, &content)
				: HS_ERR_NOMEM;
	if (err == HS_OK && content.any) {
		*out = (struct hs_cbc_posted){ .any = true,
			.etws = content.etws,
			.warning_type = content.warning_type,
			.until_unix_us = content.until_unix_us,
			.text = strdup(content.text) };
		if (!out->text)
			err = HS_ERR_NOMEM;
		else if (!fresh && posted->any)
			out->serial_nr = posted->serial_nr;
		else if (content.etws)
			out->serial_nr = etws_serial(
				lane, id, content.alert_key, content.revision, content.rank);
		else
			out->serial_nr = hs_cb_serial_for(&lane->codes, id, content.alert_key,
				content.revision, content.text);
	}
	if (err == HS_OK) {
		own->next = content;
		own->next.text = own->next.alert_key = NULL; /* they go with the arena */
	}
	hs_arena_destroy(arena);
	return err;
}

/* ---- deliveries ---- */

void
hs_cbc_accepted_detail(
	const struct hs_cbc_delivery *own, const char *detail, char out[HS_CBC_DETAIL_SIZE])
{
	const struct hs_cbc_slot *slot = &own->slot->slot;
	int n = snprintf(out, HS_CBC_DETAIL_SIZE,
		"%.60s, id %u serial %04x: with the centre, no proof of broadcast", detail,
		slot->message_id, slot->posted.serial_nr);
	if (own->pieces > 1 && n > 0 && n < HS_CBC_DETAIL_SIZE)
		snprintf(out + n, HS_CBC_DETAIL_SIZE - (size_t)n,
			"; one text with %zu others under this id, %zu of them only counted",
			own->pieces - 1, own->left_out);
}

static void
etws_measure(struct hs_cbc_delivery *own)
{
	struct hs_cbc_lane *lane = own->lane;
	if (own->etws_mono_us == 0)
		return;
	int64_t ms = (hs_clock_mono_us() - own->etws_mono_us) / 1000;
	lane->etws_late += ms > HS_CBC_ETWS_BUDGET_MS;
	if (ms > HS_CBC_ETWS_BUDGET_MS)
		hs_error("telecom.etws_late", "outlet=%s ms=%lld budget_ms=%d", own->outlet,
			(long long)ms, HS_CBC_ETWS_BUDGET_MS);
	else
		hs_info("telecom.etws", "outlet=%s ms=%lld", own->outlet, (long long)ms);
}

static void
answer_waiter(struct hs_cbc_own_slot *own, enum hs_cbc_outcome outcome, const char *detail)
{
	static const enum hs_attempt_result results[] = {
		[HS_CBC_AS_WANTED] = HS_ATTEMPT_ACCEPTED,
		[HS_CBC_REACHED_NOBODY] = HS_ATTEMPT_RETRY,
		[HS_CBC_WAS_REFUSED] = HS_ATTEMPT_FAILED,
		[HS_CBC_TRY_AGAIN] = HS_ATTEMPT_RETRY,
	};
	struct hs_cbc_delivery *delivery = own->waiter;
	char text[HS_CBC_DETAIL_SIZE];
	own->waiter = NULL;
	snprintf(text, sizeof(text), "%s", detail);
	if (outcome == HS_CBC_AS_WANTED) {
		delivery->accepted = true;
		hs_cbc_board_sent(&own->lane->board, own->slot.message_id, delivery->seq);
		hs_cbc_accepted_detail(delivery, detail, text);
		etws_measure(delivery);
	}
	if (outcome == HS_CBC_REACHED_NOBODY)
		hs_adapter_receipt(
			delivery->delivery.item, delivery->outlet, HS_RECEIPT(HELD), text);
	if (outcome == HS_CBC_AS_WANTED || outcome == HS_CBC_WAS_REFUSED)
		hs_missed_note(own->lane->missed, delivery->delivery.item->notice, delivery->outlet,
			delivery->accepted);
	hs_adapter_attempt_done(&delivery->delivery, results[outcome], text);
}

static void
run_for_waiter(struct hs_cbc_own_slot *own)
{
	struct hs_cbc_posted wanted;
	struct hs_cbc_delivery *delivery = own->waiter;
	if (hs_cbc_lane_want(own, true, &wanted) != HS_OK) {
		answer_waiter(own, HS_CBC_TRY_AGAIN, "out of memory");
		return;
	}
	delivery->pieces = own->next.pieces;
	delivery->left_out = own->next.left_out;
	delivery->seq = own->next.seq;
	own->for_waiter = true;
	if (hs_cbc_slot_run(&own->slot, HS_CBC_CHANGE, &wanted))
		return;
	own->for_waiter = false;
	answer_waiter(own, HS_CBC_AS_WANTED, "it stands already");
}

void
hs_cbc_outlet_name(const struct hs_cbc *cbc, const char *place, enum hs_cbc_language language,
	char out[HS_CBC_OUTLET_SIZE])
{
	bool second = language != HS_CBC_JA;
	snprintf(out, HS_CBC_OUTLET_SIZE, "%s/%s%s%s", cbc->name, place, second ? "/" : "",
		second ? hs_cbc_language_tag(language) : "");
}

/* What the process before this one could not send stands now: its sender is told, and so is the next process. */
static void
owed_done(struct hs_cbc_own_slot *own, const char *detail)
{
	struct hs_cbc_lane *lane = own->lane;
	const struct hs_cbc_board *board = &lane->board;
	char name[HS_CBC_OUTLET_SIZE];
	for (const struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next) {
		if (!piece->owed || piece->over || piece->message_id != own->slot.message_id ||
			piece->seq <= board->base_seq)
			continue;
		hs_cbc_outlet_name(lane->link.cbc, piece->area_code, piece->language, name);
		hs_adapter_report(lane->adapter, lane->id, board->epoch,
			piece->seq - board->base_seq, name, HS_RECEIPT(ACCEPTED), detail);
	}
	hs_cbc_board_sent(&lane->board, own->slot.message_id, own->next.seq);
}

static void
slot_done(struct hs_cbc_slot *slot, enum hs_cbc_outcome outcome, const char *detail)
{
	struct hs_cbc_own_slot *own = HS_CONTAINER_OF(slot, struct hs_cbc_own_slot, slot);
	int64_t now_us = hs_clock_mono_us();
	bool for_waiter = own->for_waiter;
	own->for_waiter = false;
	own->ensure_mono_us = now_us;
	if (outcome == HS_CBC_AS_WANTED) {
		own->settled = true;
		if (slot->posted.any && slot->purpose != HS_CBC_ENSURE)
			own->renew_mono_us = now_us;
	} else {
		own->tick_mono_us = now_us + AGAIN_US;
	}
	if (!for_waiter && own->next.owed && outcome == HS_CBC_AS_WANTED)
		owed_done(own, "sent after a start: it is in force, and was not taken before");
	if (!for_waiter && own->next.owed && outcome == HS_CBC_WAS_REFUSED)
		hs_cbc_board_refused(&own->lane->board, slot->message_id);
	hs_info("telecom.cbc", "cbc=%s lane=%s id=%u serial=%04x outcome=%d detail=\"%s\"",
		own->lane->link.cbc->name, hs_lane_name(own->lane->id), slot->message_id,
		slot->posted.serial_nr, (int)outcome, detail);
	if (for_waiter)
		answer_waiter(own, outcome, detail);
	else if (own->waiter)
		run_for_waiter(own);
}

static void
delivery_attempt(struct hs_adapter_delivery *delivery)
{
	struct hs_cbc_delivery *own = HS_CONTAINER_OF(delivery, struct hs_cbc_delivery, delivery);
	HS_CHECK(!own->slot->waiter);
	own->slot->waiter = own;
	if (!own->slot->slot.busy)
		run_for_waiter(own->slot);
}

static void
delivery_abort(struct hs_adapter_delivery *delivery)
{
	struct hs_cbc_own_slot *slot =
		HS_CONTAINER_OF(delivery, struct hs_cbc_delivery, delivery)->slot;
	if (slot->for_waiter)
		hs_cbc_slot_abort(&slot->slot);
	slot->for_waiter = false;
	slot->waiter = NULL;
}

static void
delivery_ended(struct hs_adapter_delivery *delivery)
{
	struct hs_cbc_delivery *own = HS_CONTAINER_OF(delivery, struct hs_cbc_delivery, delivery);
	/* What did not go in its time never goes. */
	if (!own->accepted)
		hs_cbc_board_drop(&own->lane->board, own->item_seq, own->slot->slot.message_id);
	free(own);
}

static struct hs_cbc_own_slot *
slot_of(struct hs_cbc_lane *lane, uint16_t message_id)
{
	for (size_t i = 0; i < lane->slot_count; i++)
		if (lane->slots[i].slot.message_id == message_id)
			return &lane->slots[i];
	return NULL;
}

/* Of its own; the item's stands beside it. 0: none. */
static int64_t
deadline_us(const struct hs_cbc_times *times, const struct hs_adapter_item *item, bool etws)
{
	int64_t ms = times->deadline_ms;
	if (etws && item->notice->kind == HS_KIND(EEW))
		ms = times->etws_deadline_ms;
	return ms > 0 ? hs_clock_mono_us() + ms * 1000 : 0;
}

void
hs_cbc_lane_deliver(struct hs_cbc_lane *lane, struct hs_adapter_item *item, uint16_t message_id,
	const char *outlet, int64_t started_mono_us)
{
	const struct hs_cbc_times *times = &lane->link.cbc->times;
	struct hs_cbc_delivery *own = calloc(1, sizeof(*own));
	char key[HS_CBC_OUTLET_SIZE];
	if (!own) {
		hs_adapter_receipt(item, outlet, HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	own->lane = lane;
	own->slot = slot_of(lane, message_id);
	HS_CHECK(own->slot);
	own->item_seq = hs_cbc_board_seq(&lane->board, item->epoch, item->seq);
	own->etws_mono_us = started_mono_us;
	snprintf(own->outlet, sizeof(own->outlet), "%s", outlet);
	snprintf(key, sizeof(key), "%s id %u", lane->link.cbc->name, message_id);
	own->delivery = (struct hs_adapter_delivery){
		.outlet = own->outlet,
		.order_key = key,
		.canary = lane->canary,
		.as_it_stands = true,
		.attempt_timeout_ms =
			times->delete_timeout_ms + 2 * times->post_timeout_ms + ATTEMPT_SPARE_MS,
		.deadline_mono_us = deadline_us(times, item, started_mono_us != 0),
		.attempt = delivery_attempt,
		.abort = delivery_abort,
		.ended = delivery_ended,
	};
	if (hs_adapter_is_dry(lane->adapter))
		hs_cbc_lane_explain(own, item, outlet);
	else
		hs_adapter_deliver(item, &own->delivery);
}

/* ---- the tick ---- */

/* A centre that waits for its first proof must not go on with what is over: what only deletes does not wait. */
static bool
waits(const struct hs_cbc_own_slot *own, const struct hs_cbc_posted *wanted)
{
	return wanted->any && hs_canary_holds(own->lane->canary);
}

static bool
may_go(const struct hs_cbc_lane *lane)
{
	return lane->current && lane->link.base[0] != '\0';
}

static bool
is_due(int64_t since_mono_us, int64_t period_ms, int64_t now_mono_us)
{
	return period_ms > 0 && now_mono_us >= since_mono_us + period_ms * 1000;
}

/* Whether the slot needs a run, and which. */
static bool
purpose_of(const struct hs_cbc_own_slot *own, const struct hs_cbc_posted *wanted,
	int64_t now_mono_us, enum hs_cbc_purpose *out)
{
	const struct hs_cbc_times *times = &own->lane->link.cbc->times;
	const struct hs_cbc_slot *slot = &own->slot;
	*out = own->next.owed ? HS_CBC_CHANGE : HS_CBC_ENSURE;
	if (!own->settled || own->next.owed)
		return true;
	if (!wanted->any)
		return slot->stands != HS_CBC_EMPTY;
	if (wanted->etws)
		return false;
	if (slot->unreached || is_due(own->renew_mono_us, times->renew_ms, now_mono_us)) {
		*out = HS_CBC_RENEW;
		return true;
	}
	if (slot->stands != HS_CBC_STANDS || strcmp(slot->posted.text, wanted->text) != 0) {
		*out = HS_CBC_CHANGE;
		return true;
	}
	return is_due(own->ensure_mono_us, times->ensure_ms, now_mono_us);
}

static void
slot_tick(struct hs_cbc_own_slot *own, int64_t now_mono_us)
{
	struct hs_cbc_posted wanted;
	enum hs_cbc_purpose purpose;
	if (own->slot.busy || own->waiter || now_mono_us < own->tick_mono_us)
		return;
	if (hs_cbc_lane_want(own, false, &wanted) != HS_OK)
		return;
	/* What was never sent is the deliveries' business; what is too old to be posted after a start is left as it is. */
	if (!own->next.fresh && !own->next.assumed && !waits(own, &wanted) &&
		purpose_of(own, &wanted, now_mono_us, &purpose)) {
		if (!hs_cbc_slot_run(&own->slot, purpose, &wanted))
			own->settled = true;
	} else {
		hs_cbc_posted_free(&wanted);
	}
}

void
hs_cbc_lane_tick(struct hs_cbc_lane *lane)
{
	int64_t now_mono_us = hs_clock_mono_us();
	hs_cbc_board_expire(&lane->board, hs_clock_unix_us());
	if (!may_go(lane))
		return;
	for (size_t i = 0; i < lane->slot_count; i++)
		slot_tick(&lane->slots[i], now_mono_us);
}

void
hs_cbc_lane_state(struct hs_cbc_lane *lane, enum hs_adapter_lane_state state)
{
	if (state != HS_LANE_DOWN)
		lane->current = state == HS_LANE_CURRENT;
}

struct hs_cbc_board *
hs_cbc_lane_board(struct hs_cbc_lane *lane)
{
	return &lane->board;
}

uint64_t
hs_cbc_lane_etws_late(const struct hs_cbc_lane *lane)
{
	return lane->etws_late;
}

/* ---- life ---- */

static void
slot_add(struct hs_cbc_lane *lane, uint16_t message_id)
{
	if (message_id == 0 || slot_of(lane, message_id))
		return;
	struct hs_cbc_own_slot *own = &lane->slots[lane->slot_count++];
	own->lane = lane;
	own->slot.link = &lane->link;
	own->slot.message_id = message_id;
	own->slot.done = slot_done;
}

/* The identifiers of this lane: a drill's are never touched by the live one, nor the other way round. */
static void
slots_add(struct hs_cbc_lane *lane)
{
	const struct hs_cbc_id *ids = lane->link.cbc->ids.items;
	for (size_t i = 0; i < lane->link.cbc->ids.count; i++) {
		bool drill = ids[i].use == HS_CBC_DRILL || ids[i].use == HS_CBC_ETWS_DRILL;
		if (ids[i].use == HS_CBC_CANARY || drill != (lane->id == HS_LANE_DRILL))
			continue;
		slot_add(lane, (uint16_t)ids[i].id);
		slot_add(lane, (uint16_t)ids[i].second_id);
	}
}

enum hs_err
hs_cbc_lane_open(const struct hs_cbc_lane_options *options, struct hs_cbc_lane **out)
{
	struct hs_cbc_lane *lane = calloc(1, sizeof(*lane));
	enum hs_err err = HS_ERR_NOMEM;
	if (!lane)
		return HS_ERR_NOMEM;
	lane->adapter = options->adapter;
	lane->id = options->lane;
	lane->canary = options->canary;
	lane->missed = options->missed;
	lane->link.cbc = options->cbc;
	lane->link.base =
		options->lane == HS_LANE_LIVE ? options->cbc->live_url : options->cbc->drill_url;
	lane->slots = calloc(2 * options->cbc->ids.count + 1, sizeof(*lane->slots));
	if (lane->slots)
		err = hs_adapter_is_dry(options->adapter)
			      ? HS_OK
			      : hs_post_client_create(hs_adapter_loop(options->adapter),
					options->http, &lane->link.client);
	if (err != HS_OK) {
		free(lane->slots);
		free(lane);
		return err;
	}
	slots_add(lane);
	*out = lane;
	return HS_OK;
}

void
hs_cbc_lane_close(struct hs_cbc_lane *lane)
{
	if (!lane)
		return;
	for (size_t i = 0; i < lane->slot_count; i++)
		hs_cbc_slot_free(&lane->slots[i].slot);
	hs_post_client_close(lane->link.client);
	hs_cbc_board_clear(&lane->board);
	free(lane->slots);
	free(lane);
}

void
hs_cbc_lane_status(const struct hs_cbc_lane *lane, bool first, struct hs_buf *out)
{
	static const char *const words[] = { "unknown", "nothing", "stands" };
	for (size_t i = 0; i < lane->slot_count; i++) {
		const struct hs_cbc_own_slot *own = &lane->slots[i];
		const struct hs_cbc_slot *slot = &own->slot;
		hs_buf_printf(out,
			"%s{\"cbc\":\"%s\",\"lane\":\"%s\",\"id\":%u,\"stands\":\"%s\","
			"\"serial_nr\":%u,\"pieces\":%zu,\"unreached\":%s}",
			first && i == 0 ? "" : ",", lane->link.cbc->name, hs_lane_name(lane->id),
			slot->message_id, words[slot->stands], slot->posted.serial_nr,
			own->next.pieces, slot->unreached ? "true" : "false");
	}
}
