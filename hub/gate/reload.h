/* reload.h: who may send, read again while the gate runs: principals, client_ca, client_crl.
 *
 * Flow:    a timer (principals_check_s) looks whether a file is another one than before, SIGHUP does not ask → all three are
 *          loaded and checked as at the start → the new ones take the place of the old; connections whose credential is no
 *          longer there, or whose certificate is no longer good, are ended. Sessions are looked up at each request.
 * Errors:  files that are not usable are refused loudly (log, metric, /status) and the old ones stay in force. The answer to
 *          "is it taken?" is never half: all three or none.
 * Owner:   timer and signal are the gate's; hs_reload_stop before the loop ends. Threads: the loop's.
 */
#ifndef HS_GATE_RELOAD_H
#define HS_GATE_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hub/base/config.h"
#include "hub/base/err.h"

#define HS_RELOAD_FILES 3

struct hs_gate;
struct hs_gate_settings;
struct hs_principals;
struct hs_trust;

/* What tells one content of a file from another. */
struct hs_file_stamp {
	int64_t mtime_ns, ctime_ns;
	uint64_t inode, len_bytes;
};

struct hs_reload {
	uv_timer_t timer;
	uv_signal_t hangup;
	struct hs_file_stamp stamps[HS_RELOAD_FILES]; /* of the last try */
	bool running;
	uint64_t loads, failures, ended; /* times it was taken, refused; connections ended */
	char why[HS_CONFIG_WHY];	 /* "" when the last try was taken */
};

/* Loads principals and, unless client_certs is off, the trust (else NULL); nothing is left behind on failure. */
enum hs_err hs_reload_read(const struct hs_gate_settings *settings,
	struct hs_principals **principals, struct hs_trust **trust,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Before the files are read for the first time: a change from then on is seen. */
void hs_reload_stamp(struct hs_gate *gate);
/* Begins to watch them. */
void hs_reload_start(struct hs_gate *gate);
/* May be called when it was not started. */
void hs_reload_stop(struct hs_gate *gate);

#endif
