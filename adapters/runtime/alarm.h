/* alarm.h: alarm_command: a program of the operator's that carries an alarm on (mail, pager), started without a shell.
 *
 * Flow:    hs_alarm_run → the program with the arguments "alarm" or "over", name of the process, lane, outlet, reason; no
 *          environment but PATH, no input, no output. At most 8 run at a time, each for timeout_ms; the rest waits for its
 *          turn, 1024 at most: what is more is logged and left out.
 * Owner:   the caller embeds struct hs_alarms and keeps it until every process is gone (opened, closed).
 * Threads: the loop's.
 */
#ifndef HS_ADAPTER_ALARM_H
#define HS_ADAPTER_ALARM_H

#include <stdint.h>
#include <uv.h>

#include "hub/base/config.h"
#include "hub/base/err.h"

struct hs_alarm_process;

/* Zero it, fill what stands before the private member. */
struct hs_alarms {
	uv_loop_t *loop;
	const char *command; /* "" or NULL: none */
	int64_t timeout_ms;
	const char *name; /* of the process, as its messages have it */
	void (*opened)(
		void *owner); /* a process began; NULL: who owns this lives as long as the loop runs */
	void (*closed)(void *owner); /* one is gone */
	void *owner;
	struct hs_alarm_process *processes; /* private */
};

struct hs_alarm {
	const char *what; /* "alarm" or "over" */
	const char *lane, *outlet, *why;
};

void hs_alarm_run(struct hs_alarms *alarms, const struct hs_alarm *alarm);
/* Kills what still runs. */
void hs_alarms_stop(struct hs_alarms *alarms);
/* For a second look: an absolute path of what can be executed. */
enum hs_err hs_alarm_look(const char *command, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
