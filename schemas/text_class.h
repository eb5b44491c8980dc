/* text_class.h: what a code point is for those who take in, cut or show texts (schemas/tables/text_classes.csv, which
 * also has the rules). One table for all 1,114,112 code points, two look-ups for each. */
#ifndef HS_TEXT_CLASS_H
#define HS_TEXT_CLASS_H

#include <stdbool.h>
#include <stdint.h>

enum hs_text_class {
	HS_TEXT_KEEP,
	HS_TEXT_DROP,
	HS_TEXT_BLANK,
	HS_TEXT_SPACE,
	HS_TEXT_REFUSE,
	HS_TEXT_TOLD,
	HS_TEXT_MARK,
	HS_TEXT_SELECTOR,
	HS_TEXT_IVS,
	HS_TEXT_JOINER,
	HS_TEXT_IDEOGRAPH,
	HS_TEXT_EMOJI,
	HS_TEXT_CLASS_COUNT
};

#define HS_TEXT_CODE_MAX 0x10FFFFu

/* Beyond HS_TEXT_CODE_MAX: HS_TEXT_REFUSE. */
enum hs_text_class hs_text_class(uint32_t code);
/* False: no text without such code points is changed by NFC. True: it may be. */
bool hs_text_may_compose(uint32_t code);

#endif
