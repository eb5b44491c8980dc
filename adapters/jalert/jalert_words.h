/* jalert_words.h: the sentences of an announcement. Pure; used by jalert_encode.c only. Texts live in
 * the caller's arena; NULL members mean that it is full. */
#ifndef HS_JALERT_WORDS_H
#define HS_JALERT_WORDS_H

#include "adapters/jalert/phrases.h"
#include "adapters/runtime/municipal.h"
#include "schemas/notice.h"

struct hs_words {
	const char *before; /* drills only, else "" */
	const char *call;   /* said twice */
	const char *body;
	const char *closing;
};

struct hs_words hs_words_make(
	struct hs_arena *arena, const hs_notice *notice, const struct hs_municipal *municipal);

/* What it is of an order: issue, lift, cancel; correct, drop: it is left out of a correction, of another message. */
const char *hs_words_phase(const hs_notice *notice, const struct hs_municipal *municipal);

/* The frame around what an alert says: 訓練 first and last in every sentence of a drill, also around the parts of `said` and
 * `easy`. false: the arena is full. */
bool hs_words_alert(struct hs_arena *arena, const hs_notice *notice, const struct hs_alert *alert,
	struct hs_saying *said, struct hs_saying *easy, struct hs_words *out);
/* The same for an order in easy Japanese; NULL: the arena is full. */
const char *hs_words_easy(struct hs_arena *arena, const hs_notice *notice, const char *easy);

#endif
