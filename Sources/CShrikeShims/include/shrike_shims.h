/* SPDX-License-Identifier: Apache-2.0 */
/* What Swift cannot import: variadic callbacks, atomics on mapped memory. */
#ifndef SHRIKE_SHIMS_H
#define SHRIKE_SHIMS_H
#endif
