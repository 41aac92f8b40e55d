const MEGABYTE = 1024 * 1024
/** What one reading transaction may bring into the process. Values and their JSON take about three times as much. */
const OWN_BYTES_MAX = 64 * MEGABYTE
/** The same for all of them together, and what each may have whatever the others do. */
const ALL_BYTES_MAX = 256 * MEGABYTE
const SMALL_BYTES = 4 * MEGABYTE

/** A read that would take too much memory was broken off: on its own account, or because of others beside it. */
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
 * Counts what one connection reads, so that no process ends by what somebody has stored: a thousand rows may be of any
 * size. Only transactions that read are counted; what writes has bounds of its own.
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
