#include "adapters/telecom/telecom.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/telecom/cbc_settings.h"
#include "adapters/telecom/cell_broadcast.h"
#include "adapters/telecom/telecom_canary.h"
#include "adapters/telecom/telecom_outlet.h"
#include "adapters/telecom/telecom_preview.h"
#include "adapters/telecom/telecom_settings.h"
#include "hub/base/check.h"
#include "hub/base/log.h"

#define ENCODE_ARENA_BYTES (64u << 20)

struct telecom {
	struct hs_telecom_shared shared;
	struct hs_telecom_outlet **outlets;
	size_t count;
	struct hs_telecom_preview *preview;
};

static const struct hs_telecom_outlet_ops *const kinds[] = { &hs_cbc_outlet_ops,
	&hs_carrier_outlet_ops };

void
hs_telecom_no_text(struct hs_telecom_shared *shared, struct hs_adapter_item *item,
	const char *outlet, const char *why)
{
	shared->refused_texts++;
	hs_error("telecom.no_mail", "seq=%llu outlet=%s err=%s", (unsigned long long)item->seq,
		outlet, hs_err_name(why[0] ? HS_ERR_REFUSED : HS_ERR_NOMEM));
	hs_adapter_receipt(item, outlet, HS_RECEIPT(FAILED), why[0] ? why : "out of memory");
}

/* ---- notices ---- */

static bool
anybody_takes(const struct telecom *telecom, int detail_case)
{
	for (size_t i = 0; i < telecom->count; i++)
		if (telecom->outlets[i]->ops->takes(detail_case))
			return true;
	return false;
}

static void
serve_all(struct telecom *telecom, struct hs_adapter_item *item)
{
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	for (size_t i = 0; arena && i < telecom->count; i++)
		if (telecom->outlets[i]->ops->takes((int)item->notice->detail_case))
			telecom->outlets[i]->ops->serve(telecom->outlets[i], arena, item);
	if (!arena)
		hs_adapter_receipt(item, "", HS_RECEIPT(FAILED), "out of memory");
	hs_arena_destroy(arena);
}

static void
on_notice(void *state, struct hs_adapter_item *item)
{
	struct telecom *telecom = state;
	hs_standing_apply(&telecom->shared.standing[item->lane], item);
	if (!anybody_takes(telecom, (int)item->notice->detail_case))
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED),
			"carriers mail evacuation orders and urgent mails only");
	else if (item->notice->silent)
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED), HS_SILENT_REASON);
	else
		serve_all(telecom, item);
	hs_adapter_done(item);
}

static void
on_refused(void *state, const struct hs_adapter_item *item)
{
	struct telecom *telecom = state;
	/* Too old to be told, or held: it is in force all the same. */
	bool right_lane = (int)item->notice->mode == hs_lane_mode(item->lane);
	if (right_lane && (item->expired || item->unknown))
		hs_standing_apply(&telecom->shared.standing[item->lane], item);
	for (size_t i = 0; i < telecom->count; i++)
		if (telecom->outlets[i]->ops->refused)
			telecom->outlets[i]->ops->refused(telecom->outlets[i], item);
}

static void
past_note_one(struct telecom *telecom, const struct hs_adapter_past *past, bool got)
{
	for (size_t i = 0; i < past->outlet_count; i++)
		hs_missed_note(&telecom->shared.missed, past->notice, past->outlets[i], got);
}

/* Who refused a document before gets no end of it, and nobody who got it passes for one who never did. */
static void
past_note(struct telecom *telecom, const struct hs_adapter_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->past_count; i++)
		past_note_one(telecom, &snapshot->past[i], true);
	for (size_t i = 0; i < snapshot->refused_count; i++)
		past_note_one(telecom, &snapshot->refused[i], false);
}

static void
on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct telecom *telecom = state;
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	hs_standing_load(&telecom->shared.standing[snapshot->lane], snapshot);
	past_note(telecom, snapshot);
	for (size_t i = 0; arena && i < telecom->count; i++)
		if (telecom->outlets[i]->ops->snapshot)
			telecom->outlets[i]->ops->snapshot(telecom->outlets[i], arena, snapshot);
	hs_arena_destroy(arena);
}

static void
on_restart(void *state, enum hs_adapter_lane lane)
{
	struct telecom *telecom = state;
	for (size_t i = 0; i < telecom->count; i++)
		if (telecom->outlets[i]->ops->restart)
			telecom->outlets[i]->ops->restart(telecom->outlets[i], lane);
}

static void
on_state(
	void *state, enum hs_adapter_lane lane, enum hs_adapter_lane_state lane_state, uint64_t seq)
{
	struct telecom *telecom = state;
	(void)seq;
	for (size_t i = 0; i < telecom->count; i++)
		if (telecom->outlets[i]->ops->lane_state)
			telecom->outlets[i]->ops->lane_state(telecom->outlets[i], lane, lane_state);
}

/* ---- life ---- */

