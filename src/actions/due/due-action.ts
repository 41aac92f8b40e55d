import type { Instant } from '../../core/calendar/instant.ts'
import type { DueKind } from '../../core/due/kinds.ts'
import type { BatchKind, ClaimedItem } from '../../store/billing/claim.ts'
import type { Tx } from '../../store/database.ts'
import { failItems } from '../../store/due-items.ts'
import { readOrganization } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Caller, type Context, linksOf } from '../context.ts'

/** A failed item, and the reason. */
export type DueFailure = {
  readonly item: { readonly id: string; readonly kind: string; readonly subjectId: string }
  readonly error: unknown
}

/** Processes one due item in the transaction that deletes it; `caller.now` is its due instant. */
export type DueAction = (context: Context, tx: Tx, caller: Caller, subjectId: string) => Promise<void>

/** Processes many due items of one kind and instant in one transaction; several processes may run in parallel. */
export type BatchAction = {
  readonly kind: BatchKind
  /** Items per transaction; one customer's items stay together even beyond the limit. */
  readonly itemsMax: number
  /** Processes the items, which are already deleted, with their customers locked. */
  readonly act: (context: Context, tx: Tx, caller: Caller, items: readonly ClaimedItem[]) => Promise<void>
}

export type DueActions = Readonly<Record<DueKind, DueAction | BatchAction>>

/** A run over an organization's due items. */
export type DueRun = {
  readonly organizationId: string
  readonly until: Instant
  readonly strict: boolean
  readonly signal?: AbortSignal
  /** True while requests come first: batches then run one after the other, which leaves processors to them. */
  readonly isBusy?: () => boolean
  readonly onFailure?: (failure: DueFailure) => void
}

/** The result of one step of a run; `other_way` when the first due item needs the other way of processing. */
export type Step =
  | { readonly kind: 'none' }
  | { readonly kind: 'other_way' }
  | {
      readonly kind: 'done'
      readonly items: number
      /** The batch was full, so more items may be waiting. */
      readonly isFull: boolean
      readonly failures: readonly DueFailure[]
    }

const RETRY_FIRST_MS = 5000
const RETRY_MAX_MS = 3_600_000

/** The caller for an organization at a due instant. */
export async function callerAt(
  context: Context,
  tx: Tx,
  organizationId: string,
  now: Instant,
): Promise<Caller> {
  const organization = await readOrganization(tx, organizationId)
  return {
    organizationId,
    organization,
    now,
    apiKeyId: null,
    ...linksOf(context, organization),
  }
}

/** Logs a failure and records it on its items, which are retried later. */
export async function keepFailures(
  context: Context,
  organizationId: string,
  items: readonly DueFailure['item'][],
  error: unknown,
): Promise<void> {
  for (const { kind, subjectId } of items) {
    context.log.error({ err: error, organizationId, kind, subjectId }, 'a due item failed')
  }
  await inTransaction(context.database, organizationId, async (tx) => {
    const now = context.systemNow()
    const failure = { error: String(error), now, firstMs: RETRY_FIRST_MS, mostMs: RETRY_MAX_MS }
    await failItems(
      tx,
      items.map(({ id }) => id),
      failure,
    )
  })
}
