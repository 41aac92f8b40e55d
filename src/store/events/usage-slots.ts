/** The number of slots for waiting usage, so that reading one subscription reads only one slot. */
const SLOTS = 32

/** The slot for a subscription's arrivals; depends only on the external id. */
export function slotOf(externalSubscriptionId: string): number {
  // FNV-1a: ids often differ only in their last characters, which a plain sum would map to a few slots.
  let hash = 0x811c9dc5
  for (let i = 0; i < externalSubscriptionId.length; i += 1) {
    hash = Math.imul(hash ^ externalSubscriptionId.charCodeAt(i), 0x01000193)
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % SLOTS
}
