const MEGABYTE = 1024 * 1024
/** What one read transaction may load. The values and their JSON take about three times as much memory. */
const OWN_BYTES_MAX = 64 * MEGABYTE
/** The limit for all of them together, and what each may load regardless of the others. */
const ALL_BYTES_MAX = 256 * MEGABYTE
const SMALL_BYTES = 4 * MEGABYTE

/** A read was aborted because it would take too much memory, by itself or together with others. */
export class ReadTooLarge extends Error {
  override readonly name = 'ReadTooLarge'
  /** Whether the same may succeed later. */
  readonly isCrowded: boolean

  constructor(isCrowded: boolean) {
    super(isCrowded ? 'too much is being read at once' : 'more was read than fits into an answer')
    this.isCrowded = isCrowded
  }
}

let allBytes = 0

/**
 * Counts what one connection reads, so that stored data cannot exhaust the memory of the process: rows can be large,
 * and a page has up to a thousand. Only read-only transactions are counted.
 */
export class ReadBudget {
  private readonly bytesRead: () => number
  private from = 0
  private counted = 0
  private isReading = false

  /** @param bytesRead how much the connection has received in all */
  constructor(bytesRead: () => number) {
    this.bytesRead = bytesRead
  }

  begin(): void {
    this.end()
    this.from = this.bytesRead()
    this.isReading = true
  }

  /** Gives the error of a read that has become too large. */
  look(): ReadTooLarge | undefined {
    if (!this.isReading) return undefined
    const own = this.bytesRead() - this.from
    allBytes += own - this.counted
    this.counted = own
    if (own > OWN_BYTES_MAX) return new ReadTooLarge(false)
    return own > SMALL_BYTES && allBytes > ALL_BYTES_MAX ? new ReadTooLarge(true) : undefined
  }

  end(): void {
    allBytes -= this.counted
    this.counted = 0
    this.isReading = false
  }
}
