const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** How long after a failure a mail is sent again; after the last one it is given up. */
const DELAYS_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS]

/** How long a mail waits for files that are being made, each time. */
const WAITS_MS = [30_000, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS]

/** What a mail server said, or that it could not be asked. */
export type MailAnswer = {
  /** `sent` to at least one, `refused` for good, or `failed` for now. */
  readonly outcome: 'sent' | 'refused' | 'failed'
  readonly code: number | null
  readonly text: string
  /** Recipients that were refused while others were not. */
  readonly rejected: readonly string[]
}

/** What becomes of a mail after an attempt, counted from 1; null when it is not tried again. */
export function afterAttempt(
  { outcome }: Pick<MailAnswer, 'outcome'>,
  attempt: number,
): { readonly status: 'sent' | 'retrying' | 'failed'; readonly delayMs: number | null } {
  if (outcome === 'sent') return { status: 'sent', delayMs: null }
  const delayMs = outcome === 'refused' ? undefined : DELAYS_MS[attempt - 1]
  return delayMs === undefined ? { status: 'failed', delayMs: null } : { status: 'retrying', delayMs }
}

/** How long a mail that waited so often already waits once more; null when it goes out with what is there. */
export function waitMs(waits: number): number | null {
  return WAITS_MS[waits] ?? null
}
