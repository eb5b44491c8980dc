#include "hub/rehearse/rehearsal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/pipeline.h"
#include "hub/rehearse/convert.h"

/* Recorded notice, submission, notice of today, both as JSON. */
#define MESSAGE_ARENA_BYTES (2 * (size_t)HS_SUBMISSION_ARENA_BYTES)
#define LINE_MAX_BYTES	    ((size_t)64 << 20)

struct run {
	struct hs_rehearsal *rehearsal;
	struct hs_gate_limits limits;
	uint8_t hash[HS_SHA256_BYTES]; /* over all that was seen so far */
};

static void
hash_text(struct run *run, const char *text)
{
	const struct hs_span spans[] = { { run->hash, sizeof(run->hash) }, { text, strlen(text) } };

	hs_sha256(spans, HS_COUNT(spans), run->hash);
}

/* Every text with its length, so that no two lists are the same bytes. */
static enum hs_err
hash_message(struct run *run, const struct hs_rehearsed_message *message)
{
	const struct hs_differences *list = message->differences;
	struct hs_buf line;
	bool failed;

	hs_buf_init(&line, LINE_MAX_BYTES);
	hs_buf_printf(&line, "%llu %zu:%s", (unsigned long long)message->seq,
		strlen(message->refusal), message->refusal);
	for (size_t i = 0; i < list->count; i++) {
		const char *const texts[] = { list->items[i]->field, list->items[i]->before,
			list->items[i]->after };

		for (size_t k = 0; k < HS_COUNT(texts); k++)
			hs_buf_printf(&line, " %zd:%s",
				texts[k] != NULL ? (ssize_t)strlen(texts[k]) : (ssize_t)-1,
				texts[k] != NULL ? texts[k] : "");
	}
	hash_text(run, hs_buf_text(&line));
	failed = line.failed;
	hs_buf_free(&line);
	return failed ? HS_ERR_NOMEM : HS_OK;
}

static enum hs_err
tell(struct run *run, uint64_t seq, const hs_notice *recorded, const char *refusal,
	const struct hs_differences *differences)
{
	struct hs_rehearsal *rehearsal = run->rehearsal;
	const struct hs_rehearsed_message message = { seq, recorded, refusal, differences };

	rehearsal->seen.messages++;
	if (differences->count == 0 && refusal[0] == '\0')
		return HS_OK;
	rehearsal->seen.differing++;
	rehearsal->seen.differences += differences->count + (refusal[0] != '\0');
	rehearsal->message(rehearsal->owner, &message);
	return hash_message(run, &message);
}

static enum hs_err
rehearse_record(struct run *run, struct hs_arena *arena, const struct hs_row *row)
{
	struct hs_differences differences = { 0 };
	struct hs_converted converted = { 0 };
	hs_journal_record *record;
	enum hs_err err = hs_message_unpack(arena, &hansho__v1__journal_record__descriptor,
		row->body.bytes, row->body.len_bytes, HS_FRAME_MAX_BYTES, &record);

	if (err == HS_OK && (record->notice == NULL || record->notice->document == NULL))
		err = HS_ERR_CORRUPT;
	if (err == HS_OK)
		err = hs_convert_again(
			arena, &run->limits, record->notice, row->original, &converted);
	if (err == HS_OK && converted.notice != NULL)
		err = hs_compare(arena, record->notice, converted.notice, &differences);
	return err == HS_OK ? tell(run, row->seq, record->notice, converted.refusal, &differences)
			    : err;
}

static enum hs_err
on_row(void *owner, const struct hs_row *row)
{
	struct run *run = owner;
	struct hs_arena *arena = hs_arena_create(MESSAGE_ARENA_BYTES);
	enum hs_err err = arena != NULL ? rehearse_record(run, arena, row) : HS_ERR_NOMEM;

	hs_arena_destroy(arena);
	if (err != HS_OK)
		snprintf(run->rehearsal->why, sizeof(run->rehearsal->why), "seq %llu: %s",
			(unsigned long long)row->seq, hs_err_text(err));
	return err;
}

static void
finish(struct run *run, const struct hs_journal_look *look)
{
	struct hs_rehearsal *rehearsal = run->rehearsal;
	char head[256];

	memcpy(rehearsal->epoch, look->epoch, sizeof(rehearsal->epoch));
	rehearsal->seen.up_to = look->up_to;
	snprintf(head, sizeof(head), "%s %s %llu %llu", rehearsal->version->digest,
		rehearsal->epoch, (unsigned long long)look->up_to,
		(unsigned long long)rehearsal->seen.messages);
	hash_text(run, head);
	hs_hex(run->hash, HS_REHEARSAL_WORD_SIZE / 2, rehearsal->word);
	rehearsal->ran = json_loads(hs_buf_text(&look->tables), 0, NULL);
}

void
hs_rehearsal_setup(void)
{
	hs_pipeline_setup();
}

enum hs_err
hs_rehearsal_run(struct hs_rehearsal *rehearsal)
{
	struct run run = { .rehearsal = rehearsal };
	struct hs_journal_look look = { .path = rehearsal->journal,
		.up_to = rehearsal->up_to,
		.count = rehearsal->newest,
		.visit = on_row,
		.owner = &run };
	enum hs_err err;

	rehearsal->seen = (struct hs_rehearsed){ 0 };
	rehearsal->why[0] = '\0';
	err = hs_convert_limits(rehearsal->gate, &run.limits, rehearsal->why);
	if (err != HS_OK)
		return err;
	err = hs_journal_newest(&look);
	if (err == HS_OK)
		finish(&run, &look);
	else if (look.why[0] != '\0')
		memcpy(rehearsal->why, look.why, sizeof(rehearsal->why));
	hs_buf_free(&look.tables);
	return err;
}

void
hs_rehearsal_free(struct hs_rehearsal *rehearsal)
{
	json_decref(rehearsal->ran);
	rehearsal->ran = NULL;
}
