import type { FixedChargeFacts } from '../../core/billing/fixed-charges.ts'
import { unitsBill, unitsWindow } from '../../core/billing/units-bill.ts'
import { readCouponFacts } from '../../store/billing/coupon-facts.ts'
import { readCreditNoteFacts } from '../../store/billing/credit-note-facts.ts'
import { answerFixedCharges, readFixedCharges } from '../../store/billing/fixed-charge-facts.ts'
import { readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import { readWalletFacts } from '../../store/billing/wallet-facts.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { nextChange, scheduleUnits } from '../../store/fixed-charge-units.ts'
import { readSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import { writePlans } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'

/**
 * Bills the fixed charges in advance of an active subscription whose units changed at the due instant, and makes the
 * next change due.
 */
export const billChangedUnits: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const row = await readSubscription(tx, subscriptionId)
  if (row.status !== 'active') return
  await billUnits(context, tx, caller, row, 'changed')
  const next = await nextChange(tx, subscriptionId, caller.now)
  if (next !== undefined) await scheduleUnits(tx, caller.organizationId, [subscriptionId], next)
}

/**
 * Bills units at once, on one invoice (docs/rules/fixed-charges.md#units-that-change-at-once): of all fixed charges in
 * advance at a start, and later of those whose units change now. The customer is locked by the caller.
 */
export async function billUnits(
  context: Context,
  tx: Tx,
  caller: Caller,
  row: Pick<SubscriptionRow, 'id' | 'customerId'>,
  which: 'all' | 'changed',
  awaitsPayment = false,
): Promise<void> {
  const at = caller.now
  const [snapshot, facts] = await Promise.all([
    readCustomerSnapshot(tx, row.customerId, [row.id]),
    readFixedCharges(tx, [row.id], at),
  ])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) return
  const asked = (facts.get(row.id) ?? []).filter(
    ({ payInAdvance, records }) =>
      payInAdvance && (which === 'all' || records.some(({ appliesAt }) => appliesAt === at)),
  )
  if (asked.length === 0) return
  const { customer, billingEntities } = snapshot
  const billingEntity = billingEntities.get(subscription.billingEntityId ?? customer.billingEntityId)
  if (!billingEntity) throw new Error(`subscription ${row.id} has no billing entity`)
  const { from } = unitsWindow({ customer, subscription, at }).window
  const [[earlier = []], taxes, applied, notes, spendable] = await Promise.all([
    answerFixedCharges(tx, [{ subscriptionId: row.id, from, exceptInvoiceId: null }]),
    readTaxesOfBills(
      tx,
      new Map([[customer.id, customer]]),
      [subscription],
      asked.map(({ id }) => id),
    ),
    readCouponFacts(tx, [customer.id]),
    readCreditNoteFacts(tx, [customer.id]),
    readWalletFacts(tx, [customer.id]),
  ])
  // A change is billed once, also when it was made due twice.
  const isBilled = ({ rootId }: FixedChargeFacts) =>
    earlier.some((fee) => fee.isOwn && fee.rootId === rootId && fee.billedAt === at)
  const charges = asked.filter((charge) => !isBilled(charge))
  if (charges.length === 0) return
  const coupons = applied.get(customer.id) ?? []
  const creditNotes = notes.get(customer.id) ?? []
  const wallets = spendable.get(customer.id) ?? []
  const credits = { coupons, creditNotes, wallets }
  const bill = { customer, billingEntity, subscription, charges, earlier, taxes, ...credits }
  await writePlans(context, tx, caller, [unitsBill({ ...bill, at, createdAt: at, awaitsPayment })])
}
