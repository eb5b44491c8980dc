#include "hub/base/alarm_command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/log.h"
#include "hub/base/look.h"

#define WORDS 6

struct hs_alarm_process {
	uv_process_t process;
	uv_timer_t timer;
	struct hs_alarm_command *alarms;
	struct hs_alarm_process *next;
	int open_handles; /* 0: it waits for its turn */
	char *arguments[WORDS + 1];
};

static size_t
count_of(const struct hs_alarm_command *alarms, bool running)
{
	size_t count = 0;

	for (const struct hs_alarm_process *own = alarms->processes; own; own = own->next)
		count += (own->open_handles > 0) == running;
	return count;
}

static void
process_free(struct hs_alarm_process *own)
{
	struct hs_alarm_process **at = &own->alarms->processes;

	while (*at != own)
		at = &(*at)->next;
	*at = own->next;
	for (size_t i = 0; i < WORDS; i++)
		free(own->arguments[i]);
	free(own);
}

static void start_waiting(struct hs_alarm_command *alarms);

static void
on_closed(uv_handle_t *handle)
{
	struct hs_alarm_process *own = handle->data;
	struct hs_alarm_command *alarms = own->alarms;

	if (--own->open_handles > 0)
		return;
	process_free(own);
	start_waiting(alarms);
	if (alarms->ended != NULL)
		alarms->ended(alarms->owner);
}

static void
process_close(struct hs_alarm_process *own)
{
	uv_close((uv_handle_t *)&own->timer, on_closed);
	uv_close((uv_handle_t *)&own->process, on_closed);
}

static void
on_process_exit(uv_process_t *process, int64_t status, int signal)
{
	struct hs_alarm_process *own = process->data;

	if (status != 0 || signal != 0)
		hs_error(own->alarms->failed_event, "status=%lld signal=%d", (long long)status,
			signal);
	process_close(own);
}

static void
on_too_long(uv_timer_t *timer)
{
	struct hs_alarm_process *own = timer->data;

	uv_process_kill(&own->process, SIGKILL);
}

/* libuv forks and the child only executes: nng's rule against forking (link.h) is about going on in the child. */
static int
process_start(struct hs_alarm_process *own)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *environment[] = { path, NULL };
	const uv_process_options_t options = {
		.exit_cb = on_process_exit,
		.file = own->arguments[0],
		.args = own->arguments,
		.env = environment,
	};
	return uv_spawn(own->alarms->loop, &own->process, &options);
}

static void
start(struct hs_alarm_process *own)
{
	own->process.data = own->timer.data = own;
	own->open_handles = 2;
	uv_timer_init(own->alarms->loop, &own->timer);
	int error = process_start(own);
	if (error == 0) {
		uv_timer_start(&own->timer, on_too_long, (uint64_t)own->alarms->timeout_ms, 0);
		return;
	}
	hs_error(own->alarms->failed_event, "reason=\"%s\"", uv_strerror(error));
	process_close(own);
}

/* In the order in which they came. */
static void
start_waiting(struct hs_alarm_command *alarms)
{
	for (struct hs_alarm_process *own = alarms->processes; own; own = own->next) {
		if (own->open_handles > 0)
			continue;
		if (count_of(alarms, true) >= HS_ALARM_COMMANDS_MAX)
			return;
		start(own);
	}
}

static struct hs_alarm_process *
process_new(struct hs_alarm_command *alarms, const struct hs_alarm_said *said)
{
	const char *const words[WORDS] = { alarms->command, said->what, said->process, said->lane,
		said->outlet, said->reason };
	struct hs_alarm_process *own = calloc(1, sizeof(*own));
	struct hs_alarm_process **at = &alarms->processes;

	if (!own)
		return NULL;
	own->alarms = alarms;
	while (*at)
		at = &(*at)->next;
	*at = own;
	for (size_t i = 0; i < WORDS; i++) {
		own->arguments[i] = strdup(words[i]);
		if (!own->arguments[i]) {
			process_free(own);
			return NULL;
		}
	}
	return own;
}

bool
hs_alarm_command_run(struct hs_alarm_command *alarms, const struct hs_alarm_said *words)
{
	if (!alarms->command || alarms->command[0] == '\0')
		return false;
	if (count_of(alarms, false) >= HS_ALARM_COMMANDS_WAIT || !process_new(alarms, words)) {
		hs_error(alarms->left_out_event, "outlet=%s", words->outlet);
		return false;
	}
	start_waiting(alarms);
	return true;
}

void
hs_alarm_command_stop(struct hs_alarm_command *alarms)
{
	struct hs_alarm_process *next;

	for (struct hs_alarm_process *own = alarms->processes; own; own = next) {
		next = own->next;
		if (own->open_handles > 0) {
			if (uv_is_active((uv_handle_t *)&own->process))
				uv_process_kill(&own->process, SIGKILL);
			continue;
		}
		process_free(own);
		if (alarms->ended != NULL)
			alarms->ended(alarms->owner);
	}
}

enum hs_err
hs_alarm_command_look(const char *command, char why[HS_CONFIG_WHY])
{
	if (command[0] != '\0' && command[0] != '/')
		return hs_look_refuse(
			why, "alarm_command: %.200s is no absolute path; write it from /", command);
	if (command[0] != '\0' && access(command, X_OK) != 0)
		return hs_look_refuse(why,
			"alarm_command: %.200s cannot be executed; check the path and its "
			"permissions",
			command);
	return HS_OK;
}
