/* start.h: what a lane was told at its start of the notices that may still come: which are over, and which count as told by a
 * guess only.
 *
 * Flow:    the first snapshot of a history → hs_news_load: hs_start_over, hs_start_guess by rising seq → a notice comes:
 *          hs_start_guessed_from gives back what was guessed of it and of those after it, which come by themselves;
 *          hs_start_is_over: it is not said once more. Another history of the hub (runtime.h, on_restart) → zeroed.
 * Limits:  HS_START_MAX of each; of more, the oldest is forgotten: it rings once more, or stays told by a guess.
 * Owner:   the adapter's state embeds one for each lane. Threads: the loop's. Pure.
 */
#ifndef HS_JALERT_START_H
#define HS_JALERT_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HS_START_MAX 4096

struct hs_start {
	bool loaded;
	uint64_t loaded_seq; /* of the first snapshot */
	struct hs_start_seqs {
		uint64_t seqs[HS_START_MAX];
		size_t count; /* ever added */
	} over, guessed;
};

/* It was told, and so was its end. */
void hs_start_over(struct hs_start *start, uint64_t seq);
bool hs_start_is_over(const struct hs_start *start, uint64_t seq);
/* It is in force, and counts as told. */
void hs_start_guess(struct hs_start *start, uint64_t seq);
bool hs_start_is_guessed(const struct hs_start *start, uint64_t seq);
/* Takes the newest guess out that is not before seq. 0: there is none. */
uint64_t hs_start_guessed_from(struct hs_start *start, uint64_t seq);

#endif
