/* alarm_command: a program of the operator's that carries an alarm on (mail, pager), started without a shell.
 *
 * Arguments: "alarm" or "over", name of the adapter, lane, outlet, reason; no environment but PATH, no input, no
 * output. At most RUNS_MAX run at a time, each for alarm_timeout_ms; what is more is logged and left out, because
 * the log line and the metric have told it already.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/log.h"

#define RUNS_MAX 8

struct hs_alarm_process {
	uv_process_t process;
	uv_timer_t timer;
	struct hs_adapter *adapter;
	struct hs_alarm_process *next;
	int open_handles;
};

static size_t
running(const struct hs_adapter *adapter)
{
	size_t count = 0;

	for (const struct hs_alarm_process *own = adapter->proving.processes; own; own = own->next)
		count++;
	return count;
}

static void
on_closed(uv_handle_t *handle)
{
	struct hs_alarm_process *own = handle->data;
	struct hs_adapter *adapter = own->adapter;
	struct hs_alarm_process **at = &adapter->proving.processes;

	if (--own->open_handles > 0)
		return;
	while (*at != own)
		at = &(*at)->next;
	*at = own->next;
	free(own);
	hs_adapter_handle_gone(adapter);
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
	if (status != 0 || signal != 0)
		hs_error("adapter.alarm_command_failed", "status=%lld signal=%d", (long long)status,
			signal);
	process_close(process->data);
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
	return uv_spawn(own->adapter->loop, &own->process, &options);
}

void
hs_alarm_run(struct hs_adapter *adapter, const char *what, const struct hs_canary *canary)
{
	const struct hs_canary_settings *settings = &adapter->settings->canary;
	const char *const words[] = { settings->alarm_command, what, adapter->settings->name,
		hs_canary_lane_name(canary), canary->outlet, canary->why, NULL };
	char *arguments[HS_COUNT(words)];

	if (!settings->alarm_command || settings->alarm_command[0] == '\0' || adapter->stopping)
		return;
	struct hs_alarm_process *own = running(adapter) < RUNS_MAX ? calloc(1, sizeof(*own)) : NULL;
	if (!own) {
		hs_error("adapter.alarm_command_left_out", "outlet=%s", canary->outlet);
		return;
	}
	for (size_t i = 0; i < HS_COUNT(words); i++)
		arguments[i] = (char *)(uintptr_t)words[i];
	own->adapter = adapter;
	own->process.data = own->timer.data = own;
	own->open_handles = 2;
	own->next = adapter->proving.processes;
	adapter->proving.processes = own;
	adapter->open_handles++;
	uv_timer_init(adapter->loop, &own->timer);
	int error = process_start(own, arguments);
	if (error == 0) {
		uv_timer_start(&own->timer, on_too_long, (uint64_t)settings->alarm_timeout_ms, 0);
		return;
	}
	hs_error("adapter.alarm_command_failed", "reason=\"%s\"", uv_strerror(error));
	process_close(own);
}

void
hs_alarms_stop(struct hs_adapter *adapter)
{
	for (struct hs_alarm_process *own = adapter->proving.processes; own; own = own->next)
		if (uv_is_active((uv_handle_t *)&own->process))
			uv_process_kill(&own->process, SIGKILL);
}