static void
telecom_close(void *state)
{
	struct telecom *telecom = state;
	hs_telecom_preview_close(telecom->preview);
	for (size_t i = 0; i < telecom->count; i++)
		telecom->outlets[i]->ops->close(telecom->outlets[i]);
	hs_telecom_canaries_destroy(telecom->shared.canaries);
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		hs_standing_free(&telecom->shared.standing[i]);
		free(telecom->shared.codes[i]);
	}
	free(telecom->outlets);
	free(telecom);
}

static bool
carriers_right(const struct hs_telecom_settings *settings)
{
	const struct hs_carrier *carriers = settings->carriers.items;
	for (size_t i = 0; i < settings->carriers.count; i++) {
		const char *wrong = hs_carrier_wrong(&carriers[i]);
		if (wrong[0] == '\0')
			continue;
		hs_error("telecom.carrier_wrong", "carrier=%s reason=\"%s\"", carriers[i].name,
			wrong);
		return false;
	}
	return true;
}

static enum hs_err
outlets_open(struct telecom *telecom)
{
	const struct hs_telecom_settings *settings = telecom->shared.settings;
	enum hs_err err = HS_OK;
	size_t total = 0;
	for (size_t k = 0; k < HS_COUNT(kinds); k++)
		total += kinds[k]->count(settings);
	telecom->outlets = calloc(total + 1, sizeof(struct hs_telecom_outlet *));
	if (!telecom->outlets)
		return HS_ERR_NOMEM;
	for (size_t k = 0; k < HS_COUNT(kinds); k++) {
		for (size_t i = 0; err == HS_OK && i < kinds[k]->count(settings); i++) {
			err = kinds[k]->open(
				&telecom->shared, i, &telecom->outlets[telecom->count]);
			telecom->count += err == HS_OK;
		}
	}
	return err;
}

static enum hs_err
parts_open(struct telecom *telecom)
{
	struct hs_telecom_shared *shared = &telecom->shared;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		shared->codes[i] = calloc(1, sizeof(*shared->codes[i]));
		if (!shared->codes[i])
			return HS_ERR_NOMEM;
	}
	if (hs_adapter_is_dry(shared->adapter))
		return outlets_open(telecom);
	enum hs_err err =
		hs_telecom_canaries_create(shared->adapter, shared->settings, &shared->canaries);
	if (err == HS_OK)
		err = outlets_open(telecom);
	const struct hs_telecom_preview_options preview = { shared, telecom->outlets,
		telecom->count };
	return err == HS_OK ? hs_telecom_preview_open(&preview, &telecom->preview) : err;
}

/* Dry: what on_notice needs, and no way to a carrier or centre. */
static enum hs_err
telecom_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	if (!carriers_right(settings))
		return HS_ERR_CONFIG;
	struct telecom *telecom = calloc(1, sizeof(*telecom));
	if (!telecom)
		return HS_ERR_NOMEM;
	telecom->shared.adapter = adapter;
	telecom->shared.settings = settings;
	enum hs_err err = parts_open(telecom);
	if (err != HS_OK) {
		telecom_close(telecom);
		return err;
	}
	*state = telecom;
	return HS_OK;
}

/* ---- what is told of it ---- */

static const char *
not_ready(void *state)
{
	const struct telecom *telecom = state;
	return telecom->count == 0 ? "neither a carrier nor a cell broadcast centre is configured"
				   : "";
}

static void
metrics(void *state, struct hs_buf *out)
{
	const struct telecom *telecom = state;
	hs_buf_printf(out, "hansho_telecom_texts_refused_total %llu\n",
		(unsigned long long)telecom->shared.refused_texts);
	for (size_t i = 0; i < telecom->count; i++)
		if (telecom->outlets[i]->ops->metrics)
			telecom->outlets[i]->ops->metrics(telecom->outlets[i], out);
}

static void
status(void *state, struct hs_buf *out)
{
	const struct telecom *telecom = state;
	hs_buf_printf(out, "\"carriers\":%zu,\"texts_refused\":%llu,\"cell_broadcast\":[",
		telecom->shared.settings->carriers.count,
		(unsigned long long)telecom->shared.refused_texts);
	size_t begin = out->len_bytes;
	for (size_t i = 0; i < telecom->count; i++)
		if (telecom->outlets[i]->ops->status)
			telecom->outlets[i]->ops->status(
				telecom->outlets[i], out->len_bytes == begin, out);
	hs_buf_puts(out, "]");
}

const struct hs_adapter_ops hs_telecom_ops = {
	.name = "telecom",
	.settings = &hs_telecom_record,
	.look = hs_telecom_look,
	.rings = true,
	.snapshot = true,
	.past = true,
	.open = telecom_open,
	.open_dry = telecom_open,
	.close_dry = telecom_close,
	.on_notice = on_notice,
	.on_refused = on_refused,
	.on_snapshot = on_snapshot,
	.on_restart = on_restart,
	.on_state = on_state,
	.not_ready = not_ready,
	.metrics = metrics,
	.status = status,
	.close = telecom_close,
};
