/* log.h: one line per change of state, on stderr, as `time process level event key=value …`.
 *
 * event is a stable id like "hub.peer_up" that operators and tests search for; the rest are
 * key=value pairs with ids and numbers, never contents of messages.
 */
#ifndef HS_LOG_H
#define HS_LOG_H

enum hs_log_level { HS_LOG_INFO, HS_LOG_WARN, HS_LOG_ERROR };

void hs_log(enum hs_log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define hs_info(event, ...)  hs_log(HS_LOG_INFO, event, __VA_ARGS__)
#define hs_warn(event, ...)  hs_log(HS_LOG_WARN, event, __VA_ARGS__)
#define hs_error(event, ...) hs_log(HS_LOG_ERROR, event, __VA_ARGS__)

#endif
