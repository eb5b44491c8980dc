#include "hub/feed/frames.h"

#include <jansson.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/proc.h"
#include "schemas/json_text.h"

/* Snapshots are the largest: every live document. */
#define FRAME_MAX_BYTES (256u << 20)
/* How long a browser waits before it opens a broken event stream again. */
#define RETRY_MS	3000
#define JST_MINUTES	(9 * 60)

const char *
hs_form_name(enum hs_form form)
{
	static const char *const names[HS_FORM_COUNT] = { "json", "proto", "sse" };

	HS_CHECK(form < HS_FORM_COUNT);
	return names[form];
}

/* Generated messages have plain char *; what we encode is only read. */
static char *
borrow(const char *text)
{
	union {
		const char *in;
		char *out;
	} both = { .in = text };

	return both.out;
}

/* ---- JSON ---- */

static json_t *
default_of(const ProtobufCFieldDescriptor *field)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return json_array();
	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		return json_false();
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_INT64:
		return json_integer(0);
	case PROTOBUF_C_TYPE_STRING:
		return json_string("");
	default:
		return NULL;
	}
}

/* {"type": name, …all fields of the frame, those of no value with their default…} */
static json_t *
object_of(const ProtobufCMessage *body, const char *name)
{
	json_t *fields = hs_message_to_json(body);
	json_t *object = json_object();
	const ProtobufCMessageDescriptor *type = body->descriptor;

	if (fields == NULL || object == NULL)
		goto fail;
	if (json_object_set_new(object, "type", json_string(name)) != 0)
		goto fail;
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		json_t *value = json_object_get(fields, field->name);

		value = value != NULL ? json_incref(value) : default_of(field);
		if (value != NULL && json_object_set_new(object, field->name, value) != 0)
			goto fail;
	}
	json_decref(fields);
	return object;
fail:
	json_decref(fields);
	json_decref(object);
	return NULL;
}

/* Into out, which was initialised; false: no memory. */
static bool
json_text(const hs_feed_frame *frame, struct hs_buf *out)
{
	const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
		frame->base.descriptor, (unsigned)frame->body_case);
	const ProtobufCMessage *body = (const ProtobufCMessage *)frame->hello;
	json_t *object;
	bool written;

	HS_CHECK(field != NULL && body != NULL);
	object = object_of(body, field->name);
	written = object != NULL && hs_json_write(out, object);
	json_decref(object);
	return written;
}

static struct hs_frame *
json_frame(const hs_feed_frame *frame)
{
	struct hs_frame *out = NULL;
	struct hs_buf text;

	hs_buf_init(&text, HS_JSON_TEXT_MAX);
	if (json_text(frame, &text))
		out = hs_frame_from(text.bytes, text.len_bytes);
	hs_buf_free(&text);
	return out;
}

/* JSON written compactly has no line break, so one data line carries it. */
static struct hs_frame *
sse_frame(const hs_feed_frame *frame, const struct hs_position *at)
{
	struct hs_frame *out = NULL;
	struct hs_buf buf;

	hs_buf_init(&buf, FRAME_MAX_BYTES);
	if (frame->body_case == HANSHO__V1__FEED_FRAME__BODY_HELLO)
		hs_buf_printf(&buf, "retry: %d\n", RETRY_MS);
	if (at != NULL)
		hs_buf_printf(&buf, "id: %s:%llu\n", at->epoch, (unsigned long long)at->seq);
	hs_buf_puts(&buf, "data: ");
	if (json_text(frame, &buf))
		hs_buf_puts(&buf, "\n\n");
	else
		buf.failed = true;
	if (!buf.failed)
		out = hs_frame_from(buf.bytes, buf.len_bytes);
	hs_buf_free(&buf);
	return out;
}

static struct hs_frame *
proto_frame(const hs_feed_frame *frame)
{
	struct hs_frame *out = NULL;
	struct hs_buf buf;

	hs_buf_init(&buf, FRAME_MAX_BYTES);
	hs_message_pack(frame, &buf);
	if (!buf.failed)
		out = hs_frame_from(hs_buf_text(&buf), buf.len_bytes);
	hs_buf_free(&buf);
	return out;
}

struct hs_frame *
hs_frames_encode(enum hs_form form, const hs_feed_frame *frame, const struct hs_position *at)
{
	if (form == HS_FORM_PROTO)
		return proto_frame(frame);
	return form == HS_FORM_SSE ? sse_frame(frame, at) : json_frame(frame);
}

/* ---- one function per frame ---- */

