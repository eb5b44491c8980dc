/* port_ask.c: the questions that go through the port. See submit_port.h. */
#include <stdio.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/gate/port_parts.h"
#include "hub/gate/port_send.h"

static enum hs_err
ask(struct hs_submit_port *port, struct hs_port_row *row, struct hs_port_call *call,
	uint64_t request, const hs_link_frame *frame, int64_t wait_ms)
{
	enum hs_err err = hs_port_send(port->link, frame);

	if (err != HS_OK)
		return err == HS_ERR_CLOSED ? HS_ERR_AWAY : err;
	hs_port_table_take(&port->table, row, call, request,
		hs_clock_mono_us() + (port->options.answer_timeout_ms + wait_ms) * 1000);
	return HS_OK;
}

enum hs_err
hs_submit_port_status(struct hs_submit_port *port, struct hs_port_call *call, const char *id,
	uint32_t wait_ms, uint32_t version)
{
	hs_link_frame frame;
	hs_status_query query;
	char id_text[80];
	struct hs_port_row *row;
	enum hs_err err;

	hansho__v1__link_frame__init(&frame);
	hansho__v1__status_query__init(&query);
	err = hs_port_reserve(port, HS_PORT_LOOK, &row, &query.request);
	if (err != HS_OK)
		return err;
	(void)snprintf(id_text, sizeof(id_text), "%s", id);
	query.id = id_text;
	query.wait_ms = hs_port_table_wait_ms(&port->table, row, call->whose, wait_ms);
	query.version = version;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_STATUS_QUERY;
	frame.status_query = &query;
	return ask(port, row, call, query.request, &frame, (int64_t)query.wait_ms);
}

enum hs_err
hs_submit_port_list(struct hs_submit_port *port, struct hs_port_call *call, hs_list_query *query)
{
	hs_link_frame frame;
	struct hs_port_row *row;
	enum hs_err err = hs_port_reserve(port, HS_PORT_LOOK, &row, &query->request);

	if (err != HS_OK)
		return err;
	query->wait_ms = hs_port_table_wait_ms(&port->table, row, call->whose, query->wait_ms);
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_LIST_QUERY;
	frame.list_query = query;
	return ask(port, row, call, query->request, &frame, (int64_t)query->wait_ms);
}

enum hs_err
hs_submit_port_active(struct hs_submit_port *port, struct hs_port_call *call, const char *area_code)
{
	hs_link_frame frame;
	hs_active_query query;
	char code_text[16];
	struct hs_port_row *row;
	enum hs_err err;

	hansho__v1__link_frame__init(&frame);
	hansho__v1__active_query__init(&query);
	err = hs_port_reserve(port, HS_PORT_NEED, &row, &query.request);
	if (err != HS_OK)
		return err;
	(void)snprintf(code_text, sizeof(code_text), "%s", area_code);
	query.area_code = code_text;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_ACTIVE_QUERY;
	frame.active_query = &query;
	return ask(port, row, call, query.request, &frame, 0);
}

enum hs_err
hs_submit_port_alarms(struct hs_submit_port *port, struct hs_port_call *call)
{
	hs_link_frame frame;
	hs_alarm_query query;
	struct hs_port_row *row;
	enum hs_err err;

	hansho__v1__link_frame__init(&frame);
	hansho__v1__alarm_query__init(&query);
	err = hs_port_reserve(port, HS_PORT_NEED, &row, &query.request);
	if (err != HS_OK)
		return err;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_ALARM_QUERY;
	frame.alarm_query = &query;
	return ask(port, row, call, query.request, &frame, 0);
}

/* ---- who has gone ---- */

static void
unask(struct hs_submit_port *port, uint64_t request)
{
	hs_link_frame frame;
	Hansho__V1__Unask message;

	hansho__v1__link_frame__init(&frame);
	hansho__v1__unask__init(&message);
	message.request = request;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_UNASK;
	frame.unask = &message;
	/* Our row is free all the same; at the hub the question lasts as long as it wanted to wait, and no longer. */
	if (hs_port_send(port->link, &frame) != HS_OK)
		hs_warn("gate.link_send", "frame=unask");
}

/* Who asks and goes away, again and again, holds no rows. */
void
hs_port_end_unwanted(struct hs_submit_port *port)
{
	for (size_t i = 0; port->table.query_count > 0 && i < port->table.max; i++) {
		struct hs_port_row *row = &port->table.rows[i];

		if (row->call == NULL || row->use == HS_PORT_SUBMISSION || row->call->client == 0 ||
			!port->options.has_left(port->options.owner, row->call->client))
			continue;
		unask(port, row->request);
		hs_port_table_drop(&port->table, row, HS_ERR_CLOSED);
	}
}
