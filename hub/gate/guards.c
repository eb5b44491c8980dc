#include "hub/gate/guards.h"

#include <stdio.h>

static enum hs_err
load(const struct hs_guard_settings *settings, struct hs_register **out, char why[HS_CONFIG_WHY])
{
	const char *unknown = hs_hold_unknown_code(&settings->hold);

	if (unknown != NULL) {
		(void)snprintf(why, HS_CONFIG_WHY,
			"hold_codes: \"%.100s\" is no code of a finding; use codes of warnings "
			"such as "
			"areas_all",
			unknown);
		return HS_ERR_CONFIG;
	}
	return settings->reg[0] != '\0' ? hs_register_load(settings->reg, out, why) : HS_OK;
}

enum hs_err
hs_guards_look(const struct hs_guard_settings *settings, char why[HS_CONFIG_WHY])
{
	struct hs_register *reg = NULL;
	enum hs_err err = load(settings, &reg, why);

	hs_register_free(reg);
	return err;
}

enum hs_err
hs_guards_start(struct hs_guards *guards, uv_loop_t *loop, const struct hs_guard_settings *settings,
	char why[HS_CONFIG_WHY])
{
	enum hs_err err;

	*guards = (struct hs_guards){ .rules = &settings->hold };
	err = load(settings, &guards->reg, why);
	if (err != HS_OK)
		return err;
	guards->lags = hs_lags_create();
	if (guards->lags == NULL) {
		(void)snprintf(why, HS_CONFIG_WHY, "out of memory");
		return HS_ERR_NOMEM;
	}
	hs_hold_init(&guards->hold, loop, guards->rules);
	return HS_OK;
}

void
hs_guards_stop(struct hs_guards *guards)
{
	hs_hold_stop(&guards->hold);
}

void
hs_guards_free(struct hs_guards *guards)
{
	hs_register_free(guards->reg);
	hs_lags_destroy(guards->lags);
	guards->reg = NULL;
	guards->lags = NULL;
}
