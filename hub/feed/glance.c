#include "hub/feed/glance.h"

#include <string.h>

#include "hub/base/wire.h"

/* Field numbers of schemas/link.proto and schemas/notice.proto. */
enum {
	FRAME_DELIVER = 3,
	DELIVER_NOTICE = 3,
	NOTICE_AREA = 10,
	NOTICE_TEXT = 11,
	NOTICE_CAP = 16,
	NOTICE_EVACUATION = 20,
	NOTICE_DETAIL_LAST = 36,
	AREA_CODE = 1,
	AREA_SUB_CODE = 4
};

/* All but the bulk of a notice, of which more than this is not looked at in one turn. */
#define SMALL_MAX_BYTES ((size_t)1 << 20)

struct glance {
	struct hs_span notice;	  /* packed */
	struct hs_buf rest;	  /* of it, without bulk */
	struct hs_buf small;	  /* the delivery without its notice */
	struct hs_area_set areas; /* as hs_head_read has them */
};

/* The only field of the frame, when it is a delivery. */
static struct hs_span
deliver_of(struct hs_span bytes)
{
	struct hs_wire wire = hs_wire_of(bytes.bytes, bytes.len_bytes);
	struct hs_wire_field field;

	if (!hs_wire_next(&wire, &field) || field.number != FRAME_DELIVER || field.bytes == NULL ||
		wire.at != wire.end)
		return (struct hs_span){ NULL, 0 };
	return (struct hs_span){ field.bytes, field.len_bytes };
}

static enum hs_err
split_deliver(struct glance *glance, struct hs_span deliver)
{
	struct hs_wire wire = hs_wire_of(deliver.bytes, deliver.len_bytes);
	struct hs_wire_field field;
	const uint8_t *begin = wire.at;

	for (; hs_wire_next(&wire, &field); begin = wire.at) {
		if (field.number == DELIVER_NOTICE)
			glance->notice = (struct hs_span){ field.bytes, field.len_bytes };
		else
			hs_wire_copy(&wire, begin, &glance->small);
	}
	return wire.bad || glance->notice.bytes == NULL ? HS_ERR_PARSE : HS_OK;
}

/* The more exact code, as filter.c takes it. */
static enum hs_err
add_area(struct hs_area_set *areas, const struct hs_wire_field *area)
{
	struct hs_wire wire = hs_wire_of(area->bytes, area->len_bytes);
	struct hs_span code = { "", 0 }, sub_code = { "", 0 };
	struct hs_wire_field field;

	while (hs_wire_next(&wire, &field)) {
		if (field.number == AREA_CODE && field.bytes != NULL)
			code = (struct hs_span){ field.bytes, field.len_bytes };
		else if (field.number == AREA_SUB_CODE && field.bytes != NULL)
			sub_code = (struct hs_span){ field.bytes, field.len_bytes };
	}
	if (wire.bad)
		return HS_ERR_PARSE;
	if (sub_code.len_bytes > 0)
		code = sub_code;
	return hs_area_set_add(areas, code.bytes, code.len_bytes);
}

static bool
is_bulk(uint32_t number)
{
	return number == NOTICE_AREA || number == NOTICE_TEXT || number == NOTICE_CAP ||
	       (number >= NOTICE_EVACUATION && number <= NOTICE_DETAIL_LAST);
}

static enum hs_err
split_notice(struct glance *glance)
{
	struct hs_wire wire = hs_wire_of(glance->notice.bytes, glance->notice.len_bytes);
	struct hs_wire_field field;
	const uint8_t *begin = wire.at;
	enum hs_err err = HS_OK;

	for (; err == HS_OK && hs_wire_next(&wire, &field); begin = wire.at) {
		if (field.number == NOTICE_EVACUATION)
			err = HS_ERR_INVALID;
		else if (field.number == NOTICE_AREA)
			err = field.bytes != NULL ? add_area(&glance->areas, &field) : HS_ERR_PARSE;
		else if (!is_bulk(field.number))
			hs_wire_copy(&wire, begin, &glance->rest);
	}
	return wire.bad ? HS_ERR_PARSE : err;
}

static enum hs_err
unpack_small(struct hs_arena *arena, struct glance *glance, hs_link_frame **out)
{
	hs_link_frame *frame = hs_message_new(arena, &hansho__v1__link_frame__descriptor);
	struct hs_buf *small = &glance->small;

	if (frame == NULL)
		return HS_ERR_NOMEM;
	hs_wire_put_head(small, DELIVER_NOTICE, glance->rest.len_bytes);
	hs_buf_add(small, hs_buf_text(&glance->rest), glance->rest.len_bytes);
	if (small->failed || glance->rest.failed)
		return HS_ERR_INVALID;
	frame->body_case = HANSHO__V1__LINK_FRAME__BODY_DELIVER;
	*out = frame;
	return hs_message_unpack(arena, &hansho__v1__deliver__descriptor, small->bytes,
		small->len_bytes, small->len_bytes, &frame->deliver);
}

static enum hs_err
look(struct hs_arena *arena, struct glance *glance, struct hs_owned *owned, const char *epoch,
	int64_t feed_unix_us, hs_link_frame **frame, struct hs_entry **made)
{
	struct hs_span deliver = deliver_of((struct hs_span){ owned->bytes, owned->len_bytes });
	enum hs_err err = deliver.bytes == NULL ? HS_ERR_INVALID : HS_OK;

	if (err == HS_OK)
		err = split_deliver(glance, deliver);
	if (err == HS_OK)
		err = split_notice(glance);
	if (err == HS_OK)
		err = unpack_small(arena, glance, frame);
	if (err == HS_OK)
		err = hs_entry_create_packed(epoch, (*frame)->deliver, glance->notice, owned,
			&glance->areas, feed_unix_us, made);
	return err;
}

enum hs_err
hs_glance(struct hs_arena *arena, struct hs_owned *owned, const char *epoch, int64_t feed_unix_us,
	hs_link_frame **frame, struct hs_entry **made)
{
	struct glance glance = { .areas = { 0 } };
	enum hs_err err;

	hs_buf_init(&glance.rest, SMALL_MAX_BYTES);
	hs_buf_init(&glance.small, SMALL_MAX_BYTES);
	err = look(arena, &glance, owned, epoch, feed_unix_us, frame, made);
	hs_buf_free(&glance.rest);
	hs_buf_free(&glance.small);
	hs_area_set_free(&glance.areas);
	return err;
}
