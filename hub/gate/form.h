/* form.h: the pages for people: sign-in, the order's form, the check page, sending, the receipt.
 *
 * Flow:    GET / → POST /check (in words: what will change) → POST /send → GET /receipt/{id}.
 *          The check page carries the document as XML; what is sent is byte for byte what was checked, by
 *          the same intake as a machine's document. There is one way in.
 * Rules:   no script, no cookie but the signed session, a CSRF token in every POST; works by keyboard alone.
 *          The municipality is that of the sign-in. Nothing is kept between two requests.
 * Owner:   each open request owns its call. Threads: the loop's.
 */
#ifndef HS_GATE_FORM_H
#define HS_GATE_FORM_H

#include "hub/gate/gate.h"

/* Handlers of the route table; owner is the struct hs_gate. */
void hs_form_home(void *owner, const struct hs_http_request *request);
void hs_form_sign_in(void *owner, const struct hs_http_request *request);
void hs_form_sign_out(void *owner, const struct hs_http_request *request);
void hs_form_check(void *owner, const struct hs_http_request *request);
void hs_form_send(void *owner, const struct hs_http_request *request);
void hs_form_receipt(void *owner, const struct hs_http_request *request);
void hs_form_asset(void *owner, const struct hs_http_request *request);

#endif
