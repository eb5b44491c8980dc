#include "hub/base/alarm_command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/log.h"
#include "hub/base/look.h"

struct hs_alarm_process {
	uv_process_t process;
	uv_timer_t timer;
	struct hs_alarm_command *alarms;
	struct hs_alarm_process *next;
	int open_handles;
};

static size_t
running(const struct hs_alarm_command *alarms)
{
	size_t count = 0;

	for (const struct hs_alarm_process *own = alarms->processes; own; own = own->next)
		count++;
	return count;
}

static void
on_closed(uv_handle_t *handle)
{
	struct hs_alarm_process *own = handle->data;
	struct hs_alarm_command *alarms = own->alarms;
	struct hs_alarm_process **at = &alarms->processes;

	if (--own->open_handles > 0)
		return;
	while (*at != own)
		at = &(*at)->next;
	*at = own->next;
	free(own);
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
process_start(struct hs_alarm_process *own, char **arguments)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *environment[] = { path, NULL };
	const uv_process_options_t options = {
		.exit_cb = on_process_exit,
		.file = arguments[0],
		.args = arguments,
		.env = environment,
	};
	return uv_spawn(own->alarms->loop, &own->process, &options);
}

static struct hs_alarm_process *
process_new(struct hs_alarm_command *alarms)
{
	struct hs_alarm_process *own =
		running(alarms) < HS_ALARM_COMMANDS_MAX ? calloc(1, sizeof(*own)) : NULL;

	if (!own)
		return NULL;
	own->alarms = alarms;
	own->process.data = own->timer.data = own;
	own->open_handles = 2;
	own->next = alarms->processes;
	alarms->processes = own;
	uv_timer_init(alarms->loop, &own->timer);
	return own;
}

bool
hs_alarm_command_run(struct hs_alarm_command *alarms, const struct hs_alarm_said *words)
{
	const char *const texts[] = { alarms->command, words->what, words->process, words->lane,
		words->outlet, words->reason, NULL };
	char *arguments[HS_COUNT(texts)];

	if (!alarms->command || alarms->command[0] == '\0')
		return false;
	struct hs_alarm_process *own = process_new(alarms);
	if (!own) {
		hs_error(alarms->left_out_event, "outlet=%s", words->outlet);
		return false;
	}
	for (size_t i = 0; i < HS_COUNT(texts); i++)
		arguments[i] = (char *)(uintptr_t)texts[i];
	int error = process_start(own, arguments);
	if (error == 0) {
		uv_timer_start(&own->timer, on_too_long, (uint64_t)alarms->timeout_ms, 0);
		return true;
	}
	hs_error(alarms->failed_event, "reason=\"%s\"", uv_strerror(error));
	process_close(own);
	return true;
}

void
hs_alarm_command_stop(struct hs_alarm_command *alarms)
{
	for (struct hs_alarm_process *own = alarms->processes; own; own = own->next)
		if (uv_is_active((uv_handle_t *)&own->process))
			uv_process_kill(&own->process, SIGKILL);
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
