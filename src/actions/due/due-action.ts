import type { Instant } from '../../core/calendar/instant.ts'
import type { DueKind } from '../../core/due/kinds.ts'
import type { BatchKind, ClaimedItem } from '../../store/billing/claim.ts'
import type { Tx } from '../../store/database.ts'
import { failItems } from '../../store/due-items.ts'
import { readOrganization } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Caller, type Context, dashboardUrl } from '../context.ts'

/** An item that could not be done, and why. */
export type DueFailure = {
  readonly item: { readonly id: string; readonly kind: string; readonly subjectId: string }
  readonly error: unknown
}

/** Does one due thing inside the transaction that takes it off the list; `caller.now` is its due instant. */
export type DueAction = (context: Context, tx: Tx, caller: Caller, subjectId: string) => Promise<void>

/** Does many due things of one kind and instant in one transaction; several processes may do so side by side. */
export type BatchAction = {
  readonly kind: BatchKind
  /** Items of one transaction; those of one customer stay together beyond it. */
  readonly itemsMax: number
  /** Does the items, which are off the list, with their customers locked. */
  readonly act: (context: Context, tx: Tx, caller: Caller, items: readonly ClaimedItem[]) => Promise<void>
}

export type DueActions = Readonly<Record<DueKind, DueAction | BatchAction>>

/** A run over what an organization has due. */
export type DueRun = {
  readonly organizationId: string
  readonly until: Instant
  readonly strict: boolean
  readonly signal?: AbortSignal
  readonly onFailure?: (failure: DueFailure) => void
}

/** What one step of a run did; `other_way` when what is due first has to be done the other way. */
export type Step =
  | { readonly kind: 'none' }
  | { readonly kind: 'other_way' }
  | {
      readonly kind: 'done'
      readonly items: number
      /** A batch of as many items as one may have, so that more may wait. */
      readonly isFull: boolean
      readonly failures: readonly DueFailure[]
    }

const RETRY_FIRST_MS = 5000
const RETRY_MAX_MS = 3_600_000

/** The organization as of an instant at which something is due. */
export async function callerAt(
  context: Context,
  tx: Tx,
  organizationId: string,
  now: Instant,
): Promise<Caller> {
  const organization = await readOrganization(tx, organizationId)
  const { frontUrl } = context.settings
  return {
    organizationId,
    organization,
    now,
    apiKeyId: null,
    dashboardUrl: dashboardUrl(frontUrl, organization),
  }
}

/** Logs a failure and keeps it on its items, which are tried again later. */
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
