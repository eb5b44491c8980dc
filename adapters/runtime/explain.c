/* An adapter without links, timer and outlets, that is asked. */
#include "adapters/runtime/explain.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/question.h"

#define EXIT_INPUT 4
#define PROOF_ALWAYS \
	"proof_required: always: at once when this outlet is proven, else with its first proof"
#define PROOF_CHANGED                                                                         \
	"proof_required: changed: no proof of this configuration is kept: at once when this " \
	"outlet was proven since, else with its first canary, if it has one"

struct hs_explanation {
	int64_t at_unix_us; /* 0: now */
	char decision[64];  /* of the adapter */
	char *reason;	    /* NULL: none */
	json_t *outlets;
	bool known[HS_LANE_COUNT]; /* a snapshot was shown */
	const struct hs_adapter *adapter;
	enum hs_adapter_lane lane; /* of the question */
};

int64_t
hs_adapter_now_unix_us(const struct hs_adapter *adapter)
{
	const struct hs_explanation *own = adapter->explanation;
	return own && own->at_unix_us ? own->at_unix_us : hs_clock_unix_us();
}

bool
hs_adapter_is_dry(const struct hs_adapter *adapter)
{
	return adapter->explanation != NULL;
}

/* ---- what is written down ---- */

static json_t *
row_of(struct hs_explanation *own, const char *outlet)
{
	size_t i;
	json_t *row;
	json_array_foreach (own->outlets, i, row)
		if (strcmp(json_string_value(json_object_get(row, "outlet")), outlet) == 0)
			return row;
	row = json_pack("{s:s, s:s, s:s, s:[]}", "outlet", outlet, "decision", "sends", "reason",
		"", "outputs");
	HS_CHECK(row != NULL && json_array_append_new(own->outlets, row) == 0);
	return row;
}

static void
row_say(json_t *row, const char *decision, const char *reason)
{
	json_object_set_new(row, "decision", json_string(decision));
	json_object_set_new(row, "reason", json_string(reason));
}

/* Of the adapter itself. What came after a hold does not undo it. */
static void
adapter_say(struct hs_explanation *own, const char *decision, const char *reason)
{
	bool more = strcmp(own->decision, "held") == 0 && strcmp(decision, "passed") == 0;
	struct hs_buf text;
	if (!more)
		snprintf(own->decision, sizeof(own->decision), "%s", decision);
	hs_buf_init(&text, 4096);
	hs_buf_printf(&text, "%s%s%s", more && own->reason ? own->reason : "",
		more ? "; after hold_ms: " : "", reason);
	free(own->reason);
	own->reason = text.failed ? NULL : strdup(hs_buf_text(&text));
	hs_buf_free(&text);
}

void
hs_explanation_receipt(
	struct hs_explanation *own, const char *outlet, int state, const char *detail)
{
	char word[64];
	const char *name = hs_enum_word(&hansho__v1__receipt_state__descriptor, state, word);
	const char *reason = detail ? detail : "";
	if (outlet[0] != '\0')
		row_say(row_of(own, outlet), name ? name : "unknown", reason);
	else if (state == (int)HS_RECEIPT(RECEIVED))
		adapter_say(own, "passed", reason);
	else
		adapter_say(own, name ? name : "unknown", reason);
}

static void
output_add(json_t *row, const char *what, const char *text)
{
	json_t *output = json_pack("{s:s, s:s}", "what", what, "text", text);
	if (!output) /* not UTF-8 */
		output = json_pack("{s:s, s:s}", "what", what, "text", "");
	json_array_append_new(json_object_get(row, "outputs"), output);
}

/* "" when nothing there waits. A receipt's outlet may name a part behind "/". */
static const char *
proof_reason(const struct hs_explanation *own, const char *outlet)
{
	const struct hs_canary_settings *settings = &own->adapter->settings->canary;
	char name[128];

	if (hs_proofs_required(settings) == HS_PROOF_NEVER)
		return "";
	if (hs_proofs_required(settings) == HS_PROOF_ALWAYS)
		return PROOF_ALWAYS;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(outlet, "/"), outlet);
	return hs_proofs_know(own->adapter, own->lane, name) ? "" : PROOF_CHANGED;
}

static json_t *
row_proven(struct hs_explanation *own, const char *outlet)
{
	json_t *row = row_of(own, outlet);
	row_say(row, "sends", proof_reason(own, outlet));
	return row;
}

void
hs_explanation_delivery(struct hs_explanation *own, const struct hs_adapter_delivery *delivery)
{
	json_t *row = hs_ends(delivery->item->notice) ? row_of(own, delivery->outlet)
						      : row_proven(own, delivery->outlet);
	if (delivery->output)
		output_add(row, delivery->output_is ? delivery->output_is : "output",
			delivery->output);
}

