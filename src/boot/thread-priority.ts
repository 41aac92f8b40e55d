import os from 'node:os'

/** A positive number means that others are preferred: a little, or by ten to one where all want the same processor. */
const LATER = 5
const LAST = 10

/**
 * Lets the threads that serve requests run before this one. Only on Linux, where a priority belongs to a thread;
 * elsewhere it would be that of the whole process.
 */
export function yieldToRequests(): void {
  later(LATER)
}

/** The same for work that nobody waits for: it takes what requests leave of a busy machine, and a tenth at least. */
export function yieldToAll(): void {
  later(LAST)
}

function later(priority: number): void {
  if (process.platform === 'linux') os.setPriority(priority)
}
