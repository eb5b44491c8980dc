/* link_double.h: a link of the test's own, which stands in for hub/base/link.c, and the hub at its other end.
 *
 * The functions of link.h are defined here, so the linker does not take link.c from the library; the test
 * decides when a peer is there, what it answers, and when it goes away.
 */
#ifndef HS_TEST_GATE_LINK_DOUBLE_H
#define HS_TEST_GATE_LINK_DOUBLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/link.h"
#include "schemas/notice.h"

struct hs_link {
	struct hs_link_options options;
	bool up;
	enum hs_err next_send; /* HS_OK, or what the next send gives */
	int drops;
	/* the newest frame that was sent, and how many of each kind */
	uint8_t sent[65536];
	size_t sent_len_bytes;
	int sent_count;
	int sent_kinds[32];
	int no_room_for;  /* a kind that gets HS_ERR_AGAIN; 0: none */
	uint64_t unasked; /* the request of the newest unask */
	void (*closed)(void *owner);
	void *closed_owner;
	uv_timer_t close_timer;
};

static struct hs_link *the_link;

enum hs_err
hs_link_open(uv_loop_t *loop, const struct hs_link_options *options, struct hs_link **out)
{
	the_link = test_calloc(1, sizeof(*the_link));
	the_link->options = *options;
	assert_int_equal(uv_timer_init(loop, &the_link->close_timer), 0);
	*out = the_link;
	return HS_OK;
}

enum hs_err
hs_link_send(struct hs_link *link, const void *bytes, size_t len_bytes)
{
	struct hs_arena *arena;
	hs_link_frame *frame = NULL;
	enum hs_err err = link->next_send;

	link->next_send = HS_OK;
	if (err != HS_OK)
		return err;
	if (!link->up)
		return HS_ERR_CLOSED;
	assert_true(len_bytes <= sizeof(link->sent));
	arena = hs_arena_create(1u << 20);
	assert_int_equal(hs_link_frame_unpack(arena, bytes, len_bytes, &frame), HS_OK);
	if (link->no_room_for != 0 && (int)frame->body_case == link->no_room_for) {
		hs_arena_destroy(arena);
		return HS_ERR_AGAIN;
	}
	memcpy(link->sent, bytes, len_bytes);
	link->sent_len_bytes = len_bytes;
	link->sent_count++;
	link->sent_kinds[frame->body_case]++;
	if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_UNASK)
		link->unasked = frame->unask->request;
	hs_arena_destroy(arena);
	return HS_OK;
}

enum hs_err
hs_link_send_pieces(
	struct hs_link *link, const struct hs_span *pieces, size_t count, struct hs_shared *owner)
{
	unsigned char whole[sizeof(link->sent)];
	size_t len_bytes = 0;

	(void)owner;

	for (size_t i = 0; i < count; i++) {
		assert_true(len_bytes + pieces[i].len_bytes <= sizeof(whole));
		memcpy(whole + len_bytes, pieces[i].bytes, pieces[i].len_bytes);
		len_bytes += pieces[i].len_bytes;
	}
	return hs_link_send(link, whole, len_bytes);
}

bool
hs_link_is_up(const struct hs_link *link)
{
	return link->up;
}

static inline void
go_down(void)
{
	if (!the_link->up)
		return;
	the_link->up = false;
	the_link->options.ops->on_down(the_link->options.owner, the_link);
}

void
hs_link_drop(struct hs_link *link)
{
	link->drops++;
	go_down();
}

static inline void
on_close_timer(uv_handle_t *handle)
{
	(void)handle;
	if (the_link->closed != NULL)
		the_link->closed(the_link->closed_owner);
	test_free(the_link);
	the_link = NULL;
}

void
hs_link_close(struct hs_link *link, void (*done)(void *owner), void *owner)
{
	link->closed = done;
	link->closed_owner = owner;
	uv_close((uv_handle_t *)&link->close_timer, on_close_timer);
}

/* ---- the test's hub ---- */

static inline void
deliver(const hs_link_frame *frame)
{
	struct hs_buf packed;

	hs_buf_init(&packed, 1u << 20);
	hs_message_pack(frame, &packed);
	assert_false(packed.failed);
	the_link->options.ops->on_frame(
		the_link->options.owner, the_link, (const uint8_t *)packed.bytes, packed.len_bytes);
	hs_buf_free(&packed);
}

static inline void
say_hello(int mode)
{
	hs_link_frame frame;
	Hansho__V1__Hello hello;
	char epoch[] = "epoch-1";

	hansho__v1__link_frame__init(&frame);
	hansho__v1__hello__init(&hello);
	hello.mode = (Hansho__V1__Mode)mode;
	hello.epoch = epoch;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	deliver(&frame);
}

static inline void
go_up(int mode)
{
	the_link->up = true;
	the_link->options.ops->on_up(the_link->options.owner, the_link);
	say_hello(mode);
}

static inline void
answer_submit(uint64_t request)
{
	hs_link_frame frame;
	hs_submit_reply reply;
	char id[] = "0123";

	hansho__v1__link_frame__init(&frame);
	hansho__v1__submit_reply__init(&reply);
	reply.request = request;
	reply.outcome = HS_OUTCOME(ACCEPTED);
	reply.id = id;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY;
	frame.submit_reply = &reply;
	deliver(&frame);
}

#endif
