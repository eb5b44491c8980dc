/* auto_start.h: which kinds sound by themselves, where: the table of a municipality's auto-starter (kind × threshold × area).
 *
 * Flow:    alert → the first row of the settings that is of its kind and area → its answer; no row: that of kinds.h.
 * Source:  業務規程 art. 4, 9; the threshold of 緊急地震速報 is local: 5弱 (most) or 4.
 * Threads: any. Pure.
 */
#ifndef HS_JALERT_AUTO_START_H
#define HS_JALERT_AUTO_START_H

#include "adapters/jalert/alerts.h"
#include "hub/base/config.h"

struct hs_auto_start_rule {
	int kind;		      /* enum hs_alert_kind */
	struct hs_config_texts areas; /* none: all */
	bool start;
	const char *
		threshold; /* intensity (4, 5-, 5+, 6-, 6+, 7) for eew and intensity; "" = that of the kind */
};

extern const struct hs_config_record hs_auto_start_record;

/* Whether it sounds. What ends something sounds where it sounded: lifts and cancels are not asked for here. */
bool hs_auto_start(
	const struct hs_auto_start_rule *rules, size_t count, const struct hs_alert *alert);
/* The second look: HS_ERR_CONFIG. */
enum hs_err hs_auto_start_look(const struct hs_auto_start_rule *rules, size_t count,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
