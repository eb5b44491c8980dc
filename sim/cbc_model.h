/* cbc_model.h: a cell broadcast centre of the osmo-cbc kind as it behaves, faults included, and phones that hear it. Pure
 * but for memory: no network, no clock. Written from what that program was seen to do, and from 3GPP TS 23.041; it shares
 * nothing with the adapter that drives it.
 *
 * Flow:    body of a POST → hs_cbc_model_post → answer (status, text, how long it takes) and what is on the air;
 *          identifier of a DELETE → hs_cbc_model_delete → answer; the message goes when that is given
 *          (hs_cbc_model_deleted).
 * Habits:  each can be switched (struct hs_cbc_habits); with the defaults it is a centre with one base station controller
 *          that acknowledges.
 * Phones:  a message rings when it reaches a peer and the phones have not had its (identifier, serial number) yet.
 *          They keep that in mind when the centre restarts.
 * Owner:   the model owns all. Threads: one.
 */
#ifndef HS_SIM_CBC_MODEL_H
#define HS_SIM_CBC_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

struct hs_cbc_habits {
	int64_t peers_connected;
	int64_t peers_disconnected; /* configured, away */
	int64_t answer_ms;	    /* of a peer that acknowledges */
	int64_t block_ms;	    /* a POST without any peer, then 200 without a body */
	int64_t delete_block_ms;    /* a DELETE while a peer is away */
	int64_t lost_delete_every; /* so many DELETEs of what does not stand, and one is never answered; 0: never */
	int64_t lose_posts;    /* so many POSTs are carried out and not answered */
	int64_t lose_deletes;  /* the same of DELETEs */
	int64_t refuse_status; /* 0, or what a proxy answers to everything */
	int64_t accept_all;    /* 1: not a centre at all: 201 to whatever comes */
};
void hs_cbc_habits_init(struct hs_cbc_habits *habits);

struct hs_cbc_model;
struct hs_cbc_model *hs_cbc_model_create(void);
/* NULL is allowed. */
void hs_cbc_model_destroy(struct hs_cbc_model *model);
struct hs_cbc_habits *hs_cbc_model_habits(struct hs_cbc_model *model);
/* Sets habits by their names; an unknown one gives false and changes nothing. {"restart":1}: it forgets all messages;
 * {"peers_restart":1}: its peers do. */
bool hs_cbc_model_control(struct hs_cbc_model *model, const struct json_t *control);

struct hs_cbc_reply {
	int status; /* 0: never answered */
	char text[128];
	int64_t after_ms;
};

struct hs_cbc_reply hs_cbc_model_post(
	struct hs_cbc_model *model, const char *body, size_t len_bytes);
struct hs_cbc_reply hs_cbc_model_delete(struct hs_cbc_model *model, const char *message_id);
/* Its answer leaves now. */
void hs_cbc_model_deleted(struct hs_cbc_model *model, const char *message_id);

/* {"messages":[what stands], "air":[all that was broadcast, with "rang"], "requests":[method, id, status]}. New
 * reference; NULL when out of memory. */
struct json_t *hs_cbc_model_json(const struct hs_cbc_model *model);

#endif
