/* telecom_outlet.h: what every kind of outlet of this adapter is: a table of operations, beside which the others work on
 * their own (a carrier's mails over HTTP: telecom_carrier.c; a cell broadcast centre: cbc.c).
 *
 * Flow:    open, for each record of its kind in the settings → state, snapshot, serve, refused … → close.
 *          serve encodes for this outlet alone and hands deliveries or receipts to the runtime; it waits for nothing.
 *          Where hs_adapter_is_dry, open makes no client, timer or canary, and nothing but snapshot, serve and close is
 *          called; a delivery that serve makes then shows what it would send.
 * Owner:   the adapter owns what open made; shared is borrowed by all of them until close.
 * Threads: the loop's.
 */
#ifndef HS_TELECOM_OUTLET_H
#define HS_TELECOM_OUTLET_H

#include "adapters/runtime/runtime.h"
#include "adapters/runtime/standing.h"
#include "adapters/telecom/cell_broadcast.h"
#include "adapters/telecom/telecom_missed.h"
#include "adapters/telecom/telecom_settings.h"

struct json_t;
struct hs_telecom_canaries;

/* What outlets know in common. */
struct hs_telecom_shared {
	struct hs_adapter *adapter;
	const struct hs_telecom_settings *settings;
	struct hs_telecom_canaries *canaries; /* of the carriers */
	struct hs_standing standing[HS_LANE_COUNT];
	struct hs_cb_codes *codes[HS_LANE_COUNT]; /* of the pages in mail documents */
	struct hs_telecom_missed missed;
	uint64_t refused_texts;
};

struct hs_telecom_outlet_ops;

/* The first member of each outlet's own struct. */
struct hs_telecom_outlet {
	const struct hs_telecom_outlet_ops *ops;
	struct hs_telecom_shared *shared;
};

/* Members marked * may be NULL. */
struct hs_telecom_outlet_ops {
	size_t (*count)(const struct hs_telecom_settings *settings);
	enum hs_err (*open)(
		struct hs_telecom_shared *shared, size_t index, struct hs_telecom_outlet **out);
	/* Whether it ever speaks of notices of this kind (HANSHO__V1__NOTICE__DETAIL_…). */
	bool (*takes)(int detail_case);
	void (*serve)(struct hs_telecom_outlet *outlet, struct hs_arena *arena,
		struct hs_adapter_item *item);
	/* What it would send for a notice, as objects of this JSON array; sends and keeps nothing. false: out of memory. */
	bool (*preview)(struct hs_telecom_outlet *outlet, struct hs_arena *arena,
		const struct hs_adapter_item *item, struct json_t *array);
	/* * */
	void (*snapshot)(struct hs_telecom_outlet *outlet, struct hs_arena *arena,
		const struct hs_adapter_snapshot *snapshot);
	/* * The lane's hub has another history (runtime.h, on_restart). */
	void (*restart)(struct hs_telecom_outlet *outlet, enum hs_adapter_lane lane);
	/* * */
	void (*refused)(struct hs_telecom_outlet *outlet, const struct hs_adapter_item *item);
	/* * */
	void (*lane_state)(struct hs_telecom_outlet *outlet, enum hs_adapter_lane lane,
		enum hs_adapter_lane_state state);
	/* * Members of one JSON array over all outlets. */
	void (*status)(struct hs_telecom_outlet *outlet, bool first, struct hs_buf *out);
	/* * */
	void (*metrics)(struct hs_telecom_outlet *outlet, struct hs_buf *out);
	void (*close)(struct hs_telecom_outlet *outlet);
};

extern const struct hs_telecom_outlet_ops hs_carrier_outlet_ops, hs_cbc_outlet_ops;

/* Receipt, log line and count of a text that could not be made. why: "" = out of memory. */
void hs_telecom_no_text(struct hs_telecom_shared *shared, struct hs_adapter_item *item,
	const char *outlet, const char *why);

#endif
