/* effects.h: what one step of the core wants done, in order.
 *
 * Flow:    hs_effects_reset → hs_core_step appends → the shell (or the simulation) carries out each effect
 *          in order → reset again. The list and its byte store are reused: no allocation in steady state.
 * Owner:   the caller. Bytes of an effect lie in the list's store and are valid until the next reset.
 * Threads: the loop's.
 */
#ifndef HS_CORE_EFFECTS_H
#define HS_CORE_EFFECTS_H

#include "hub/base/buf.h"
#include "hub/base/log.h"
#include "hub/core/record.h"

enum hs_effect_type {
	HS_EFFECT_APPEND, /* row → journal; all rows of one step enter the queue together */
	HS_EFFECT_SEND,	  /* frame → peer */
	HS_EFFECT_READ, /* notices after after_seq, or the record at pos, from the journal → event RECORDS with the ticket */
	HS_EFFECT_DROP, /* end the peer's connection */
	HS_EFFECT_LOG,
	HS_EFFECT_ALARM, /* alarm_command: event is "alarm" or "over", the text outlet NUL reason */
	HS_EFFECT_STATE, /* note of the active set → journal, beside the next commit (active_state.h) */
	HS_EFFECT_STORE, /* bulk and original of a large record → disk, in pieces → event STORED */
	HS_EFFECT_FORGET, /* remove these pieces: no record will name them */
	HS_EFFECT_TURN,	  /* event TURN when what else is ready has been handled */
	HS_EFFECT_STOP /* leave the loop with exit_code, after everything before it was carried out */
};

struct hs_effect {
	enum hs_effect_type type;
	uint32_t peer;
	uint64_t ticket; /* READ */
	uint64_t after_seq;
	uint32_t limit;
	bool originals;
	int exit_code;
	enum hs_log_level level; /* LOG: event is a stable id, the text key=value pairs */
	const char *event;
	uint64_t pos, seq; /* APPEND; READ of one record: its pos, else 0 */
	int64_t unix_us;
	int record_type;
	size_t at, len_bytes; /* in store: frame, body or text */
	size_t more_at,
		more_len_bytes; /* in store. APPEND: the original. SEND around a notice: what stands behind it */
	/* APPEND of a row with owners: it, with references; NULL else. STORE: likewise, the body being the bulk. SEND around a notice:
	 * likewise, the body being that */
	struct hs_row *row;
	uint64_t store; /* STORE, FORGET */
};

struct hs_unheard_outlet;

struct hs_effects {
	struct hs_effect *items;
	size_t count, room;
	struct hs_buf store;
};

void hs_effects_init(struct hs_effects *effects);
void hs_effects_free(struct hs_effects *effects);
void hs_effects_reset(struct hs_effects *effects);

/* The frame, body or text of an effect. Borrowed until the next append or reset. */
struct hs_span hs_effect_bytes(const struct hs_effects *effects, const struct hs_effect *effect);
/* The frame of a SEND, in order; how many. Borrowed likewise. */
#define HS_EFFECT_PIECES 3
size_t hs_effect_pieces(const struct hs_effects *effects, const struct hs_effect *effect,
	struct hs_span pieces[HS_EFFECT_PIECES]);
/* Of the pieces' large one; NULL: there is none. */
struct hs_shared *hs_effect_owner(const struct hs_effect *effect);
/* The row of an APPEND or a STORE. Borrowed likewise. */
struct hs_row hs_effect_row(const struct hs_effects *effects, const struct hs_effect *effect);

void hs_effects_append(struct hs_effects *effects, const struct hs_row *row);
/* row: owners, bulk as its body, original, store.number. */
void hs_effects_store(struct hs_effects *effects, const struct hs_row *row);
void hs_effects_forget(struct hs_effects *effects, uint64_t store);
/* Packs the frame once, for one peer. */
void hs_effects_frame(struct hs_effects *effects, uint32_t peer, const hs_link_frame *frame);
/* A frame that is already packed. */
void hs_effects_send(struct hs_effects *effects, uint32_t peer, struct hs_span frame);
/* A frame that the caller packs into the store between these two calls. */
struct hs_buf *hs_effects_send_begin(struct hs_effects *effects, uint32_t peer);
void hs_effects_send_end(struct hs_effects *effects);
/* In between, once: what is packed from here on stands behind these bytes, which are not copied. */
void hs_effects_send_around(
	struct hs_effects *effects, struct hs_span bytes, struct hs_shared *owner);
void hs_effects_read(struct hs_effects *effects, uint32_t peer, uint64_t ticket, uint64_t after_seq,
	uint32_t limit, bool originals);
/* Of the one record at pos, which need not be a notice that went out. */
void hs_effects_read_record(
	struct hs_effects *effects, uint32_t peer, uint64_t ticket, uint64_t pos);
void hs_effects_drop(struct hs_effects *effects, uint32_t peer);
void hs_effects_log(struct hs_effects *effects, enum hs_log_level level, const char *event,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* An outlet (name: peer, or peer/outlet) went silent ("alarm") or no longer is ("over"); words of the reason, before the notice. */
void hs_effects_alarm(struct hs_effects *effects, const char *what, const char *words,
	const char *peer, const struct hs_unheard_outlet *outlet);
/* What the caller packs into the store between begin and hs_effects_send_end. */
struct hs_buf *hs_effects_state_begin(struct hs_effects *effects);
void hs_effects_turn(struct hs_effects *effects);
void hs_effects_stop(struct hs_effects *effects, int exit_code);

#endif
