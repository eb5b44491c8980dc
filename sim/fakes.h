/* fakes.h: what stands for the outside in a drill: carriers that take urgent mails, a cell broadcast centre, an auto-starter.
 *
 * Carriers:   POST /carrier-NAME with the document of adapters/telecom → 200; the Idempotency-Key is
 *             remembered, a second one counts as duplicate. GET /received → everything that came.
 *             A canary ({"canary", "carrier"} instead of a mail) is kept apart and given back when the path is that
 *             of its carrier, else refused with 403. GET /canaries/TOKEN → the one that came, or 404: the read-back.
 *             GET /results/KEY → {"state":"broadcast"} for a mail that was taken, else 404.
 * Centre:     fake_cbc.h at cbc_listen. GET /cbc → what stands there, what was on the air, what was asked; POST /cbc with
 *             habits by their names (cbc_model.h) → it behaves so from now on.
 * Starter:    starter_model.h behind nng PAIR at controller_url: plans are played in their time, controller_speed times as
 *             fast. GET /played → everything that was asked of it, with the real times of each contact; POST /starter with
 *             habits by their names → it behaves so from now on.
 * Memory:     keep_max items of each; what is older is forgotten, the counts stay.
 */
#ifndef HS_SIM_FAKES_H
#define HS_SIM_FAKES_H

#include <stdbool.h>
#include <uv.h>

#include "hub/base/err.h"
#include "sim/starter_model.h"

struct json_t;

/* The whole process. Returns the exit status. */
int hs_sim_fakes_main(int argc, char **argv);

/* A list of JSON documents with unique keys, bounded. */
struct hs_keep;
struct hs_keep *hs_keep_create(size_t max);
void hs_keep_destroy(struct hs_keep *keep);
/* Takes over the reference of document. A key that came before only counts. false: it did. */
bool hs_keep_add(struct hs_keep *keep, const char *key, struct json_t *document);
/* Borrowed; NULL: not kept (any more). */
struct json_t *hs_keep_find(const struct hs_keep *keep, const char *key);
/* New reference: {"total", "duplicates", "items": [{"key", "document"}]}. */
struct json_t *hs_keep_json(const struct hs_keep *keep);

/* The auto-starter. Its model is borrowed. */
struct hs_fake_controller;
enum hs_err hs_fake_controller_open(uv_loop_t *loop, const char *url, size_t keep_max,
	int64_t speed, struct hs_fake_controller **out) HS_MUST_CHECK;
struct hs_starter_model *hs_fake_controller_model(struct hs_fake_controller *controller);
void hs_fake_controller_close(struct hs_fake_controller *controller);

#endif
