/* Submissions before the journal, answers after it. Between the two lies pending.h: nothing in it was
 * promised to anybody, and nothing of it was sent. What a record means is in core_take.c. */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "hub/core/core_state.h"
#include "hub/core/urgent.h"

#define BODY_MAX_BYTES	((size_t)HS_FRAME_MAX_BYTES * 2)
#define NAMES_MAX_BYTES 2048
#define LIST_MAX_BYTES	((size_t)4 << 20) /* what is in force, for one answer */

#define BIT(name) (1u << HS_FINDING_##name)

/* ---- before the journal ---- */

/* Into the journal's queue and among the pending; takes the next position. */
struct hs_pending_record *
hs_core_append(struct hs_core *core, struct hs_row *row)
{
	row->pos = core->journal.next_pos++;
	hs_effects_append(core->source.effects, row);
	return hs_pending_add(core->pending, row);
}

static void
reply_now(struct hs_core *core, const struct hs_waiting_reply *reply, const char *detail,
	const struct hs_in_force *in_force)
{
	uint64_t *const counters[] = { [HS_OUTCOME(ACCEPTED)] = &core->stats.accepted,
		[HS_OUTCOME(DUPLICATE)] = &core->stats.duplicates,
		[HS_OUTCOME(STALE)] = &core->stats.stale,
		[HS_OUTCOME(CONFLICT)] = &core->stats.conflicts,
		[HS_OUTCOME(REFUSED)] = &core->stats.refused,
		[HS_OUTCOME(UNAVAILABLE)] = &core->stats.unavailable };

	++*counters[reply->outcome];
	if (core->peers[reply->peer].connection == reply->connection)
		hs_answer_submit(
			core->source.effects, core->options.epoch, reply, detail, in_force);
}

/* Why nothing can be accepted now; 0 when it can. */
static unsigned
not_now(const struct hs_core *core)
{
	if (core->life != HS_CORE_RUNS)
		return BIT(STOPPING);
	if (hs_pending_count(core->pending) + core->journal.waiting->count >=
		core->options.ahead.pending_max)
		return BIT(BUSY);
	return hs_index_submissions(core->index) >= core->options.index_max ? BIT(JOURNAL_FULL) : 0;
}

/* The adapters that the route keeps out get a receipt that says so, in the same commit as the notice. */
static void
append_filtered(struct hs_core *core, uint64_t seq, const char *const reasons[HS_PEERS_MAX])
{
	struct hs_buf body;
	struct hs_row row = { .unix_us = core->source.unix_us, .type = HS_RECORD(RECEIPTS) };
	size_t count = 0;

	hs_buf_init(&body, BODY_MAX_BYTES);
	hs_wire_put_uint(&body, 1, HS_RECORD(RECEIPTS));
	hs_wire_put_uint(&body, 3, (uint64_t)row.unix_us);
	for (size_t i = 0; i < core->options.peer_count; i++) {
		const struct hs_core_peer *peer = &core->options.peers[i];
		struct hs_receipt_entry entry = { .seq = seq,
			.adapter = peer->name,
			.outlet = "",
			.state = HS_RECEIPT(FILTERED),
			.detail = reasons[i],
			.unix_us = row.unix_us };

		if (peer->kind != (int)HS_PEER(ADAPTER) || reasons[i] == NULL)
			continue;
		hs_receipt_write(&body, 8, &entry);
		count++;
	}
	HS_CHECK(!body.failed);
	row.body = (struct hs_span){ body.bytes, body.len_bytes };
	if (count > 0)
		hs_core_append(core, &row);
	hs_buf_free(&body);
}

static void
keep_superseded(void *owner, const uint8_t key[HS_ID_BYTES])
{
	hs_pending_supersede(owner, key);
}

/* Decides who gets it. Holders of what it replaces or ends get it too: what they hold has changed (P6). */
static void
route_applied(struct hs_core *core, struct hs_pending_record *record, struct hs_span packed,
	const struct hs_verdict *verdict)
{
	const char *reasons[HS_PEERS_MAX];
	struct hs_notice_look look;

	HS_CHECK(hs_notice_look(packed, &look) == HS_OK);
	hs_notice_each_superseded(packed, &look, keep_superseded, record);
	record->mask = hs_route_decide(core->route, packed, verdict->document.told, reasons);
	record->document.told |= record->mask;
	append_filtered(core, record->row.seq, reasons);
}

