/* signage.h: the signage adapter as the runtime sees it.
 *
 * Flow:    notice → list in force of its lane (adapters/runtime/inforce.h) → for each screen that it
 *          concerns: signage_encode → players; displayed → receipt DISPLAYED of the outlet <screen id>.
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
	int64_t cancel_shown_ms;
};

extern const struct hs_config_record hs_signage_settings_record;
extern const struct hs_adapter_ops hs_signage_ops;

/* NULL, or what is expected of screens[index] instead: a good id that none before it has, areas that
 * exist, languages that are known. */
/* The second look (hub/base/look.h); settings: struct hs_signage_settings. */
enum hs_err hs_signage_look(const void *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
const char *hs_screen_fault(const struct hs_screen_settings *screens, size_t index);

/* The port of the screens' side, for tests (listen with port 0). */
int hs_signage_port(const void *state);

#endif
