/* explain_print.h: what `hansho explain` learned, for people and for programs.
 * Input: {"asked","notice": a frame of the feed,"answers":[…]} (adapters/runtime/explain.h, hub/core/explain.h). */
#ifndef HS_CLI_EXPLAIN_PRINT_H
#define HS_CLI_EXPLAIN_PRINT_H

struct json_t;

/* One line for the notice, then each program with its outlets and, indented, what they would get. */
void hs_explain_print(const struct json_t *whole);
/* The whole in one line. */
void hs_explain_print_json(const struct json_t *whole);

#endif
