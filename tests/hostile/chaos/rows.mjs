// The rows of what is promised under faults of resources and time.
import connections from './rows_connections.mjs';
import greedy from './rows_greedy.mjs';
import faults from './rows_faults.mjs';
import load from './rows_load.mjs';
import time from './rows_time.mjs';

/** Rows that have no test, and why. */
export const without = {96: 'there is no socket activation'};

export const rows = [...connections, ...greedy, ...faults, ...load, ...time];
