/* starter_model.h: an auto-starter as adapters/jalert/controller.h wants it: plays plans in their time, one after the other. Pure
 * but for memory: no network, and the time is given.
 *
 * Flow:    message → hs_starter_model_take → answers; hs_starter_model_tick when hs_starter_model_next says so → contacts
 *          close and open, what waits begins, what is over is answered with its real times.
 * Rules:   the more urgent plan interrupts, and the other begins again from its head afterwards; an equal or less urgent one
 *          waits its turn. It knows no lanes: that no drill sounds beside a live plan is for the adapter to see to. What is past
 *          its `expires` when its turn comes never sounds. The same id again is the same item: answered with how it stands, not
 *          played twice, but after a stop. "finished" says in its detail from when to when it sounded:
 *          2026-07-01T…/2026-07-01T….
 * Habits:  (struct hs_starter_habits) time goes `speed` times as fast for the plans; the answers do not.
 * Owner:   the model owns all. Threads: one.
 */
#ifndef HS_SIM_STARTER_MODEL_H
#define HS_SIM_STARTER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

struct hs_starter_habits {
	int64_t speed;	   /* 1: as planned */
	int64_t answer_ms; /* slow: each answer so late */
	int64_t deaf;	   /* 1: what comes is not there for it */
	int64_t mute;	   /* 1: it plays, and answers nothing */
	int64_t refuse;	   /* 1: "failed" to every play */
};

struct hs_starter_now {
	int64_t mono_us, unix_us;
};

struct hs_starter_ops {
	void (*answer)(void *owner, const char *id, const char *state, const char *detail);
};

struct hs_starter_model;
/* keep_max: items that are remembered; what is older and over is forgotten. NULL: out of memory. */
struct hs_starter_model *hs_starter_model_create(
	const struct hs_starter_ops *ops, void *owner, size_t keep_max, int64_t speed);
/* NULL is allowed. */
void hs_starter_model_destroy(struct hs_starter_model *model);
/* Sets habits by their names; an unknown one, or one that is no whole number of 0 or more, gives false and changes nothing. */
bool hs_starter_model_control(struct hs_starter_model *model, const struct json_t *control);

void hs_starter_model_take(
	struct hs_starter_model *model, const struct json_t *message, struct hs_starter_now now);
/* hs_clock_mono_us of the next tick; INT64_MAX: nothing is to be done. */
int64_t hs_starter_model_next(const struct hs_starter_model *model);
void hs_starter_model_tick(struct hs_starter_model *model, struct hs_starter_now now);

/* {"total", "duplicates", "speed", "items": [{"key", "document": the play, "state", "begun", "interrupted", "audio", "started",
 * "ended", "contacts": [{"area", "group", "kind", "at_ms", "on_ms", "from_ms", "to_ms"}]}]}: at_ms and on_ms as planned, from_ms
 * and to_ms as it was, from the last start on; null: not. New reference; NULL when out of memory. */
struct json_t *hs_starter_model_json(const struct hs_starter_model *model);

#endif
