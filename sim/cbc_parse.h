/* cbc_parse.h: what the ECBE interface of osmo-cbc takes for a message, field by field and in its order, and what it
 * makes of it. Pure. */
#ifndef HS_SIM_CBC_PARSE_H
#define HS_SIM_CBC_PARSE_H

#include <stddef.h>

struct json_t;

/* New reference: {"message_id","serial_nr","cbe_name","category","repetition_period",["num_of_bcast"],
 * ["warning_period_sec"],"kind":"text"|"etws","dcs","pages","text" | "warning_type","user_alert","popup","silent":what is
 * taken and never broadcast,"garbled":from the second page on}. NULL: refused, `why` says where. */
struct json_t *hs_cbc_parse(const struct json_t *json, char *why, size_t size);

#endif
