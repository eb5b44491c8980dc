/* receiver_message.h: a J-Alert message as kind and areas → CAP 1.2. Pure.
 *
 * Form:    {"kind": "missile" | "air_attack" | "guerrilla" | "terror" | "other", "phase": "launch" | "take_cover" | "passed" |
 *           "sea" | "fell" | "intercepted" | "none" (missiles only, may be absent), "action": "alert" | "update" | "cancel",
 *           "event": what all messages about it carry, "id": of this message, "sent": "2026-07-01T07:29:00+09:00",
 *           "status": "Actual" | "Exercise" | "Test", "areas": ["02", "011002"], "text": TEXT (may be absent),
 *           "at": "2026-07-01T07:36:00+09:00", the moment of what it tells, as announced (may be absent),
 *           "replaces": ["ID 2026-07-01T07:20:00+09:00"]: id and moment of what an update or cancel is about}
 * Rules:   every member that is not one of these is refused: a converter that means something else must not be
 *          guessed at. Areas are codes of the table; none is refused (misissuance M10: never filled in).
 *          Moments come in any form of RFC 3339, without an offset as JST, and go out in that of CAP: whole seconds, JST.
 * Source:  CAP 1.2; the words of civil_protection: hub/gate/cap_civil.c.
 */
#ifndef HS_JALERT_RECEIVER_MESSAGE_H
#define HS_JALERT_RECEIVER_MESSAGE_H

#include "hub/base/buf.h"
#include "hub/base/err.h"

#define HS_MESSAGE_WHY 200

/* sender: of the alert. out: the document. HS_ERR_INVALID: why says which member, and what it should be; HS_ERR_NOMEM. */
enum hs_err hs_receiver_message(const char *json, size_t len_bytes, const char *sender,
	struct hs_buf *out, char why[HS_MESSAGE_WHY]) HS_MUST_CHECK;

#endif
