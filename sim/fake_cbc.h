/* fake_cbc.h: the cell broadcast centre of cbc_model.h behind HTTP: the ECBE REST interface, at its own address.
 *
 * Format:  POST /api/ecbe/v1/message, DELETE /api/ecbe/v1/message/ID; all else is 404, as there.
 * Owner:   the process of the fakes. Threads: the loop's. Answers wait in timers; what is never answered stays open until
 *          the client gives it up.
 */
#ifndef HS_SIM_FAKE_CBC_H
#define HS_SIM_FAKE_CBC_H

#include <uv.h>

#include "hub/base/err.h"
#include "sim/cbc_model.h"

struct hs_fake_cbc;
/* listen: address:port. */
enum hs_err hs_fake_cbc_open(
	uv_loop_t *loop, const char *listen, struct hs_fake_cbc **out) HS_MUST_CHECK;
struct hs_cbc_model *hs_fake_cbc_model(struct hs_fake_cbc *cbc);
/* Frees itself. NULL is allowed. */
void hs_fake_cbc_close(struct hs_fake_cbc *cbc);

#endif
