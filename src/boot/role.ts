/** What a process does: serve the API, run jobs, run the clock for due work, or all of it. */
export type Role = 'all' | 'api' | 'worker' | 'clock'
