/* cbc_canary.h: canaries to cell broadcast centres (adapters/runtime/canary.h).
 *
 * Flow:    start → an order is made into words and pages within the limits of this centre, and thrown away
 *          → POST of an empty message whose last page is one octet too long, with the name, category and period of the
 *            settings: the centre looks at pages last, so 400 with a word of pages says that it is one, and would take
 *            the rest;
 *          → when ids has one for canaries: POST of an empty message under it, 201, DELETE, 200: that goes to the base
 *            stations, under an identifier that no phone shows. 200 to the POST is an alarm: nobody is connected.
 *          Anything else proves nothing, and says what to look at.
 * Owner:   the centre (cbc.c) creates it in open and destroys it in close. Threads: the loop's. It has an HTTP client of
 *          its own.
 */
#ifndef HS_CBC_CANARY_H
#define HS_CBC_CANARY_H

#include "adapters/runtime/runtime.h"
#include "adapters/telecom/cbc_settings.h"
#include "adapters/telecom/telecom_http.h"

struct hs_cbc_canaries;

enum hs_err hs_cbc_canaries_create(struct hs_adapter *adapter,
	const struct hs_adapter_settings *common, const struct hs_cbc *cbc,
	const struct hs_post_options *http, struct hs_cbc_canaries **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_cbc_canaries_destroy(struct hs_cbc_canaries *canaries);
/* NULL when that lane has none. */
const struct hs_canary *hs_cbc_canary_of(
	const struct hs_cbc_canaries *canaries, enum hs_adapter_lane lane);

#endif
