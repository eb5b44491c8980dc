/* confirmed.h: which of the messages of one notice a station has confirmed: it gets one for each prefecture, all with the same seq.
 *
 * Flow:    hs_confirmed_expect of each prefecture → sent → the station's receipts → hs_confirmed_take → hs_confirmed_word.
 * Rules:   a receipt confirms the one message whose prefecture it names; one that names none confirms the first that was sent and of
 *          which this was not said yet, so that who confirms each message as it comes needs no names.
 *          What was not sent cannot be confirmed. The notice is confirmed when each of its messages is: displayed when all were,
 *          failed when one was not shown and failed.
 * Owner:   a value. Threads: any. Pure.
 */
#ifndef HS_BROADCASTER_CONFIRMED_H
#define HS_BROADCASTER_CONFIRMED_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/broadcaster/broadcaster_encode.h"

/* Prefectures "00" to "99", a bit each. */
struct hs_prefecture_set {
	uint64_t bits[2];
};

enum hs_confirmed_word {
	HS_CONFIRMED_RECEIVED,
	HS_CONFIRMED_DISPLAYED,
	HS_CONFIRMED_FAILED,
	HS_CONFIRMED_COUNT /* not by all yet */
};

struct hs_confirmed {
	struct hs_prefecture_set expected;
	struct hs_prefecture_set sent;
	struct hs_prefecture_set said[HS_CONFIRMED_COUNT];
};

void hs_confirmed_expect(struct hs_confirmed *confirmed, const char *prefecture);
void hs_confirmed_sent(struct hs_confirmed *confirmed, const char *prefecture);
bool hs_confirmed_any_sent(const struct hs_confirmed *confirmed);
/* Whether nothing was said of this one: it is sent again. */
bool hs_confirmed_is_open(const struct hs_confirmed *confirmed, const char *prefecture);
/* prefecture: "13", or NULL when the receipt names none. false: nothing was sent that it could be about. */
bool hs_confirmed_take(
	struct hs_confirmed *confirmed, enum hs_confirmed_word word, const char *prefecture);
/* Of all together. */
enum hs_confirmed_word hs_confirmed_of(const struct hs_confirmed *confirmed);
/* What is told of the notice after that word of a station: one message that failed is told at once. COUNT: nothing yet. */
enum hs_confirmed_word hs_confirmed_told(
	const struct hs_confirmed *confirmed, enum hs_confirmed_word word);
/* HS_RECEIPT(…) */
int hs_confirmed_receipt(enum hs_confirmed_word word);

#endif
