/* parse_general.c: the GeneralInformation body (お知らせ): traffic, lifelines, daily life, public relations.
 *
 * Rules:  Description may hold markup; it becomes the body of the Japanese text as plain lines (xml_plain.c).
 * Source: L-Alert wire format, GeneralInformation.
 */
#include "hub/gate/parse_lalert.h"

void
hs_general_convert(struct hs_lalert *lalert)
{
	const char *ns = lalert->category->ns;
	hs_xml_node *body = lalert->body;
	Hansho__V1__GeneralNotice *own =
		hs_message_new(lalert->arena, &hansho__v1__general_notice__descriptor);

	if (!own)
		return;
	lalert->notice->notice = own;
	lalert->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_NOTICE;
	hs_lalert_choice(lalert, "notice_disaster_type", "", &own->disaster_type,
		hs_lalert_one(lalert, body, ns, "DisasterInformationType"));
	hs_lalert_disaster(lalert, &own->disaster_name);
	hs_lalert_choice(lalert, "notice_category", "", &own->category,
		hs_lalert_one(lalert, body, ns, "Category"));
	hs_lalert_choice(lalert, "notice_sub_category", own->category, &own->sub_category,
		hs_lalert_one(lalert, body, ns, "SubCategory"));
	hs_lalert_set_name(lalert, &own->title, hs_lalert_one(lalert, body, ns, "Title"));
	hs_lalert_set(lalert, &own->url, hs_lalert_one(lalert, body, ns, "URL"));
	hs_lalert_description(lalert);
	hs_lalert_attachments(lalert, &own->n_attachments, &own->attachments);
}
