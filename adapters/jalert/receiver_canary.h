/* receiver_canary.h: the proof of the bridge's way: from the door or the folder through the gate to the hub, and back.
 *
 * Flow:    each canary_ms: a message of status Test, as a converter would write it, with listen by a POST to listen_url, so to where
 *          the receiver POSTs, whose door keeps it in the spool and answers 202; else into the spool → there as canary-TOKEN.json → the bridge finds it there, makes its alert and posts it to /v1/canary beside gate_url (hub/gate/api.h), not as a submission
 *          → the token comes back, and with listen the door's 202 too → proven. Refused, or not back within canary_timeout_ms → alarm: log line
 *          receiver.canary_alarm, metric, status page, alarm_command; the next proof ends it (receiver.canary_alarm_over).
 * Rules:   a file of that name is never submitted, and never kept in done/ or refused/; those of an earlier start are removed;
 *          a canary at the door that is not the one under way is answered 409 and kept nowhere;
 *          one at a time, beside telegrams; a telegram waits for none of it, and an alarm stops none.
 * Owner:   the receiver embeds it. Threads: the loop's, but hs_receiver_canary_back.
 */
#ifndef HS_JALERT_RECEIVER_CANARY_H
#define HS_JALERT_RECEIVER_CANARY_H

#include <stdbool.h>

#include "adapters/jalert/receiver.h"
#include "hub/base/alarm_command.h"
#include "hub/base/pool.h"

#define HS_RECEIVER_CANARY_WHY 200

enum hs_receiver_proof { HS_RECEIVER_UNPROVEN, HS_RECEIVER_PROVEN, HS_RECEIVER_FAILED };

/* Its way to the door, on a worker. */
struct hs_receiver_knock {
	struct hs_pool_job job;
	struct hs_receiver_post post;
	char *text; /* what it carries, of the canary `name` */
	char name[64];
	char token[512];
	int64_t due_mono_us, pause_ms; /* of the next try, when the last one failed */
	bool under_way, failed;
	bool taken; /* its sender has the 202 of the door */
};

struct hs_receiver_canary {
	const struct hs_receiver_settings *settings;
	struct hs_pool *pool; /* of the receiver, which sets it when it is open */
	struct hs_receiver_knock knock;
	struct hs_alarm_command alarms;
	char name[64]; /* of the file under way; "" = none */
	bool back;     /* from the hub, perhaps before the answer of the door */
	enum hs_receiver_proof state;
	int64_t start_mono_us, due_mono_us, end_mono_us;
	int64_t proven_mono_us; /* 0 = never */
	uint64_t proofs, alarm_count;
	char why[HS_RECEIVER_CANARY_WHY]; /* printable ASCII; "" when proven */
};

void hs_receiver_canary_open(struct hs_receiver_canary *canary,
	const struct hs_receiver_settings *settings, uv_loop_t *loop);
void hs_receiver_canary_close(struct hs_receiver_canary *canary);
/* Whether this file of the spool is one, of now or of an earlier start. */
bool hs_receiver_canary_is(const char *name);
enum hs_receiver_whose {
	HS_RECEIVER_TELEGRAM, /* no canary */
	HS_RECEIVER_OWN,      /* the canary under way: to be kept under its name */
	HS_RECEIVER_FOREIGN   /* of another bridge, or of before: to be kept nowhere */
};
/* What this is that came to the door, by its form. */
enum hs_receiver_whose hs_receiver_canary_whose(
	const struct hs_receiver_canary *canary, const char *text);
/* From the timer of the spool. */
void hs_receiver_canary_tick(struct hs_receiver_canary *canary);
/* What became of that file: it came back from the hub, or why it did not (perhaps it is tried again). */
void hs_receiver_canary_told(
	struct hs_receiver_canary *canary, const char *name, bool back, const char *why);
/* Whether there is no use in trying it again. */
bool hs_receiver_canary_over(const struct hs_receiver_canary *canary, const char *name);
/* Where it is posted. Pure; false: gate_url does not end with /v1/submissions. */
bool hs_receiver_canary_url(const char *gate_url, char *out, size_t size);
/* Whether the gate's answer carries the token of that file. Any thread. */
bool hs_receiver_canary_back(const char *name, const char *reply);
void hs_receiver_canary_metrics(const struct hs_receiver_canary *canary, struct hs_buf *out);
/* Members of the status object. */
void hs_receiver_canary_status(const struct hs_receiver_canary *canary, struct hs_buf *out);

#endif
