/** Parts of the usage that waits to be added up, so that reading one subscription reads one part of it. */
const SLOTS = 32

/** The part in which a subscription's arrivals wait; always the same for the same external id. */
export function slotOf(externalSubscriptionId: string): number {
  // FNV-1a: the ids differ in their last characters, which a plain sum would leave in a few slots.
  let hash = 0x811c9dc5
  for (let i = 0; i < externalSubscriptionId.length; i += 1) {
    hash = Math.imul(hash ^ externalSubscriptionId.charCodeAt(i), 0x01000193)
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % SLOTS
}
