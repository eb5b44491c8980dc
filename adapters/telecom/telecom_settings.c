#include "adapters/telecom/telecom_settings.h"

#include <ctype.h>
#include <string.h>

#include "adapters/telecom/cbc_settings.h"
#include "adapters/telecom/telecom_chars.h"
#include "hub/base/check.h"
#include "hub/base/look.h"

#define C(member) offsetof(struct hs_carrier, member)
#define T(member) offsetof(struct hs_telecom_settings, member)
#define ID(key, fallback, sentence)                                                               \
	{                                                                                         \
		"id_" #key, HS_CONFIG_INT, C(id.key), "message id", 1, 65535, fallback, sentence, \
			NULL                                                                      \
	}

static const struct hs_config_item carrier_items[] = {
	{ "name", HS_CONFIG_TEXT, C(name), "text", 1, 32, NULL,
		"Short name of the carrier: letters, digits, - and _.", NULL },
	{ "lalert_code", HS_CONFIG_TEXT, C(lalert_code), "text", 0, 16, "",
		"Name of the carrier in urgent mails of senders: UMC1, UMC2, UMC3.", NULL },
	{ "title_max", HS_CONFIG_INT, C(title_max), "characters", 1, 40, "15",
		"Longest title, drill marks counted.", NULL },
	{ "body_max", HS_CONFIG_INT, C(body_max), "characters", 1, 560, "200",
		"Longest body, drill marks counted.", NULL },
	{ "total_max", HS_CONFIG_INT, C(total_max), "characters", 0, 600, "0",
		"Longest title and body together, drill marks counted; 0: no such limit.", NULL },
	{ "counting", HS_CONFIG_ENUM, C(counting), "characters width utf16", 0, 0, "characters",
		"What the limits count: characters; width (two half-width characters are one); "
		"utf16 units.",
		NULL },
	{ "newline_counts", HS_CONFIG_ENUM, C(newline_counts), "one two", 0, 0, "one",
		"How many characters a line break counts.", NULL },
	{ "forbid_urls", HS_CONFIG_BOOL, C(forbid.urls), "", 0, 0, "true",
		"Whether a web address stops the mail; in the remark it stops only that.", NULL },
	{ "forbid_mail", HS_CONFIG_BOOL, C(forbid.mail), "", 0, 0, "true",
		"Whether a mail address stops the mail; in the remark it stops only that.", NULL },
	{ "forbid_phones", HS_CONFIG_BOOL, C(forbid.phones), "", 0, 0, "true",
		"Whether a phone number stops the mail; in the remark it stops only that.", NULL },
	{ "forbid_half_kana", HS_CONFIG_BOOL, C(forbid.half_kana), "", 0, 0, "true",
		"Whether half-width kana stop the mail; in the remark they stop only that.", NULL },
	{ "forbid_platform", HS_CONFIG_BOOL, C(forbid.platform), "", 0, 0, "true",
		"Whether characters that depend on the platform, or that MS932 does not have, stop "
		"the "
		"mail; in the remark they stop only that.",
		NULL },
	{ "forbid_characters", HS_CONFIG_TEXT, C(forbid.characters), "text", 0, 1024, "",
		"Further characters that this carrier does not take, written one after the other.",
		NULL },
	{ "live_endpoint", HS_CONFIG_TEXT, C(live_endpoint), "url", 0, 1024, "",
		"Where live mails are posted; empty: this carrier takes none.", NULL },
	{ "drill_endpoint", HS_CONFIG_TEXT, C(drill_endpoint), "url", 0, 1024, "",
		"Where drill mails are posted; empty: this carrier takes none.", NULL },
	{ "area_unit", HS_CONFIG_ENUM, C(area_unit), "municipality ward", 0, 0, "ward",
		"Smallest area that the carrier can address.", NULL },
	{ "deadline_ms", HS_CONFIG_INT, C(deadline_ms), "ms", 0, 604800000, "0",
		"A mail that this carrier did not take by then has expired; 0: max_age_ms decides.",
		NULL },
	{ "attempt_timeout_ms", HS_CONFIG_INT, C(attempt_timeout_ms), "ms", 0, 600000, "0",
		"How long one attempt at this carrier may take; 0: as the common key says.", NULL },
	{ "result_url", HS_CONFIG_TEXT, C(result_url), "url", 0, 1024, "",
		"Where the carrier tells what became of a mail, its Idempotency-Key is added at "
		"the end; empty: that it took it is the last that is known.",
		NULL },
	{ "result_wait_ms", HS_CONFIG_INT, C(result_wait_ms), "ms", 1000, 86400000, "600000",
		"How long a result is asked for after a mail was taken.", NULL },
	{ "canary", HS_CONFIG_BOOL, C(canary), "", 0, 0, "true",
		"Whether the endpoints of this carrier are proven by canaries; false: they stay "
		"unproven.",
		NULL },
	{ "canary_readback", HS_CONFIG_TEXT, C(canary_readback), "url", 0, 1024, "",
		"Where the carrier shows a canary that went through, the token is added at the "
		"end; empty: its answer to the post is the proof.",
		NULL },
	ID(level5, "4370", "Cell broadcast message id of level 5 and restricted zones."),
	ID(level4, "4371", "Cell broadcast message id of level 4."),
	ID(level3, "4373", "Cell broadcast message id of level 3."),
	ID(other, "4375", "Cell broadcast message id of everything else."),
	ID(drill, "4381", "Cell broadcast message id of drills; never one of the live ids."),
};