void
hs_adapter_show(
	struct hs_adapter_item *item, const char *outlet, const char *what, const char *text)
{
	struct hs_explanation *own =
		HS_CONTAINER_OF(item, struct hs_item, pub)->lane->adapter->explanation;
	if (own)
		output_add(row_of(own, outlet), what, text);
}

void
hs_adapter_show_proven(
	struct hs_adapter_item *item, const char *outlet, const char *what, const char *text)
{
	struct hs_explanation *own =
		HS_CONTAINER_OF(item, struct hs_item, pub)->lane->adapter->explanation;
	if (own)
		output_add(row_proven(own, outlet), what, text);
}

void
hs_adapter_show_sends(struct hs_adapter_item *item, const char *outlet, const char *unless)
{
	struct hs_explanation *own =
		HS_CONTAINER_OF(item, struct hs_item, pub)->lane->adapter->explanation;
	char reason[512];
	if (!own)
		return;
	const char *proof = hs_ends(item->notice) ? "" : proof_reason(own, outlet);
	snprintf(
		reason, sizeof(reason), "%s%s%s", unless, unless[0] && proof[0] ? "; " : "", proof);
	row_say(row_of(own, outlet), "sends", reason);
}

/* ---- questions ---- */

static enum hs_adapter_lane
lane_of(const struct hs_question *question)
{
	bool drill = question->count > 0 &&
		     (int)question->notices[0].notice->mode == (int)HS_MODE(DRILL);
	return drill ? HS_LANE_DRILL : HS_LANE_LIVE;
}

static struct hs_lane *
lane_take(struct hs_adapter *adapter, const struct hs_question *question)
{
	struct hs_lane *lane = &adapter->lanes[lane_of(question)];
	adapter->explanation->lane = lane->id;
	const char *epoch = question->epoch[0] != '\0' ? question->epoch : "unknown";
	if (question->epoch[0] != '\0' || lane->stream.epoch[0] == '\0')
		snprintf(lane->stream.epoch, sizeof(lane->stream.epoch), "%s", epoch);
	return lane;
}

static void
show_snapshot(struct hs_adapter *adapter, struct hs_lane *lane,
	const struct hs_adapter_snapshot *snapshot)
{
	lane->stream.last_seq = snapshot->seq;
	adapter->explanation->known[lane->id] = true;
	if (adapter->opened && adapter->ops->on_snapshot)
		adapter->ops->on_snapshot(adapter->state, snapshot);
}

/* Nothing is in force up to this seq. */
static void
take_nothing(struct hs_adapter *adapter, struct hs_lane *lane, uint64_t seq)
{
	const struct hs_adapter_snapshot nothing = {
		.lane = lane->id, .epoch = lane->stream.epoch, .seq = seq, .digest = ""
	};
	show_snapshot(adapter, lane, &nothing);
}

/* What is in force of a mode that this lane does not have is left out, as in snapshot.c. */
static void
take_snapshot(struct hs_adapter *adapter, const struct hs_question *question)
{
	struct hs_lane *lane = lane_take(adapter, question);
	struct hs_adapter_snapshot_notice *notices = calloc(question->count + 1, sizeof(*notices));
	HS_CHECK(notices != NULL);
	struct hs_adapter_snapshot shown = { .lane = lane->id,
		.epoch = lane->stream.epoch,
		.seq = question->seq,
		.digest = "",
		.notices = notices };
	for (size_t i = 0; i < question->count; i++) {
		hs_notice *notice = question->notices[i].notice;
		if (hs_drill_gate((int)notice->mode, (int)lane->id, adapter->settings->drill).allow)
			notices[shown.count++] =
				(struct hs_adapter_snapshot_notice){ question->notices[i].seq,
					notice };
	}
	show_snapshot(adapter, lane, &shown);
	free(notices);
}

/* Takes the arena over. */
static void
take_notice(struct hs_adapter *adapter, struct hs_arena *arena, const struct hs_question *question)
{
	struct hs_explanation *own = adapter->explanation;
	struct hs_lane *lane = lane_take(adapter, question);
	uint64_t seq = question->seq ? question->seq : lane->stream.last_seq + 1;
	hs_deliver deliver;
	hansho__v1__deliver__init(&deliver);
	own->at_unix_us = hs_question_at_unix_us(question);
	if (!own->known[lane->id])
		take_nothing(adapter, lane, seq - 1);
	deliver.seq = seq;
	deliver.notice = question->notices[0].notice;
	deliver.submission_id = (char *)(uintptr_t)question->submission_id;
	lane->stream.last_seq = deliver.seq;
	if (hs_lane_url(adapter->settings, lane->id)[0] == '\0' &&
		(lane->id == HS_LANE_LIVE || adapter->settings->drill)) {
		adapter_say(own, "not_connected",
			lane->id == HS_LANE_LIVE ? "no live lane: live_url is empty"
						 : "no drill lane: drill_url is empty");
		hs_arena_destroy(arena);
		return;
	}
	hs_item_arrive(lane, arena, &deliver, 0);
	hs_items_tick(lane, INT64_MAX); /* what is held for a while goes out after it */
}

