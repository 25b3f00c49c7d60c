/* SPDX-License-Identifier: Apache-2.0 */
#include "shrike_kernel_facts.h"

static const unsigned char bytes[] = {
#embed "kernel-facts.bin"
};

const unsigned char *const shrike_kernel_facts = bytes;
const unsigned long shrike_kernel_facts_size = sizeof(bytes);
