import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { lockPayment } from '../../store/provider-payments.ts'
import { together } from '../../store/together.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'

/** The caller of the present, and a payment as it is now; its customer and then itself are locked. */
export async function lockedOf(
  context: Context,
  tx: Tx,
  { organizationId, customerId, id }: PaymentRow,
): Promise<{ readonly caller: Caller; readonly payment: PaymentRow }> {
  const [caller, , payment] = await together(
    presentCaller(context, tx, organizationId),
    lockCustomerById(tx, customerId),
    lockPayment(tx, id),
  )
  return { caller, payment }
}
