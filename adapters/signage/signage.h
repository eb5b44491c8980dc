/* signage.h: the signage adapter as the runtime sees it.
 *
 * Flow:    notice → list in force of its lane (adapters/runtime/inforce.h) → for each screen that it
 *          reaches (reach.h): signage_encode → players → receipts of the outlet <screen id>: ACCEPTED, then DISPLAYED,
 *          or FAILED with the reason, or EXPIRED (screen.h).
 *          A screen whose hub was not heard for stale_after_ms shows 情報途絶 (state lost).
 * Owner:   adapters/runtime owns the process. Threads: the loop's.
 */
#ifndef HS_SIGNAGE_H
#define HS_SIGNAGE_H

#include "adapters/runtime/runtime.h"
#include "adapters/signage/signage_encode.h"

struct hs_signage_settings {
	struct hs_adapter_settings common; /* first */
	const char *listen;
	const char *tls_cert;
	const char *tls_key;
	struct hs_config_list screens; /* struct hs_screen_settings */
	int64_t players_max;
	int64_t player_heartbeat_ms;
	int64_t proof_timeout_ms;
	int64_t cancel_shown_ms;
};

extern const struct hs_config_record hs_signage_settings_record;
extern const struct hs_adapter_ops hs_signage_ops;

/* The second look (hub/base/look.h); settings: struct hs_signage_settings. */
enum hs_err hs_signage_look(const void *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

/* The port of the screens' side, for tests (listen with port 0). */
int hs_signage_port(const void *state);

#endif