/* built: body and owners are there. */
static void
append_submission(struct hs_core *core, const hs_submit *submit, const struct hs_row *built,
	const struct hs_verdict *verdict, const struct hs_waiting_reply *reply)
{
	struct hs_row row = { .unix_us = core->source.unix_us,
		.type = verdict->record_type,
		.body = built->body,
		.original = { submit->original.data, submit->original.len },
		.original_sha256 = built->original_sha256,
		.owners = built->owners };
	struct hs_pending_record *record;
	struct hs_record_look look;
	bool applied = verdict->record_type == (int)HS_RECORD(NOTICE);

	row.seq = applied ? core->journal.next_seq++ : 0;
	row.store = built->store;
	record = hs_core_append(core, &row);
	record->document = verdict->document;
	record->submission = (struct hs_known_submission){
		.outcome = verdict->outcome, .seq = row.seq, .unix_us = row.unix_us
	};
	memcpy(record->submission.id, verdict->id, HS_ID_BYTES);
	HS_CHECK(hs_pending_wait(record, reply));
	record->waiting->seq = row.seq;
	if (applied) {
		HS_CHECK(hs_record_look(row.body, &look) == HS_OK);
		route_applied(core, record, look.notice, verdict);
		if (!verdict->ended)
			hs_same_event_take(
				core->journal.same, row.seq, look.principal, submit->notice);
	}
}

/* A decision that needs no record of its own: now, or with the record that it rests on. */
static void
decide_without_record(
	struct hs_core *core, const struct hs_verdict *verdict, struct hs_waiting_reply *reply)
{
	reply->outcome = verdict->outcome;
	reply->findings = verdict->findings;
	reply->seq = verdict->seq;
	if (verdict->waits_for != NULL && hs_pending_wait(verdict->waits_for, reply))
		return;
	if (verdict->waits_for != NULL) { /* somebody repeats itself without end */
		reply->outcome = HS_OUTCOME(UNAVAILABLE);
		reply->findings = BIT(BUSY);
		reply->seq = 0;
	}
	reply_now(core, reply, NULL, NULL);
}

/* What a large one says was read beside the loop. NULL: it was not. */
static const struct hs_statements *
read_aside(const struct hs_opened *opened)
{
	const struct hs_reading *reading = opened != NULL && opened->reading != NULL
						   ? hs_shared_memory(opened->reading)
						   : NULL;

	return reading != NULL && reading->kept != NULL ? hs_kept_says(reading->kept) : NULL;
}

/* The record of one that was judged → journal, or refused. */
static void
build(struct hs_core *core, const struct hs_waiting_submit *waiting, struct hs_verdict *verdict,
	struct hs_waiting_reply *reply)
{
	const hs_submit *submit = waiting->submit;
	const struct hs_before_from from = { core->index, core->pending, core->active,
		read_aside(waiting->opened) };
	struct hs_before before = { 0 };
	struct hs_row built = { 0 };
	struct hs_buf body;
	enum hs_err err = HS_ERR_TOO_LARGE;

	hs_buf_init(&body, BODY_MAX_BYTES);
	if (hs_intake_date(waiting->arena, submit->notice, core->source.unix_us)) {
		hs_before_find(&from, submit, verdict, &before);
		err = waiting->opened != NULL
			      ? hs_intake_build_opened(waiting->opened, verdict, &before,
					core->journal.next_seq, core->source.unix_us, &built)
			      : hs_intake_build(waiting->arena, submit, verdict, &before,
					core->journal.next_seq, core->source.unix_us, &body);
	}
	if (waiting->opened == NULL)
		built.body = (struct hs_span){ body.bytes, body.len_bytes };
	if (err == HS_OK) {
		append_submission(core, submit, &built, verdict, reply);
		if (built.store.number > 0)
			waiting->opened->stage = HS_STORE_USED;
		hs_row_unref(&built);
	} else {
		reply->outcome = HS_OUTCOME(REFUSED);
		reply->findings = BIT(TOO_LARGE);
		reply_now(core, reply, NULL, NULL);
	}
	hs_before_free(&before);
	hs_buf_free(&body);
}

