/* lalert_notice_parts.h: what lalert_notice.c and lalert_notice_body.c share; for nobody else. */
#ifndef HS_LALERT_NOTICE_PARTS_H
#define HS_LALERT_NOTICE_PARTS_H

#include "schemas/lalert_notice.h"
#include "schemas/xml_write.h"

/* circle, polygon, areaName, areaNameKana, jisX0402, ooAzaTyouTyouMokuCode. name, kana: instead of the area's own, or NULL. */
void hs_lalert_put_area(
	struct hs_buf *out, const hs_area *area, const char *name, const char *kana);
/* A time with its own offset; nothing for NULL. */
void hs_lalert_put_time(struct hs_buf *out, const char *name, const hs_time *time);
/* The body element of the notice's detail; nothing for one without. ns: URI of its namespace. */
void hs_lalert_put_body(struct hs_buf *out, const hs_notice *notice, const char *ns);

#endif
