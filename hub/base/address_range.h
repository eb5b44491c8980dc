/* address_range.h: does an address lie within a range: "203.0.113.0/24", "2001:db8::/32", or one address.
 *
 * Threads: any; pure. An IPv4 address that a socket of IPv6 tells as ::ffff:203.0.113.5 is the IPv4 address.
 * Source:  RFC 4632 (IPv4), RFC 4291 (IPv6).
 */
#ifndef HS_ADDRESS_RANGE_H
#define HS_ADDRESS_RANGE_H

#include <stdbool.h>

/* Can it be understood? Bits of the address behind the length are not looked at. */
bool hs_address_range_ok(const char *range);
/* false when either cannot be understood, or they are of different families. */
bool hs_address_within(const char *range, const char *address);

#endif
