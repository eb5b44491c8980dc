/* world_taker.h: two feeds and two adapters. They keep to link.proto and check every frame that they get:
 * on disk (P2), in the journal's bytes, in order, without a hole in what they are entitled to (P5). A frame that does
 * not fit is the hub's fault, unless the network is unruly: then they break the link and resume, as
 * adapters/runtime/lane.c and hub/feed/hub_events.c do. */
#ifndef HS_TEST_WORLD_TAKER_H
#define HS_TEST_WORLD_TAKER_H

#include "tests/simulation/world_net.h"

/* The model says who gets what: the last adapter is filtered, the other gets all that was ever in force, feeds get
 * everything. */
static bool
is_filtered(const struct taker *taker)
{
	return taker->peer == WORLD_PEERS - 1;
}

static bool
is_wanted(const struct world *world, const struct taker *taker, uint64_t seq)
{
	if (taker->feed)
		return true;
	return is_filtered(taker) ? world->model.filtered_gets[seq] : world->model.open_gets[seq];
}

/* What it may get only because its filter changed may have been passed over before. */
static bool
is_required(const struct world *world, const struct taker *taker, uint64_t seq)
{
	return is_wanted(world, taker, seq) && !(is_filtered(taker) && world->model.excused[seq]);
}

/* ---- their side of the link ---- */

static void
taker_up(struct world *world, struct taker *taker)
{
	Hansho__V1__Hello hello;
	hs_link_frame frame;

	hansho__v1__hello__init(&hello);
	hansho__v1__link_frame__init(&frame);
	hello.name = (char[]){ 't', (char)('0' + taker->peer), 0 };
	hello.kind = taker->feed ? HS_PEER(FEED) : HS_PEER(ADAPTER);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	taker->greeted = false;
	taker->unacked = 0;
	send_to_hub(world, taker->peer, &frame);
}

/* The process of a taker dies: its memory is gone, its outlets keep what they have. */
static void
taker_forget(struct taker *taker)
{
	taker->knows_place = false;
	taker->last_seq = 0;
}

/* Something on the link was lost or overtaken. In a world whose links keep order it is the hub's fault. */
static void __attribute__((format(printf, 3, 4)))
taker_refuses(struct world *world, struct taker *taker, const char *format, ...)
{
	va_list args;
	char why[200];

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	if (!world->unruly) {
		blame(world, "P5: taker %u %s", taker->peer, why);
		return;
	}
	world->counts.holes_seen++;
	taker->greeted = false;
	peer_breaks(world, taker->peer);
}

static void
taker_hello(struct world *world, struct taker *taker, const Hansho__V1__Hello *hello)
{
	Hansho__V1__Resume resume;
	hs_link_frame frame;

	if (strcmp(hello->epoch, world->epoch) != 0)
		blame(world, "hello of epoch %s", hello->epoch);
	/* Some forget at once what they have of another history, some ask for it and are told that there is a gap. */
	if (taker->knows_place && strcmp(taker->epoch, world->epoch) != 0 && below(world, 2) == 0)
		taker_forget(taker);
	hansho__v1__resume__init(&resume);
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_RESUME;
	frame.resume = &resume;
	resume.epoch = (char[]){ "" };
	taker->window = hello->window;
	taker->greeted = true;
	taker->from_ack = false;
	taker->waits_snapshot = false;
	taker->waits_gap = false;
	if (taker->knows_place) {
		resume.epoch = taker->epoch;
		resume.seq = taker->last_seq;
		taker->waits_gap = strcmp(taker->epoch, world->epoch) != 0;
	} else if (taker->feed) {
		resume.snapshot = true;
		taker->waits_snapshot = true;
	} else {
		resume.from_last_ack = resume.snapshot = resume.past = true;
		taker->from_ack = true;
	}
	send_to_hub(world, taker->peer, &frame);
}

static void
check_bytes(struct world *world, const struct taker *taker, uint64_t seq, struct hs_span packed)
{
	const struct hs_row *row = disk_notice(&world->disk, seq);
	struct hs_record_look look;

	if (row == NULL) {
		blame(world, "P2: taker %u got seq %llu, not on disk", taker->peer,
			(unsigned long long)seq);
		return;
	}
	HS_CHECK(hs_record_look(row->body, &look) == HS_OK);
	if (look.notice.len_bytes != packed.len_bytes ||
		memcmp(look.notice.bytes, packed.bytes, packed.len_bytes) != 0)
		blame(world, "P2: taker %u got other bytes for seq %llu", taker->peer,
			(unsigned long long)seq);
}

