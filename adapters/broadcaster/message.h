/* message.h: a JSON message as the frame that leaves: WebSocket and nng send the same bytes.
 *
 * Owner: the caller has the one reference. Threads: any. Errors: NULL when json is NULL or out of memory.
 */
#ifndef HS_BROADCASTER_MESSAGE_H
#define HS_BROADCASTER_MESSAGE_H

#include "hub/base/frame.h"

struct json_t;

struct hs_frame *hs_message_frame(const struct json_t *json);
/* The same; the reference is taken over. */
struct hs_frame *hs_message_frame_of(struct json_t *json);

#endif
