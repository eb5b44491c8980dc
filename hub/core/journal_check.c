/* The full check: what `hansho journal check` prints. It trusts nothing but the hashes. */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "hub/core/journal_db.h"

enum { NOTICE_ORIGINAL = 14, ORIGINAL_SHA256 = 2 };

struct check {
	struct hs_journal_report *report;
	struct hs_pieces pieces;
	uint8_t hash[HS_SHA256_BYTES]; /* of the record before */
	uint64_t stores;	       /* that records name */
};

static enum hs_err
bad(struct hs_journal_report *report, uint64_t pos, const char *what)
{
	report->bad_pos = pos;
	snprintf(report->text, sizeof(report->text),
		"record %llu: %s; all records before it are good: restore a copy, or keep the file "
		"as evidence and begin a new journal",
		(unsigned long long)pos, what);
	return HS_ERR_CORRUPT;
}

/* The hash of the original as the notice itself names it. */
static struct hs_span
named_hash(struct hs_span notice)
{
	struct hs_wire wire = hs_wire_of(notice.bytes, notice.len_bytes);
	struct hs_wire_field field;
	struct hs_span hash = { NULL, 0 };

	while (hs_wire_next(&wire, &field)) {
		struct hs_wire inner;

		if (field.number != NOTICE_ORIGINAL || field.bytes == NULL)
			continue;
		inner = hs_wire_of(field.bytes, field.len_bytes);
		while (hs_wire_next(&inner, &field)) {
			if (field.number == ORIGINAL_SHA256)
				hash = (struct hs_span){ field.bytes, field.len_bytes };
		}
	}
	return hash;
}

static const char *
what_is_wrong(const struct check *check, const struct hs_row *row)
{
	struct hs_record_look look;
	struct hs_span named;
	uint8_t hash[HS_SHA256_BYTES];
	uint64_t next_seq = check->report->newest_seq + 1;

	if (hs_record_look(row->body, &look) != HS_OK)
		return "its body is no JournalRecord";
	if (look.type != row->type || look.seq != row->seq || look.unix_us != row->unix_us)
		return "its columns and its body differ";
	if ((row->type == (int)HS_RECORD(NOTICE)) != (row->seq > 0))
		return "it has a seq though it is no notice, or the other way round";
	if (row->seq > 0 && row->seq != next_seq)
		return "its seq is not the next one";
	named = named_hash(look.notice);
	if (named.len_bytes > 0) {
		hs_sha256(&row->original, 1, hash);
		if (named.len_bytes != sizeof(hash) || memcmp(named.bytes, hash, sizeof(hash)) != 0)
			return "its original is not the one that its notice names";
	}
	return NULL;
}

static enum hs_err
check_row(struct check *check, sqlite3_stmt *statement)
{
	struct hs_journal_report *report = check->report;
	struct hs_row row;
	struct hs_span stored = hs_column(statement, 6);
	uint8_t hash[HS_SHA256_BYTES];
	const char *wrong;

	hs_column_row(statement, &row);
	row.original = hs_column(statement, 5);
	if (row.pos != report->records + 1)
		return bad(report, report->records + 1, "it is missing");
	if (hs_pieces_put(&check->pieces, &row, true) != HS_OK)
		return bad(report, row.pos, "its pieces are missing, or not those that it names");
	check->stores += check->pieces.stored;
	hs_pieces_hash(&check->pieces, check->hash, &row, hash);
	if (stored.len_bytes != sizeof(hash) || memcmp(stored.bytes, hash, sizeof(hash)) != 0)
		return bad(report, row.pos, "the chain of hashes breaks here");
	wrong = what_is_wrong(check, &row);
	if (wrong != NULL)
		return bad(report, row.pos, wrong);
	memcpy(check->hash, hash, sizeof(hash));
	report->records = row.pos;
	report->newest_seq = row.seq > 0 ? row.seq : report->newest_seq;
	hs_hex(hash, sizeof(hash), report->head_hash);
	return HS_OK;
}

