#include "hub/base/frame.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

struct hs_frame {
	size_t refs;
	size_t len_bytes;
	uint8_t *content;
	void *memory;	 /* of the content; NULL: it lies here */
	uint8_t bytes[]; /* headroom, then content */
};

struct hs_frame *
hs_frame_create(size_t len_bytes)
{
	struct hs_frame *frame = malloc(sizeof(*frame) + HS_FRAME_HEADROOM + len_bytes);
	if (!frame)
		return NULL;
	frame->refs = 1;
	frame->len_bytes = len_bytes;
	frame->content = frame->bytes + HS_FRAME_HEADROOM;
	frame->memory = NULL;
	return frame;
}

struct hs_frame *
hs_frame_around(void *memory, uint8_t *content, size_t len_bytes)
{
	struct hs_frame *frame = malloc(sizeof(*frame));
	if (!frame)
		return NULL;
	HS_CHECK(content - (uint8_t *)memory >= HS_FRAME_HEADROOM);
	frame->refs = 1;
	frame->len_bytes = len_bytes;
	frame->content = content;
	frame->memory = memory;
	return frame;
}

struct hs_frame *
hs_frame_from(const void *bytes, size_t len_bytes)
{
	struct hs_frame *frame = hs_frame_create(len_bytes);
	if (frame && len_bytes)
		memcpy(hs_frame_bytes(frame), bytes, len_bytes);
	return frame;
}

struct hs_frame *
hs_frame_ref(struct hs_frame *frame)
{
	HS_CHECK(frame->refs > 0);
	frame->refs++;
	return frame;
}

void
hs_frame_unref(struct hs_frame *frame)
{
	if (!frame)
		return;
	HS_CHECK(frame->refs > 0);
	if (--frame->refs > 0)
		return;
	free(frame->memory);
	free(frame);
}

uint8_t *
hs_frame_bytes(struct hs_frame *frame)
{
	return frame->content;
}

size_t
hs_frame_len_bytes(const struct hs_frame *frame)
{
	return frame->len_bytes;
}
