/**
 * A map that finds its values by what they belong to as well, without looking through all of them. What a value belongs
 * to never changes.
 */
export class GroupedMap<V> extends Map<string, V> {
  private readonly groups = new Map<string, Map<string, V>>()
  private readonly groupOf: (value: V) => string

  constructor(groupOf: (value: V) => string) {
    super()
    this.groupOf = groupOf
  }

  override set(key: string, value: V): this {
    const name = this.groupOf(value)
    const group = this.groups.get(name)
    if (group) group.set(key, value)
    else this.groups.set(name, new Map([[key, value]]))
    return super.set(key, value)
  }

  override delete(key: string): boolean {
    const value = this.get(key)
    if (value !== undefined) this.groups.get(this.groupOf(value))?.delete(key)
    return super.delete(key)
  }

  override clear(): void {
    this.groups.clear()
    super.clear()
  }

  /** The values of a group, the oldest first. */
  of(group: string): V[] {
    return [...(this.groups.get(group)?.values() ?? [])]
  }
}

/** The place of the first item from which on a rule holds; it holds for none before it, and for all after it. */
export function firstWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(items[middle] as T)) high = middle
    else low = middle + 1
  }
  return low
}
