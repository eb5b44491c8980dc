/* telecom_settings.h: what the telecom adapter can be told. All limits of a carrier are settings,
 * because the carriers' published figures disagree and change. */
#ifndef HS_TELECOM_SETTINGS_H
#define HS_TELECOM_SETTINGS_H

#include "adapters/runtime/runtime.h"
#include "adapters/telecom/telecom_encode.h"

struct hs_carrier_forbids {
	bool urls, mail, phones, half_kana, platform;
	const char *characters; /* further ones */
};

/* Cell broadcast message ids that stand in the mail document. */
struct hs_carrier_ids {
	int64_t level5, level4, level3, other, drill;
};

struct hs_carrier {
	const char *name;	 /* letters, digits, - and _ */
	const char *lalert_code; /* UMC1 …, "" = none */
	int64_t title_max;
	int64_t body_max;
	int64_t total_max;  /* of both; 0 = no such limit */
	int counting;	    /* enum hs_counting */
	int newline_counts; /* index: 0 = one, 1 = two */
	struct hs_carrier_forbids forbid;
	const char *live_endpoint;
	const char *drill_endpoint;
	int area_unit;		    /* index: 0 = municipality, 1 = ward */
	int64_t deadline_ms;	    /* 0 = max_age_ms */
	int64_t attempt_timeout_ms; /* 0 = the common one */
	const char *result_url;	    /* "" = the carrier tells no results */
	int64_t result_wait_ms;
	bool canary;
	const char *canary_readback; /* "" = the answer to the post is the proof */
	struct hs_carrier_ids id;
};

struct hs_telecom_settings {
	struct hs_adapter_settings common;
	struct hs_config_list carriers; /* of struct hs_carrier */
	struct hs_config_list cbcs;	/* of struct hs_cbc (cbc_settings.h) */
	int64_t level_min;
	int64_t connections_per_host;
	const char *http_ca;
	const char *http_proxy;
	const char *preview_listen;
};

extern const struct hs_config_record hs_telecom_record;

/* What no table can say: names usable in headers, no drill id that is also a live one. "" when right. */
const char *hs_carrier_wrong(const struct hs_carrier *carrier);
/* The second look (hub/base/look.h); settings: struct hs_telecom_settings. */
enum hs_err hs_telecom_look(const void *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
struct hs_mail_limits hs_carrier_limits(const struct hs_carrier *carrier);
/* Message identifier for a mode and a loudness (municipal.h). */
uint16_t hs_carrier_message_id(const struct hs_carrier *carrier, int mode, uint32_t loudness);

#endif