/* Nothing that it is entitled to may lie between what it has and this one. */
static void
check_no_hole(struct world *world, const struct taker *taker, uint64_t upto_seq)
{
	if (upto_seq > world->disk.newest_seq + 1) {
		blame(world, "taker %u is told of seq %llu, not on disk", taker->peer,
			(unsigned long long)upto_seq);
		return;
	}
	for (uint64_t seq = taker->floor + 1; seq < upto_seq; seq++) {
		if (is_required(world, taker, seq) && !taker->seen[seq]) {
			blame(world, "P5: taker %u never got seq %llu before %llu", taker->peer,
				(unsigned long long)seq, (unsigned long long)upto_seq);
			return;
		}
	}
}

/* The packed notice inside a packed Deliver frame. */
static struct hs_span
packed_notice(const struct blob *blob)
{
	struct hs_wire outer = hs_wire_of(blob->bytes, blob->len_bytes);
	struct hs_wire_field field;
	struct hs_wire inner;

	HS_CHECK(hs_wire_next(&outer, &field));
	inner = hs_wire_of(field.bytes, field.len_bytes);
	while (hs_wire_next(&inner, &field)) {
		if (field.number == 3)
			return (struct hs_span){ field.bytes, field.len_bytes };
	}
	return (struct hs_span){ "", 0 };
}

/* Does it follow what the taker has? */
static bool
taker_fits(const struct taker *taker, const hs_deliver *deliver)
{
	if (wrong_now == WRONG_HOLE_TAKEN)
		return true;
	return deliver->prev_seq == (taker->from_ack ? 0 : taker->last_seq);
}

static void
taker_takes(struct world *world, struct taker *taker, const hs_deliver *deliver)
{
	if (deliver->seq <= deliver->prev_seq ||
		(taker->knows_place && deliver->seq <= taker->last_seq))
		blame(world, "P4: taker %u gets %llu after %llu", taker->peer,
			(unsigned long long)deliver->seq, (unsigned long long)taker->last_seq);
	check_no_hole(world, taker, deliver->seq);
	if (!is_wanted(world, taker, deliver->seq) &&
		!(is_filtered(taker) && world->model.excused[deliver->seq]))
		blame(world, "taker %u got seq %llu without being entitled", taker->peer,
			(unsigned long long)deliver->seq);
	if (strncmp(deliver->notice->texts[0]->headline, "【訓練】", strlen("【訓練】")) != 0)
		blame(world, "P8: seq %llu without the mark of a drill",
			(unsigned long long)deliver->seq);
	if (++taker->unacked > taker->window)
		blame(world, "P11: taker %u has %zu unacknowledged", taker->peer, taker->unacked);
	taker->seen[deliver->seq] = true;
	taker->last_seq = deliver->seq;
	memcpy(taker->epoch, world->epoch, sizeof(taker->epoch));
	taker->knows_place = true;
	taker->from_ack = false;
}

static void
taker_ack(struct world *world, struct taker *taker, uint64_t seq)
{
	Hansho__V1__Ack ack;
	hs_link_frame frame;

	hansho__v1__ack__init(&ack);
	hansho__v1__link_frame__init(&frame);
	ack.seq = seq;
	taker->unacked = 0;
	taker->acked_seq = seq > taker->acked_seq ? seq : taker->acked_seq;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_ACK;
	frame.ack = &ack;
	send_to_hub(world, taker->peer, &frame);
}

static void
taker_deliver(struct world *world, struct taker *taker, const struct blob *blob,
	const hs_deliver *deliver)
{
	check_bytes(world, taker, deliver->seq, packed_notice(blob));
	if (world->failure[0] != '\0')
		return;
	if (taker->waits_gap || taker->waits_snapshot) {
		taker_refuses(world, taker, "gets seq %llu and no %s before it",
			(unsigned long long)deliver->seq, taker->waits_gap ? "gap" : "snapshot");
		return;
	}
	if (world->unruly && taker->knows_place && deliver->seq <= taker->last_seq) {
		if (wrong_now == WRONG_TWICE_TAKEN)
			taker_takes(world, taker, deliver);
		return; /* a second time */
	}
	if (!taker_fits(taker, deliver)) {
		taker_refuses(world, taker, "has %llu and gets %llu behind %llu",
			(unsigned long long)taker->last_seq, (unsigned long long)deliver->seq,
			(unsigned long long)deliver->prev_seq);
		return;
	}
	if (wrong_now == WRONG_ACK_BEFORE_OUTLET && mishap(world, 20)) {
		taker_ack(world, taker, deliver->seq);
		taker_forget(taker); /* it dies before its outlets have it; the ack is there */
		peer_leaves(world, taker->peer);
		return;
	}
	taker_takes(world, taker, deliver);
}

static void
check_digest(struct world *world, uint64_t seq, const char *digest)
{
	const char *expected = seq < WORLD_NOTICES ? world->model.digest[seq] : "";

	if (digest[0] == '\0')
		return;
	if (seq > world->disk.newest_seq) {
		blame(world, "P2: a digest for seq %llu, not on disk", (unsigned long long)seq);
		return;
	}
	if (strcmp(expected, digest) != 0)
		blame(world, "P6: digest at seq %llu is %s, not %s", (unsigned long long)seq,
			digest, expected);
}

