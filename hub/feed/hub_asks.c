#include "hub/feed/hub_port_parts.h"

enum hs_err
hs_hub_port_receipt(struct hs_hub_port *port, const hs_receipt *receipt)
{
	hs_link_frame frame;
	union {
		const hs_receipt *in;
		hs_receipt *out;
	} read_only = { .in = receipt };

	hansho__v1__link_frame__init(&frame);
	if (!port->greeted)
		return HS_ERR_AWAY;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_RECEIPT;
	frame.receipt = read_only.out;
	return hs_hub_port_send(port, &frame);
}

static enum hs_err
send_fetch(struct hs_hub_port *port, Hansho__V1__Fetch *fetch, uint64_t *request)
{
	hs_link_frame frame;

	hansho__v1__link_frame__init(&frame);
	if (!port->greeted)
		return HS_ERR_AWAY;
	fetch->request = ++port->last_request;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_FETCH;
	frame.fetch = fetch;
	*request = fetch->request;
	return hs_hub_port_send(port, &frame);
}

enum hs_err
hs_hub_port_fetch(struct hs_hub_port *port, uint64_t after_seq, uint32_t limit, bool originals,
	uint64_t *request)
{
	Hansho__V1__Fetch fetch;

	hansho__v1__fetch__init(&fetch);
	fetch.after_seq = after_seq;
	fetch.limit = limit;
	fetch.originals = originals;
	return send_fetch(port, &fetch, request);
}

enum hs_err
hs_hub_port_fetch_area(struct hs_hub_port *port, uint64_t after_seq, uint32_t limit,
	const char *area_code, uint64_t *request)
{
	Hansho__V1__Fetch fetch;
	union {
		const char *in;
		char *out;
	} read_only = { .in = area_code };

	hansho__v1__fetch__init(&fetch);
	fetch.after_seq = after_seq;
	fetch.limit = limit;
	fetch.area_code = read_only.out;
	return send_fetch(port, &fetch, request);
}
