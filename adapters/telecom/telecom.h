/* telecom.h: the telecom adapter: 緊急速報メール and cell broadcast pages to mobile carriers.
 *
 * Flow:    item → municipalities → for each carrier and municipality: telecom_encode → pages and serial
 *          number (cell_broadcast) → JSON document → POST to the carrier (telecom_http), tried by the
 *          runtime until taken, refused or too late → receipt for outlet "carrier/area".
 * Format:  POST, application/json:
 *          {"carrier","title","body","message_id","serial_nr","dcs","pages":[hex of ≤ 82 octets],
 *           "areas":[6-digit codes],"mode":"live"|"drill","action":"issue"|…,
 *           "notice":{"epoch","seq","document":{"source","id","revision"}}}
 *          Header Idempotency-Key: epoch-seq-carrier-area; the same key again is the same mail.
 *          2xx: accepted. 408, 425, 429, 5xx, no answer: tried again. Any other: refused for good.
 *          A canary (telecom_canary.h) comes to the same address and is marked: {"canary":TOKEN,…} without text.
 * Lanes:   a carrier has one endpoint for each lane; a drill never goes to live_endpoint.
 * Threads: the loop's thread. Keeps nothing on disk.
 */
#ifndef HS_TELECOM_H
#define HS_TELECOM_H

#include "adapters/runtime/runtime.h"

extern const struct hs_adapter_ops hs_telecom_ops;

#endif
