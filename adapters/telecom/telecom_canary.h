/* telecom_canary.h: canaries to the endpoints of carriers (adapters/runtime/canary.h).
 *
 * Flow:    start → an order for a municipality that does not exist is encoded within the limits of this carrier, as
 *          mail, pages and document, which is thrown away: no text, no area and no page leaves
 *          → POST to the endpoint of the lane, header Idempotency-Key: TOKEN,
 *            {"canary":TOKEN,"carrier":NAME,"mode":"live"|"drill"}
 *          → the carrier's last hop that is not public answers 2xx {"canary":TOKEN,"carrier":NAME}
 *          → with canary_readback: GET canary_readback + TOKEN, 200 with the token in it: what was accepted and then
 *            dropped is noticed there.
 *          Any other status, answer, token or carrier proves nothing: the carrier took it and did not know it.
 * Owner:   the adapter creates it in open and destroys it in close, when no try is under way any more.
 * Threads: the loop's. It has an HTTP client of its own, so that it never has a connection that a mail waits for.
 */
#ifndef HS_TELECOM_CANARY_H
#define HS_TELECOM_CANARY_H

#include "adapters/runtime/runtime.h"
#include "adapters/telecom/telecom_settings.h"

struct hs_telecom_canaries;

/* Adds a canary for each endpoint of each lane that is configured. */
enum hs_err hs_telecom_canaries_create(struct hs_adapter *adapter,
	const struct hs_telecom_settings *settings, struct hs_telecom_canaries **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_telecom_canaries_destroy(struct hs_telecom_canaries *canaries);
/* Of one carrier of the settings; NULL when it has none on that lane, or canaries is NULL. */
const struct hs_canary *hs_telecom_canary_of(
	const struct hs_telecom_canaries *canaries, size_t carrier, enum hs_adapter_lane lane);

#endif
