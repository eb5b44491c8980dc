/* record.h: one row of the journal, and a look into it that costs next to nothing.
 *
 * Flow:   intake builds JournalRecord → packed body → row → journal; back: row → hs_record_look →
 *         hs_notice_look, which read single fields from the packed bytes (wire.h).
 * Format: JournalRecord in schemas/link.proto. The original bytes (the sender's document) stand beside
 *         the body in a column of their own, so that reading notices does not read them.
 * Owner:  looks borrow from the body that they were made from.
 */
#ifndef HS_CORE_RECORD_H
#define HS_CORE_RECORD_H

#include "hub/base/hash.h"
#include "hub/base/shared.h"
#include "hub/core/reach.h"
#include "schemas/area_set.h"
#include "schemas/notice.h"

#define HS_ID_BYTES 16 /* submission ids and document keys: the first half of a SHA-256 */
#define HS_ID_HEX   (2 * HS_ID_BYTES + 1)

/* A row as the journal stores it. Borrowed wherever it is handed over. Whoever keeps it copies its bytes, or, where it has
 * owners (a large one that was opened aside, opened.h), takes references of these. */
struct hs_row {
	uint64_t pos; /* 1… without holes */
	uint64_t seq; /* TYPE_NOTICE: 1… without holes; else 0 */
	int64_t unix_us;
	int type; /* HS_RECORD(…) */
	struct hs_span body;
	struct hs_span original; /* empty when it was not asked for, or there is none */
	const uint8_t
		*original_sha256; /* of it, where that is known; NULL: nobody has computed it */
	struct hs_row_store {
		uint64_t
			number; /* its bulk and its original are on disk in pieces (stored.h); 0: no */
		size_t bulk_bytes; /* the last ones of body */
		/* What the pieces hold instead (base/press.h); empty: the bytes themselves. */
		struct hs_span pressed_bulk, pressed_original;
	} store;
	struct hs_row_owners {
		struct hs_shared *body, *original, *reading, *pressed; /* NULL: none */
	} owners;
};

/* References of them for somebody who keeps the row; given back by hs_row_unref. */
void hs_row_ref(const struct hs_row *row);
void hs_row_unref(const struct hs_row *row);

struct hs_record_look {
	int type;
	uint64_t seq;
	int64_t unix_us;
	uint64_t ack_seq;
	struct hs_span id; /* 32 hexadecimal digits */
	struct hs_span principal;
	struct hs_span peer;
	struct hs_span content; /* 32 bytes */
	struct hs_span notice;	/* packed */
};

struct hs_notice_look {
	int mode;
	int kind;
	int action;
	uint32_t revision;
	uint32_t level;		/* the higher of level and equivalent level; 0 none */
	bool moments;		/* Document.moments */
	uint32_t order;		/* Document.order: among equal moments */
	bool ended;		/* Document.ended */
	size_t supersedes;	/* entries of Document.supersedes */
	struct hs_reach before; /* Document.kinds_before, level_before and follows */
	struct hs_span source;
	struct hs_span document;
	struct hs_span event; /* Document.event */
	struct hs_span first_source, first_document,
		first_event; /* Document.first; empty: it has none */
};

/* HS_ERR_CORRUPT: no packed JournalRecord. */
enum hs_err hs_record_look(struct hs_span body, struct hs_record_look *out) HS_MUST_CHECK;
enum hs_err hs_notice_look(struct hs_span notice, struct hs_notice_look *out) HS_MUST_CHECK;
/* Calls visit for the code of each area of a packed notice until it returns false. */
void hs_notice_each_area(
	struct hs_span notice, bool (*visit)(void *owner, struct hs_span code), void *owner);

/* Calls visit for the key of each document that a packed notice supersedes (hs_superseded_id). */
void hs_notice_each_superseded(struct hs_span notice, const struct hs_notice_look *look,
	void (*visit)(void *owner, const uint8_t key[HS_ID_BYTES]), void *owner);
/* The key of the document that a cancel's event was first told in: who heard that one hears the cancel. false: it is none, or is
 * its own. */
bool hs_first_key(const struct hs_notice_look *look, uint8_t out[HS_ID_BYTES]);
/* The key of the document that one entry of a notice's supersedes names; false: it names none. */
bool hs_superseded_key(
	const struct hs_notice_look *look, struct hs_span entry, uint8_t out[HS_ID_BYTES]);

/* Adds the codes of a packed notice's areas and of its areas_before to `out`: all that its document has been
 * addressed to, this revision included. A code of no place counts as its prefecture, so that a set is never larger
 * than the table of places. */
enum hs_err hs_notice_areas_told(struct hs_span notice, struct hs_area_set *out) HS_MUST_CHECK;

/* Calls visit for each key of JournalRecord.displaced. */
void hs_record_each_displaced(struct hs_span body,
	void (*visit)(void *owner, const uint8_t key[HS_ID_BYTES]), void *owner);

/* The first half of SHA-256 over "mode|source|document id": the document's key. */
void hs_document_id(
	int mode, struct hs_span source, struct hs_span document, uint8_t out[HS_ID_BYTES]);
/* The same of a text that hs_document_key made. */
void hs_document_key_id(const char *document_key, uint8_t out[HS_ID_BYTES]);
/* The same over "mode|source|document id|revision|content in hexadecimal", with "|cancel" behind it
 * for a cancel: a cancel whose content equals that of its order must not pass for a duplicate. */
void hs_submission_id(const struct hs_notice_look *notice, const uint8_t content[HS_SHA256_BYTES],
	uint8_t out[HS_ID_BYTES]);
/* 32 hexadecimal digits into bytes; false when it is something else. */
bool hs_id_parse(struct hs_span text, uint8_t out[HS_ID_BYTES]);

/* hash(pos) of the chain (JournalRecord in schemas/link.proto); the hash before pos 1 is all zero. */
void hs_record_hash(const uint8_t before[HS_SHA256_BYTES], const struct hs_row *row,
	uint8_t out[HS_SHA256_BYTES]);

#endif
