/* up.h: `hansho up`: one machine, one lane (drill), everything running.
 *
 * Flow:  folder + keys + configurations (templates built in) → processes in the order of the table in
 *        up_table.c, each awaited on its /readyz → a drill by hansho-sim → a page of what to try → wait.
 * Ends:  SIGINT or SIGTERM, or the first process that dies: all are stopped in the reverse order.
 * Owner: cmd_up.c owns the struct; processes are children and are ended by their pid.
 */
#ifndef HS_CLI_UP_H
#define HS_CLI_UP_H

#include <stdbool.h>
#include <sys/types.h>

#define HS_UP_PATH 1024

struct hs_up {
	char run_dir[HS_UP_PATH]; /* absolute */
	char bin_dir[HS_UP_PATH];
	bool drill; /* play the scripted drill */
	bool once;  /* stop after it: for tests */
};

struct hs_up_child {
	const char *name;    /* also its configuration NAME.yaml and log NAME.log */
	const char *program; /* beside the hansho program */
	const char *command; /* a word before --config, or NULL */
	const char *ready;   /* URL of its /readyz */
};

extern const struct hs_up_child hs_up_children[];
extern const unsigned hs_up_child_count;

/* Makes the folder, keys and configurations. false: printed why. */
bool hs_up_prepare(const struct hs_up *up);
/* Starts program with arguments, output to run_dir/log/NAME.log, or to the terminal when log is false.
 * 0 when it cannot be started (printed). */
pid_t hs_up_spawn(const struct hs_up *up, const char *name, const char *const *arguments, bool log);
/* Starts child i. */
pid_t hs_up_start(const struct hs_up *up, unsigned i);
/* Prints the page: addresses, sign-in, what to try next. */
void hs_up_page(const struct hs_up *up);

#endif
