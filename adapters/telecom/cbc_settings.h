/* cbc_settings.h: one cell broadcast centre as configuration: where it is, whom it reaches, which message identifier
 * stands for what. Nothing of an operator is a constant: the table of identifiers is his.
 *
 * Rules:   what is not in `ids` is not broadcast, drills above all: a drill goes out only under an identifier that the
 *          table has for drills and that is one for exercises, tests or the operator's own (schemas/tables/
 *          cb_message_ids.csv). Two uses may share an identifier: what stands there is then one text (cbc_board.h).
 *          The identifiers of a centre must be given to this adapter alone: it deletes what it does not know there.
 * Source:  3GPP TS 23.041, 9.4.1.2.2; ECBE REST interface of osmo-cbc (cbc_rest.h).
 */
#ifndef HS_CBC_SETTINGS_H
#define HS_CBC_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/config.h"
#include "hub/base/err.h"

struct hs_telecom_settings;

/* What an identifier is for: words of the key `use`, in this order. */
enum hs_cbc_use {
	HS_CBC_LEVEL5, /* and restricted zones, and what is unknown */
	HS_CBC_LEVEL4,
	HS_CBC_LEVEL3,
	HS_CBC_OTHER, /* orders without a level, mails of senders */
	HS_CBC_EARTHQUAKE,
	HS_CBC_TSUNAMI,
	HS_CBC_DRILL, /* texts of drills */
	HS_CBC_ETWS_DRILL,
	HS_CBC_CANARY,
	HS_CBC_USE_COUNT
};

struct hs_cbc_id {
	int use; /* enum hs_cbc_use */
	int64_t id;
	int64_t second_id; /* 0 = no second language */
};

struct hs_cbc_times {
	int64_t post_timeout_ms;
	int64_t delete_timeout_ms;
	int64_t deadline_ms; /* 0 = max_age_ms */
	int64_t etws_deadline_ms;
	int64_t ensure_ms; /* 0 = never */
	int64_t renew_ms;  /* 0 = never */
	int64_t repost_age_ms;
	int64_t end_period_s;
	int64_t etws_period_s;
};

struct hs_cbc {
	const char *name;
	const char *live_url; /* up to /api/ecbe/v1; "" = none */
	const char *drill_url;
	const char *cbe_name;
	int category; /* enum of the key: normal high_priority background */
	struct hs_config_texts areas;
	int64_t repetition_period;
	int64_t num_of_bcast; /* 0 = no end */
	int64_t pages_max;
	int second_language;	   /* enum hs_cbc_language */
	struct hs_config_list ids; /* of struct hs_cbc_id */
	bool canary;
	struct hs_cbc_times times;
};

enum hs_cbc_language { HS_CBC_JA, HS_CBC_EN, HS_CBC_EASY };

extern const struct hs_config_record hs_cbc_record;

/* Its id, 0 when the table has none. second: of the second language. */
uint16_t hs_cbc_id_of(const struct hs_cbc *cbc, enum hs_cbc_use use, bool second);
/* The use of an order by mode and loudness (municipal.h). */
enum hs_cbc_use hs_cbc_use_of(int mode, uint32_t loudness);
/* Whether its network covers the place: a code (2, 5, 6 or 12 digits) within one of its areas. */
bool hs_cbc_covers(const struct hs_cbc *cbc, const char *area_code);
/* "normal", "high_priority", "background"; for the encoder. */
const char *hs_cbc_category(const struct hs_cbc *cbc);
/* "ja", "en", "ja-x-easy". */
const char *hs_cbc_language_tag(enum hs_cbc_language language);

/* What no table can say, of all centres of the settings. */
enum hs_err hs_cbc_look(
	const struct hs_telecom_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
