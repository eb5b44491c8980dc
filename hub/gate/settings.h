/* settings.h: the gate's configuration: one table with unit, range, default and sentence of each row.
 *
 * Flow:    YAML file → hs_config (hub/base/config.h) → struct hs_gate_settings, read once at start.
 * Owner:   the strings belong to the hs_config they came from. Threads: none.
 */
#ifndef HS_GATE_SETTINGS_H
#define HS_GATE_SETTINGS_H

#include <stdint.h>

#include "hub/base/config.h"
#include "hub/base/http.h"
#include "hub/gate/guards.h"
#include "hub/gate/limits.h"

/* Where it listens and whom it talks to. */
struct hs_gate_place {
	int mode; /* index into "live drill" */
	const char *listen, *tls_cert, *tls_key;
	const char *ops_listen;
	const char *hub_url, *name;
	const char *principals, *session_key;
	int client_certs; /* enum hs_client_certs */
	const char *client_ca, *client_crl;
};

/* index into "off optional required" */
enum hs_client_certs { HS_CLIENT_CERTS_OFF, HS_CLIENT_CERTS_OPTIONAL, HS_CLIENT_CERTS_REQUIRED };

/* Bounds of connections, waiting and sign-in; those of documents are struct hs_gate_limits. */
struct hs_gate_bounds {
	int64_t connections_max, request_timeout_ms, keepalive_timeout_ms;
	struct hs_http_shares shares;
	int64_t jobs_max, pending_max, in_flight_max, answer_timeout_ms, wait_max_s, retry_after_s;
	int64_t heartbeat_ms, stop_grace_ms;
	int64_t nonce_max, nonce_window_s;
	int64_t session_s, sign_in_failures, sign_in_window_s, sign_in_rows;
	int64_t receipt_refresh_s;
	int64_t principals_check_s;
};

struct hs_gate_settings {
	struct hs_gate_place place;
	struct hs_gate_bounds bounds;
	struct hs_gate_limits limits;
	struct hs_guard_settings guards;
	struct hs_config_list outlets; /* struct hs_outlet_row */
};

extern const struct hs_config_record hs_gate_settings_record;

/* HS_MODE(LIVE) or HS_MODE(DRILL). */
int hs_gate_settings_mode(const struct hs_gate_settings *settings);

#endif
