/* hansho-signage: see adapters/signage/signage.h. */
#include "adapters/signage/signage.h"

int
main(int argc, char **argv)
{
	return hs_adapter_main(argc, argv, &hs_signage_ops);
}
