/* world_gate.h: municipalities behind two gates: issue, update, repeat, contradict, cancel, and send again
 * whatever was not answered; a relayer of JMA, whose revisions are moments; one of CAP, whose documents replace and
 * end each other, also before they come. Each submission carries its own number in its headline, so that world_check.h
 * can count what became of it. */
#ifndef HS_TEST_WORLD_GATE_H
#define HS_TEST_WORLD_GATE_H

#include "tests/simulation/world_net.h"

#define DOCUMENTS    12 /* of each of the three */
#define GRAPH_BEGINS (2 * DOCUMENTS)

static const char *const area_codes[] = { "990019", "990027", "990035" };

static void
fill_graph(struct world *world, struct hs_arena *arena, hs_document *document)
{
	document->revision = 1;
	for (size_t i = below(world, 3); i > 0; i--) {
		char *entry = hs_arena_printf(arena, "%s|doc-%llu", document->source,
			(unsigned long long)(GRAPH_BEGINS + below(world, DOCUMENTS)));

		HS_CHECK(entry != NULL);
		HS_CHECK(hs_repeat(arena, &document->n_supersedes, &document->supersedes, entry));
	}
}

static void
fill_document(struct world *world, struct hs_arena *arena, hs_document *document)
{
	uint64_t number = below(world, DOCUMENTS);
	uint64_t sort = below(world, 4);

	if (sort == 0)
		number += DOCUMENTS;
	else if (sort == 1)
		number += GRAPH_BEGINS;
	document->id = hs_arena_printf(arena, "doc-%llu", (unsigned long long)number);
	document->revision = 1 + (uint32_t)below(world, 2 + world->try_count / 8);
	document->moments = sort == 0;
	if (document->moments) {
		document->revision += 1000000;
		document->order = (uint32_t)below(world, 4);
	} else if (sort == 1)
		fill_graph(world, arena, document);
}

