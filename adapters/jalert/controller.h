/* controller.h: the talk with the auto-starter that drives sirens and loudspeakers, over nng.
 *
 * Flow:    dial controller_url (hub/base/link.h with nng's PAIR protocol on the wire; dialled again by itself)
 *          → hs_controller_send(JSON) → … → on_answer(JSON).
 * Format:  one JSON object a message, UTF-8:
 *          → {"type":"play","id":ID,"plan":{…}}   ID again = the same item: answered, not played twice
 *                                                 (but after a stop: then it begins again). Plans of equal or lower urgency
 *                                                 (a higher number in plan.priority) wait for the one that sounds
 *          → {"type":"stop","id":ID,"reason":TEXT}   silence, forget it, answer "failed". Until then the same id is not
 *                                                 played again. May come for an id whose play never arrived, and again after
 *                                                 a new connection
 *          → {"type":"canary","id":TOKEN}         sound nothing, answer {"id":TOKEN,"state":"canary"} when all that
 *                                                 a play needs is there, else "failed" with the reason
 *          → {"type":"ask","id":ID}               how it stands: answered like a play of the same id, but never played; or
 *                                                 "unknown". Asked after a restart of the adapter
 *          → {"type":"audio","id":ID,"area":CODE,"file":NAME,"part":1|2,"last":BOOL,"duration_ms":N}
 *                                                 a WAV of audio_dir for the plan of that id is there; not answered
 *          ← {"id":ID,"state":"accepted"|"started"|"finished"|"failed"|"unknown","detail":TEXT}
 *                                                 detail of "finished": from when to when it sounded
 * Owner:   the caller; hs_controller_close frees it later.
 * Threads: the loop's.
 * Limits:  a message above 1 MiB ends the connection (the controller repeats nothing; the adapter asks
 *          again after its time limit).
 */
#ifndef HS_JALERT_CONTROLLER_H
#define HS_JALERT_CONTROLLER_H

#include <stdbool.h>
#include <uv.h>

#include "hub/base/err.h"

struct hs_controller;

struct hs_controller_answer {
	const char *id;
	const char *state;
	const char *detail; /* "" when absent */
};

struct hs_controller_ops {
	void (*on_up)(void *owner);
	void (*on_answer)(void *owner, const struct hs_controller_answer *answer);
};

enum hs_err hs_controller_open(uv_loop_t *loop, const char *url,
	const struct hs_controller_ops *ops, void *owner, struct hs_controller **out) HS_MUST_CHECK;
/* Messages leave in order. HS_ERR_AGAIN: nobody is connected, or 256 messages wait. What has not left
 * when the connection breaks is thrown away, never sent on a later one. */
enum hs_err hs_controller_send(struct hs_controller *controller, const char *json) HS_MUST_CHECK;
bool hs_controller_is_up(struct hs_controller *controller);
/* NULL is allowed. */
void hs_controller_close(struct hs_controller *controller);

#endif
