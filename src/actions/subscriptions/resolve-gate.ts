import { addMs, type Instant, instant, MINUTE_MS } from '../../core/calendar/instant.ts'
import { decideGate, gateDeadline, isAttemptAwaited } from '../../core/subscriptions/activation-gate.ts'
import { activationRulesOf, lockGateInvoice } from '../../store/activation-rules.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { chargesOfGate } from '../../store/provider-payments.ts'
import { findItem } from '../../store/subscription-due-items.ts'
import { stateOf } from '../../store/subscription-states.ts'
import { readSubscription } from '../../store/subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { activateGated } from './activate-gated.ts'
import { cancelGate } from './cancel-gate.ts'

/** When a gate is looked at again whose charge was not attempted, should nobody tell what came of it. */
const ATTEMPT_PAUSE_MS = 10 * MINUTE_MS

/**
 * Due work: decides about a subscription that waits for its payment, once the payment has come or failed, and when its
 * time is over. Doing it once more changes nothing.
 */
export const resolveGate: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const row = await readSubscription(tx, subscriptionId)
  if (row.status !== 'incomplete') return
  const [rules, { zone }] = await Promise.all([activationRulesOf(tx, [row.id]), stateOf(tx, row)])
  const expiries = rules.filter(({ status }) => status === 'pending').map(({ expiresAt }) => expiresAt)
  const deadline = gateDeadline(expiries, row.endingAt, zone)
  const invoice = await lockGateInvoice(tx, row.id)
  const awaitsAttempt = invoice !== undefined && (await isChargeAwaited(tx, caller, invoice))
  const decision = decideGate({ invoice, deadline, awaitsAttempt }, caller.now)
  if (decision.kind === 'activate') return activateGated(context, tx, caller, row)
  if (decision.kind === 'cancel') return cancelGate(tx, caller, row, decision.reason)
  if (deadline === null) return
  const dueAt = decision.kind === 'wait' ? deadline : addMs(presentOf(context, caller), ATTEMPT_PAUSE_MS)
  await scheduleItem(tx, caller.organizationId, { kind: 'subscription_gate', subjectId: row.id, dueAt })
}

async function isChargeAwaited(tx: Tx, { now }: Caller, { id }: InvoiceRow): Promise<boolean> {
  if (await findItem(tx, 'invoice_charge', id)) return true
  const charges = await chargesOfGate(tx, id)
  return charges.some((charge) => isAttemptAwaited(charge, now))
}

/**
 * The time up to which due work is caught up with: the end of a sandbox's move, otherwise the organization's present.
 * Charges are sent then, and not at the instants of the past that due work goes through.
 */
function presentOf({ systemNow }: Context, { organization, now }: Caller): Instant {
  const { isSandbox, clockTarget, clockAt } = organization
  const own = isSandbox ? (clockTarget ?? clockAt) : null
  return instant(Math.max(now, own ?? systemNow()))
}