static void
fill_notice(struct world *world, struct hs_arena *arena, hs_notice *notice, size_t number)
{
	char *source = hs_arena_printf(
		arena, "bosai%llu.kakuu.example", (unsigned long long)below(world, 3));
	hs_text *text = hs_message_new(arena, &hansho__v1__text__descriptor);
	hs_area *area = hs_message_new(arena, &hansho__v1__area__descriptor);

	notice->mode = HS_MODE(DRILL);
	notice->kind = below(world, 4) == 0 ? HS_KIND(SHELTER) : HS_KIND(EVACUATION);
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->level = hs_message_new(arena, &hansho__v1__level__descriptor);
	HS_CHECK(text != NULL && area != NULL && notice->document != NULL && notice->level != NULL);
	notice->document->source = source;
	fill_document(world, arena, notice->document);
	if (world->dated) {
		notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
		HS_CHECK(notice->times != NULL);
		notice->times->reported = hs_time_new(arena, (int64_t)(number / 3) * 1000000, 540);
	}
	notice->priority = (uint32_t)below(world, HS_PRIORITY_COUNT + 1);
	notice->action = below(world, 12) == 0 ? HS_ACTION(CANCEL) : HS_ACTION(UPDATE);
	notice->level->number = (uint32_t)below(world, 6);
	area->code = hs_arena_strdup(arena, area_codes[below(world, HS_COUNT(area_codes))]);
	area->name = hs_arena_strdup(arena, "架空市");
	text->language = hs_arena_strdup(arena, "ja");
	text->headline = hs_arena_printf(arena, "#%zu# 避難指示", number);
	HS_CHECK(text->headline != NULL && area->code != NULL);
	HS_CHECK(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
	HS_CHECK(hs_repeat(arena, &notice->n_texts, &notice->texts, text));
}

/* A new submission, kept packed: it is sent in exactly these bytes however often. */
static void
gate_write(struct world *world, uint32_t gate)
{
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	struct try *try = &world->tries[world->try_count];
	hs_link_frame frame;
	hs_submit submit;
	uint8_t content[HS_SHA256_BYTES] = { 0 };
	char original[32];
	struct hs_buf packed;
	int len = snprintf(original, sizeof(original), "<Report no=\"%zu\"/>", world->try_count);

	HS_CHECK(arena != NULL);
	hansho__v1__link_frame__init(&frame);
	hansho__v1__submit__init(&submit);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SUBMIT;
	frame.submit = &submit;
	submit.request = world->try_count + 1;
	submit.notice = hs_message_new(arena, &hansho__v1__notice__descriptor);
	HS_CHECK(submit.notice != NULL);
	fill_notice(world, arena, submit.notice, world->try_count);
	memcpy(content, &world->try_count, sizeof(world->try_count));
	submit.content_sha256 = (ProtobufCBinaryData){ sizeof(content), content };
	submit.original = (ProtobufCBinaryData){ (size_t)len, (uint8_t *)original };
	submit.principal = hs_arena_strdup(arena, "kakuu-shi");
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(&frame, &packed);
	HS_CHECK(!packed.failed);
	*try = (struct try){
		.gate = gate, .frame = (uint8_t *)packed.bytes, .frame_len_bytes = packed.len_bytes
	};
	world->try_count++;
	hs_arena_destroy(arena);
}

/* WRONG_NO_DEDUPE: the same words under a new document. */
static void
gate_send_as_new(struct world *world, const struct try *try)
{
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	hs_link_frame *frame;

	HS_CHECK(arena != NULL);
	HS_CHECK(hs_link_frame_unpack(arena, try->frame, try->frame_len_bytes, &frame) == HS_OK);
	frame->submit->notice->document->id = hs_arena_printf(
		arena, "again-%u-%s", try->sent_times, frame->submit->notice->document->id);
	send_to_hub(world, try->gate, frame);
	hs_arena_destroy(arena);
}

static void
gate_send(struct world *world, struct try *try)
{
	if (!world->links[try->gate].up || (try->on_the_way && !mishap(world, 3)))
		return;
	try->on_the_way = true;
	if (wrong_now == WRONG_NO_DEDUPE && try->sent_times > 0)
		gate_send_as_new(world, try);
	else
		net_put(world, &world->links[try->gate], &world->links[try->gate].to_hub,
			(struct hs_span){ try->frame, try->frame_len_bytes });
	try->sent_times++;
}

/* Writes something new, or sends again what is not answered, or what was (an impatient clerk). */
static void
gate_act(struct world *world)
{
	uint32_t gate = (uint32_t)below(world, WORLD_GATES);
	struct try *try;

	if (world->links[gate].sleeps > 0)
		return;
	if (!world->calm && world->try_count < TRIES_MAX && below(world, 2) == 0) {
		gate_write(world, gate);
		gate_send(world, &world->tries[world->try_count - 1]);
		return;
	}
	if (world->try_count == 0)
		return;
	try = &world->tries[below(world, world->try_count)];
	if (!try->answered || mishap(world, 4))
		gate_send(world, try);
}

static void
gate_up(struct world *world, uint32_t gate)
{
	Hansho__V1__Hello hello;
	hs_link_frame frame;

	hansho__v1__hello__init(&hello);
	hansho__v1__link_frame__init(&frame);
	hello.name = (char[]){ 'g', (char)('0' + gate), 0 };
	hello.kind = HS_PEER(GATE);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	send_to_hub(world, gate, &frame);
}

/* What was on the way is unknown now: it is sent again. */
static void
gate_down(struct world *world, uint32_t gate)
{
	for (size_t i = 0; i < world->try_count; i++) {
		if (world->tries[i].gate == gate)
			world->tries[i].on_the_way = false;
	}
}

static void
gate_reply(struct world *world, const hs_submit_reply *reply)
{
	struct try *try;

	if (reply->request == 0 || reply->request > world->try_count) {
		blame(world, "reply to a request that was never made");
		return;
	}
	try = &world->tries[reply->request - 1];
	try->on_the_way = false;
	if (reply->outcome == HS_OUTCOME(UNAVAILABLE))
		return;
	if (reply->outcome == HS_OUTCOME(ACCEPTED) && try->answered && !world->unruly &&
		try->journal == world->journal && try->outcome != (int)HS_OUTCOME(REFUSED))
		blame(world, "P3: submission %llu accepted though it was answered before",
			(unsigned long long)reply->request);
	try->answered = true;
	try->outcome = (int)reply->outcome;
	try->journal = world->journal;
}

static void
gate_frame(struct world *world, uint32_t gate, const hs_link_frame *frame)
{
	(void)gate;
	if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY)
		gate_reply(world, frame->submit_reply);
}

#endif
