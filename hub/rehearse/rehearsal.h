/* rehearsal.h: the newest messages of a journal, converted once more with the rule tables of this program
 * (misissuance M11).
 *
 * Flow:    journal, read beside the hub (hs_journal_newest) → convert.h → compare.h → `message` for each that comes out
 *          otherwise → counts, and the word with which exactly this difference can be acknowledged.
 * Why here: it needs the gate's pipeline and the hub's journal, which must not know each other. This folder sees
 *          both; nothing but hub/cli sees this folder.
 * Word:    SHA-256 over digest of the tables, epoch, range of seqs and every difference. So nobody acknowledges what he
 *          has not seen: other tables, other messages or another difference have another word. The range is named
 *          (up_to), so that messages which come meanwhile do not change it.
 * Limits:  what tables do behind the journal (what is in force, texts of outlets, CAP that the feed writes) leaves
 *          no record to compare with. The names of the changed tables say that there is something to look at.
 * Threads: one.
 */
#ifndef HS_REHEARSE_REHEARSAL_H
#define HS_REHEARSE_REHEARSAL_H

#include "hub/core/activation.h"
#include "hub/rehearse/compare.h"

#define HS_REHEARSAL_WHY       HS_JOURNAL_WHY
/* Hexadecimal digits of the word: enough for no accident, few enough to copy by hand. */
#define HS_REHEARSAL_WORD_SIZE 17

/* A message that comes out otherwise. Borrowed for the call. */
struct hs_rehearsed_message {
	uint64_t seq;
	const hs_notice *notice; /* as recorded */
	const char *refusal;	 /* "": it is taken; else why it would be refused now */
	const struct hs_differences *differences;
};

struct hs_rehearsal {
	/* set by the caller */
	const char *journal;
	const char *
		gate; /* configuration of the gate that takes the documents; NULL: default limits */
	const struct hs_tables_version *version;
	uint64_t newest; /* so many messages */
	uint64_t up_to;	 /* up to this seq; 0: all */
	void (*message)(void *owner, const struct hs_rehearsed_message *message);
	void *owner;
	/* the result */
	struct hs_rehearsed seen;
	char epoch[HS_EPOCH_SIZE];
	char word[HS_REHEARSAL_WORD_SIZE];
	struct json_t *ran; /* entries of activation.h: tables that this journal was served with */
	char why[HS_REHEARSAL_WHY];
};

/* Once per process, before the first: prepares libxml2. */
void hs_rehearsal_setup(void);
/* HS_ERR_CONFIG and the errors of hs_journal_newest, with `why`. Freed by hs_rehearsal_free in any case. */
enum hs_err hs_rehearsal_run(struct hs_rehearsal *rehearsal) HS_MUST_CHECK;
void hs_rehearsal_free(struct hs_rehearsal *rehearsal);

#endif