/* By another route. What its event was first told in is named. */
static unsigned
told_before(const struct hs_core *core, struct hs_arena *arena, hs_submit *submit)
{
	const struct hs_span principal = { submit->principal, strlen(submit->principal) };

	return hs_same_event_told(core->journal.same, arena, principal, submit->notice)
		       ? BIT(SAME_EVENT)
		       : 0;
}

static void
decide(struct hs_core *core, const struct hs_waiting_submit *waiting,
	struct hs_waiting_reply *reply)
{
	struct hs_arena *arena = waiting->arena;
	hs_submit *submit = waiting->submit;
	struct hs_active_word word;
	struct hs_verdict verdict;

	submit->notice->document->first = NULL; /* nobody else's word */
	hs_intake_name_cancel(arena, core->index, core->pending, submit);
	hs_intake_judge(submit, core->index, core->pending, &verdict);
	hs_hex(verdict.id, HS_ID_BYTES, reply->id);
	if ((verdict.findings & BIT(ENDED_SINCE)) != 0 &&
		hs_active_word_of(core->active, submit->notice, &word) && word.seq == verdict.seq)
		verdict.findings &= ~BIT(ENDED_SINCE); /* its end was cancelled: it stands again */
	if (verdict.record_type == 0) {
		decide_without_record(core, &verdict, reply);
		return;
	}
	if (core->journal.low && !hs_is_urgent(submit->notice)) {
		reply->outcome = HS_OUTCOME(UNAVAILABLE);
		reply->findings = BIT(DISK_RESERVED);
		reply_now(core, reply, NULL, NULL);
		return;
	}
	if (verdict.record_type == (int)HS_RECORD(NOTICE))
		verdict.findings |= hs_guard_look(arena, core->active, submit->notice) |
				    hs_guard_references(arena, core->index, core->active,
					    submit->notice, core->source.unix_us) |
				    told_before(core, arena, submit);
	if ((verdict.findings & BIT(SILENT_CHANGES)) != 0) {
		reply->outcome = HS_OUTCOME(REFUSED);
		reply->findings = BIT(SILENT_CHANGES);
		reply_now(core, reply, NULL, NULL);
		return;
	}
	reply->outcome = verdict.outcome;
	reply->findings = verdict.findings;
	build(core, waiting, &verdict, reply);
}

/* Its answer, as far as it is known before anything was judged. */
static struct hs_waiting_reply
reply_to(const struct hs_waiting_submit *submit)
{
	return (struct hs_waiting_reply){ .peer = submit->peer,
		.connection = submit->connection,
		.request = submit->submit->request };
}

void
hs_core_refuse(struct hs_core *core, const struct hs_waiting_submit *submit, int outcome,
	unsigned findings, const char *detail)
{
	struct hs_waiting_reply reply = reply_to(submit);

	reply.outcome = outcome;
	reply.findings = findings;
	reply_now(core, &reply, detail, NULL);
}

void
hs_core_submit(struct hs_core *core, const struct hs_waiting_submit *submit)
{
	struct hs_waiting_reply reply = reply_to(submit);
	unsigned busy = not_now(core);

	if (busy == 0)
		decide(core, submit, &reply);
	else
		hs_core_refuse(core, submit, HS_OUTCOME(UNAVAILABLE), busy, NULL);
}

bool
hs_core_receive(struct hs_core *core, const struct hs_waiting_submit *submit)
{
	const struct hs_waiting_journal journal = { hs_pending_count(core->pending),
		core->options.ahead.records };
	unsigned wrong = submit->opened != NULL
				 ? submit->opened->wrong
				 : hs_intake_check(submit->submit, core->options.mode);
	unsigned busy = not_now(core);

	if (wrong != 0)
		hs_core_refuse(core, submit, HS_OUTCOME(REFUSED), wrong, NULL);
	else if (busy != 0)
		hs_core_refuse(core, submit, HS_OUTCOME(UNAVAILABLE), busy, NULL);
	else if (!hs_waiting_passes(core->journal.waiting, &journal, submit)) {
		hs_waiting_add(core->journal.waiting, submit);
		return true;
	} else
		hs_core_submit(core, submit);
	return false;
}

