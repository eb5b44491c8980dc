#include "hub/feed/hub_age.h"

void
hs_hub_age_up(struct hs_hub_age *age, int64_t now_us)
{
	age->heard_us = now_us;
	age->relayed = false;
	age->away = false;
}

void
hs_hub_age_frame(struct hs_hub_age *age, bool greeted, int64_t now_us)
{
	age->heard_us = now_us;
	if (greeted && !age->relayed)
		age->hub_us = now_us;
}

void
hs_hub_age_hello(struct hs_hub_age *age, bool of_feed, int64_t now_us)
{
	age->relayed = of_feed;
	if (!of_feed)
		age->hub_us = now_us;
}

bool
hs_hub_age_relay(struct hs_hub_age *age, const Hansho__V1__RelayState *relay, int64_t now_us)
{
	bool was_away = age->away;

	age->away = relay->hub_away;
	if (relay->hub_age_ms != UINT32_MAX)
		age->hub_us = now_us - relay->hub_age_ms * INT64_C(1000);
	return age->away != was_away;
}

uint32_t
hs_hub_age_ms(const struct hs_hub_age *age, int64_t now_us)
{
	int64_t age_ms = (now_us - age->hub_us) / 1000;

	if (age->hub_us == 0)
		return UINT32_MAX;
	return age_ms < UINT32_MAX ? (uint32_t)age_ms : UINT32_MAX;
}
