/* alarm_command.h: a program of the operator's that carries an alarm on (mail, pager), started without a shell.
 *
 * Arguments: "alarm" or "over", name of the process, lane, outlet, reason; no environment but PATH, no input, no output.
 * Rules:   at most HS_ALARM_COMMANDS_MAX run at a time, each for timeout_ms, and one for an outlet of a lane: what is over is told behind
 *          its alarm. Up to HS_ALARM_COMMANDS_WAIT wait for their turn, so that every alarm of many that come at once is told; alarms beyond
 *          them are logged and left out. "over" is told for each alarm that was taken, also when the queue is full, and for no other.
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
	const char *process;			   /* the name that the command is told */
	const char *failed_event, *left_out_event; /* ids of the log */
	void (*ended)(void *owner);		   /* may be NULL */
	void *owner;
	/* Of this part; nothing at first. */
	struct hs_alarm_process *processes; /* that run or wait, oldest first */
	size_t running, waiting;
	struct hs_alarm_outlet *outlets; /* whose alarm was taken and is not over */
};

/* The ids of the log of a part of the software, a literal: "hub" → hub.alarm_command_failed. For initialisers. */
#define HS_ALARM_COMMAND_EVENTS(part)                 \
	.failed_event = part ".alarm_command_failed", \
	.left_out_event = part ".alarm_command_left_out"

struct hs_alarm_said {
	const char *what; /* "alarm", "over" */
	const char *lane, *outlet, *reason;
};

/* Not behind a stop. true: something runs or waits, and `ended` will be called for it. */
bool hs_alarm_command_run(struct hs_alarm_command *alarms, const struct hs_alarm_said *words);
void hs_alarm_command_stop(struct hs_alarm_command *alarms);
/* The second look (look.h): an absolute path that can be executed, or "". */
enum hs_err hs_alarm_command_look(const char *command, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
