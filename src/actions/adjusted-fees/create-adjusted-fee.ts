import type { Input } from '../../core/input/fields.ts'
import { adjustedKey, isPricedByUnits } from '../../core/invoicing/adjusted-fee.ts'
import { type FeeTarget, readAdjustedFee } from '../../core/invoicing/adjusted-fee-input.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import {
  type AdjustedFeeRow,
  findBilledTarget,
  insertAdjustedFee,
  isAdjusted,
  readAdjustedFee as readStored,
} from '../../store/adjusted-fees.ts'
import { newId } from '../../store/ids.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { lockDraft, rebuildDraft } from './rebuild-draft.ts'

/**
 * Changes the units, the price or the name of a fee of a draft, or adds one for a charge of a subscription on it, and
 * rebuilds the draft (docs/rules/invoices.md#adjusted-fees). 404 for an unknown invoice or fee, or a charge that the
 * draft does not bill; 405 `invalid_status` when it is no draft; 422 for a change that makes no sense.
 */
export async function createAdjustedFee(
  context: Context,
  caller: Caller,
  invoiceId: string,
  input: Input,
): Promise<AdjustedFeeRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const draft = await lockDraft(tx, invoiceId)
    const { target, change } = accepted(readAdjustedFee(input))
    const billed = await findBilledTarget(tx, invoiceId, target)
    if (!billed) throw missing(target)
    const isUnpriced = change.units !== null && change.unitAmount === null && billed.pricing !== null
    if (isUnpriced && !isPricedByUnits(billed.pricing)) throw invalid({ charge: ['invalid_charge_model'] })
    const feeKey = adjustedKey(billed.subscriptionId, billed.item)
    if (await isAdjusted(tx, invoiceId, feeKey)) throw invalid({ adjusted_fee: ['already_exists'] })
    const id = newId()
    await insertAdjustedFee(tx, {
      organizationId: caller.organizationId,
      id,
      invoiceId,
      feeKey,
      fromAt: null,
      toAt: null,
      units: change.units?.toString() ?? null,
      unitPreciseAmount: change.unitAmount?.toString() ?? null,
      invoiceDisplayName: change.invoiceDisplayName,
      feeId: null,
      createdAt: ts(caller.now),
    })
    await rebuildDraft(context, tx, caller, draft)
    const stored = await readStored(tx, id)
    // What the draft does not bill cannot be adjusted on it.
    if (stored.feeId === null) throw missing(target)
    return stored
  })
}

function missing({ by }: FeeTarget) {
  return notFound(by)
}
