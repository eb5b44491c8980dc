/* activation.h: with which rule tables a hub may serve its journal (misissuance M11).
 *
 * Why:     one changed row of a table can turn an ordinary warning into an emergency for everybody. So other tables
 *          than before act only when somebody has seen what they would have made of the messages in the journal.
 * Flow:    hansho rehearse (hub/rehearse) → hs_acknowledged_add → FILE.tables beside the journal
 *          start of the hub → what ran before (meta "tables") and what was acknowledged → hs_activation_start →
 *          go on, or refuse with the command to run.
 * Rules:   tables that ran on this journal may run again: going back must be quick in the night it is needed.
 *          Acknowledged is a digest for one journal (epoch): tables of the coming program can be acknowledged while
 *          the old hub runs, and the old one can still be started again.
 *          The first start on a journal, and a journal without notices, take the tables that are there.
 * Owner:   the hub alone writes the journal, hansho rehearse alone the file, whole and at once (rename, synced).
 * Format:  both are JSON arrays of entries, oldest first, at most HS_ACTIVATIONS_MAX:
 *          {tables, epoch, by, at, unix_us, messages, differing, differences, up_to, rows: {name: sha256}}
 * Threads: one.
 */
#ifndef HS_CORE_ACTIVATION_H
#define HS_CORE_ACTIVATION_H

#include <stdbool.h>

#include "hub/core/journal.h"
#include "schemas/tables_version.h"

struct json_t;

#define HS_ACTIVATIONS_MAX 100

/* What a rehearsal saw. */
struct hs_rehearsed {
	uint64_t messages;    /* that were looked at */
	uint64_t differing;   /* of them: that come out otherwise */
	uint64_t differences; /* fields, over all of them */
	uint64_t up_to;	      /* seq of the newest of them */
};

/* ---- entries ---- */

/* Never NULL; the caller's. */
struct json_t *hs_activation_entry(const struct hs_tables_version *version, const char *epoch,
	const char *by, int64_t unix_us, const struct hs_rehearsed *rehearsed);
/* The newest entry with that digest; epoch NULL: of whatever journal. NULL: none. Borrowed. */
const struct json_t *hs_activation_find(
	const struct json_t *entries, const char *digest, const char *epoch);
/* Names of the tables that differ from those of the entry, blank-separated. */
void hs_activation_changed(
	const struct json_t *entry, const struct hs_tables_version *version, struct hs_buf *out);

/* ---- acknowledged.c: FILE.tables ---- */

/* *out: the entries, empty when there is no file; the caller's. HS_ERR_CORRUPT, HS_ERR_IO with `why`
 * (HS_JOURNAL_WHY bytes). */
enum hs_err hs_acknowledged_read(const char *journal, struct json_t **out, char *why) HS_MUST_CHECK;
/* Adds the entry, which it takes. On disk when it returns HS_OK. */
enum hs_err hs_acknowledged_add(const char *journal, struct json_t *entry, char *why) HS_MUST_CHECK;

/* ---- the start of a hub ---- */

enum hs_activation_state {
	HS_TABLES_FIRST,	/* nothing to rehearse on, or no tables were noted before */
	HS_TABLES_RAN,		/* ran on this journal before */
	HS_TABLES_ACKNOWLEDGED, /* act for the first time */
	HS_TABLES_OTHER		/* nobody has seen what they do */
};
/* A pure decision over both lists; NULL is an empty one. */
enum hs_activation_state hs_activation_judge(const struct json_t *ran,
	const struct json_t *acknowledged, const char *digest, const char *epoch,
	uint64_t newest_seq);

struct hs_activation {
	struct hs_tables_version version;
	bool unrehearsed; /* started all the same */
	const char **
		known; /* digests that a gate may have; none: any. Borrowed from `ran`, `acknowledged` */
	size_t known_count;
	struct json_t *ran, *acknowledged;
};

/* Before hs_journal_start. unrehearsed: the configuration says that it is to go on in any case. HS_ERR_REFUSED with
 * `why`: what is to be run first. *out is set in any case and is freed by hs_activation_free. */
enum hs_err hs_activation_start(struct hs_journal *journal, const char *path, uint64_t newest_seq,
	bool unrehearsed, struct hs_activation *out, char *why) HS_MUST_CHECK;
void hs_activation_free(struct hs_activation *activation);

#endif
