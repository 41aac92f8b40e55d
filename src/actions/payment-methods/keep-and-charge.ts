import type { MethodSummary } from '../../core/payments/gateway.ts'
import { rescheduleUnpaid } from '../../store/charge-facts.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { LinkRow } from '../../store/payment-provider-customers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Context, presentCaller } from '../context.ts'
import { announceMethod } from './announce-methods.ts'
import { keepMethods } from './keep-methods.ts'

/**
 * Keeps a method as the default of its connection; where that is the customer's default, what is owed is charged with it.
 * Whether it is a new one.
 */
export async function keepAndCharge(
  context: Context,
  link: LinkRow,
  method: MethodSummary,
): Promise<boolean> {
  const { organizationId, customerId } = link
  return inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    await lockCustomerById(tx, customerId)
    const rows = await keepMethods(tx, caller, link, [method])
    for (const row of rows) await announceMethod(tx, caller, row, 'payment_method.created')
    if (rows.some(({ isDefault }) => isDefault))
      await rescheduleUnpaid(tx, organizationId, customerId, caller.now)
    return rows.length > 0
  })
}
