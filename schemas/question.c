#include "schemas/question.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"

enum hs_err
hs_questions_read(FILE *in, struct hs_buf *out)
{
	char piece[16384];
	size_t len;
	hs_buf_init(out, HS_QUESTIONS_MAX_BYTES);
	while ((len = fread(piece, 1, sizeof(piece), in)) > 0)
		hs_buf_add(out, piece, len);
	if (out->failed)
		return HS_ERR_TOO_LARGE;
	return ferror(in) ? HS_ERR_IO : HS_OK;
}

void
hs_questions_begin(struct hs_questions *questions, const void *bytes, size_t len_bytes)
{
	*questions = (struct hs_questions){ .bytes = bytes, .len_bytes = len_bytes };
	while (questions->at < len_bytes && isspace((unsigned char)questions->bytes[questions->at]))
		questions->at++;
	questions->packed = questions->at < len_bytes && questions->bytes[questions->at] != '{';
}

static enum hs_err
room_for(struct hs_arena *arena, size_t count, struct hs_question *out)
{
	out->epoch = out->submission_id = "";
	out->count = count;
	out->notices = hs_arena_alloc(arena, (count + 1) * sizeof(*out->notices));
	return out->notices ? HS_OK : HS_ERR_NOMEM;
}

static enum hs_err
next_packed(struct hs_questions *questions, struct hs_arena *arena, struct hs_question *out,
	char why[HS_QUESTION_WHY])
{
	enum hs_err err = room_for(arena, 1, out);
	questions->at = questions->len_bytes;
	if (err == HS_OK)
		err = hs_notice_unpack(
			arena, questions->bytes, questions->len_bytes, &out->notices[0].notice);
	if (err != HS_OK)
		snprintf(why, HS_QUESTION_WHY,
			"neither JSON nor a packed notice (schemas/notice.proto)");
	return err;
}

static enum hs_err
read_notice(struct hs_arena *arena, const json_t *json, hs_notice **out, char why[HS_QUESTION_WHY])
{
	char known[HS_QUESTION_WHY] = "";
	enum hs_err err = hs_message_from_json(
		arena, &hansho__v1__notice__descriptor, json, out, known, sizeof(known));
	if (err != HS_OK)
		memcpy(why, known, sizeof(known));
	return err;
}

static uint64_t
seq_of(const json_t *json)
{
	const json_t *seq = json_object_get(json, "seq");
	json_int_t value = json_is_integer(seq) ? json_integer_value(seq) : 0;
	return value > 0 ? (uint64_t)value : 0;
}

static enum hs_err
read_snapshot(struct hs_arena *arena, const json_t *json, struct hs_question *out,
	char why[HS_QUESTION_WHY])
{
	const json_t *list = json_object_get(json, "notices");
	enum hs_err err = room_for(arena, json_array_size(list), out);
	out->is_snapshot = true;
	for (size_t i = 0; err == HS_OK && i < out->count; i++) {
		const json_t *row = json_array_get(list, i);
		out->notices[i].seq = seq_of(row);
		err = read_notice(
			arena, json_object_get(row, "notice"), &out->notices[i].notice, why);
	}
	return err;
}

static enum hs_err
read_moment(const json_t *json, struct hs_question *out, char why[HS_QUESTION_WHY])
{
	const char *at = json_string_value(json_object_get(json, "at"));
	int offset_min;
	if (!at || hs_rfc3339_parse(at, &out->at_unix_us, &offset_min, NULL) == HS_OK)
		return HS_OK;
	snprintf(why, HS_QUESTION_WHY, "at: %.60s is no moment; expected 2026-07-01T19:00:00+09:00",
		at);
	return HS_ERR_PARSE;
}

static enum hs_err
read_value(struct hs_arena *arena, const json_t *json, struct hs_question *out,
	char why[HS_QUESTION_WHY])
{
	const char *type = json_string_value(json_object_get(json, "type"));
	const char *epoch = type ? json_string_value(json_object_get(json, "epoch")) : NULL;
	const char *id = type ? json_string_value(json_object_get(json, "submission_id")) : NULL;
	enum hs_err err;
	if (type && strcmp(type, "snapshot") == 0) {
		err = read_snapshot(arena, json, out, why);
	} else if (type && strcmp(type, "notice") != 0) {
		snprintf(why, HS_QUESTION_WHY,
			"type: \"%.40s\" is not asked here; expected snapshot or notice", type);
		return HS_ERR_PARSE;
	} else {
		err = room_for(arena, 1, out);
		if (err == HS_OK)
			err = read_notice(arena, type ? json_object_get(json, "notice") : json,
				&out->notices[0].notice, why);
	}
	if (err != HS_OK)
		return err;
	out->seq = type ? seq_of(json) : 0;
	out->epoch = epoch ? hs_arena_strdup(arena, epoch) : "";
	out->submission_id = id ? hs_arena_strdup(arena, id) : "";
	if (!out->epoch || !out->submission_id)
		return HS_ERR_NOMEM;
	return type ? read_moment(json, out, why) : HS_OK;
}

enum hs_err
hs_questions_next(struct hs_questions *questions, struct hs_arena *arena, struct hs_question *out,
	char why[HS_QUESTION_WHY])
{
	json_error_t error;
	*out = (struct hs_question){ 0 };
	why[0] = '\0';
	while (questions->at < questions->len_bytes &&
		isspace((unsigned char)questions->bytes[questions->at]))
		questions->at++;
	if (questions->at == questions->len_bytes)
		return HS_ERR_CLOSED;
	if (questions->packed)
		return next_packed(questions, arena, out, why);
	json_t *json = json_loadb(questions->bytes + questions->at,
		questions->len_bytes - questions->at, JSON_DISABLE_EOF_CHECK, &error);
	if (!json_is_object(json)) {
		snprintf(why, HS_QUESTION_WHY, "no JSON object: %.160s", json ? "" : error.text);
		json_decref(json);
		return HS_ERR_PARSE;
	}
	questions->at += (size_t)error.position;
	enum hs_err err = read_value(arena, json, out, why);
	json_decref(json);
	return err;
}

int64_t
hs_question_at_unix_us(const struct hs_question *question)
{
	const hs_times *times = question->count > 0 && !question->is_snapshot
					? question->notices[0].notice->times
					: NULL;
	if (question->at_unix_us != 0)
		return question->at_unix_us;
	return times && times->accepted ? times->accepted->unix_us : 0;
}
