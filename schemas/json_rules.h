/* json_rules.h: what schemas/json.c and schemas/json_read.c must agree on. Rules: top of notice.proto, and
 *   - a frame (a message that is one oneof `body`) is {"type": "<name of the body>", …fields of the body…};
 *   - Time is a string; that its offset was assumed stands beside it, as "<name>_offset_assumed": true;
 *     a moment that RFC 3339 cannot say (year, offset) is an object with the fields of Time;
 *   - 64-bit numbers are numbers, above 2^63-1 decimal text;
 *   - a few fields are written although they are zero, because their zero says something.
 */
#ifndef HS_JSON_RULES_H
#define HS_JSON_RULES_H

#include "schemas/notice.h"

#define HS_JSON_TYPE	"type"
#define HS_JSON_ASSUMED "_offset_assumed"
#define HS_JSON_NAME	80 /* longest member name that we make, with its NUL */

bool hs_json_is_frame(const ProtobufCMessageDescriptor *type);
bool hs_json_is_time(const ProtobufCFieldDescriptor *field);
/* The member that a field is written as; the same for `from` and `from_text` of FeedSubscribe. */
const char *hs_json_name(
	const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field);
bool hs_json_always(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field);
/* Bytes of one item of a field in the C structure. */
size_t hs_json_item_size(const ProtobufCFieldDescriptor *field);
/* From the year 1000 to 9999 and within a day of UTC. */
bool hs_json_time_can_be_said(const hs_time *time);

#endif
