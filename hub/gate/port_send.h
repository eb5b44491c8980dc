/* port_send.h: frames of the gate to its hub. Only submit_port.c uses it.
 *
 * A large submission comes packed by a worker, with request 0: its number stands behind it, so that the loop packs nothing.
 */
#ifndef HS_GATE_PORT_SEND_H
#define HS_GATE_PORT_SEND_H

#include "hub/base/link.h"
#include "hub/gate/submit_port.h"

enum hs_err hs_port_send(struct hs_link *link, const hs_link_frame *frame) HS_MUST_CHECK;
/* submit has its request number. Frees call->packed. */
enum hs_err hs_port_send_submit(
	struct hs_link *link, struct hs_port_call *call, hs_submit *submit) HS_MUST_CHECK;

#endif
