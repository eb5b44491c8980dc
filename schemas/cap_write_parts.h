/* cap_write_parts.h: what cap_write.c and cap_write_info.c share; for nobody else. */
#ifndef HS_CAP_WRITE_PARTS_H
#define HS_CAP_WRITE_PARTS_H

#include "schemas/cap_write.h"
#include "schemas/xml_write.h"

/* hs_xml_put of a time in whole seconds; 0: nothing. */
void hs_cap_put_time(struct hs_buf *out, const char *name, int64_t unix_us, int offset_min);
/* <element><valueName>name</valueName><value>value</value></element>; nothing without value. */
void hs_cap_put_pair(struct hs_buf *out, const char *element, const char *name, const char *value);
/* All infos of the notice. */
void hs_cap_put_infos(struct hs_buf *out, const hs_notice *notice);
/* The areas of a notice, of an evacuation's detail, of a CAP info. */
void hs_cap_put_area(struct hs_buf *out, const hs_area *area);
void hs_cap_put_cap_area(struct hs_buf *out, const hs_notice *notice, const hs_cap_area *area);

/* True when the alert is written in our profile: all but alerts of others without Japanese in front, or that update
 * nothing. */
bool hs_cap_is_ours(const hs_notice *notice);

#endif