static void
answer(const struct hs_adapter *adapter, const struct hs_lane *lane, FILE *out)
{
	const struct hs_explanation *own = adapter->explanation;
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:O}", "adapter",
		adapter->settings->name, "kind", adapter->ops->name, "lane", hs_lane_name(lane->id),
		"epoch", lane->stream.epoch, "seq", (json_int_t)lane->stream.last_seq, "decision",
		own->decision, "reason", own->reason ? own->reason : "", "outlets", own->outlets);
	HS_CHECK(json != NULL);
	json_dumpf(json, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(json);
}

static enum hs_err
ask(struct hs_adapter *adapter, struct hs_questions *questions, FILE *out)
{
	struct hs_explanation *own = adapter->explanation;
	struct hs_question question;
	char why[HS_QUESTION_WHY];
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	enum hs_err err =
		arena ? hs_questions_next(questions, arena, &question, why) : HS_ERR_NOMEM;
	if (err != HS_OK || question.is_snapshot) {
		if (err == HS_OK)
			take_snapshot(adapter, &question);
		else if (err != HS_ERR_CLOSED)
			fprintf(stderr, "%s\n", err == HS_ERR_NOMEM ? hs_err_text(err) : why);
		hs_arena_destroy(arena);
		return err;
	}
	const struct hs_lane *lane = &adapter->lanes[lane_of(&question)];
	json_array_clear(own->outlets);
	own->decision[0] = '\0';
	free(own->reason);
	own->reason = NULL;
	take_notice(adapter, arena, &question);
	answer(adapter, lane, out);
	return HS_OK;
}

/* ---- the adapter ---- */

static enum hs_err
adapter_begin(struct hs_adapter *adapter, struct hs_explanation *explanation,
	const struct hs_adapter_ops *ops, const void *settings)
{
	adapter->ops = ops;
	adapter->settings = settings;
	adapter->explanation = explanation;
	explanation->adapter = adapter;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_lane_init(adapter, (enum hs_adapter_lane)i);
	if (adapter->settings->maintenance)
		return HS_OK;
	enum hs_err err = ops->open_dry(adapter, settings, &adapter->state);
	adapter->opened = err == HS_OK;
	return err;
}

static void
adapter_end(struct hs_adapter *adapter)
{
	if (adapter->opened)
		adapter->ops->close_dry(adapter->state);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_lane_free(&adapter->lanes[i]);
}

static enum hs_err
ask_all(struct hs_adapter *adapter, FILE *in, FILE *out)
{
	struct hs_questions questions;
	struct hs_buf bytes;
	enum hs_err err = hs_questions_read(in, &bytes);
	hs_questions_begin(&questions, bytes.bytes, bytes.len_bytes);
	if (err != HS_OK)
		fprintf(stderr, "the input cannot be taken: %s\n", hs_err_text(err));
	while (err == HS_OK)
		err = ask(adapter, &questions, out);
	hs_buf_free(&bytes);
	return err == HS_ERR_CLOSED ? HS_OK : err;
}

int
hs_explain(const struct hs_adapter_ops *ops, const void *settings, FILE *in, FILE *out)
{
	struct hs_explanation explanation = { .outlets = json_array() };
	struct hs_adapter *adapter = calloc(1, sizeof(*adapter));
	enum hs_err err = HS_ERR_NOMEM;
	int status = 1;
	if (!ops->open_dry || !ops->close_dry) {
		fprintf(stderr, "hansho-%s cannot explain\n", ops->name);
	} else if (adapter && explanation.outlets) {
		err = adapter_begin(adapter, &explanation, ops, settings);
		if (err != HS_OK)
			fprintf(stderr, "hansho-%s: %s\n", ops->name, hs_err_text(err));
		else
			status = ask_all(adapter, in, out) == HS_OK ? 0 : EXIT_INPUT;
		adapter_end(adapter);
	}
	json_decref(explanation.outlets);
	free(explanation.reason);
	free(adapter);
	return status;
}
