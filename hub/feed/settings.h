/* settings.h: the configuration of hansho-feed.
 *
 * Flow:   main → hs_proc_init(hs_feed_settings_record) → struct hs_feed_settings, read once at start.
 * Owner:  strings belong to struct hs_config, which lives as long as the process.
 */
#ifndef HS_FEED_SETTINGS_H
#define HS_FEED_SETTINGS_H

#include "hub/base/config.h"
#include "hub/base/http.h"

/* Questions about the past (history.h). */
struct hs_history_limits {
	int64_t jobs_max;
	int64_t notices_max;
	int64_t timeout_ms;
};

/* What one turn of the loop does before it looks at what else has come. */
struct hs_turn_limits {
	int64_t replay_percent; /* of the slice */
	int64_t accepts_per_turn;
	int64_t look_us;
};

/* What is done beside the loop (large.h). */
struct hs_aside_limits {
	int64_t large_bytes;
	int64_t nice;
};
/* A feed below this one (children.h). */
struct hs_child_settings {
	const char *name;
	const char *url;
	const char *tls_ca;
	const char *tls_cert_key;
};
struct hs_children_settings {
	struct hs_config_list list; /* of struct hs_child_settings */
	int64_t window;		    /* notices */
	int64_t heartbeat_ms;	    /* the same as to subscribers */
	const char *name;	    /* this feed's */
};
/* Of those settings; strings and list are theirs. */
struct hs_feed_settings;
void hs_feed_settings_children(
	const struct hs_feed_settings *settings, struct hs_children_settings *out);

/* How frames leave. */
struct hs_sending_limits {
	int64_t slice_subscribers; /* frames in a turn of the loop */
	int64_t sends_per_call;
	int64_t send_buffer_bytes;
};

/* What subscribers may say of notices (guests.h). */
struct hs_receipt_limits {
	int64_t per_minute; /* of one connection */
	int64_t all_per_minute;
	int64_t all_bytes_per_minute;
};

/* Every limit of the feed. Units are in the names; ranges and defaults in settings.c. */
struct hs_feed_limits {
	int64_t heartbeat_ms;
	int64_t backlog_max; /* notices */
	int64_t backlog_max_bytes;
	int64_t ring_notices;
	int64_t ring_bytes;
	int64_t pages_max;
	int64_t connections_max;
	struct hs_http_shares shares;
	int64_t subscribe_timeout_ms;
	int64_t pong_timeout_ms;
	int64_t stall_timeout_ms;
	int64_t fetch_timeout_ms;
	struct hs_history_limits history;
	struct hs_turn_limits turn;
	struct hs_sending_limits sending;
	int64_t filter_areas_max;
	struct hs_receipt_limits receipts;
	int64_t message_max_bytes;
	int64_t request_timeout_ms;
	int64_t keepalive_timeout_ms;
};

struct hs_feed_settings {
	int mode; /* 0 live, 1 drill: the words of the table */
	const char *name;
	const char *listen;
	const char *tls_cert;
	const char *tls_key;
	const char *ops_listen;
	const char *hub_url;
	const char *hub_tls_ca;
	const char *hub_tls_cert_key;
	struct hs_config_texts first_addresses;
	struct hs_config_list children; /* of struct hs_child_settings */
	int64_t children_window;	/* notices */
	struct hs_feed_limits limits;
	struct hs_aside_limits aside;
};

extern const struct hs_config_record hs_feed_settings_record;

/* The second look (hub/base/look.h): addresses, certificate and key, the link. */
enum hs_err hs_feed_settings_check(
	const struct hs_feed_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* HS_MODE(LIVE) or HS_MODE(DRILL). */
int hs_feed_settings_mode(const struct hs_feed_settings *settings);

#endif
