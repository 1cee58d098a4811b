/* Banco BS2's API as the emulator answers it (devs.bs2.com), direct client and indirect participant. */
#ifndef EMUL_BS2_H
#define EMUL_BS2_H

#include "emul/bank.h"

#define BS2_TOKEN_S 420			/* the homologation's; production's is 300 */
#define BS2_PATIENCE_MS 1000
#define BS2_INDIRECT_PATIENCE_MS 300

void bs2_handle(void *ctx, const struct front_request *r, struct front_answer *a);

#endif
