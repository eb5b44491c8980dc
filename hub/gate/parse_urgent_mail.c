/* parse_urgent_mail.c: the UrgentMail body (緊急速報メール): a title and a message for the carriers' cell broadcast.
 *
 * Rules:  the carriers stand in the envelope (consumerRole) and are kept as sent; none means all of them. The message
 *         keeps its lines: they count.
 * Source: L-Alert wire format, UrgentMail and consumerRole.
 */
#include <string.h>

#include "hub/gate/parse_lalert.h"

#define HS_CARRIER_URN "publicCommons:media:urgentmail:carrier"

/* Roles of another list are nothing that a carrier could be found by. */
static void
read_carriers(struct hs_lalert *lalert, Hansho__V1__UrgentMail *mail)
{
	hs_xml_node *role = hs_xml_child(lalert->content, HS_NS_EDXL, "consumerRole");

	for (; role; role = hs_xml_next(role, HS_NS_EDXL, "consumerRole")) {
		char *urn = hs_xml_child_text(lalert->arena, role, HS_NS_EDXL, "valueListUrn");
		hs_xml_node *value = hs_xml_child(role, HS_NS_EDXL, "value");

		if (urn && strcmp(urn, HS_CARRIER_URN) != 0) {
			hs_lalert_unknown_value(lalert, role, HS_CARRIER_URN, urn);
			continue;
		}
		for (; value; value = hs_xml_next(value, HS_NS_EDXL, "value")) {
			char *carrier = hs_xml_text(lalert->arena, value);

			if (!carrier)
				continue;
			if (!hs_lalert_value_known("mail_carrier", carrier, ""))
				hs_lalert_unknown_value(lalert, value, "", carrier);
			hs_repeat(lalert->arena, &mail->n_carriers, &mail->carriers, carrier);
		}
	}
}

void
hs_urgent_mail_convert(struct hs_lalert *lalert)
{
	const char *ns = lalert->category->ns;
	hs_xml_node *information = hs_lalert_one(lalert, lalert->body, ns, "Information");
	Hansho__V1__UrgentMail *mail =
		hs_message_new(lalert->arena, &hansho__v1__urgent_mail__descriptor);

	if (!mail)
		return;
	lalert->notice->urgent_mail = mail;
	lalert->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
	read_carriers(lalert, mail);
	if (!information) {
		hs_xml_missing(lalert->findings, lalert->body, "Information");
		return;
	}
	(void)hs_lalert_need(lalert, information, ns, "Title");
	(void)hs_lalert_need(lalert, information, ns, "Message");
	hs_lalert_set_name(lalert, &mail->title, hs_xml_child(information, ns, "Title"));
	hs_lalert_set(lalert, &mail->message, hs_xml_child(information, ns, "Message"));
}
