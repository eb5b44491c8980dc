/* Alarms of canaries → alarm_command (hub/base/alarm_command.h). */
#include "adapters/runtime/internal.h"
#include "hub/base/alarm_command.h"

static void
on_ended(void *owner)
{
	hs_adapter_handle_gone(owner);
}

void
hs_alarms_init(struct hs_adapter *adapter)
{
	adapter->proving.alarms = (struct hs_alarm_command){ .loop = adapter->loop,
		.command = adapter->settings->canary.alarm_command,
		.timeout_ms = adapter->settings->canary.alarm_timeout_ms,
		.process = adapter->settings->name,
		HS_ALARM_COMMAND_EVENTS("adapter"),
		.ended = on_ended,
		.owner = adapter };
}

void
hs_alarm_run(struct hs_adapter *adapter, const char *what, const struct hs_canary *canary)
{
	const struct hs_alarm_said said = { what, hs_canary_lane_name(canary), canary->outlet,
		canary->why };

	if (!adapter->stopping && hs_alarm_command_run(&adapter->proving.alarms, &said))
		adapter->open_handles++;
}

void
hs_alarms_stop(struct hs_adapter *adapter)
{
	hs_alarm_command_stop(&adapter->proving.alarms);
}
