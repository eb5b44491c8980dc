#include "hub/feed/wish.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

#define LIST_TEXT_SIZE 4096
#define KINDS_MAX      64

/* Bytes of the UTF-8 character at text, 0 when it is none (RFC 3629, without the finest rules). */
static size_t
character_bytes(const unsigned char *text)
{
	size_t len = text[0] < 0x80   ? 1
		     : text[0] < 0xc2 ? 0
		     : text[0] < 0xe0 ? 2
		     : text[0] < 0xf0 ? 3
				      : 4;

	if (text[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* What a client said was cut somewhere: no half character may go into a frame. */
static void
mend(char *text)
{
	while (*text != '\0') {
		size_t len = character_bytes((const unsigned char *)text);

		if (len == 0)
			*text = '?';
		text += len == 0 ? 1 : len;
	}
}

static enum hs_err __attribute__((format(printf, 3, 4)))
refuse(struct hs_refusal *refusal, int code, const char *format, ...)
{
	va_list args;

	refusal->code = code;
	va_start(args, format);
	vsnprintf(refusal->why, sizeof(refusal->why), format, args);
	va_end(args);
	mend(refusal->why);
	return HS_ERR_INVALID;
}

/* ---- messages ---- */

static const char *const client_frames[] = { "subscribe", "receipt", "pong", "ping" };

static bool
client_may_send(const char *name)
{
	for (size_t i = 0; i < HS_COUNT(client_frames); i++)
		if (strcmp(client_frames[i], name) == 0)
			return true;
	return false;
}

static enum hs_err
frame_of_object(
	struct hs_arena *arena, json_t *object, hs_feed_frame **out, struct hs_refusal *refusal)
{
	const char *name = json_string_value(json_object_get(object, "type"));
	const ProtobufCFieldDescriptor *field;
	hs_feed_frame *frame;
	char why[HS_FILTER_WHY] = "";

	if (name == NULL || !client_may_send(name))
		return refuse(refusal, HS_CLOSE_BAD,
			"type: \"%.40s\" is none of subscribe, receipt, ping, pong",
			name == NULL ? "" : name);
	field = protobuf_c_message_descriptor_get_field_by_name(
		&hansho__v1__feed_frame__descriptor, name);
	HS_CHECK(field != NULL);
	frame = hs_message_new(arena, &hansho__v1__feed_frame__descriptor);
	if (frame == NULL)
		return refuse(refusal, HS_CLOSE_BAD, "out of memory");
	frame->body_case = (Hansho__V1__FeedFrame__BodyCase)field->id;
	json_object_del(object, "type");
	if (hs_message_from_json(
		    arena, field->descriptor, object, &frame->hello, why, sizeof(why)) != HS_OK)
		return refuse(refusal, HS_CLOSE_BAD, "%s: %s", field->name, why);
	*out = frame;
	return HS_OK;
}

static enum hs_err
parse_json(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes, hs_feed_frame **out,
	struct hs_refusal *refusal)
{
	json_error_t error;
	json_t *object = json_loadb((const char *)bytes, len_bytes, JSON_REJECT_DUPLICATES, &error);
	enum hs_err err;

	if (object == NULL)
		return refuse(
			refusal, HS_CLOSE_BAD, "not JSON: line %d: %.120s", error.line, error.text);
	if (json_is_object(object))
		err = frame_of_object(arena, object, out, refusal);
	else
		err = refuse(refusal, HS_CLOSE_BAD, "not a JSON object");
	json_decref(object);
	return err;
}

static enum hs_err
parse_proto(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes, hs_feed_frame **out,
	struct hs_refusal *refusal)
{
	const ProtobufCFieldDescriptor *field;

	if (hs_message_unpack(arena, &hansho__v1__feed_frame__descriptor, bytes, len_bytes,
		    HS_FRAME_MAX_BYTES, out) != HS_OK)
		return refuse(refusal, HS_CLOSE_BAD, "not a FeedFrame of schemas/link.proto");
	field = protobuf_c_message_descriptor_get_field(
		&hansho__v1__feed_frame__descriptor, (unsigned)(*out)->body_case);
	if (field == NULL || !client_may_send(field->name) || (*out)->hello == NULL)
		return refuse(refusal, HS_CLOSE_BAD,
			"the frame holds none of subscribe, receipt, ping, pong");
	return HS_OK;
}

enum hs_err
hs_client_frame_parse(struct hs_arena *arena, enum hs_form form, const uint8_t *bytes,
	size_t len_bytes, bool binary, hs_feed_frame **out, struct hs_refusal *refusal)
{
	if (binary != (form == HS_FORM_PROTO))
		return refuse(refusal, HS_CLOSE_BAD,
			"hansho.v1.json has text messages, hansho.v1.proto binary ones");
	if (binary)
		return parse_proto(arena, bytes, len_bytes, out, refusal);
	return parse_json(arena, bytes, len_bytes, out, refusal);
}

/* ---- wishes ---- */

static enum hs_err
check_mode(const char *asked, int mode, struct hs_refusal *refusal)
{
	const char *own = mode == HS_MODE(LIVE) ? "live" : "drill";

	if (strcmp(asked, "live") != 0 && strcmp(asked, "drill") != 0)
		return refuse(
			refusal, HS_CLOSE_BAD, "mode: \"%.40s\" is neither live nor drill", asked);
	if (strcmp(asked, own) == 0)
		return HS_OK;
	return refuse(refusal, HS_CLOSE_MODE,
		"mode: this feed is %s and not %s; say \"mode\":\"%s\" or use the other feed", own,
		asked, own);
}

static enum hs_err
parse_filter(const struct hs_filter_words *words, size_t areas_max, struct hs_filter *out,
	struct hs_refusal *refusal)
{
	char why[HS_FILTER_WHY];

	if (hs_filter_parse(words, areas_max, out, why) == HS_OK)
		return HS_OK;
	return refuse(refusal, HS_CLOSE_BAD, "%s", why[0] != '\0' ? why : "out of memory");
}

static enum hs_err
from_text(const char *text, struct hs_wish *out, struct hs_refusal *refusal)
{
	if (text[0] == '\0' || strcmp(text, "snapshot") == 0)
		out->from = HS_FROM_SNAPSHOT;
	else if (strcmp(text, "now") == 0)
		out->from = HS_FROM_NOW;
	else if (hs_position_parse(text, out->epoch, &out->seq) == HS_OK)
		out->from = HS_FROM_POSITION;
	else
		return refuse(refusal, HS_CLOSE_BAD,
			"from: \"%.60s\" is none of snapshot, now, {epoch, seq}", text);
	return HS_OK;
}

enum hs_err
hs_wish_from_subscribe(const Hansho__V1__FeedSubscribe *subscribe, int mode, size_t areas_max,
	struct hs_wish *out, struct hs_refusal *refusal)
{
	const struct hs_filter_words words = {
		.areas = (const char *const *)subscribe->areas,
		.area_count = subscribe->n_areas,
		.kinds = (const char *const *)subscribe->kinds,
		.kind_count = subscribe->n_kinds,
		.level_min = subscribe->level_min,
	};
	const char *asked = subscribe->mode[0] == '\0' ? "live" : subscribe->mode;
	enum hs_err err = check_mode(asked, mode, refusal);

	memset(out, 0, sizeof(*out));
	if (err != HS_OK)
		return err;
	if (subscribe->from == NULL) {
		err = from_text(subscribe->from_text, out, refusal);
	} else if (subscribe->from_text[0] != '\0' ||
		   strlen(subscribe->from->epoch) >= HS_EPOCH_SIZE) {
		err = refuse(refusal, HS_CLOSE_BAD, "from: not an epoch and seq of this feed");
	} else {
		out->from = HS_FROM_POSITION;
		snprintf(out->epoch, sizeof(out->epoch), "%s", subscribe->from->epoch);
		out->seq = subscribe->from->seq;
	}
	return err != HS_OK ? err : parse_filter(&words, areas_max, &out->filter, refusal);
}

/* Cuts "a,b" in place; the number of words, or -1 when there are more than max. */
static int
split(char *text, const char **words, size_t max)
{
	size_t count = 0;

	for (char *rest = text, *word; (word = strsep(&rest, ",")) != NULL;) {
		if (word[0] == '\0')
			continue;
		if (count == max)
			return -1;
		words[count++] = word;
	}
	return (int)count;
}

/* A list parameter: absent is empty, too long is an error. */
static enum hs_err
list_param(const char *query, const char *name, char text[LIST_TEXT_SIZE], const char **words,
	size_t max, size_t *count, struct hs_refusal *refusal)
{
	char start[32];
	int found;

	*count = 0;
	if (!hs_http_param(query, name, text, LIST_TEXT_SIZE)) {
		snprintf(start, sizeof(start), "%s=", name);
		if (strlen(query) >= LIST_TEXT_SIZE && strstr(query, start) != NULL)
			return refuse(refusal, HS_CLOSE_BAD, "%s: too long", name);
		return HS_OK;
	}
	found = split(text, words, max);
	if (found < 0)
		return refuse(refusal, HS_CLOSE_BAD, "%s: more than %zu", name, max);
	*count = (size_t)found;
	return HS_OK;
}

enum hs_err
hs_query_number(const char *query, const char *name, uint64_t max, uint64_t fallback, uint64_t *out,
	struct hs_refusal *refusal)
{
	char text[24];
	uint64_t value = 0;

	*out = fallback;
	if (!hs_http_param(query, name, text, sizeof(text)))
		return HS_OK;
	for (const char *digit = text; *digit != '\0' || digit == text; digit++) {
		if (*digit < '0' || *digit > '9' || value > max / 10)
			return refuse(refusal, HS_CLOSE_BAD,
				"%s: \"%s\" is no whole number from 0 to %llu", name, text,
				(unsigned long long)max);
		value = value * 10 + (uint64_t)(*digit - '0');
	}
	if (value > max)
		return refuse(refusal, HS_CLOSE_BAD, "%s: %s is above %llu", name, text,
			(unsigned long long)max);
	*out = value;
	return HS_OK;
}

static enum hs_err
filter_of_query(
	const struct hs_wish_query *query, struct hs_filter *out, struct hs_refusal *refusal)
{
	char areas[LIST_TEXT_SIZE], kinds[LIST_TEXT_SIZE];
	const char **area_words = calloc(query->areas_max, sizeof(*area_words));
	const char *kind_words[KINDS_MAX];
	struct hs_filter_words words = { .areas = area_words, .kinds = kind_words };
	uint64_t level_min;
	enum hs_err err;

	if (area_words == NULL)
		return refuse(refusal, HS_CLOSE_AWAY, "out of memory");
	err = list_param(query->query, "areas", areas, area_words, query->areas_max,
		&words.area_count, refusal);
	if (err == HS_OK)
		err = list_param(query->query, "kinds", kinds, kind_words, KINDS_MAX,
			&words.kind_count, refusal);
	if (err == HS_OK)
		err = hs_query_number(query->query, "level_min", 5, 0, &level_min, refusal);
	if (err == HS_OK) {
		words.level_min = (uint32_t)level_min;
		err = parse_filter(&words, query->areas_max, out, refusal);
	}
	free(area_words);
	return err;
}

/* A parameter that is misspelt would show everything to one who asked for a part. */
static enum hs_err
check_names(const char *query, struct hs_refusal *refusal)
{
	static const char *const known[] = { "mode", "from", "areas", "kinds", "level_min", "after",
		"before", "limit", "at", "expired_after_us" };

	while (*query != '\0') {
		size_t len = strcspn(query, "&"), name_len = strcspn(query, "=&");
		bool found = name_len == 0;

		for (size_t i = 0; i < HS_COUNT(known) && !found; i++)
			found = strlen(known[i]) == name_len &&
				strncmp(known[i], query, name_len) == 0;
		if (!found)
			return refuse(refusal, HS_CLOSE_BAD,
				"%.*s: no such parameter; known are mode, from, areas, kinds, "
				"level_min, after, before, limit, at, expired_after_us",
				(int)(name_len < 40 ? name_len : 40), query);
		query += len + (query[len] == '&');
	}
	return HS_OK;
}

enum hs_err
hs_wish_from_query(
	const struct hs_wish_query *query, struct hs_wish *out, struct hs_refusal *refusal)
{
	char mode[16], from[HS_EPOCH_SIZE + 24];
	enum hs_err err = HS_OK;

	memset(out, 0, sizeof(*out));
	err = check_names(query->query, refusal);
	if (err != HS_OK)
		return err;
	if (hs_http_param(query->query, "mode", mode, sizeof(mode)))
		err = check_mode(mode, query->mode, refusal);
	else if (query->subscription)
		err = check_mode("live", query->mode, refusal);
	if (err != HS_OK)
		return err;
	if (query->last_event_id[0] != '\0')
		err = from_text(query->last_event_id, out, refusal);
	else if (hs_http_param(query->query, "from", from, sizeof(from)))
		err = from_text(from, out, refusal);
	return err != HS_OK ? err : filter_of_query(query, &out->filter, refusal);
}
