/** What a process does: answer the API, run jobs, watch the time for what falls due, or all of it. */
export type Role = 'all' | 'api' | 'worker' | 'clock'
