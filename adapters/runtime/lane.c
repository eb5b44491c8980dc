/* One lane: the session with the hub (hello, resume, deliver, ack, heartbeat). */
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define BODY(name) HANSHO__V1__LINK_FRAME__BODY_##name

static void
lane_state(struct hs_lane *lane, enum hs_adapter_lane_state state)
{
	struct hs_adapter *adapter = lane->adapter;
	if (lane->state == state)
		return;
	lane->state = state;
	if (adapter->opened && adapter->ops->on_state)
		adapter->ops->on_state(adapter->state, lane->id, state, lane->stream.last_seq);
}

static void
lane_drop(struct hs_lane *lane, const char *why)
{
	hs_warn("adapter.link_dropped", "lane=%s reason=%s", hs_lane_name(lane->id), why);
	lane->counts.drops++;
	lane->greeted = false; /* what still comes of this connection is not looked at */
	hs_link_drop(lane->link);
}

static void
on_up(void *owner, struct hs_link *link)
{
	struct hs_lane *lane = owner;
	(void)link;
	lane->heard_mono_us = hs_clock_mono_us();
	hs_info("adapter.link_up", "lane=%s", hs_lane_name(lane->id));
	if (!hs_send_hello(lane))
		lane_drop(lane, "hello_not_sent");
}

static void
on_down(void *owner, struct hs_link *link)
{
	struct hs_lane *lane = owner;
	(void)link;
	hs_warn("adapter.link_down", "lane=%s seq=%llu", hs_lane_name(lane->id),
		(unsigned long long)lane->stream.last_seq);
	lane->greeted = false;
	lane->ack_sent = 0;
	hs_receipts_unsend(&lane->receipts);
	hs_lane_snapshot_free(lane);
	lane_state(lane, HS_LANE_DOWN);
}

/* Another epoch is another history: what we had of the old one says nothing about it. */
static void
stream_restart(struct hs_lane *lane, const Hansho__V1__Hello *hello)
{
	const char *epoch = hello->epoch;
	struct hs_stream *stream = &lane->stream;
	const struct hs_adapter *adapter = lane->adapter;
	bool had_one = stream->epoch[0] != '\0';
	if (had_one) {
		hs_error("adapter.epoch_changed", "lane=%s from=%s to=%s", hs_lane_name(lane->id),
			stream->epoch, epoch);
		hs_items_orphan(lane);
	}
	lane->counts.receipts_dropped += hs_receipts_free(&lane->receipts);
	hs_agree_forget(lane);
	*stream = (struct hs_stream){ .start_seq = hello->newest_seq };
	memcpy(stream->epoch, epoch, strlen(epoch) + 1);
	if (had_one && adapter->opened && adapter->ops->on_restart)
		adapter->ops->on_restart(adapter->state, lane->id);
}

static void
take_hello(struct hs_lane *lane, const hs_link_frame *frame)
{
	const Hansho__V1__Hello *hello = frame->hello;
	if ((int)hello->mode != hs_lane_mode(lane->id)) {
		hs_error("adapter.wrong_lane", "lane=%s hub_mode=%d", hs_lane_name(lane->id),
			(int)hello->mode);
		lane_drop(lane, "hub_of_another_mode");
		return;
	}
	if (hello->epoch[0] == '\0' || strlen(hello->epoch) >= HS_EPOCH_SIZE) {
		lane_drop(lane, "no_usable_epoch");
		return;
	}
	/* A journal that was restored from an older copy keeps its epoch, but not what we had after it. */
	bool lost = hello->newest_seq < lane->stream.last_seq;
	if (lost)
		hs_error("adapter.hub_lost_history", "lane=%s own=%llu hub=%llu",
			hs_lane_name(lane->id), (unsigned long long)lane->stream.last_seq,
			(unsigned long long)hello->newest_seq);
	if (lost || strcmp(hello->epoch, lane->stream.epoch) != 0)
		stream_restart(lane, hello);
	lane->hub_heartbeat_ms = hello->heartbeat_ms;
	lane->hub_window = hello->window;
	lane->stream.first = true;
	bool from_last_ack = lane->stream.last_seq == 0;
	lane->stream.any_prev = from_last_ack;
	if (!hs_send_resume(lane, from_last_ack)) {
		lane_drop(lane, "resume_not_sent");
		return;
	}
	lane->greeted = true;
	hs_canary_now(&lane->way);
	lane_state(lane, HS_LANE_CATCHING);
	hs_lane_flush(lane);
}

