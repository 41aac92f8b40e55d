// What hooks.mjs listens to.

/** The channel on which the threads of a process hear of an order to die. */
export const CHANNEL = 'weir-simulation'
/** The environment variable with the seed of the waits; threads inherit it. */
export const JITTER = 'WEIR_SIMULATION_JITTER'

/** Die at the n-th statement of a thread from now: before it is sent, or when it is sent and not yet answered. */
export type KillOrder = { readonly kind: 'kill'; readonly statements: number; readonly isSent: boolean }
