/* Products of two 64-bit numbers. */
#ifndef BACKPROPD_TEXT_UINT128_H
#define BACKPROPD_TEXT_UINT128_H

__extension__ typedef unsigned __int128 bp_uint128;

#endif
