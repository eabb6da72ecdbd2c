// The rows of what is promised under faults of resources and time, in their order.
import connections from './rows_connections.mjs';
import faults from './rows_faults.mjs';

/** Rows that other tests hold, and where. */
export const elsewhere = {};

export const rows = [...connections, ...faults];
