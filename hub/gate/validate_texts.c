/* validate_texts.c: lengths of the texts that shelters, headquarters, damage, notices, events and urgent mails hold.
 * One row per field; the limits are configuration (limits.h). */
#include "hub/gate/checks.h"

typedef Hansho__V1__Shelter hs_shelter;
typedef Hansho__V1__Shelter__Item hs_shelter_item;
typedef Hansho__V1__Contact hs_contact;
typedef Hansho__V1__Headquarters hs_headquarters;
typedef Hansho__V1__Damage hs_damage;
typedef Hansho__V1__Damage__Item hs_damage_item;
typedef Hansho__V1__GeneralNotice hs_general;
typedef Hansho__V1__Event hs_event;
typedef Hansho__V1__Attachment hs_attachment;
typedef Hansho__V1__UrgentMail hs_urgent_mail;

static const struct hs_text_rule body_rules[] = {
	HS_RULE(hs_text, body, complement_chars, false, false),
};
static const struct hs_text_rule kind_rules[] = {
	HS_RULE(hs_notice, kind_text, name_chars, true, false),
};
static const struct hs_text_rule shelter_rules[] = {
	HS_RULE(hs_shelter, disaster_name, name_chars, false, false),
	HS_RULE(hs_shelter, complement, complement_chars, false, false),
};
static const struct hs_text_rule shelter_item_rules[] = {
	HS_RULE(hs_shelter_item, name, name_chars, true, false),
	HS_RULE(hs_shelter_item, kana, name_chars, false, false),
	HS_RULE(hs_shelter_item, address, name_chars, false, false),
	HS_RULE(hs_shelter_item, type, name_chars, false, false),
	HS_RULE(hs_shelter_item, type_detail, name_chars, false, false),
	HS_RULE(hs_shelter_item, sort, name_chars, true, false),
	HS_RULE(hs_shelter_item, status, name_chars, false, false),
};
static const struct hs_text_rule contact_rules[] = {
	HS_RULE(hs_contact, type, name_chars, false, false),
	HS_RULE(hs_contact, value, name_chars, false, false),
};
static const struct hs_text_rule headquarters_rules[] = {
	HS_RULE(hs_headquarters, disaster_name, name_chars, false, false),
	HS_RULE(hs_headquarters, type, name_chars, false, false),
	HS_RULE(hs_headquarters, status, name_chars, false, false),
	HS_RULE(hs_headquarters, name, name_chars, false, false),
	HS_RULE(hs_headquarters, complement, complement_chars, false, false),
};
static const struct hs_text_rule damage_rules[] = {
	HS_RULE(hs_damage, disaster_name, name_chars, false, false),
	HS_RULE(hs_damage, complement, complement_chars, false, false),
};
static const struct hs_text_rule damage_item_rules[] = {
	HS_RULE(hs_damage_item, group, name_chars, false, false),
	HS_RULE(hs_damage_item, type, name_chars, false, false),
	HS_RULE(hs_damage_item, value, name_chars, false, false),
	HS_RULE(hs_damage_item, unit, name_chars, false, false),
};
static const struct hs_text_rule general_rules[] = {
	HS_RULE(hs_general, disaster_type, name_chars, false, false),
	HS_RULE(hs_general, disaster_name, name_chars, false, false),
	HS_RULE(hs_general, category, name_chars, false, false),
	HS_RULE(hs_general, sub_category, name_chars, false, false),
	HS_RULE(hs_general, title, name_chars, false, false),
	HS_RULE(hs_general, url, url_chars, false, false),
};
static const struct hs_text_rule event_rules[] = {
	HS_RULE(hs_event, name, name_chars, true, false),
	HS_RULE(hs_event, from_text, name_chars, false, false),
	HS_RULE(hs_event, to_text, name_chars, false, false),
	HS_RULE(hs_event, duration, name_chars, false, false),
	HS_RULE(hs_event, fee, name_chars, false, false),
	HS_RULE(hs_event, url, url_chars, false, false),
};
static const struct hs_text_rule attachment_rules[] = {
	HS_RULE(hs_attachment, uri, url_chars, true, false),
	HS_RULE(hs_attachment, mime_type, name_chars, false, false),
	HS_RULE(hs_attachment, media_type, name_chars, false, false),
	HS_RULE(hs_attachment, caption, name_chars, false, false),
};
static const struct hs_text_rule mail_rules[] = {
	HS_RULE(hs_urgent_mail, title, mail_title_chars, false, false),
	HS_RULE(hs_urgent_mail, message, mail_body_chars, false, false),
};

static void
check_shelter(struct hs_submission *submission, const hs_notice *notice)
{
	const hs_shelter *shelter = notice->shelter;

	HS_CHECK_TEXTS(submission, shelter, shelter_rules);
	for (size_t i = 0; i < shelter->n_items; i++) {
		const hs_shelter_item *item = shelter->items[i];

		HS_CHECK_TEXTS(submission, item, shelter_item_rules);
		for (size_t k = 0; k < item->n_contacts; k++)
			HS_CHECK_TEXTS(submission, item->contacts[k], contact_rules);
	}
}

static void
check_headquarters(struct hs_submission *submission, const hs_notice *notice)
{
	HS_CHECK_TEXTS(submission, notice->headquarters, headquarters_rules);
}

static void
check_damage(struct hs_submission *submission, const hs_notice *notice)
{
	HS_CHECK_TEXTS(submission, notice->damage, damage_rules);
	for (size_t i = 0; i < notice->damage->n_items; i++)
		HS_CHECK_TEXTS(submission, notice->damage->items[i], damage_item_rules);
}

static void
check_attachments(struct hs_submission *submission, hs_attachment *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		HS_CHECK_TEXTS(submission, items[i], attachment_rules);
}

static void
check_general(struct hs_submission *submission, const hs_notice *notice)
{
	HS_CHECK_TEXTS(submission, notice->notice, general_rules);
	check_attachments(submission, notice->notice->attachments, notice->notice->n_attachments);
}

static void
check_event(struct hs_submission *submission, const hs_notice *notice)
{
	HS_CHECK_TEXTS(submission, notice->event, event_rules);
	check_attachments(submission, notice->event->attachments, notice->event->n_attachments);
}

static void
check_mail(struct hs_submission *submission, const hs_notice *notice)
{
	HS_CHECK_TEXTS(submission, notice->urgent_mail, mail_rules);
}

static const struct {
	int detail;
	void (*check)(struct hs_submission *submission, const hs_notice *notice);
} checks[] = {
	{ HANSHO__V1__NOTICE__DETAIL_SHELTER, check_shelter },
	{ HANSHO__V1__NOTICE__DETAIL_HEADQUARTERS, check_headquarters },
	{ HANSHO__V1__NOTICE__DETAIL_DAMAGE, check_damage },
	{ HANSHO__V1__NOTICE__DETAIL_NOTICE, check_general },
	{ HANSHO__V1__NOTICE__DETAIL_EVENT, check_event },
	{ HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL, check_mail },
};

void
hs_check_detail_texts(struct hs_submission *submission)
{
	const hs_notice *notice = submission->notice;

	HS_CHECK_TEXTS(submission, notice, kind_rules);
	for (size_t i = 0; i < notice->n_texts; i++)
		HS_CHECK_TEXTS(submission, notice->texts[i], body_rules);
	for (size_t i = 0; i < HS_COUNT(checks); i++) {
		if (checks[i].detail == (int)notice->detail_case)
			checks[i].check(submission, notice);
	}
}
