#include "adapters/jalert/jalert_canary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/plan_file.h"
#include "adapters/runtime/municipal.h"

#define ENCODE_ARENA_BYTES (1u << 20)

static const char mark[] = "canary-"; /* of every token, and of no plan's id */

/* All that an order goes through before it is sent. */
static bool
encodes(const struct hs_plan_options *options)
{
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	const hs_notice *notice = arena ? hs_canary_notice(arena) : NULL;
	struct hs_plan plan = { .notice = notice, .lane = HS_LANE_DRILL, .epoch = "" };
	struct hs_municipal *municipals;
	size_t count = 0;
	enum hs_err err = HS_ERR_NOMEM;

	if (notice)
		err = hs_municipal_split(arena, 0, notice, NULL, false, &municipals, &count);
	if (err == HS_OK && count > 0)
		err = hs_plan_announce(arena, &plan, &municipals[0], options);
	const struct hs_alert alert = { .kind = HS_ALERT_MISSILE,
		.phase = "issue",
		.code = "990019",
		.name = "",
		.kana = "",
		.title = "" };
	if (err == HS_OK)
		err = hs_plan_alert(arena, &plan, &alert, options);
	char *json = err == HS_OK ? hs_plan_json(&plan) : NULL;
	bool good = json != NULL;
	free(json);
	hs_arena_destroy(arena);
	return good;
}

static void
canary_start(struct hs_canary *canary)
{
	struct hs_jalert_canary *own = canary->owner;
	char request[128];

	snprintf(request, sizeof(request), "{\"type\":\"canary\",\"id\":\"%s\"}", canary->token);
	if (!encodes(&own->options))
		hs_canary_done(
			canary, false, "an order cannot be encoded: check sirens and readings");
	else if (hs_controller_send(own->controller, request) != HS_OK)
		hs_canary_done(canary, false,
			"the controller is not connected: check its power, its line and "
			"controller_url");
}

static void
canary_abort(struct hs_canary *canary)
{
	(void)canary;
}

static bool
folder_prove(const char *dir, enum hs_adapter_lane lane, const char *token, char why[HS_CANARY_WHY])
{
	char name[HS_CANARY_TOKEN_SIZE + 1], path[4200];

	(void)lane;
	snprintf(name, sizeof(name), ".%s", token);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (hs_plan_file_write(dir, name, token) == HS_OK)
		return hs_canary_read_back(path, token, why);
	snprintf(why, HS_CANARY_WHY,
		"plan_dir cannot be written: check the folder, its permissions and the disk");
	return false;
}

void
hs_jalert_canary_add(struct hs_jalert_canary *own, struct hs_adapter *adapter,
	struct hs_controller *controller, const char *plan_dir,
	const struct hs_plan_options *options)
{
	own->controller = controller;
	own->options = *options;
	own->canary = (struct hs_canary){
		.outlet = "controller",
		.lane = HS_CANARY_ALL_LANES,
		.start = canary_start,
		.abort = canary_abort,
		.owner = own,
	};
	own->folder = (struct hs_canary_folder){
		.canary = { .outlet = "plan_dir", .lane = HS_CANARY_ALL_LANES },
		.dir = plan_dir,
		.prove = folder_prove,
	};
	if (controller)
		hs_canary_add(adapter, &own->canary);
	if (plan_dir[0] != '\0')
		hs_canary_folder_add(adapter, &own->folder);
}

void
hs_jalert_canary_close(struct hs_jalert_canary *own)
{
	hs_canary_folder_close(&own->folder);
}

bool
hs_jalert_canary_answer(struct hs_jalert_canary *own, const struct hs_controller_answer *answer)
{
	bool good = strcmp(answer->state, "canary") == 0;
	char why[HS_CANARY_WHY];

	if (strncmp(answer->id, mark, sizeof(mark) - 1) != 0)
		return false;
	if (strcmp(answer->id, own->canary.token) != 0)
		return true;
	snprintf(why, sizeof(why), "the controller answers \"%.20s\" to a canary: %.80s",
		answer->state, answer->detail);
	hs_canary_done(&own->canary, good, why);
	return true;
}