/* Of what is on disk, only what an outlet of it said that it displayed. */
static void
check_past(struct world *world, const struct taker *taker, const Hansho__V1__Snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_past; i++) {
		uint64_t seq = snapshot->past[i]->seq;

		if (disk_notice(&world->disk, seq) == NULL)
			blame(world, "P2: a past with seq %llu, not on disk",
				(unsigned long long)seq);
		else if (snapshot->past[i]->n_outlets > 0 && !taker->said[seq])
			blame(world, "P6: taker %u is told that it displayed seq %llu", taker->peer,
				(unsigned long long)seq);
	}
	world->counts.past += snapshot->n_past;
}

static void
taker_snapshot(struct world *world, struct taker *taker, const Hansho__V1__Snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_notices; i++) {
		if (disk_notice(&world->disk, snapshot->notices[i]->seq) == NULL)
			blame(world, "P2: a snapshot with seq %llu, not on disk",
				(unsigned long long)snapshot->notices[i]->seq);
	}
	check_past(world, taker, snapshot);
	if (taker->waits_gap) {
		taker_refuses(world, taker, "gets a snapshot and no gap before it");
		return;
	}
	if (!snapshot->last)
		return;
	check_digest(world, snapshot->seq, snapshot->digest);
	if (!taker->waits_snapshot)
		return;
	taker->waits_snapshot = false;
	taker->knows_place = true;
	taker->last_seq = snapshot->seq;
	memcpy(taker->epoch, world->epoch, sizeof(taker->epoch));
	taker->floor = snapshot->seq > taker->floor ? snapshot->seq : taker->floor;
}

/* What it has belongs to a history that ended: it begins with the snapshot that follows. */
static void
taker_gap(struct world *world, struct taker *taker, const Hansho__V1__Gap *gap)
{
	if (!taker->waits_gap) {
		taker_refuses(world, taker, "is told of a gap, though nothing was lost: %.40s",
			gap->reason);
		return;
	}
	world->counts.gaps++;
	taker->waits_gap = false;
	taker->waits_snapshot = true;
	taker_forget(taker);
}

/* It has all that there is for it. In an unruly world `live` may have overtaken that. */
static void
taker_live(struct world *world, struct taker *taker, const Hansho__V1__Live *live)
{
	if (taker->waits_gap || taker->waits_snapshot)
		taker_refuses(world, taker, "is live before gap and snapshot");
	else if (!world->unruly)
		check_no_hole(world, taker, live->seq + 1);
	else if (taker->feed && live->seq > taker->last_seq)
		taker_refuses(world, taker, "is live at another place");
}

static void
taker_frame(struct world *world, uint32_t peer, const struct blob *blob, const hs_link_frame *frame)
{
	struct taker *taker = &world->takers[peer - WORLD_GATES];

	if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_HELLO) {
		taker_hello(world, taker, frame->hello);
		return;
	}
	if (!taker->greeted && world->unruly)
		return; /* its hello was lost */
	switch ((int)frame->body_case) {
	case HANSHO__V1__LINK_FRAME__BODY_DELIVER:
		taker_deliver(world, taker, blob, frame->deliver);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT:
		taker_snapshot(world, taker, frame->snapshot);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_LIVE:
		taker_live(world, taker, frame->live);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_GAP:
		taker_gap(world, taker, frame->gap);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT:
		check_digest(world, frame->heartbeat->newest_seq, frame->heartbeat->digest);
		break;
	default:
		break;
	}
}

/* Acks what it has, says what became of it, beats. */
static void
taker_act(struct world *world, struct taker *taker)
{
	hs_receipt receipt;
	Hansho__V1__Heartbeat heartbeat;
	hs_link_frame frame;
	char outlet[] = "screen-1";

	hansho__v1__link_frame__init(&frame);
	if (!taker->knows_place || taker->last_seq == 0 || taker->waits_gap)
		return;
	if (!taker->greeted && !mishap(world, 8))
		return; /* who speaks before his resume is dropped */
	if (below(world, 3) > 0) {
		taker_ack(world, taker, taker->last_seq);
		return;
	}
	if (below(world, 2) == 0) {
		hansho__v1__receipt__init(&receipt);
		receipt.seq = taker->last_seq;
		receipt.outlet = outlet;
		receipt.state = HS_RECEIPT(DISPLAYED);
		taker->said[receipt.seq] = true;
		frame.body_case = HANSHO__V1__LINK_FRAME__BODY_RECEIPT;
		frame.receipt = &receipt;
	} else {
		hansho__v1__heartbeat__init(&heartbeat);
		frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT;
		frame.heartbeat = &heartbeat;
	}
	send_to_hub(world, taker->peer, &frame);
}

#endif
