#include <string.h>

#include "hub/core/shell_parts.h"

void
hs_shell_alarms_init(struct hs_shell *shell)
{
	shell->aside.alarms = (struct hs_alarm_command){ .loop = shell->loop,
		.command = shell->settings->watch.alarm_command,
		.timeout_ms = shell->settings->watch.alarm_timeout_ms,
		.process = "hub",
		HS_ALARM_COMMAND_EVENTS("hub") };
}

void
hs_shell_alarm(struct hs_shell *shell, const struct hs_effect *effect)
{
	const char *outlet = (const char *)hs_effect_bytes(&shell->effects, effect).bytes;
	const struct hs_alarm_said said = { effect->event,
		shell->settings->mode == 0 ? "live" : "drill", outlet,
		outlet + strlen(outlet) + 1 };

	if (!shell->stopped)
		(void)hs_alarm_command_run(&shell->aside.alarms, &said);
}
