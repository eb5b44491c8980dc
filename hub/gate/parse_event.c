/* parse_event.c: the Event body (イベント).
 *
 * Rules:  a beginning or end that is no full time (a date alone) is kept as it was sent, never rounded to a moment.
 * Source: L-Alert wire format, Event.
 */
#include "hub/base/clock.h"
#include "hub/gate/parse_lalert.h"

/* One of time and text. */
static void
read_moment(struct hs_lalert *lalert, const char *name, hs_time **time, char **text)
{
	hs_xml_node *node = hs_lalert_one(lalert, lalert->body, lalert->category->ns, name);
	char *sent = hs_xml_text(lalert->arena, node);
	int64_t unix_us;
	int offset_min;

	if (sent && hs_rfc3339_parse(sent, &unix_us, &offset_min, &(int){ 0 }) == HS_OK)
		*time = hs_lalert_time(lalert, node, HS_FINDING_TIME_IGNORED);
	else
		hs_lalert_set_name(lalert, text, node);
}

void
hs_event_convert(struct hs_lalert *lalert)
{
	const char *ns = lalert->category->ns;
	hs_xml_node *body = lalert->body;
	Hansho__V1__Event *own = hs_message_new(lalert->arena, &hansho__v1__event__descriptor);

	if (!own)
		return;
	lalert->notice->event = own;
	lalert->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVENT;
	hs_lalert_set_name(lalert, &own->name, hs_lalert_one(lalert, body, ns, "Name"));
	read_moment(lalert, "From", &own->from, &own->from_text);
	read_moment(lalert, "To", &own->to, &own->to_text);
	hs_lalert_set_name(
		lalert, &own->duration, hs_lalert_one(lalert, body, ns, "DurationDescription"));
	hs_lalert_set_name(lalert, &own->fee, hs_lalert_one(lalert, body, ns, "Fee"));
	hs_lalert_set(lalert, &own->url, hs_lalert_one(lalert, body, ns, "URL"));
	hs_lalert_description(lalert);
	hs_lalert_attachments(lalert, &own->n_attachments, &own->attachments);
}
