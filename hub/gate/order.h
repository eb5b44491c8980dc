/* order.h: from what a person chose in the form to the complete new snapshot, and what it changes.
 *
 * An EvacuationOrder names everything that is in force, so each act (issue, lift, cancel) is carried out on
 * what is in force now and written out whole: areas that the act does not touch stay as they are, with
 * the time at which they were ordered.
 * Flow:    active_reply → hs_order_standing_read → hs_order_plan(choice) → plan {areas, changes} → hs_order_write.
 * Rules:   one document per disaster: a plan continues the chosen document with the next revision.
 *          全域 replaces the districts at the same or a lower level; a district at a higher level stays.
 *          A cancel repeats the message that it takes back, what that one lifted included, and is never made by
 *          anything but the choice to cancel. What it does is computed, not guessed: the changes of its plan are
 *          the difference between what is in force and what stood before that message.
 *          Levels are compared within a disaster: an order for another disaster in the same district is a new one.
 * Owner:   everything lives in the arena that was given. Threads: any; no state, no clock.
 */
#ifndef HS_GATE_ORDER_H
#define HS_GATE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/gate/principal.h"
#include "schemas/notice.h"

#define HS_ORDER_WHOLE	    "全域"
#define HS_ORDER_BASIS_SIZE 33
#define HS_ORDER_KEY_SIZE   17

enum hs_order_act { HS_ORDER_ISSUE, HS_ORDER_LIFT, HS_ORDER_CANCEL };

/* A live document of the municipality. */
struct hs_order_document {
	const char *source, *id;
	uint32_t revision;
	const char *disaster_name;
	int64_t created_unix_us;
	bool own; /* of the form's own source: only these can be continued */
	bool closed; /* a cancel rolled it back: what stands goes on as a new document of the same disaster */
	bool over; /* all of it was lifted: nothing to continue, but the lift can be cancelled */
};

/* An area in force, of one document. */
struct hs_order_area {
	const char *name, *kana, *code, *sub_code;
	const char *key;  /* spelling for matching (schemas/area_key.h) */
	const char *term; /* Sort as sent */
	uint32_t level;	  /* 0: none */
	int64_t ordered_unix_us;
	const struct hs_order_document *document;
};

struct hs_order_standing {
	struct hs_order_document **documents;
	size_t document_count;
	struct hs_order_area **areas;
	size_t area_count;
	struct hs_order_area **lifted; /* named as 解除 by the newest message of an own document */
	size_t lifted_count;
	struct hs_order_area *
		*restored; /* in force of an own document once its newest message is taken back */
	size_t restored_count;
	char basis[HS_ORDER_BASIS_SIZE]; /* differs when anything in force differs */
};

/* In the order in which they are told. The first three are made by a cancel only. */
enum hs_order_change_kind {
	HS_ORDER_CHANGE_RETURNED,   /* was lifted or left out, and comes into force again */
	HS_ORDER_CHANGE_RESTORED,   /* goes back to the level before */
	HS_ORDER_CHANGE_TAKEN_BACK, /* ends */
	HS_ORDER_CHANGE_NEW,
	HS_ORDER_CHANGE_RAISED,
	HS_ORDER_CHANGE_LOWERED,
	HS_ORDER_CHANGE_STILL,
	HS_ORDER_CHANGE_LIFTED,
	HS_ORDER_CHANGE_ENDED, /* taken up by 全域 */
	HS_ORDER_CHANGE_COUNT
};

struct hs_order_change {
	enum hs_order_change_kind kind;
	const char *name;
	const char *from_term, *to_term; /* "" = none */
	uint32_t from_level, to_level;
	/* in force there besides, or NULL: for another disaster; where this ends, by any other document */
	const struct hs_order_area *beside;
};

/* What the person chose. */
struct hs_order_choice {
	enum hs_order_act act;
	uint32_t level; /* issue: 3, 4, 5 */
	bool whole;
	const char *areas;	 /* issue: one district a line, each `name` or `name,kana` */
	const char *document_id; /* the disaster that goes on; "" = a new one */
	const char *disaster_name, *hazard; /* of a new disaster */
	const char *const *lift_keys;	    /* lift: keys (hs_order_area_key) of the chosen areas */
	size_t lift_count;
	const char *reason; /* cancel */
	const char *complement;
	int64_t now_unix_us;
	const char *new_document_id; /* used when document_id is "" */
};

struct hs_order_plan {
	const struct hs_order_choice *choice;
	const struct hs_order_document *document; /* continued, or NULL */
	const char *document_id;
	uint32_t revision; /* of the new snapshot */
	const char *disaster_name;
	struct hs_order_area **in_force; /* of the new snapshot */
	size_t in_force_count;
	struct hs_order_area **lifted; /* named as 解除 in it */
	size_t lifted_count;
	struct hs_order_change **changes;
	size_t change_count;
	size_t touched;	  /* areas that the act names; of a cancel: those that it changes */
	size_t remaining; /* areas of the disaster in force afterwards, other documents included */
	bool jump; /* some area moves by two levels or more while its order goes on, or begins at level 5 */
	bool first; /* some area begins above level 3 */
};

enum hs_order_problem {
	HS_ORDER_FINE,
	HS_ORDER_NO_AREA,
	HS_ORDER_NO_LEVEL,
	HS_ORDER_NO_DISASTER,
	HS_ORDER_NO_DOCUMENT, /* the disaster that was chosen is over, or not ours */
	HS_ORDER_NO_REASON,
	HS_ORDER_LIFT_MIXED, /* areas of two disasters in one lift */
	HS_ORDER_TOO_MUCH,
	HS_ORDER_PROBLEM_COUNT
};

/* What is in force in the municipality, by the rules of schemas/active.h. own_source: the form's senderID;
 * own_code: its 6-digit code. Nothing in it points into the reply. false: no room. */
bool hs_order_standing_read(struct hs_arena *arena, const hs_active_reply *reply,
	const char *own_source, const char *own_code, struct hs_order_standing *out);
/* A short key of an area for a checkbox. */
void hs_order_area_key(const struct hs_order_area *area, char out[HS_ORDER_KEY_SIZE]);
/* Length in bytes of a blank at *text, the ideographic one too; 0 when there is none. */
size_t hs_order_blank_bytes(const char *text);
const char *hs_order_skip_blanks(const char *text);
/* The same place on the same track: a restricted zone (警戒区域) stands beside an order and is never
 * replaced by one. */
bool hs_order_same_place(const struct hs_order_area *a, const struct hs_order_area *b);

/* own_code: 6-digit code that the areas of the choice get. */
enum hs_order_problem hs_order_plan(struct hs_arena *arena,
	const struct hs_order_standing *standing, const char *own_code,
	const struct hs_order_choice *choice, struct hs_order_plan *out);
/* The document as XML (schemas/lalert_write). status: Actual or Exercise; headline as edited. Failure shows
 * in out->failed. */
void hs_order_write(struct hs_arena *arena, const struct hs_order_plan *plan,
	const struct hs_principal *principal, const char *status, const char *headline,
	struct hs_buf *out);

#endif
