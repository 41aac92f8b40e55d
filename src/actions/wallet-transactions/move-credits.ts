import type { Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { readMovement } from '../../core/wallets/transaction-input.ts'
import { isId } from '../../store/ids.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { WalletTransactionView } from '../../store/wallet-transactions.ts'
import type { Caller, Context } from '../context.ts'
import { type MovementAnswer, type MovementRequest, moveTogether } from './move-together.ts'
import { SharedRuns } from './shared-runs.ts'

/**
 * Sells, grants and voids credits of a wallet, in this order (docs/rules/wallets.md#transactions), and gives the
 * transactions. 422 with everything that is wrong with the request; then nothing has moved.
 *
 * Requests that come while others of the same wallet are written share the next transaction, so that a busy wallet
 * does not commit once for each. One under an idempotency key has a transaction of its own.
 */
export async function moveCredits(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<readonly WalletTransactionView[]> {
  const problems = new Problems()
  const movement = readMovement(input, problems)
  const { wallet_id: named } = input
  const walletId = typeof named === 'string' && isId(named) ? named.toLowerCase() : null
  const request = { caller, movement, problems }
  const run = (requests: readonly MovementRequest[]) =>
    inTransaction(context.database, requests[0]?.caller ?? caller, (tx) =>
      moveTogether(tx, walletId, requests),
    )
  const isAlone = walletId === null || caller.open !== undefined
  const [answer] = isAlone
    ? await run([request])
    : [await runsOf(context).join(caller.organizationId, keyOf(caller, walletId), request, run)]
  if (!answer) throw new Error('a movement of credits without an answer')
  if (!answer.ok) throw answer.error
  return answer.views
}

/** Requests of a sandbox before and after a move of its clock are not written together. */
function keyOf({ organization, now }: Caller, walletId: string): string {
  return `${walletId} ${organization.isSandbox ? now : ''}`
}

const known = new WeakMap<Context, SharedRuns<MovementRequest, MovementAnswer>>()

/** The runs of this process. */
function runsOf(context: Context): SharedRuns<MovementRequest, MovementAnswer> {
  const own = known.get(context) ?? new SharedRuns()
  known.set(context, own)
  return own
}
