/* world_net.h: the links: pipes between hub and peers, what goes wrong on them, and the check of each frame at the
 * moment when the hub sends it: on its way the disk would catch up. */
#ifndef HS_TEST_WORLD_NET_H
#define HS_TEST_WORLD_NET_H

#include "hub/base/wire.h"
#include "tests/simulation/world_disk.h"

#define UNRULY_ONCE_IN 25

/* A frame sets out. In an unruly world it may get lost, come twice, or overtake the one before it. */
static void
net_put(struct world *world, struct world_link *link, struct pipe *pipe, struct hs_span bytes)
{
	uint64_t trouble = world->unruly && mishap(world, UNRULY_ONCE_IN) ? 1 + below(world, 3) : 0;

	link->lossy = link->lossy || trouble == 1 || trouble == 3;
	if (trouble == 1) {
		world->counts.dropped++;
		return;
	}
	pipe_put(pipe, bytes.bytes, bytes.len_bytes);
	if (trouble == 2) {
		pipe_put(pipe, bytes.bytes, bytes.len_bytes);
		world->counts.doubled++;
	} else if (trouble == 3) {
		world->counts.overtaken += pipe_overtake(pipe);
	}
}

static void
send_to_hub(struct world *world, uint32_t peer, const hs_link_frame *frame)
{
	struct hs_buf packed;

	if (!world->links[peer].up)
		return;
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(frame, &packed);
	HS_CHECK(!packed.failed);
	net_put(world, &world->links[peer], &world->links[peer].to_hub,
		(struct hs_span){ packed.bytes, packed.len_bytes });
	hs_buf_free(&packed);
}

/* The seq of a packed Deliver frame; 0: another frame. */
static uint64_t
deliver_seq(struct hs_span bytes)
{
	struct hs_wire outer = hs_wire_of(bytes.bytes, bytes.len_bytes);
	struct hs_wire_field field;
	struct hs_wire inner;

	if (!hs_wire_next(&outer, &field) || field.number != HANSHO__V1__LINK_FRAME__BODY_DELIVER)
		return 0;
	inner = hs_wire_of(field.bytes, field.len_bytes);
	return hs_wire_next(&inner, &field) && field.number == 1 ? field.value : 0;
}

/* P1: whatever is answered with accepted or duplicate is on disk, now. */
static void
check_reply(struct world *world, const hs_submit_reply *reply)
{
	const struct hs_row *row = disk_submission(&world->disk, reply->id);
	bool done =
		reply->outcome == HS_OUTCOME(ACCEPTED) || reply->outcome == HS_OUTCOME(DUPLICATE);

	if (strcmp(reply->epoch, world->epoch) != 0)
		blame(world, "reply with epoch %s", reply->epoch);
	if (!done && reply->outcome != HS_OUTCOME(UNAVAILABLE) && row != NULL && row->seq > 0)
		blame(world, "P3: %s is on disk, its repetition got outcome %d", reply->id,
			(int)reply->outcome);
	if (done && (row == NULL || row->seq != reply->seq))
		blame(world, "P1: %s acknowledged as seq %llu, not on disk", reply->id,
			(unsigned long long)reply->seq);
}

static void
check_sent_to_gate(struct world *world, struct hs_span bytes)
{
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	hs_link_frame *frame;

	HS_CHECK(hs_link_frame_unpack(arena, bytes.bytes, bytes.len_bytes, &frame) == HS_OK);
	if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY)
		check_reply(world, frame->submit_reply);
	hs_arena_destroy(arena);
}

/* P2: it is on disk, now. P11: no more of them are on the way than the window allows. */
static void
check_sent_to_taker(struct world *world, struct world_link *link, uint64_t seq)
{
	if (seq == 0)
		return;
	if (disk_notice(&world->disk, seq) == NULL)
		blame(world, "P2: seq %llu is sent, not on disk", (unsigned long long)seq);
	if (!world->unruly && ++link->delivers > (size_t)world->options.windows.adapter)
		blame(world, "P11: %zu notices on the way to one peer", link->delivers);
}

static void
send_to_peer(struct world *world, uint32_t peer, struct hs_span bytes)
{
	struct world_link *link = &world->links[peer];

	if (peer < WORLD_GATES)
		check_sent_to_gate(world, bytes);
	else
		check_sent_to_taker(world, link, deliver_seq(bytes));
	if (link->up)
		net_put(world, link, &link->to_peer, bytes);
}

/* The hub's end is gone: what was on the way to it is lost, and any tail of what was on the way to the peer. */
static void
link_ends(struct world *world, uint32_t peer)
{
	struct world_link *link = &world->links[peer];

	pipe_cut(&world->early.held[peer], 0);
	if (!link->up)
		return;
	link->up = false;
	link->draining = true;
	pipe_cut(&link->to_hub, 0);
	pipe_cut(&link->to_peer, below(world, 1 + pipe_count(&link->to_peer)));
}

/* The peer ends it, and reads nothing more of it. */
static void
peer_breaks(struct world *world, uint32_t peer)
{
	struct world_link *link = &world->links[peer];
	struct hs_event down = { .type = HS_EVENT_PEER_DOWN, .peer = peer };
	bool up = link->up;

	link_ends(world, peer);
	pipe_cut(&link->to_peer, 0);
	if (up)
		hub_step(world, &down);
}

/* The peer ends it in good order: what it sent arrives. */
static void
peer_leaves(struct world *world, uint32_t peer)
{
	struct world_link *link = &world->links[peer];
	struct blob *blob;

	while (link->up && (blob = pipe_take(&link->to_hub)) != NULL) {
		struct hs_event event = { .type = HS_EVENT_FRAME,
			.peer = peer,
			.bytes = { blob->bytes, blob->len_bytes } };

		hub_step(world, &event);
		free(blob);
	}
	peer_breaks(world, peer);
}

#endif
