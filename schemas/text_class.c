#include "schemas/text_class.h"

#include "schemas/tables_data.h"

static uint8_t
entry(uint32_t code)
{
	return hs_table_text_blocks[hs_table_text_pages[code >> 8]][code & 0xFF];
}

enum hs_text_class
hs_text_class(uint32_t code)
{
	if (code > HS_TEXT_CODE_MAX)
		return HS_TEXT_REFUSE;
	return (enum hs_text_class)(entry(code) & ~HS_TABLE_TEXT_COMPOSES);
}

bool
hs_text_may_compose(uint32_t code)
{
	return code <= HS_TEXT_CODE_MAX && (entry(code) & HS_TABLE_TEXT_COMPOSES) != 0;
}
