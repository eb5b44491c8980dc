#include "hub/core/shell_recover.h"

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
		err = hs_journal_stream(journal, verify_tail, recover_row, &recovery, why);
	}
	*out = recovery.core;
	return err;
}
