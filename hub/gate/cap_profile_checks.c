/* cap_profile_checks.c: the checks that the rows of cap_profiles.csv name. */
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/gate/cap_profile.h"
#include "hub/gate/cap_words.h"
#include "hub/gate/checks.h"
#include "schemas/cap_write.h"

#define EVENT_CHARS    35
#define HEADLINE_CHARS 140

/* ---- helpers ---- */

/* First pair of that name below node; value in *value. */
static hs_xml_node *
pair_of(const struct hs_cap *cap, hs_xml_node *node, const char *element, const char *prefix,
	char **value)
{
	HS_CAP_EACH(cap, node, element, pair)
	{
		char *name = hs_cap_text(cap, pair, "valueName");

		if (name && strncmp(name, prefix, strlen(prefix)) == 0) {
			*value = hs_cap_text(cap, pair, "value");
			return pair;
		}
	}
	*value = NULL;
	return NULL;
}

/* The first info of that primary language, or NULL. */
static hs_xml_node *
info_in(const struct hs_cap *cap, const char *primary)
{
	size_t len = strlen(primary);

	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		const char *language = hs_cap_language(cap, info);

		if (strncasecmp(language, primary, len) == 0 &&
			(language[len] == '\0' || language[len] == '-'))
			return info;
	}
	return NULL;
}

/* ---- checks of one info: true = as the profile wants it ---- */

static bool
has(const struct hs_cap *cap, hs_xml_node *info, const char *name)
{
	return hs_cap_text(cap, info, name) != NULL;
}
#define HAS(function, name)                                               \
	static bool function(const struct hs_cap *cap, hs_xml_node *info) \
	{                                                                 \
		return has(cap, info, name);                              \
	}
HAS(has_expires, "expires")
HAS(has_sender_name, "senderName")
HAS(has_response, "responseType")
HAS(has_instruction, "instruction")
HAS(has_description, "description")
HAS(has_web, "web")
HAS(has_language, "language")

static bool
has_area(const struct hs_cap *cap, hs_xml_node *info)
{
	return hs_cap_child(cap, info, "area") != NULL;
}

static bool
has_event_code(const struct hs_cap *cap, hs_xml_node *info)
{
	return hs_cap_child(cap, info, "eventCode") != NULL;
}

static bool
one_same_event_code(const struct hs_cap *cap, hs_xml_node *info)
{
	size_t count = 0;

	HS_CAP_EACH(cap, info, "eventCode", pair)
	{
		char *name = hs_cap_text(cap, pair, "valueName");
		char *value = hs_cap_text(cap, pair, "value");

		if (!name || strcmp(name, "SAME") != 0)
			continue;
		if (!value || strlen(value) != 3)
			return false;
		count++;
	}
	return count == 1;
}

static bool
cp_event_code(const struct hs_cap *cap, hs_xml_node *info)
{
	char *value;

	return pair_of(cap, info, "eventCode", "profile:CAP-CP:Event:", &value) && value;
}

static bool
each_area_has(const struct hs_cap *cap, hs_xml_node *info, const char *geocode, size_t digits)
{
	HS_CAP_EACH(cap, info, "area", area)
	{
		char *value;

		if (!pair_of(cap, area, "geocode", geocode, &value) || !value ||
			(digits && strlen(value) != digits))
			return false;
	}
	return true;
}

static bool
same_geocode(const struct hs_cap *cap, hs_xml_node *info)
{
	return each_area_has(cap, info, "SAME", 6);
}

static bool
cp_location(const struct hs_cap *cap, hs_xml_node *info)
{
	return each_area_has(cap, info, "profile:CAP-CP:Location:", 0);
}

static bool
jis_geocode(const struct hs_cap *cap, hs_xml_node *info)
{
	return each_area_has(cap, info, HS_CAP_GEOCODE_6, 6) &&
	       each_area_has(cap, info, HS_CAP_GEOCODE_5, 5);
}

static bool
no_effective(const struct hs_cap *cap, hs_xml_node *info)
{
	return !has(cap, info, "effective") && !has(cap, info, "onset");
}

static bool
effective_before_expires(const struct hs_cap *cap, hs_xml_node *info)
{
	char *from = hs_cap_text(cap, info, "effective");
	char *to = hs_cap_text(cap, info, "expires");
	int64_t start, end;
	int offset;

	return !from || !to || !hs_cap_time(from, &start, &offset) ||
	       !hs_cap_time(to, &end, &offset) || start < end;
}

static bool
event_short(const struct hs_cap *cap, hs_xml_node *info)
{
	char *event = hs_cap_text(cap, info, "event");

	return !event || hs_code_points(event) < EVENT_CHARS;
}

static bool
headline_short(const struct hs_cap *cap, hs_xml_node *info)
{
	char *headline = hs_cap_text(cap, info, "headline");

	return headline && hs_code_points(headline) <= HEADLINE_CHARS;
}

static bool
document_parameters(const struct hs_cap *cap, hs_xml_node *info)
{
	static const char *const names[] = { "documentID", "revision", "state" };
	char *value;

	for (size_t i = 0; i < HS_COUNT(names); i++) {
		if (!pair_of(cap, info, "parameter", names[i], &value) || !value)
			return false;
	}
	return true;
}

/* ---- checks of the alert as a whole; info is NULL ---- */

static bool
offset_not_zero(const struct hs_cap *cap, hs_xml_node *info)
{
	char *sent = hs_cap_text(cap, cap->alert, "sent");
	int64_t unix_us;
	int offset = 1;

	(void)info;
	return !sent || !hs_cap_time(sent, &unix_us, &offset) || offset != 0;
}

