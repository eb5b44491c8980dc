#include "adapters/jalert/jalert.h"

int
main(int argc, char **argv)
{
	return hs_adapter_main(argc, argv, &hs_jalert_ops);
}
