/* parse_headquarters.c: the AntidisasterHeadquarter body (災害対策本部): set up or dissolved.
 *
 * Source: L-Alert wire format, AntidisasterHeadquarter.
 */
#include "hub/gate/parse_lalert.h"

void
hs_headquarters_convert(struct hs_lalert *lalert)
{
	const char *ns = lalert->category->ns;
	hs_xml_node *body = lalert->body;
	Hansho__V1__Headquarters *own =
		hs_message_new(lalert->arena, &hansho__v1__headquarters__descriptor);

	if (!own)
		return;
	lalert->notice->headquarters = own;
	lalert->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_HEADQUARTERS;
	hs_lalert_disaster(lalert, &own->disaster_name);
	hs_lalert_choice(lalert, "headquarters_type", "", &own->type,
		hs_lalert_one(lalert, body, ns, "Type"));
	/* Which of both it is decides what is in force; a cancel takes back either. */
	if (lalert->notice->action != HS_ACTION(CANCEL))
		(void)hs_lalert_need(lalert, body, ns, "Status");
	hs_lalert_choice(
		lalert, "headquarters_status", "", &own->status, hs_xml_child(body, ns, "Status"));
	hs_lalert_set_name(lalert, &own->name, hs_lalert_one(lalert, body, ns, "Name"));
	own->changed = hs_lalert_time(
		lalert, hs_lalert_one(lalert, body, ns, "DateTime"), HS_FINDING_TIME_IGNORED);
	hs_lalert_set(lalert, &own->complement, hs_xml_child(body, ns, "ComplementaryInfo"));
}
