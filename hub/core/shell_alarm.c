#include <string.h>

#include "hub/core/shell_parts.h"

void
hs_shell_alarms_init(struct hs_shell *shell)
{
	shell->aside.alarms = (struct hs_alarm_command){ .loop = shell->loop,
		.command = shell->settings->watch.alarm_command,
		.timeout_ms = shell->settings->watch.alarm_timeout_ms,
		.failed_event = "hub.alarm_command_failed",
		.left_out_event = "hub.alarm_command_left_out" };
}

void
hs_shell_alarm(struct hs_shell *shell, const struct hs_effect *effect)
{
	const char *outlet = (const char *)hs_effect_bytes(&shell->effects, effect).bytes;
	const struct hs_alarm_said said = { .what = effect->event,
		.process = "hub",
		.lane = shell->settings->mode == 0 ? "live" : "drill",
		.outlet = outlet,
		.reason = outlet + strlen(outlet) + 1 };

	if (!shell->stopped)
		(void)hs_alarm_command_run(&shell->aside.alarms, &said);
}
