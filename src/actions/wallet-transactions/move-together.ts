import type { Problems } from '../../core/problems.ts'
import { accepted, invalid, notFound, Refusal } from '../../core/refusal.ts'
import { type Applied, applyMovement, checkMovement, type WalletState } from '../../core/wallets/movement.ts'
import type { MovementInput } from '../../core/wallets/transaction-input.ts'
import type { Tx } from '../../store/database.ts'
import { isId, newId } from '../../store/ids.ts'
import { findCustomSections } from '../../store/invoice-custom-sections.ts'
import {
  fundingsOfWallet,
  inboundIdsAmong,
  unpaidCents,
  type WalletTransactionView,
  walletTransactionViews,
} from '../../store/wallet-transactions.ts'
import { lockWallet, type WalletRow } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'
import { announceMovements } from '../wallets/announce-wallets.ts'
import { stateOf } from '../wallets/wallet-state.ts'
import { type MovementPart, writeMovements } from '../wallets/write-movements.ts'

/** A request to move credits, with what is wrong with it so far. */
export type MovementRequest = {
  readonly caller: Caller
  readonly movement: MovementInput
  readonly problems: Problems
}

/** The transactions of a request, or why there are none. */
export type MovementAnswer =
  | { readonly ok: true; readonly views: readonly WalletTransactionView[] }
  | { readonly ok: false; readonly error: Refusal }

/**
 * Moves credits of one wallet by several requests of its organization, one after the other as if each came alone, in
 * the caller's transaction. What one is refused for does not concern the others.
 */
export async function moveTogether(
  tx: Tx,
  walletId: string | null,
  requests: readonly MovementRequest[],
): Promise<readonly MovementAnswer[]> {
  const wallet = walletId === null ? undefined : await lockWallet(tx, { id: walletId })
  const isActive = wallet?.status === 'active'
  const code = wallet ? ('wallet_is_terminated' as const) : ('wallet_not_found' as const)
  if (!wallet || !isActive) return requests.map(({ problems }) => refusedFor(problems, code))
  const named = requests.flatMap(({ movement }) => movement.voidedTransactionId ?? []).filter(isId)
  const [unpaid, fundings, inboundIds] = await Promise.all([
    unpaidCents(tx, wallet.id),
    fundingsOfWallet(tx, wallet.id),
    inboundIdsAmong(tx, wallet.id, named),
  ])
  let state = stateOf(wallet, unpaid, fundings)
  const results: (MovementPart | Refusal)[] = []
  for (const request of requests) {
    const result = await moveOne(tx, wallet, state, request, inboundIds)
    if (!(result instanceof Refusal)) state = result.state
    results.push(result instanceof Refusal ? result : result.part)
  }
  return writeAll(tx, requests, results)
}

function refusedFor(problems: Problems, code: 'wallet_is_terminated' | 'wallet_not_found'): MovementAnswer {
  const own = problems.copy()
  own.add('wallet_id', code)
  return { ok: false, error: invalid(own.details()) }
}

async function moveOne(
  tx: Tx,
  wallet: WalletRow,
  state: WalletState,
  { caller, movement, problems }: MovementRequest,
  inboundIds: ReadonlySet<string>,
): Promise<{ readonly part: MovementPart; readonly state: WalletState } | Refusal> {
  const own = problems.copy()
  checkMovement(state, movement, inboundIds, own)
  if (own.any) return invalid(own.details())
  const codes = movement.sections?.codes ?? []
  const sections = await findCustomSections(tx, codes)
  if (sections.length < codes.length) return notFound('invoice_custom_section')
  const ids = { purchased: newId(), granted: newId(), voided: newId() }
  const applied = applyMovement(state, movement, ids, caller.now)
  if (!applied.ok) return new Refusal(applied.problem)
  const sectionIds = sections.map(({ id }) => id)
  return { part: partOf(wallet, caller, movement, accepted(applied), sectionIds), state: applied.value.state }
}

function partOf(
  wallet: WalletRow,
  { now }: Caller,
  movement: MovementInput,
  { moved }: Applied,
  sectionIds: readonly string[],
): MovementPart {
  const { name, priority, metadata, purchaseOrderNumber, sections } = movement
  return {
    walletId: wallet.id,
    at: now,
    moved,
    details: {
      source: 'manual',
      name,
      priority,
      metadata,
      purchaseOrderNumber,
      invoiceRequiresSuccessfulPayment:
        movement.invoiceRequiresSuccessfulPayment ?? wallet.invoiceRequiresSuccessfulPayment,
      paymentMethodType: movement.paymentMethodType ?? wallet.paymentMethodType,
      paymentMethodId: null,
      skipsSections: sections?.skips ?? false,
      sectionIds,
    },
  }
}

/** Writes what was accepted, sends its webhooks, and answers every request. */
async function writeAll(
  tx: Tx,
  requests: readonly MovementRequest[],
  results: readonly (MovementPart | Refusal)[],
): Promise<readonly MovementAnswer[]> {
  const parts = results.flatMap((each) => (each instanceof Refusal ? [] : [each]))
  const [first] = requests
  if (!first) return []
  const { caller } = first
  const rows = await writeMovements(tx, caller.organizationId, parts)
  const views = await walletTransactionViews(
    tx,
    rows.map(({ id }) => id),
  )
  await announceMovements(tx, caller, rows, views)
  const viewOf = new Map(views.map((view) => [view.id, view]))
  return results.map((result) =>
    result instanceof Refusal
      ? { ok: false, error: result }
      : { ok: true, views: result.moved.flatMap(({ id }) => viewOf.get(id) ?? []) },
  )
}
