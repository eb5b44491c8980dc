/* telecom_result.h: what became of a mail after a carrier took it (配信結果): asked for until it is told.
 *
 * Flow:    a mail was taken → hs_telecom_results_expect → (the receipt ACCEPTED leaves) → begin → GET RESULT_URL + key
 *          → 200 {"state":"pending"|"broadcast"|"failed","reason":"…"} → pending, 404, 5xx, no answer: again after a
 *          pause that grows to 30 s; broadcast: receipt DISPLAYED; failed: receipt FAILED with the reason.
 *          After result_wait_ms nothing more is asked: ACCEPTED stays the last that is known, and says so.
 * Restart: what was taken within result_wait_ms, by the hub's past (runtime.h), is asked for anew, without a word when nothing comes of
 *          it: its result may have been told before.
 * Limits:  in memory, HS_RESULTS_MAX at a time, the oldest is given up for a new one.
 * Owner:   the carrier. Threads: the loop's. It has an HTTP client of its own, so that no mail waits for a question.
 */
#ifndef HS_TELECOM_RESULT_H
#define HS_TELECOM_RESULT_H

#include "adapters/runtime/runtime.h"
#include "adapters/telecom/telecom_http.h"
#include "adapters/telecom/telecom_settings.h"

#define HS_RESULTS_MAX 256

struct hs_telecom_results;
struct hs_telecom_result;

struct hs_telecom_result_of {
	enum hs_adapter_lane lane;
	const char *epoch;
	uint64_t seq;
	const char *outlet;
	const char *key;       /* Idempotency-Key of the mail */
	int64_t since_unix_us; /* of the past: when it was accepted at the latest; 0: it was taken now */
};

enum hs_err hs_telecom_results_open(struct hs_adapter *adapter, const struct hs_carrier *carrier,
	const struct hs_post_options *http, struct hs_telecom_results **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_telecom_results_close(struct hs_telecom_results *results);
/* Copies what it needs; takes the place of an earlier one of the same mail. NULL results, too old, or no memory: NULL. */
struct hs_telecom_result *hs_telecom_results_expect(
	struct hs_telecom_results *results, const struct hs_telecom_result_of *of);
/* Begins to ask. NULL is allowed. */
void hs_telecom_results_begin(struct hs_telecom_result *result);

/* What an answer tells; pure. reason: of a failure, UTF-8, at most size - 1 bytes. */
enum hs_result_told { HS_RESULT_PENDING, HS_RESULT_BROADCAST, HS_RESULT_FAILED };
enum hs_result_told hs_telecom_result_read(
	long status, const char *reply, char *reason, size_t size);

#endif