/* On the first deliver of a connection the hub may name nothing (0) or something that we have. */
bool
hs_prev_fits(const struct hs_stream *stream, uint64_t prev_seq)
{
	if (stream->any_prev || prev_seq == stream->last_seq)
		return true;
	return stream->first && prev_seq <= stream->last_seq;
}

/* Takes the arena over. */
static void
take_deliver(
	struct hs_lane *lane, struct hs_arena *arena, const hs_deliver *deliver, size_t len_bytes)
{
	struct hs_stream *stream = &lane->stream;
	if (deliver->seq == 0 || !deliver->notice) {
		hs_arena_destroy(arena);
		lane_drop(lane, "deliver_without_notice");
		return;
	}
	if (deliver->seq <= stream->last_seq) {
		lane->counts.duplicates++;
		hs_arena_destroy(arena);
		return;
	}
	if (!hs_prev_fits(stream, deliver->prev_seq)) {
		hs_error("adapter.hole", "lane=%s have=%llu prev=%llu seq=%llu",
			hs_lane_name(lane->id), (unsigned long long)stream->last_seq,
			(unsigned long long)deliver->prev_seq, (unsigned long long)deliver->seq);
		hs_arena_destroy(arena);
		lane_drop(lane, "hole_in_the_stream");
		return;
	}
	stream->first = false;
	stream->any_prev = false;
	stream->last_seq = deliver->seq;
	hs_agree_notice(lane, deliver->seq, deliver->notice);
	hs_item_arrive(lane, arena, deliver, len_bytes);
}

static void
take_gap(struct hs_lane *lane, const hs_link_frame *frame)
{
	const Hansho__V1__Gap *gap = frame->gap;
	hs_error("adapter.gap", "lane=%s from=%llu to=%llu", hs_lane_name(lane->id),
		(unsigned long long)gap->from_seq, (unsigned long long)gap->to_seq);
	lane->counts.gaps++;
	lane->stream.any_prev = true;
}

static void
take_live(struct hs_lane *lane, const hs_link_frame *frame)
{
	(void)frame;
	lane_state(lane, HS_LANE_CURRENT);
}

static void
take_heartbeat(struct hs_lane *lane, const hs_link_frame *frame)
{
	const struct hs_adapter_ops *ops = lane->adapter->ops;
	const Hansho__V1__Heartbeat *heartbeat = frame->heartbeat;
	hs_receipts_beat(&lane->receipts);
	if (lane->adapter->opened && ops->on_heartbeat)
		ops->on_heartbeat(
			lane->adapter->state, lane->id, heartbeat->newest_seq, heartbeat->digest);
	if (!hs_agree_heartbeat(lane, heartbeat->newest_seq, heartbeat->digest, hs_clock_mono_us()))
		lane_drop(lane, "another_state_than_the_hub");
}

static void
take_goodbye(struct hs_lane *lane, const hs_link_frame *frame)
{
	(void)frame;
	hs_info("adapter.hub_stops", "lane=%s", hs_lane_name(lane->id));
}

static const struct {
	Hansho__V1__LinkFrame__BodyCase body;
	void (*take)(struct hs_lane *lane, const hs_link_frame *frame);
} takers[] = {
	{ BODY(LIVE), take_live },
	{ BODY(GAP), take_gap },
	{ BODY(HEARTBEAT), take_heartbeat },
	{ BODY(GOODBYE), take_goodbye },
};

