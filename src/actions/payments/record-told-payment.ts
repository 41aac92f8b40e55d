import type { ProviderPayment } from '../../core/payments/gateway.ts'
import type { Tx } from '../../store/database.ts'
import type { TransitionCause } from '../../store/payment-calls.ts'
import { findMethodsThere } from '../../store/payment-methods.ts'
import { type PageRow, updatePage } from '../../store/payment-pages.ts'
import { findLink } from '../../store/payment-provider-customers.ts'
import type { PaymentRow } from '../../store/payments.ts'
import {
  findPaidWithoutId,
  findPaymentThere,
  insertProviderPayment,
  lockPayment,
  type Payable,
} from '../../store/provider-payments.ts'
import { ts } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import { keepMethods } from '../payment-methods/keep-methods.ts'
import { applyEvidence } from './apply-evidence.ts'

/** A payment that we did not send: made on a page, or one whose row was lost. */
export type ToldPayment = {
  readonly customerId: string
  readonly payable: Payable
  readonly providerId: string
  readonly linkId: string
  readonly origin: 'page' | 'recovered'
  readonly said: ProviderPayment
}

/**
 * Records what a provider told of a payment that was made on a page, at the provider's amount. What is told again is
 * applied to the same row. The caller has locked the customer.
 */
export async function recordTold(
  tx: Tx,
  caller: Caller,
  told: ToldPayment,
  cause: TransitionCause,
): Promise<PaymentRow> {
  const { said, linkId } = told
  const known = await findTold(tx, told)
  const payment = known ? await lockPayment(tx, known.id) : await insert(tx, caller, told)
  const { payment: after } = await applyEvidence(tx, caller, payment, { kind: 'told', payment: said }, cause)
  const link = await findLink(tx, linkId)
  // A page keeps the method for later, where it was asked to.
  if (link && link.deletedAt === null && said.method && said.state === 'settled' && isStored(said)) {
    await keepMethods(tx, caller, link, [said.method])
  }
  return after
}

/** The row of a payment; also one of a page that said that it was paid before anybody told which payment that was. */
async function findTold(tx: Tx, { said, providerId, payable, origin }: ToldPayment) {
  if (said.providerPaymentId === null) return undefined
  const known = await findPaymentThere(tx, providerId, said.providerPaymentId)
  if (known || origin !== 'page' || said.state !== 'settled') return known
  return findPaidWithoutId(tx, providerId, payable, said.money)
}

/** Only methods that can be charged again. */
function isStored({ method }: ProviderPayment): boolean {
  return (
    method !== null && method !== undefined && method.type !== 'crypto' && method.type !== 'customer_balance'
  )
}

async function insert(tx: Tx, caller: Caller, told: ToldPayment): Promise<PaymentRow> {
  const { said, providerId, linkId } = told
  const [method] = said.method ? await findMethodsThere(tx, providerId, said.method.providerMethodId) : []
  return insertProviderPayment(
    tx,
    {
      organizationId: caller.organizationId,
      customerId: told.customerId,
      payable: told.payable,
      origin: told.origin,
      state: 'unknown',
      amountCents: said.money.cents,
      amountCurrency: said.money.currency,
      paymentProviderId: providerId,
      paymentProviderCustomerId: linkId,
      paymentMethodId: method?.id ?? null,
      isOnSession: true,
    },
    caller.now,
  )
}

/** Marks a page as paid or closed. */
export async function endPage(
  tx: Tx,
  caller: Caller,
  page: PageRow,
  status: 'paid' | 'expired',
): Promise<void> {
  await updatePage(tx, page.id, { status, updatedAt: ts(caller.now) })
}
