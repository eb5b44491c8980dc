#include "hub/feed/guests.h"

#include "hub/base/log.h"

#define MINUTE_S 60

static void
turn_minute(struct hs_guests *guests, uint32_t minute)
{
	if (minute == guests->minute)
		return;
	guests->refused_before = guests->refused_now && minute == guests->minute + 1;
	guests->refused_now = false;
	guests->minute = minute;
	guests->receipts = guests->bytes = 0;
}

bool
hs_guests_may_say(struct hs_guests *guests, const struct hs_receipt_limits *limits, uint32_t now_s,
	size_t len_bytes)
{
	turn_minute(guests, now_s / MINUTE_S);
	if (guests->receipts < limits->all_per_minute &&
		guests->bytes + (int64_t)len_bytes <= limits->all_bytes_per_minute) {
		guests->receipts++;
		guests->bytes += (int64_t)len_bytes;
		return true;
	}
	if (!guests->refused_now && !guests->refused_before)
		hs_warn("feed.receipts_dropped",
			"reason=all_receipts_per_minute receipts=%lld bytes=%lld",
			(long long)guests->receipts, (long long)guests->bytes);
	guests->refused_now = true;
	return false;
}
