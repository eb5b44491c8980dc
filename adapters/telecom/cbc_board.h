/* cbc_board.h: what should stand at one centre in one lane: pieces, each of which is what a document says of a
 * municipality (or that it warns of an earthquake or tsunami), under an identifier. Pure: no clock, no network.
 *
 * Flow:    notice → pieces put → hs_cbc_board_content: all pieces under one identifier as one message, the newest first;
 *          what ends, runs out of time or was never sent is taken off.
 * Rules:   a centre has one place for each identifier, so pieces that share it are merged (cbc_words.h);
 *          of a (document, place, language) only the newest piece counts, under whatever identifier;
 *          another history of the hub, whose seqs begin anew, is newer than all that was put before: seqs on the board go on rising;
 *          a piece that is over is remembered (its cancel must find it), but is in no message.
 * Owner:   the board owns its pieces; at most HS_CBC_PIECES_MAX, of which the oldest that is over goes first, else the
 *          oldest. Contents live in the caller's arena. Threads: one.
 */
#ifndef HS_CBC_BOARD_H
#define HS_CBC_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/telecom/cbc_words.h"

#define HS_CBC_PIECES_MAX 2048
#define HS_CBC_AREA_SIZE  16
#define HS_CBC_NEVER	  INT64_MAX
#define HS_CBC_EPOCH_SIZE 80

enum hs_cbc_what {
	HS_CBC_ORDER, /* stands as long as its document does */
	HS_CBC_END,   /* a lift, a cancel, a mail: for its time */
	HS_CBC_ETWS   /* a primary warning, no text */
};

struct hs_cbc_piece {
	struct hs_cbc_piece *next; /* by falling seq */
	char *document_key;
	char area_code[HS_CBC_AREA_SIZE]; /* "" for ETWS */
	enum hs_cbc_language language;
	enum hs_cbc_what what;
	uint16_t message_id;
	uint64_t seq; /* of the board, as all of them here: hs_cbc_board_seq */
	uint32_t
		revision; /* ETWS that takes the place of one that was not sent, and is no graver: that one's */
	uint32_t rank;	    /* ETWS: how grave */
	uint32_t sent_rank; /* ETWS: the gravest of its document that was sent before it; 0: none */
	int warning_type;   /* ETWS: enum hs_cb_etws */
	int64_t until_unix_us; /* HS_CBC_NEVER: no end of its own */
	bool sent;	       /* it stood at the centre, or is owed */
	bool owed; /* in force when this process started, and known not to have been taken: other than what stands there */
	bool assumed; /* from before the start, and too old to be posted again */
	bool over;
	bool guessed; /* in force when this process started, and not known to have been sent */
	char *texts[HS_CBC_LENGTHS];
};

struct hs_cbc_board {
	struct hs_cbc_piece *pieces;
	size_t count;
	uint64_t base_seq; /* what seqs of the hub's history count from here */
	uint64_t top_seq;  /* the newest that was put */
	char epoch[HS_CBC_EPOCH_SIZE];
};

void hs_cbc_board_clear(struct hs_cbc_board *board);
/* The hub has another history, whatever its epoch: what comes is newer than all that was put. */
void hs_cbc_board_restart(struct hs_cbc_board *board);
/* The hub's history, which is at that seq. Another epoch, or less than what was put: another history (a journal that was restored
 * keeps its epoch). */
void hs_cbc_board_history(struct hs_cbc_board *board, const char *epoch, uint64_t seq);
/* Of a notice of that epoch; one of a history that is gone is older than all that came since. */
uint64_t hs_cbc_board_seq(const struct hs_cbc_board *board, const char *epoch, uint64_t seq);
/* Copies what it needs of `piece` (its texts from words). A piece of the same document, place and language goes; its
 * identifier is told in *old_id, 0 when there was none. HS_ERR_STALE: one of a newer notice is there, nothing changed. */
enum hs_err hs_cbc_board_put(struct hs_cbc_board *board, const struct hs_cbc_piece *piece,
	const struct hs_cbc_words *words, uint16_t *old_id) HS_MUST_CHECK;
/* ETWS: how grave what its document was broadcast for was; 0: never. */
uint32_t hs_cbc_piece_told_rank(const struct hs_cbc_piece *piece);
/* Over or not; NULL: none. */
struct hs_cbc_piece *hs_cbc_board_find(const struct hs_cbc_board *board, const char *document_key,
	const char *area_code, enum hs_cbc_language language);
/* What has run out of time is over. */
void hs_cbc_board_expire(struct hs_cbc_board *board, int64_t now_unix_us);
/* Orders that do not stand any more are over. */
void hs_cbc_board_prune(struct hs_cbc_board *board,
	bool (*stands)(const void *owner, const struct hs_cbc_piece *piece), const void *owner);
/* What this notice put and what was never sent is over. message_id 0: under any. */
void hs_cbc_board_drop(struct hs_cbc_board *board, uint64_t seq, uint16_t message_id);
/* A notice is delivered: guessed pieces of it, and of what came after it, go. They come by themselves, each behind what it
 * follows. */
void hs_cbc_board_forget(struct hs_cbc_board *board, uint64_t seq);
/* The guessed piece of this notice was not sent; whether one before it was is not known. */
void hs_cbc_board_doubt(struct hs_cbc_board *board, uint64_t seq);
/* What stands under the identifier was sent, up to that notice, and nothing of it is owed. */
void hs_cbc_board_sent(struct hs_cbc_board *board, uint16_t message_id, uint64_t seq);

/* It refused what is owed under the identifier: that is not tried again by itself. */
void hs_cbc_board_refused(struct hs_cbc_board *board, uint16_t message_id);

struct hs_cbc_content {
	bool any; /* false: nothing should stand there */
	bool etws;
	int warning_type;
	uint32_t rank;	       /* ETWS: how grave */
	const char *text;      /* "" for ETWS */
	const char *alert_key; /* names the alert for its message code */
	uint32_t revision;     /* all of its documents' together */
	int64_t until_unix_us; /* the last of its pieces' */
	size_t pieces, left_out;
	uint64_t seq; /* the newest in it */
	bool fresh;   /* a piece in it was never sent */
	bool owed;    /* one of them is */
	bool assumed; /* all of its pieces are */
};

/* The message under an identifier. HS_ERR_NOMEM. */
enum hs_err hs_cbc_board_content(const struct hs_cbc_board *board, struct hs_arena *arena,
	uint16_t message_id, int mode, int64_t pages_max, struct hs_cbc_content *out) HS_MUST_CHECK;

#endif
