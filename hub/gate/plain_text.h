/* plain_text.h: the Japanese text of notices that order nothing: shelters, headquarters, damage, notices, events, mails.
 *
 * Rules:  what the sender wrote is never changed; an empty headline is filled with place and name of the information, an
 *         empty body with the content, words and numbers as sent. No level word and no other language is invented. No
 *         drill mark here: the hub puts it.
 */
#ifndef HS_GATE_PLAIN_TEXT_H
#define HS_GATE_PLAIN_TEXT_H

#include "hub/gate/submission.h"

/* A notice without a Japanese text stays as it is. HS_ERR_NOMEM. */
enum hs_err hs_plain_texts(struct hs_arena *arena, hs_notice *notice) HS_MUST_CHECK;

#endif