void
hs_core_turn_away(struct hs_core *core, unsigned findings, const char *detail)
{
	struct hs_waiting_submit *submit;

	while ((submit = hs_waiting_any(core->journal.waiting)) != NULL) {
		hs_core_refuse(core, submit, HS_OUTCOME(UNAVAILABLE), findings, detail);
		hs_core_let_go(core, submit);
	}
}

/* ---- after the journal ---- */

static void
answer_waiting(struct hs_core *core, struct hs_pending_record *record, const struct hs_taken *taken)
{
	const char *vanished = hs_buf_text(&taken->vanished);

	for (struct hs_waiting_reply *reply = record->waiting; reply != NULL; reply = reply->next) {
		if (vanished[0] != '\0' && reply->outcome == (int)HS_OUTCOME(ACCEPTED))
			reply->findings |= BIT(VANISHED);
		reply_now(core, reply, vanished,
			reply->outcome == (int)HS_OUTCOME(ACCEPTED) ? &taken->in_force : NULL);
	}
}

static void
take_pending(struct hs_core *core, struct hs_pending_record *record)
{
	struct hs_record_look look;
	struct hs_taken taken = { .arena = hs_arena_create(LIST_MAX_BYTES),
		.prepared = &record->prepared };

	HS_CHECK(taken.arena != NULL);
	hs_buf_init(&taken.vanished, NAMES_MAX_BYTES);
	HS_CHECK(hs_record_look(record->row.body, &look) == HS_OK);
	if (!record->again)
		HS_CHECK(hs_core_take_record(core, &record->row, &look, &taken) == HS_OK);
	core->journal.committed_pos = record->row.pos;
	if (taken.vanished.len_bytes > 0)
		hs_effects_log(core->source.effects, HS_LOG_WARN, "hub.area_vanished", "seq=%llu",
			(unsigned long long)record->row.seq);
	answer_waiting(core, record, &taken);
	hs_buf_free(&taken.vanished);
	hs_arena_destroy(taken.arena);
}

void
hs_core_committed(struct hs_core *core, const struct hs_event *event)
{
	struct hs_pending_record *record;

	while ((record = hs_pending_first(core->pending)) != NULL &&
		record->row.pos <= event->pos) {
		record = hs_pending_pop(core->pending);
		take_pending(core, record);
		hs_pending_free(record);
	}
	hs_core_resume_receipts(core);
	hs_core_pump(core);
	hs_core_note_state(core, false);
	if (core->life == HS_CORE_STOPS && hs_pending_count(core->pending) == 0)
		hs_core_finish(core, 0, "stopping");
}

void
hs_core_commit_failed(struct hs_core *core, const struct hs_event *event)
{
	struct hs_pending_record *record;

	hs_effects_log(core->source.effects, HS_LOG_ERROR,
		event->lost ? "hub.journal_failed" : "hub.disk_full",
		"pending=%zu reason=\"%.100s\"", hs_pending_count(core->pending), event->reason);
	while ((record = hs_pending_pop(core->pending)) != NULL) {
		for (struct hs_waiting_reply *reply = record->waiting; reply != NULL;
			reply = reply->next) {
			reply->outcome = HS_OUTCOME(UNAVAILABLE);
			reply->findings = event->lost ? BIT(JOURNAL_FAILED) : BIT(DISK_FULL);
			reply->seq = 0;
			reply_now(core, reply, event->reason, NULL);
		}
		if (record->again)
			hs_core_hold(core, record);
		if (record->row.store.number > 0)
			hs_effects_forget(core->source.effects, record->row.store.number);
		hs_pending_free(record);
	}
	hs_same_event_cut(core->journal.same, core->source.newest_seq);
	hs_core_turn_away(core, event->lost ? BIT(JOURNAL_FAILED) : BIT(DISK_FULL), event->reason);
	core->journal.next_pos = core->journal.committed_pos + 1;
	core->journal.next_seq = core->source.newest_seq + 1;
	hs_core_pause_receipts(core);
	if (event->lost)
		hs_core_finish(core, 1, "journal_failed");
	else if (core->life == HS_CORE_STOPS)
		hs_core_finish(core, 0, "stopping");
}
