/* hansho-broadcaster: see adapters/broadcaster/broadcaster.h. */
#include "adapters/broadcaster/broadcaster.h"

int
main(int argc, char **argv)
{
	return hs_adapter_main(argc, argv, &hs_broadcaster_ops);
}
