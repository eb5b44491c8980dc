/* settings.h: the configuration of hansho-hub: one table, read once (hub/base/config.h). */
#ifndef HS_CORE_SETTINGS_H
#define HS_CORE_SETTINGS_H

#include "hub/base/config.h"
#include "hub/core/core.h"

struct hs_hub_peer_settings {
	const char *name;
	int kind; /* 0 gate, 1 feed, 2 adapter */
	const char *url;
	struct hs_config_texts kinds, areas;
	int64_t level_min, rank, silent_after_ms;
	const char *tls_ca, *tls_cert_key;
};

/* hub/core/watch.h */
struct hs_hub_watch {
	int64_t no_order_s, no_update_s, mail_s, interval_ms, silence_s;
	const char *alarm_command; /* "": none */
	int64_t alarm_timeout_ms;
};

struct hs_hub_journal_settings {
	const char *path;
	int64_t commit_linger_us, checkpoint_pages, verify_tail, reserve_bytes;
	int64_t piece_bytes, piece_pause_us,
		piece_checkpoint_bytes; /* of large records (stored.h) */
	bool tables_unrehearsed;	/* activation.h */
	int64_t aside_nice;		/* of the thread beside the loop (shell_aside.c) */
};

/* hub/core/recent.h, hub/core/past.h */
struct hs_hub_recent {
	int64_t notices, bytes, past_ms, past_notices_max, past_bytes;
};

struct hs_hub_settings {
	int mode; /* 0 live, 1 drill */
	struct hs_hub_journal_settings journal;
	const char *ops_listen;
	int64_t heartbeat_ms;
	struct hs_core_windows windows;
	int64_t pending_max, ahead_records, ahead_large_bytes;
	struct hs_hub_recent recent;
	int64_t status_notices, receipts_per_notice, receipts_held_bytes, waiters_max, index_max;
	int64_t state_notices, references_max;
	struct hs_core_waits waits;
	struct hs_alike_limits alike;
	struct hs_hub_watch watch;
	struct hs_config_list peers; /* of struct hs_hub_peer_settings */
};

extern const struct hs_config_record hs_hub_settings_record;

/* The core's part; `peers` gets settings->peers.count entries. epoch and version stay to be set. */
void hs_hub_core_options(const struct hs_hub_settings *settings, struct hs_core_peer *peers,
	struct hs_core_options *out);
/* The second look (hub/base/look.h): kinds and areas that exist and make sense, names and urls used once, urls
 * that can be listened on with their certificates, a folder for the journal. */
enum hs_err hs_hub_settings_check(
	const struct hs_hub_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* "", or what a usable one should say otherwise. */
const char *hs_hub_settings_remark(const struct hs_hub_settings *settings);

#endif