struct hs_frame *
hs_frames_hello(enum hs_form form, const struct hs_hello_facts *facts)
{
	Hansho__V1__FeedHello hello;
	hs_feed_frame frame;
	hs_time time;

	hansho__v1__feed_hello__init(&hello);
	hansho__v1__feed_frame__init(&frame);
	hansho__v1__time__init(&time);
	time.unix_us = facts->unix_us;
	time.offset_minutes = JST_MINUTES;
	hello.epoch = borrow(facts->epoch);
	hello.newest_seq = facts->newest_seq;
	hello.oldest_seq = facts->oldest_seq;
	hello.heartbeat_ms = facts->heartbeat_ms;
	hello.time = &time;
	hello.mode = (Hansho__V1__Mode)facts->mode;
	hello.version = borrow(HS_VERSION);
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_HELLO;
	frame.hello = &hello;
	return hs_frames_encode(form, &frame, NULL);
}

struct hs_frame *
hs_frames_live(enum hs_form form, const struct hs_position *at)
{
	Hansho__V1__FeedLive live;
	hs_feed_frame frame;

	hansho__v1__feed_live__init(&live);
	hansho__v1__feed_frame__init(&frame);
	live.epoch = borrow(at->epoch);
	live.seq = at->seq;
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_LIVE;
	frame.live = &live;
	return hs_frames_encode(form, &frame, at);
}

struct hs_frame *
hs_frames_gap(enum hs_form form, uint64_t from_seq, uint64_t to_seq, enum hs_gap_reason reason)
{
	static const char *const words[HS_GAP_REASON_COUNT] = { "", "epoch_unknown", "seq_ahead",
		"too_old", "not_in_journal" };
	Hansho__V1__FeedGap gap;
	hs_feed_frame frame;

	HS_CHECK(reason < HS_GAP_REASON_COUNT);
	hansho__v1__feed_gap__init(&gap);
	hansho__v1__feed_frame__init(&frame);
	gap.from_seq = from_seq;
	gap.to_seq = to_seq;
	gap.reason = borrow(words[reason]);
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_GAP;
	frame.gap = &gap;
	return hs_frames_encode(form, &frame, NULL);
}

struct hs_frame *
hs_frames_heartbeat(enum hs_form form, const struct hs_heartbeat_facts *facts)
{
	Hansho__V1__FeedHeartbeat heartbeat;
	hs_feed_frame frame;
	hs_time time;

	hansho__v1__feed_heartbeat__init(&heartbeat);
	hansho__v1__feed_frame__init(&frame);
	hansho__v1__time__init(&time);
	time.unix_us = facts->unix_us;
	time.offset_minutes = JST_MINUTES;
	heartbeat.newest_seq = facts->newest_seq;
	heartbeat.digest = borrow(facts->digest);
	heartbeat.time = &time;
	heartbeat.hub_age_ms = facts->hub_age_ms;
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &heartbeat;
	return hs_frames_encode(form, &frame, NULL);
}

struct hs_frame *
hs_frames_error(enum hs_form form, const struct hs_error_facts *facts)
{
	Hansho__V1__FeedError error;
	hs_feed_frame frame;

	hansho__v1__feed_error__init(&error);
	hansho__v1__feed_frame__init(&frame);
	error.code = facts->code;
	error.text = borrow(facts->text);
	error.close = facts->close;
	error.retry_after_ms = facts->retry_after_ms;
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_ERROR;
	frame.error = &error;
	return hs_frames_encode(form, &frame, NULL);
}

struct hs_frame *
hs_frames_pong(enum hs_form form, uint64_t id)
{
	Hansho__V1__FeedPong pong;
	hs_feed_frame frame;

	hansho__v1__feed_pong__init(&pong);
	hansho__v1__feed_frame__init(&frame);
	pong.id = id;
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_PONG;
	frame.pong = &pong;
	return hs_frames_encode(form, &frame, NULL);
}

enum hs_err
hs_position_parse(const char *text, char epoch[HS_EPOCH_SIZE], uint64_t *seq)
{
	const char *colon = strrchr(text, ':');
	uint64_t value = 0;

	if (colon == NULL || colon == text || (size_t)(colon - text) >= HS_EPOCH_SIZE)
		return HS_ERR_PARSE;
	if (colon[1] == '\0' || strlen(colon + 1) > 19)
		return HS_ERR_PARSE;
	for (const char *digit = colon + 1; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '9')
			return HS_ERR_PARSE;
		value = value * 10 + (uint64_t)(*digit - '0');
	}
	memcpy(epoch, text, (size_t)(colon - text));
	epoch[colon - text] = '\0';
	*seq = value;
	return HS_OK;
}
