/* gate.h: the wiring of hansho-gate: its parts and who hands what to whom.
 *
 * Flow:    hs_http → {api, soap_front, form} → intake (worker, submit port) → answer.
 * Owner:   one struct hs_gate, in main; settings and loop belong to main and outlive it.
 * Threads: the loop's thread; only the intake's worker runs elsewhere.
 * Disk:    nothing is written; the configuration and the gate's own certificate are read once at start, principals and what
 *          client certificates are judged by again when they change (reload.h).
 */
#ifndef HS_GATE_GATE_H
#define HS_GATE_GATE_H

#include <stdbool.h>
#include <uv.h>

#include "hub/base/http.h"
#include "hub/base/proc.h"
#include "hub/gate/intake.h"
#include "hub/gate/nonce.h"
#include "hub/gate/principals.h"
#include "hub/gate/reload.h"
#include "hub/gate/session.h"
#include "hub/gate/settings.h"
#include "hub/gate/throttle.h"

#define HS_GATE_ROUTES_MAX 16

struct hs_gate_counts {
	uint64_t auth_failures, sign_ins, sign_in_failures, sign_in_waits, replays, busy;
};

struct hs_gate_stop {
	uv_timer_t timer;
	int64_t deadline_mono_us;
};

struct hs_gate {
	uv_loop_t *loop;
	const struct hs_gate_settings *settings;
	int mode; /* HS_MODE(LIVE) or HS_MODE(DRILL) */
	struct hs_principals *principals;
	struct hs_trust *trust; /* NULL: client_certs is off */
	struct hs_reload reload;
	struct hs_worker worker;
	struct hs_submit_port *port;
	struct hs_guards guards;
	struct hs_intake intake;
	char address[128];
	struct hs_http_route routes[HS_GATE_ROUTES_MAX];
	struct hs_http_server *server;
	struct hs_ops *ops;
	struct hs_nonces *nonces;
	struct hs_throttle *throttle;
	struct hs_session_key session_key;
	struct hs_gate_counts counts;
	struct hs_gate_stop stop;
	bool stopping;
};

/* The second look (hub/base/look.h): addresses, certificate and key, the link's url, the principals. */
enum hs_err hs_gate_look(
	const struct hs_gate_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Starts everything. On failure `why` says in a sentence what to mend; what was started is undone. */
enum hs_err hs_gate_start(struct hs_gate *gate, uv_loop_t *loop,
	const struct hs_gate_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Takes nothing new, lets open submissions be answered for stop_grace_ms, then closes everything; the loop
 * is empty afterwards. */
void hs_gate_stop(struct hs_gate *gate);
/* Frees what is left, after the loop has ended. */
void hs_gate_free(struct hs_gate *gate);

#endif
