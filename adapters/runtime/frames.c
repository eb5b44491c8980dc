/* The frames that an adapter sends, built on the stack: none of them holds a notice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define FRAME_MAX_BYTES 65536u
/* 128 × (name, reason) fit into a frame. */
#define OUTLETS_MAX	128
#define DETAIL_BYTES	512 /* the hub takes no longer one */
#define BODY(name)	HANSHO__V1__LINK_FRAME__BODY_##name

/* protobuf-c wants writable strings and never writes to them when packing. */
static char *
text(const char *value)
{
	return (char *)(uintptr_t)value;
}

static bool
frame_send(struct hs_lane *lane, const hs_link_frame *frame)
{
	struct hs_buf buf;
	hs_buf_init(&buf, FRAME_MAX_BYTES);
	hs_message_pack(frame, &buf);
	enum hs_err err = HS_ERR_NOMEM;
	if (!buf.failed && lane->link)
		err = hs_link_send(lane->link, hs_buf_text(&buf), buf.len_bytes);
	hs_buf_free(&buf);
	if (err == HS_OK)
		lane->said_mono_us = hs_clock_mono_us();
	return err == HS_OK;
}

bool
hs_send_hello(struct hs_lane *lane)
{
	const struct hs_adapter_settings *settings = lane->adapter->settings;
	Hansho__V1__Hello hello;
	hansho__v1__hello__init(&hello);
	hello.name = text(settings->name);
	hello.kind = HS_PEER(ADAPTER);
	hello.mode = (Hansho__V1__Mode)hs_lane_mode(lane->id);
	hello.epoch = lane->stream.epoch;
	hello.newest_seq = lane->stream.last_seq;
	hello.heartbeat_ms = (uint32_t)settings->heartbeat_ms;
	hello.window = (uint32_t)settings->window;
	hello.version = text(HS_VERSION);
	hello.unix_us = hs_clock_unix_us();
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = BODY(HELLO);
	frame.hello = &hello;
	return frame_send(lane, &frame);
}

bool
hs_send_resume(struct hs_lane *lane, bool from_last_ack)
{
	Hansho__V1__Resume resume;
	hansho__v1__resume__init(&resume);
	resume.epoch = lane->stream.epoch;
	resume.seq = from_last_ack ? 0 : lane->stream.last_seq;
	resume.from_last_ack = from_last_ack;
	resume.snapshot = lane->adapter->opened && lane->adapter->ops->snapshot;
	resume.past = from_last_ack && resume.snapshot && lane->adapter->ops->past;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = BODY(RESUME);
	frame.resume = &resume;
	return frame_send(lane, &frame);
}

bool
hs_send_ack(struct hs_lane *lane, uint64_t seq)
{
	Hansho__V1__Ack ack;
	hansho__v1__ack__init(&ack);
	ack.seq = seq;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = BODY(ACK);
	frame.ack = &ack;
	return frame_send(lane, &frame);
}

bool
hs_send_heartbeat(struct hs_lane *lane)
{
	Hansho__V1__Heartbeat heartbeat;
	hansho__v1__heartbeat__init(&heartbeat);
	heartbeat.newest_seq = lane->stream.last_seq;
	heartbeat.digest = text(hs_agree_digest(lane));
	heartbeat.unix_us = hs_clock_unix_us();
	hs_outlets_report report;
	hs_outlet_proof rows[OUTLETS_MAX], *list[OUTLETS_MAX];
	hansho__v1__adapter_state__init(&report);
	report.maintenance = lane->adapter->settings->maintenance;
	report.canary_ms = (uint32_t)lane->adapter->settings->canary.period_ms;
	report.n_outlets = hs_canaries_report(lane, rows, list, OUTLETS_MAX);
	report.outlets = list;
	heartbeat.adapter = &report;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = BODY(HEARTBEAT);
	frame.heartbeat = &heartbeat;
	return frame_send(lane, &frame);
}

bool
hs_send_goodbye(struct hs_lane *lane)
{
	Hansho__V1__Goodbye goodbye;
	hansho__v1__goodbye__init(&goodbye);
	goodbye.reason = text("planned stop");
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = BODY(GOODBYE);
	frame.goodbye = &goodbye;
	return frame_send(lane, &frame);
}

static bool
is_passing(int state)
{
	return state == HS_RECEIPT(SENT) || state == HS_RECEIPT(RECEIVED) ||
	       state == HS_RECEIPT(HELD);
}

struct hs_kept_receipt *
hs_pack_receipt(uint64_t seq, const char *name, const char *outlet, int state, const char *detail)
{
	hs_receipt receipt;
	char mended[DETAIL_BYTES + 1]; /* what carriers and stations say may be cut or not UTF-8 */
	snprintf(mended, sizeof(mended), "%s", detail);
	hs_text_mend(mended);
	hansho__v1__receipt__init(&receipt);
	receipt.seq = seq;
	receipt.adapter = text(name);
	receipt.outlet = text(outlet);
	receipt.state = (Hansho__V1__ReceiptState)state;
	receipt.detail = mended;
	receipt.unix_us = hs_clock_unix_us();
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = BODY(RECEIPT);
	frame.receipt = &receipt;
	struct hs_buf buf;
	hs_buf_init(&buf, FRAME_MAX_BYTES);
	hs_message_pack(&frame, &buf);
	struct hs_kept_receipt *kept = NULL;
	if (!buf.failed)
		kept = malloc(sizeof(*kept) + buf.len_bytes);
	if (kept) {
		*kept = (struct hs_kept_receipt){ .len_bytes = buf.len_bytes,
			.passing = is_passing(state) };
		memcpy(kept->bytes, buf.bytes, buf.len_bytes);
	} else {
		hs_error("adapter.receipt_lost", "seq=%llu outlet=%s", (unsigned long long)seq,
			outlet);
	}
	hs_buf_free(&buf);
	return kept;
}