/* Takes the arena over. */
static void
take_frame(
	struct hs_lane *lane, struct hs_arena *arena, const hs_link_frame *frame, size_t len_bytes)
{
	if (frame->body_case == BODY(HELLO)) {
		take_hello(lane, frame);
	} else if (!lane->greeted) {
		lane->counts.unknown_frames++;
	} else if (frame->body_case == BODY(DELIVER)) {
		take_deliver(lane, arena, frame->deliver, len_bytes);
		return;
	} else if (frame->body_case == BODY(SNAPSHOT)) {
		hs_lane_snapshot_part(lane, arena, frame);
		return;
	} else {
		size_t i = 0;
		while (i < HS_COUNT(takers) && takers[i].body != frame->body_case)
			i++;
		if (i < HS_COUNT(takers))
			takers[i].take(lane, frame);
		else
			lane->counts.unknown_frames++;
	}
	hs_arena_destroy(arena);
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_lane *lane = owner;
	(void)link;
	lane->heard_mono_us = hs_clock_mono_us();
	if (lane->adapter->stopping)
		return;
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_link_frame *frame = NULL;
	enum hs_err err =
		arena ? hs_link_frame_unpack(arena, bytes, len_bytes, &frame) : HS_ERR_NOMEM;
	if (err != HS_OK) {
		hs_error("adapter.bad_frame", "lane=%s err=%s bytes=%zu", hs_lane_name(lane->id),
			hs_err_name(err), len_bytes);
		hs_arena_destroy(arena);
		lane_drop(lane, "frame_not_readable");
		return;
	}
	take_frame(lane, arena, frame, len_bytes);
}

static const struct hs_link_ops link_ops = { on_up, on_frame, on_down };

static void
way_start(struct hs_canary *canary)
{
	hs_canary_done(canary, HS_CONTAINER_OF(canary, struct hs_lane, way)->greeted,
		"no hub: does it run, and do name, url and tls_ca of this lane fit its peers?");
}

enum hs_err
hs_lane_open(struct hs_lane *lane, const char *url)
{
	const struct hs_adapter_settings *settings = lane->adapter->settings;
	struct hs_link_options options = {
		.url = url,
		.ops = &link_ops,
		.owner = lane,
		.frame_max_bytes = HS_FRAME_MAX_BYTES,
		.tls_ca_path = settings->tls_ca[0] ? settings->tls_ca : NULL,
		.tls_cert_key_path = settings->tls_cert_key[0] ? settings->tls_cert_key : NULL,
	};
	enum hs_err err = hs_link_open(lane->adapter->loop, &options, &lane->link);
	lane->way = (struct hs_canary){
		.outlet = "hub", .lane = (int)lane->id, .start = way_start, .for_all = true
	};
	if (err == HS_OK && !settings->maintenance)
		hs_canary_add(lane->adapter, &lane->way);
	return err;
}

void
hs_lane_flush(struct hs_lane *lane)
{
	if (!lane->greeted || !lane->link)
		return;
	hs_receipts_send(&lane->receipts, lane->link);
	if (lane->stream.ack_seq > lane->ack_sent && hs_send_ack(lane, lane->stream.ack_seq))
		lane->ack_sent = lane->stream.ack_seq;
}

void
hs_lane_tick(struct hs_lane *lane, int64_t now_mono_us)
{
	int64_t beat_ms = lane->adapter->settings->heartbeat_ms;
	if (!lane->link || !hs_link_is_up(lane->link))
		return;
	int64_t quiet_ms = lane->hub_heartbeat_ms > beat_ms ? lane->hub_heartbeat_ms : beat_ms;
	/* The hub counts its own intervals: ours may not be the longer one. */
	if (lane->hub_heartbeat_ms > 0 && lane->hub_heartbeat_ms < beat_ms)
		beat_ms = lane->hub_heartbeat_ms;
	if (lane->adapter->patience.may_judge &&
		now_mono_us - lane->heard_mono_us > hs_silence_of_hub_us(quiet_ms, lane->greeted)) {
		lane->heard_mono_us = now_mono_us;
		lane_drop(lane, "hub_is_silent");
		return;
	}
	if (lane->greeted && now_mono_us - lane->said_mono_us >= beat_ms * 1000)
		(void)!hs_send_heartbeat(lane);
	hs_lane_flush(lane);
}

void
hs_lane_goodbye(struct hs_lane *lane)
{
	if (!lane->greeted || !lane->link)
		return;
	hs_lane_flush(lane);
	(void)!hs_send_goodbye(lane);
}

void
hs_lane_close(struct hs_lane *lane, void (*done)(void *owner), void *owner)
{
	if (!lane->link)
		return;
	lane->greeted = false;
	lane->adapter->open_handles++;
	hs_link_close(lane->link, done, owner);
	lane->link = NULL;
}

void
hs_lane_free(struct hs_lane *lane)
{
	hs_items_free(lane);
	hs_lane_snapshot_free(lane);
	hs_receipts_free(&lane->receipts);
	hs_agree_forget(lane);
}
