/* perhaps.h: how the detail of a receipt FAILED begins when the outlet may have taken the notice all the same: an attempt before left
 * without a good answer.
 *
 * Rules: who failed in this way is not among those who never got the notice (hub/core/receipts.h): they get its cancel and its lift.
 */
#ifndef HS_PERHAPS_H
#define HS_PERHAPS_H

#include <stdbool.h>
#include <string.h>

#define HS_PERHAPS_TAKEN "may have been taken all the same: "

static inline bool
hs_detail_says_perhaps(const char *detail)
{
	return strncmp(detail, HS_PERHAPS_TAKEN, sizeof(HS_PERHAPS_TAKEN) - 1) == 0;
}

#endif
