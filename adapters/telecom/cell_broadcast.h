/* cell_broadcast.h: text and numbers of a cell broadcast message, 3GPP TS 23.041. Pure.
 *
 * Format:  a page carries 82 octets = 41 UCS-2 characters, big-endian; 1…15 pages, so at most 615
 *          characters; the last page is filled up with carriage returns (U+000D). Data coding scheme
 *          0x48 = UCS-2 without a message class. UCS-2 has no surrogates: a character outside the basic
 *          plane is refused here, never cut in halves.
 *          Serial number (16 bit) = geographical scope (2) | message code (10) | update number (4).
 * Rules:   new text of the same alert: same message id and code, next update number (wraps at 16);
 *          another area only: the very same serial number, or phones ring again; two alerts that are
 *          alive under one message id never share a code.
 *          The message code of an ETWS message holds two switches in front (TS 23.041, 9.4.1.2.1; the same bits in
 *          Android's SmsCbConstants): 0x200 emergency user alert, 0x100 popup; 8 bits are left for the alert.
 * Threads: any; struct hs_cb_codes belongs to one thread.
 */
#ifndef HS_CELL_BROADCAST_H
#define HS_CELL_BROADCAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

#define HS_CB_PAGE_BYTES 82
#define HS_CB_PAGE_CHARS 41
#define HS_CB_PAGES_MAX	 15
#define HS_CB_CHARS_MAX	 ((size_t)HS_CB_PAGE_CHARS * HS_CB_PAGES_MAX)
#define HS_CB_DCS_UCS2	 0x48

enum hs_cb_scope {
	HS_CB_SCOPE_CELL_IMMEDIATE = 0,
	HS_CB_SCOPE_PLMN = 1,
	HS_CB_SCOPE_TRACKING_AREA = 2,
	HS_CB_SCOPE_CELL = 3
};

struct hs_cb_pages {
	uint8_t bytes[HS_CB_PAGES_MAX][HS_CB_PAGE_BYTES];
	size_t count;
};

/* text: UTF-8. HS_ERR_TOO_LARGE: more than 615 characters; HS_ERR_INVALID: empty, not UTF-8, or a
 * character that UCS-2 does not have. *position (may be NULL): the offending character, from 1. */
enum hs_err hs_cb_encode(const char *text, struct hs_cb_pages *out, size_t *position) HS_MUST_CHECK;
/* Back to UTF-8, padding removed. HS_ERR_TOO_LARGE: out is too small. */
enum hs_err hs_cb_decode(const struct hs_cb_pages *pages, char *out, size_t size) HS_MUST_CHECK;

/* scope 0…3, code 0…1023, update: any, of which the lowest 4 bits count. */
uint16_t hs_cb_serial(enum hs_cb_scope scope, unsigned code, unsigned update);

/* Warning types of ETWS, TS 23.041, 9.3.24. */
enum hs_cb_etws {
	HS_CB_ETWS_EARTHQUAKE = 0,
	HS_CB_ETWS_TSUNAMI = 1,
	HS_CB_ETWS_EARTHQUAKE_TSUNAMI = 2,
	HS_CB_ETWS_TEST = 3,
	HS_CB_ETWS_OTHER = 4
};
#define HS_CB_ETWS_ALERT 0x200u
#define HS_CB_ETWS_POPUP 0x100u

/* Which message code each live alert has. Kept in memory only: codes are derived from the alert's key,
 * so that a restart gives the same ones but for collisions. */
#define HS_CB_ALERTS_MAX 512

struct hs_cb_alert {
	uint64_t key;  /* hash of carrier, document, area; 0 = free */
	uint64_t text; /* hash of the text last sent */
	uint64_t used; /* turn in which it was last used */
	uint16_t message_id;
	uint16_t code;
	uint8_t update;
};

struct hs_cb_codes {
	struct hs_cb_alert alerts[HS_CB_ALERTS_MAX];
	uint64_t turn;
};

/* The serial number for this text of this alert. key: names carrier, document and area; revision: 1…,
 * decides the first update number after a restart. When all places are taken, the alert that was used
 * longest ago gives its place up. */
uint16_t hs_cb_serial_for(struct hs_cb_codes *codes, uint16_t message_id, const char *key,
	uint32_t revision, const char *text);
/* The same for an ETWS message with both switches set, which leave 8 bits for the code: of more than 256 alerts that are
 * remembered some share one. */
uint16_t hs_cb_etws_serial_for(struct hs_cb_codes *codes, uint16_t message_id, const char *key,
	uint32_t revision, const char *text);

#endif
