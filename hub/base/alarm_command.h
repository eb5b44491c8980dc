/* alarm_command.h: a program of the operator's that carries an alarm on (mail, pager), started without a shell.
 *
 * Arguments: "alarm" or "over", name of the process, lane, outlet, reason; no environment but PATH, no input, no output. At
 * most HS_ALARM_COMMANDS_MAX run at a time, each for timeout_ms; up to HS_ALARM_COMMANDS_WAIT wait for their turn, so that every alarm of many
 * that come at once is told; what is more is logged and left out.
 * Flow:    hs_alarm_command_run → process → ended. hs_alarm_command_stop kills what still runs; each ends by `ended` all the same.
 * Owner:   the caller has the struct and keeps it until each run that said true has ended. Threads: the loop's.
 */
#ifndef HS_ALARM_COMMAND_H
#define HS_ALARM_COMMAND_H

#include <uv.h>

#include "hub/base/config.h"

#define HS_ALARM_COMMANDS_MAX  8
#define HS_ALARM_COMMANDS_WAIT 1024

struct hs_alarm_command {
	uv_loop_t *loop;
	const char *command; /* absolute path; "" or NULL: none */
	int64_t timeout_ms;
	const char *failed_event, *left_out_event; /* ids of the log */
	void (*ended)(void *owner);		   /* may be NULL */
	void *owner;
	struct hs_alarm_process *processes; /* that run or wait; NULL at first */
};

struct hs_alarm_said {
	const char *what; /* "alarm", "over" */
	const char *process, *lane, *outlet, *reason;
};

/* true: something runs or waits, and `ended` will be called for it. */
bool hs_alarm_command_run(struct hs_alarm_command *alarms, const struct hs_alarm_said *words);
void hs_alarm_command_stop(struct hs_alarm_command *alarms);
/* The second look (look.h): an absolute path that can be executed, or "". */
enum hs_err hs_alarm_command_look(const char *command, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
