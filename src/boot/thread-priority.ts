import os from 'node:os'

/** A positive number means that others are preferred. */
const LATER = 5

/**
 * Lets the threads that serve requests run before this one. Only on Linux, where a priority belongs to a thread;
 * elsewhere it would be that of the whole process.
 */
export function yieldToRequests(): void {
  if (process.platform === 'linux') os.setPriority(LATER)
}