static void
count_store(void *owner, uint64_t store)
{
	(void)store;
	++*(uint64_t *)owner;
}

static enum hs_err
check_records(sqlite3 *db, struct hs_journal_report *report)
{
	struct check check = { .report = report, .pieces = { .db = db } };
	sqlite3_stmt *statement;
	enum hs_err err = HS_OK;
	int rc = SQLITE_DONE;

	if (hs_journal_prepare(db,
		    "SELECT pos, seq, unix_us, type, body, original, hash FROM record ORDER BY pos",
		    &statement) != HS_OK)
		return bad(report, 1, "this file has no table of records");
	while (err == HS_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW)
		err = check_row(&check, statement);
	if (err == HS_OK && rc != SQLITE_DONE)
		err = bad(report, report->records + 1, sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	hs_pieces_free(&check.pieces);
	if (err == HS_OK && hs_pieces_each(db, count_store, &report->unnamed) != HS_OK)
		err = bad(report, 1, sqlite3_errmsg(db));
	if (err == HS_OK)
		report->unnamed -= check.stores;
	return err;
}

/* Indexes and free pages, which no record shows. */
static enum hs_err
check_pages(sqlite3 *db, struct hs_journal_report *report)
{
	sqlite3_stmt *statement;
	enum hs_err err = HS_ERR_CORRUPT;

	report->text[0] = '\0';
	if (hs_journal_prepare(db, "PRAGMA integrity_check(1)", &statement) == HS_OK) {
		if (sqlite3_step(statement) == SQLITE_ROW)
			snprintf(report->text, sizeof(report->text), "%.300s",
				(const char *)sqlite3_column_text(statement, 0));
		if (strcmp(report->text, "ok") == 0)
			err = HS_OK;
		else
			snprintf(report->text + strlen(report->text),
				sizeof(report->text) - strlen(report->text),
				": all records are good, the file around them is damaged: make a "
				"copy with sqlite3 FILE .dump, or restore one");
	}
	sqlite3_finalize(statement);
	return err;
}

static void
read_epoch(sqlite3 *db, struct hs_journal_report *report)
{
	sqlite3_stmt *statement;

	if (hs_journal_prepare(db, "SELECT value FROM meta WHERE name = 'epoch'", &statement) !=
		HS_OK)
		return;
	if (sqlite3_step(statement) == SQLITE_ROW)
		snprintf(report->epoch, sizeof(report->epoch), "%s",
			(const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

enum hs_err
hs_journal_check(const char *path, struct hs_journal_report *report)
{
	static const struct hs_pragma pragmas[] = {
		HS_JOURNAL_PRAGMAS,
	};
	sqlite3 *db = NULL;
	enum hs_err err;

	memset(report, 0, sizeof(*report));
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK) {
		snprintf(report->text, sizeof(report->text), "%s cannot be opened: %s", path,
			db == NULL ? "out of memory" : sqlite3_errmsg(db));
		sqlite3_close(db);
		return HS_ERR_NOT_FOUND;
	}
	err = hs_journal_pragmas(db, pragmas, HS_COUNT(pragmas), false, report->text);
	if (err == HS_OK) {
		read_epoch(db, report);
		err = check_records(db, report);
	}
	if (err == HS_OK)
		err = check_pages(db, report);
	if (err == HS_OK)
		err = hs_journal_head_check(db, path, report->epoch, report->text);
	if (err == HS_OK)
		snprintf(report->text, sizeof(report->text),
			"whole: %llu records, newest seq %llu%s",
			(unsigned long long)report->records, (unsigned long long)report->newest_seq,
			report->unnamed == 0
				? ""
				: "; beside them pieces of a large one that has no record: "
				  "nobody was told that it was taken, the next start removes them");
	sqlite3_close(db);
	return err;
}
