/* municipality.h: a virtual municipality: it knows what it has in force and writes its next document.
 *
 * An EvacuationOrder is a full snapshot: each document names every district in force, plus those that this
 * step lifts. After a cancel a new document begins (L-Alert: never the same documentID again).
 */
#ifndef HS_SIM_MUNICIPALITY_H
#define HS_SIM_MUNICIPALITY_H

#include <stdint.h>

#include "hub/base/buf.h"
#include "sim/scenario.h"

struct hs_sim_sender { /* from the configuration */
	const char *code, *organisation, *office, *source, *token;
};

struct hs_sim_municipality;

/* run: makes document ids of different runs different. NULL when out of memory. */
struct hs_sim_municipality *hs_sim_municipality_create(
	const struct hs_sim_sender *sender, const char *run, int live);
void hs_sim_municipality_destroy(struct hs_sim_municipality *municipality);
const struct hs_sim_sender *hs_sim_municipality_sender(
	const struct hs_sim_municipality *municipality);
/* Applies the step and appends the document that says so. Failure shows in out->failed. */
void hs_sim_municipality_speak(struct hs_sim_municipality *municipality,
	const struct hs_sim_step *step, int64_t now_unix_us, struct hs_buf *out);

#endif