static bool
references(const struct hs_cap *cap, hs_xml_node *info)
{
	bool follows = strcmp(cap->msg_type, "Update") == 0 || strcmp(cap->msg_type, "Cancel") == 0;

	(void)info;
	return !follows || has(cap, cap->alert, "references");
}

static bool
all_infos_share(const struct hs_cap *cap, char *(*value_of)(const struct hs_cap *, hs_xml_node *))
{
	hs_xml_node *first = hs_cap_child(cap, cap->alert, "info");
	char *value = first ? value_of(cap, first) : NULL;

	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		char *other = value_of(cap, info);

		if ((value == NULL) != (other == NULL) || (value && strcmp(value, other) != 0))
			return false;
	}
	return true;
}

static char *
category_of(const struct hs_cap *cap, hs_xml_node *info)
{
	return hs_cap_text(cap, info, "category");
}

static char *
same_code_of(const struct hs_cap *cap, hs_xml_node *info)
{
	char *value;

	(void)pair_of(cap, info, "eventCode", "SAME", &value);
	return value;
}

static char *
cp_code_of(const struct hs_cap *cap, hs_xml_node *info)
{
	char *value;

	(void)pair_of(cap, info, "eventCode", "profile:CAP-CP:Event:", &value);
	return value;
}

static bool
same_category_and_code(const struct hs_cap *cap, hs_xml_node *info)
{
	(void)info;
	return all_infos_share(cap, category_of) && all_infos_share(cap, same_code_of);
}

static bool
one_event(const struct hs_cap *cap, hs_xml_node *info)
{
	(void)info;
	return all_infos_share(cap, cp_code_of);
}

static bool
english_and_french(const struct hs_cap *cap, hs_xml_node *info)
{
	(void)info;
	return info_in(cap, "en") && info_in(cap, "fr");
}

static bool
chinese(const struct hs_cap *cap, hs_xml_node *info)
{
	(void)info;
	return info_in(cap, "zh") != NULL;
}

static bool
japanese_first(const struct hs_cap *cap, hs_xml_node *info)
{
	hs_xml_node *first = hs_cap_child(cap, cap->alert, "info");

	(void)info;
	return !first || info_in(cap, "ja") == first;
}

static bool
sender_mail(const struct hs_cap *cap, hs_xml_node *info)
{
	const char *at = strchr(cap->sender, '@');

	(void)info;
	return at && at != cap->sender && strchr(at, '.');
}

static bool
not_a_test(const struct hs_cap *cap, hs_xml_node *info)
{
	(void)info;
	return strcmp(cap->status, "Test") != 0;
}

/* 2.49.0.1 is the arc of alerts, 2.49.0.0 that of authorities. */
static bool
oid_of_alerts(const struct hs_cap *cap, hs_xml_node *info)
{
	static const char alerts[] = "urn:oid:2.49.0.1.";

	(void)info;
	return strncmp(cap->identifier, alerts, sizeof(alerts) - 1) == 0;
}

static const struct hs_cap_profile_check checks[] = {
	{ "area", true, has_area, "at least one area" },
	{ "chinese", false, chinese, "an info in Chinese" },
	{ "cp_event_code", true, cp_event_code, "eventCode profile:CAP-CP:Event" },
	{ "cp_location", true, cp_location, "geocode profile:CAP-CP:Location in each area" },
	{ "description", true, has_description, "description" },
	{ "document_parameters", true, document_parameters,
		"parameters documentID, revision, state" },
	{ "effective_and_onset_ignored", true, no_effective,
		"no effective, no onset: they are ignored" },
	{ "effective_before_expires", true, effective_before_expires, "effective < expires" },
	{ "english_and_french", false, english_and_french, "infos in English and French" },
	{ "event_code", true, has_event_code, "eventCode" },
	{ "event_short", true, event_short, "event of less than 35 characters" },
	{ "expires", true, has_expires, "expires" },
	{ "headline_short", true, headline_short, "headline of at most 140 characters" },
	{ "instruction", true, has_instruction, "instruction" },
	{ "japanese_first", false, japanese_first, "first info in Japanese" },
	{ "jis_geocode", true, jis_geocode,
		"geocodes " HS_CAP_GEOCODE_5 " and " HS_CAP_GEOCODE_6 " in each area" },
	{ "language", true, has_language, "language" },
	{ "not_a_test", false, not_a_test, "no status Test" },
	{ "offset_not_zero", false, offset_not_zero, "local time with its offset" },
	{ "oid_of_alerts", false, oid_of_alerts, "identifier urn:oid:2.49.0.1…" },
	{ "one_event", false, one_event, "one event in all infos" },
	{ "one_same_event_code", true, one_same_event_code, "one eventCode SAME of 3 letters" },
	{ "references", false, references, "references" },
	{ "response_type", true, has_response, "responseType" },
	{ "same_category_and_code", false, same_category_and_code,
		"the same category and eventCode in all infos" },
	{ "same_geocode", true, same_geocode, "geocode SAME of 6 digits in each area" },
	{ "sender_mail", false, sender_mail, "an e-mail address as sender" },
	{ "sender_name", true, has_sender_name, "senderName" },
	{ "web", true, has_web, "web" },
};

const struct hs_cap_profile_check *
hs_cap_profile_check(const char *rule)
{
	for (size_t i = 0; i < HS_COUNT(checks); i++) {
		if (strcmp(checks[i].rule, rule) == 0)
			return &checks[i];
	}
	return NULL;
}
