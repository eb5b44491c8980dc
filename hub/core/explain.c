#include "hub/core/explain.h"

#include <jansson.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/core/core_state.h"
#include "hub/core/memory.h"
#include "schemas/question.h"

#define EXIT_INPUT 4

struct explain {
	struct hs_core_options options;
	struct hs_core_peer peers[HS_PEERS_MAX];
	struct hs_index *index;
	struct hs_route *route;
	FILE *out;
};

/* The peers that get it; its document is known from then on. */
static uint64_t
take(struct explain *own, const hs_notice *notice, struct hs_core_routed *routed)
{
	struct hs_area_set areas = { 0 };
	struct hs_buf packed;
	struct hs_span span;
	uint64_t mask = 0;

	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(notice, &packed);
	span = (struct hs_span){ (const uint8_t *)packed.bytes, packed.len_bytes };
	if (!packed.failed && notice->document != NULL) {
		HS_CHECK(hs_notice_areas_told(span, &areas) == HS_OK);
		mask = hs_core_take_document(own->index, own->route,
			&(struct hs_core_document){ .packed = span }, &areas, routed);
	}
	hs_area_set_free(&areas);
	hs_buf_free(&packed);
	return mask;
}

static json_t *
peer_row(const struct explain *own, size_t i, uint64_t mask, const struct hs_core_routed *routed)
{
	bool sends = (mask >> i & 1) != 0, told = (routed->told >> i & 1) != 0;
	const char *reason = sends ? "" : routed->reasons[i];

	if (sends && told)
		reason = "it was told of this document before";
	return json_pack("{s:s, s:s, s:s, s:[]}", "outlet", own->peers[i].name, "decision",
		sends ? "sends" : "filtered", "reason", reason != NULL ? reason : "", "outputs");
}

static void
answer(const struct explain *own, const struct hs_question *question, uint64_t mask,
	const struct hs_core_routed *routed)
{
	bool fits = (int)question->notices[0].notice->mode == own->options.mode;
	json_t *rows = json_array(), *json;

	for (size_t i = 0; fits && i < own->options.peer_count; i++) {
		if (own->peers[i].kind != (int)HS_PEER(GATE))
			json_array_append_new(rows, peer_row(own, i, mask, routed));
	}
	json = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:o}", "adapter", "hub", "kind", "hub",
		"lane", own->options.mode == (int)HS_MODE(LIVE) ? "live" : "drill", "seq",
		(json_int_t)question->seq, "decision", fits ? "passed" : "filtered", "reason",
		fits ? "" : "this hub serves the other lane", "outlets", rows);
	HS_CHECK(json != NULL);
	json_dumpf(json, own->out, JSON_COMPACT);
	fputc('\n', own->out);
	json_decref(json);
}

static enum hs_err
ask(struct explain *own, struct hs_questions *questions)
{
	struct hs_core_routed routed = { .told = 0 };
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	struct hs_question question;
	char why[HS_QUESTION_WHY];
	uint64_t mask = 0;
	enum hs_err err =
		arena != NULL ? hs_questions_next(questions, arena, &question, why) : HS_ERR_NOMEM;

	for (size_t i = 0; err == HS_OK && i < question.count; i++)
		mask = take(own, question.notices[i].notice, &routed);
	if (err == HS_OK && !question.is_snapshot)
		answer(own, &question, mask, &routed);
	if (err != HS_OK && err != HS_ERR_CLOSED)
		fprintf(stderr, "hansho-hub: %s\n", why);
	hs_arena_destroy(arena);
	return err;
}

int
hs_hub_explain(const struct hs_hub_settings *settings, FILE *in, FILE *out)
{
	struct explain *own = hs_must_alloc(1, sizeof(*own));
	struct hs_questions questions;
	struct hs_buf bytes;
	enum hs_err err = hs_questions_read(in, &bytes);

	hs_hub_core_options(settings, own->peers, &own->options);
	own->index = hs_index_create(own->options.references_max);
	own->route = hs_route_create(own->peers, own->options.peer_count);
	own->out = out;
	hs_questions_begin(&questions, bytes.bytes, bytes.len_bytes);
	while (err == HS_OK)
		err = ask(own, &questions);
	hs_index_destroy(own->index);
	hs_route_destroy(own->route);
	hs_buf_free(&bytes);
	free(own);
	return err == HS_ERR_CLOSED ? 0 : EXIT_INPUT;
}
