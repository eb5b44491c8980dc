#include "hub/gate/port_send.h"

#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/shared.h"

enum hs_err
hs_port_send(struct hs_link *link, const hs_link_frame *frame)
{
	struct hs_buf packed;
	enum hs_err err = HS_ERR_TOO_LARGE;

	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(frame, &packed);
	if (!packed.failed)
		err = hs_link_send(link, packed.bytes, packed.len_bytes);
	hs_buf_free(&packed);
	return err;
}

/* The queue of the link may hold it when we are done; where there is no memory to say so, it copies. */
static enum hs_err
send_packed(struct hs_link *link, struct hs_buf *packed, uint64_t request)
{
	struct hs_submit_edges edges;
	enum hs_err err;

	hs_submit_edges(request, packed->len_bytes, &edges);
	const struct hs_span pieces[] = { { edges.before, edges.before_bytes },
		{ packed->bytes, packed->len_bytes }, { edges.behind, edges.behind_bytes } };

	struct hs_shared *owner = hs_shared_create(packed->bytes, free);

	err = hs_link_send_pieces(link, pieces, HS_COUNT(pieces), owner);
	if (owner != NULL)
		hs_buf_init(packed, packed->max_bytes);
	hs_shared_unref(owner);
	hs_buf_free(packed);
	return err;
}

enum hs_err
hs_port_send_submit(struct hs_link *link, struct hs_port_call *call, hs_submit *submit)
{
	hs_link_frame frame;

	if (call->packed.len_bytes > 0)
		return send_packed(link, &call->packed, submit->request);
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SUBMIT;
	frame.submit = submit;
	return hs_port_send(link, &frame);
}
