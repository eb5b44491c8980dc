#include "hub/core/shell_recover.h"

#include <stdio.h>

#include "hub/base/log.h"

#define NOTE_MAX_BYTES ((size_t)64 << 20)

struct recovery {
	struct hs_core *core;
	bool again; /* the note was wrong */
};

static enum hs_err
recover_row(void *owner, const struct hs_row *row)
{
	struct recovery *recovery = owner;
	enum hs_err err = hs_core_recover(recovery->core, row);

	recovery->again = err == HS_ERR_AGAIN;
	return err;
}

static void
use_note(struct hs_journal *journal, struct hs_core *core)
{
	struct hs_buf note;

	hs_buf_init(&note, NOTE_MAX_BYTES);
	if (hs_journal_read_meta(journal, HS_META_NOTE, &note) == HS_OK && note.len_bytes > 0)
		hs_core_recover_state(core, (struct hs_span){ note.bytes, note.len_bytes });
	hs_buf_free(&note);
}

struct proof {
	struct hs_journal *journal;
	struct hs_journal_rows rows;
	uint64_t recent_seq; /* from here on all are looked at, UINT64_MAX: none */
	uint64_t bad_seq;
};

/* What is read is compared with the chain; a notice that is not there is as bad. */
static void
prove_from(struct proof *proof, uint64_t seq, uint32_t limit)
{
	if (hs_journal_read(proof->journal, seq - 1, limit, false, &proof->rows) != HS_OK ||
		proof->rows.count == 0)
		proof->bad_seq = seq;
}

static void
prove_one(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	struct proof *proof = owner;

	(void)notice;
	(void)len_bytes;
	if (proof->bad_seq == 0 && seq < proof->recent_seq)
		prove_from(proof, seq, 1);
}

static void
prove_recent(struct proof *proof, const struct hs_core *core)
{
	struct hs_core_stats stats;
	uint64_t seq = proof->recent_seq;

	hs_core_stats(core, &stats);
	while (seq <= stats.newest_seq && proof->bad_seq == 0) {
		prove_from(proof, seq, HS_READ_ROWS_MAX);
		seq += proof->rows.count;
	}
}

static enum hs_err
prove(struct hs_journal *journal, const struct hs_core *core, char *why)
{
	struct proof proof = { .journal = journal, .recent_seq = hs_core_oldest_recent(core) };

	if (proof.recent_seq == 0)
		proof.recent_seq = UINT64_MAX;
	hs_core_each_active(core, prove_one, &proof);
	prove_recent(&proof, core);
	hs_journal_rows_free(&proof.rows);
	if (proof.bad_seq == 0)
		return HS_OK;
	snprintf(why, HS_JOURNAL_WHY,
		"journal: notice %llu, or one of the 63 after it, does not fit its hash; run "
		"'hansho journal check FILE' and restore a good copy",
		(unsigned long long)proof.bad_seq);
	return HS_ERR_CORRUPT;
}

enum hs_err
hs_shell_recover(struct hs_journal *journal, const struct hs_core_options *options,
	uint64_t verify_tail, struct hs_core **out, char *why)
{
	struct recovery recovery = { .core = hs_core_create(options) };
	enum hs_err err;

	use_note(journal, recovery.core);
	err = hs_journal_stream(journal, verify_tail, recover_row, &recovery, why);
	if (recovery.again) {
		hs_warn("hub.note_ignored", "reason=digest_differs");
		hs_core_destroy(recovery.core);
		recovery = (struct recovery){ .core = hs_core_create(options) };
		err = hs_journal_stream(journal, UINT64_MAX, recover_row, &recovery, why);
	}
	if (err == HS_OK)
		err = prove(journal, recovery.core, why);
	*out = recovery.core;
	return err;
}