static const struct hs_config_record carrier_record = { carrier_items, HS_COUNT(carrier_items),
	sizeof(struct hs_carrier) };

static const struct hs_config_item items[] = {
	{ "carriers", HS_CONFIG_LIST, T(carriers), "", 0, 64, "", "The carriers that are served.",
		&carrier_record },
	{ "cbcs", HS_CONFIG_LIST, T(cbcs), "", 0, 16, "",
		"The cell broadcast centres that are driven.", &hs_cbc_record },
	{ "level_min", HS_CONFIG_INT, T(level_min), "level", 0, 5, "3",
		"Orders (and their ends) below this level are not mailed.", NULL },
	{ "connections_per_host", HS_CONFIG_INT, T(connections_per_host), "connections", 1, 256,
		"8", "Connections to one carrier at the same time, for each lane.", NULL },
	{ "http_ca", HS_CONFIG_TEXT, T(http_ca), "path", 0, 4096, "",
		"PEM file of the authority that signed the carriers' certificates; empty: the "
		"system's.",
		NULL },
	{ "http_proxy", HS_CONFIG_TEXT, T(http_proxy), "url", 0, 1024, "",
		"Proxy for the posts; empty: none.", NULL },
	{ "preview_listen", HS_CONFIG_TEXT, T(preview_listen), "address:port", 0, 128, "",
		"Where POST /v1/preview shows what each outlet would get; it sends nothing and "
		"asks "
		"nobody who he is: loopback only; empty: none.",
		NULL },
};

const struct hs_config_record hs_telecom_record = { items, HS_COUNT(items),
	sizeof(struct hs_telecom_settings) };

const char *
hs_carrier_wrong(const struct hs_carrier *carrier)
{
	const struct hs_carrier_ids *id = &carrier->id;
	const int64_t live[] = { id->level5, id->level4, id->level3, id->other };
	for (const char *at = carrier->name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
			return "its name may hold letters, digits, - and _ only";
	for (size_t i = 0; i < HS_COUNT(live); i++)
		if (live[i] == id->drill)
			return "id_drill is also an id of live mails: give drills one of their own";
	return "";
}

enum hs_err
hs_telecom_look(const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_telecom_settings *settings = given;
	const struct hs_carrier *carriers = settings->carriers.items;

	for (size_t i = 0; i < settings->carriers.count; i++) {
		const char *wrong = hs_carrier_wrong(&carriers[i]);

		if (wrong[0] != '\0')
			return hs_look_refuse(
				why, "carrier %zu, %.32s: %s", i + 1, carriers[i].name, wrong);
		if (hs_look_deadline("carrier", carriers[i].name, "deadline_ms",
			    carriers[i].deadline_ms, why) != HS_OK)
			return HS_ERR_CONFIG;
		for (size_t j = 0; j < i; j++) {
			if (strcmp(carriers[i].name, carriers[j].name) == 0)
				return hs_look_refuse(why,
					"carriers %zu and %zu are both named %.32s; give each its "
					"own name",
					j + 1, i + 1, carriers[i].name);
		}
	}
	const struct hs_adapter_serving serving = { "preview_listen", settings->preview_listen,
		true, "", "" };
	enum hs_err err = hs_adapter_look_serving(&settings->common, &serving, why);
	if (err == HS_OK && settings->preview_listen[0] != '\0' &&
		!hs_look_is_loopback(settings->preview_listen))
		return hs_look_refuse(why,
			"preview_listen: %.100s can be reached from outside, and asks nobody who "
			"he "
			"is; take an address of 127.0.0.0/8 or [::1]",
			settings->preview_listen);
	if (err == HS_OK)
		err = hs_cbc_look(settings, why);
	if (err == HS_OK && settings->http_ca[0] != '\0')
		err = hs_look_authority("http_ca", settings->http_ca, why);
	return err;
}

struct hs_mail_limits
hs_carrier_limits(const struct hs_carrier *carrier)
{
	unsigned forbidden = 0;
	forbidden |= carrier->forbid.urls ? HS_FORBIDDEN_URL : 0u;
	forbidden |= carrier->forbid.mail ? HS_FORBIDDEN_MAIL : 0u;
	forbidden |= carrier->forbid.phones ? HS_FORBIDDEN_PHONE : 0u;
	forbidden |= carrier->forbid.half_kana ? HS_FORBIDDEN_HALF_KANA : 0u;
	forbidden |= carrier->forbid.platform ? HS_FORBIDDEN_PLATFORM : 0u;
	return (struct hs_mail_limits){ .title_max = carrier->title_max,
		.body_max = carrier->body_max,
		.total_max = carrier->total_max,
		.counting = (enum hs_counting)carrier->counting,
		.newline_counts = carrier->newline_counts + 1,
		.forbidden = forbidden,
		.forbidden_characters = carrier->forbid.characters };
}

uint16_t
hs_carrier_message_id(const struct hs_carrier *carrier, int mode, uint32_t loudness)
{
	if (mode != HS_MODE(LIVE))
		return (uint16_t)carrier->id.drill;
	const struct hs_carrier_ids *id = &carrier->id;
	const int64_t ids[] = { id->other, id->other, id->other, id->level3, id->level4, id->level5,
		id->level5 };
	return (uint16_t)(loudness < HS_COUNT(ids) ? ids[loudness] : id->level5);
}
