/* cap_words.h: rules of single texts of a CAP alert (cap_words.c), rows of the table in cap_rules.c. */
#ifndef HS_GATE_CAP_WORDS_H
#define HS_GATE_CAP_WORDS_H

#include "hub/gate/cap.h"

/* Language of an info; en-US when it says none (CAP 1.2, 3.2.2). Never NULL. */
const char *hs_cap_language(const struct hs_cap *cap, hs_xml_node *info);

void hs_cap_check_altitude(struct hs_cap *cap, enum hs_finding_code code);
void hs_cap_check_language(struct hs_cap *cap, enum hs_finding_code code);
void hs_cap_check_japanese(struct hs_cap *cap, enum hs_finding_code code);
void hs_cap_check_web(struct hs_cap *cap, enum hs_finding_code code);
void hs_cap_check_markup(struct hs_cap *cap, enum hs_finding_code code);
void hs_cap_check_certainty(struct hs_cap *cap, enum hs_finding_code code);
/* Also flags the notice. */
void hs_cap_check_drill_words(struct hs_cap *cap, enum hs_finding_code code);
/* The word stands in the text: ASCII words whole and in any case. */
bool hs_cap_has_word(const char *text, const char *word);

#endif
