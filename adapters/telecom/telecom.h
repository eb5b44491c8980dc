/* telecom.h: the telecom adapter: 緊急速報メール to mobile carriers, and cell broadcast centres.
 *
 * Flow:    item → each outlet on its own (telecom_outlet.h) → encode → deliveries of the runtime → receipts.
 *          carrier: municipalities → telecom_encode → JSON document → POST (telecom_carrier.c), tried until taken, refused
 *          or too late → receipt for outlet "carrier/area"; telecom_result.h then asks what became of it.
 *          centre: cbc_plan → board → slot → POST and DELETE of ECBE (cbc.c, cbc_lane.h) → receipt for "centre/area",
 *          "centre/area/en", "centre/etws".
 * Format:  of a carrier: POST, application/json:
 *          {"carrier","title","body","message_id","serial_nr","dcs","pages":[hex of ≤ 82 octets],
 *           "areas":[6-digit codes],"mode":"live"|"drill","action":"issue"|…,
 *           "notice":{"epoch","seq","document":{"source","id","revision"}}}
 *          Header Idempotency-Key: epoch-seq-carrier-area; the same key again is the same mail.
 *          What its answers mean: telecom_answer.h.
 *          A canary (telecom_canary.h) comes to the same address and is marked: {"canary":TOKEN,…} without text.
 *          Of a centre: cbc_rest.h.
 * Ends:    a cancel or lift, and a correction that leaves a place out, goes to whom the order went or may have gone, as loud as it
 *          was; who is known never to have got the order is left out (telecom_missed.h).
 * Lanes:   an outlet has one endpoint for each lane; a drill never goes to a live one.
 * Threads: the loop's thread. Keeps nothing on disk: what stands at a centre is found again from what is in force, and to
 *          which centre a primary warning went from what the hub knows of the outlets' receipts (cbc.c).
 */
#ifndef HS_TELECOM_H
#define HS_TELECOM_H

#include "adapters/runtime/runtime.h"

extern const struct hs_adapter_ops hs_telecom_ops;

#endif
