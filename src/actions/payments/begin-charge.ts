import { paysByTransfer } from '../../core/payments/bank-transfer.ts'
import { type NoCharge, refuseInvoice, refusePayer } from '../../core/payments/charge-decision.ts'
import type { GatewayError } from '../../core/payments/gateway.ts'
import { dueCents } from '../../core/payments/payment-input.ts'
import { readPayer } from '../../store/charge-facts.ts'
import { readCustomer } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { enqueueMethodSearch, enqueuePayment } from '../../store/payment-jobs.ts'
import { lastProviderPayment } from '../../store/payments.ts'
import { insertProviderPayment, liveCharges, type Payable } from '../../store/provider-payments.ts'
import type { Caller } from '../context.ts'
import { applyEvidence } from './apply-evidence.ts'

/** What is to be charged. */
export type ChargeAsked = {
  readonly customerId: string
  readonly payable: Payable
  /** The invoices that are paid, locked. */
  readonly invoices: readonly InvoiceRow[]
  /** Whether somebody asks for it, as opposed to an automatic charge. */
  readonly isAskedFor: boolean
  /** The method that is asked for, instead of the invoice's own. */
  readonly method?: { readonly methodType: string; readonly methodId: string | null }
}

/** Why nothing is charged; `under_way` when a charge is already. */
export type ChargeBegun =
  | { readonly kind: 'begun'; readonly paymentId: string }
  | { readonly kind: 'not_begun'; readonly why: NoCharge | 'under_way' }

/**
 * Begins a charge of an invoice or of a payment request (docs/rules/provider-payments.md#automatic-charges): writes the
 * payment, and queues its sending after the commit. For a customer without a method the provider is asked for one. A
 * charge that is held is given up for the new one; one that is under way forbids another. The caller has locked the
 * customer.
 */
export async function beginCharge(tx: Tx, caller: Caller, asked: ChargeAsked): Promise<ChargeBegun> {
  const { organizationId, now } = caller
  const { customerId, payable, invoices } = asked
  const owing = invoices.filter(
    (invoice) => refuseInvoice({ ...invoice, dueCents: dueCents(invoice) }) === null,
  )
  const [first] = owing
  if (!first) return none(refuseInvoice({ ...invoices[0], dueCents: 0n } as never) ?? 'nothing_due')
  const payer = await readPayer(
    tx,
    customerId,
    owing.map(({ id }) => id),
    asked.method,
  )
  const { link, provider, methodType } = payer
  const isByTransfer = paysByTransfer(link?.providerPaymentMethods)
  const method = isByTransfer ? undefined : payer.method
  const facts = {
    methodType,
    hasProviderCustomer: provider !== undefined && Boolean(link?.providerCustomerId),
    hasMethod: method !== undefined || isByTransfer,
    isSuspected: method?.isSuspected === true,
  }
  const refusal = refusePayer(facts, asked.isAskedFor)
  if (refusal === 'no_method' && link) await enqueueMethodSearch(tx, { organizationId, linkId: link.id })
  if (refusal !== null || !link || !provider) return none(refusal ?? 'no_provider')
  const live = await liveCharges(tx, payable)
  if (live.some(({ state }) => state !== 'held')) return none('under_way')
  for (const held of live) await applyEvidence(tx, caller, held, { kind: 'abandoned' }, 'clock')
  const payment = await insertProviderPayment(
    tx,
    {
      organizationId,
      customerId,
      payable,
      origin: 'charge',
      state: 'created',
      amountCents: owing.reduce((sum, invoice) => sum + dueCents(invoice), 0n),
      amountCurrency: first.currency,
      paymentProviderId: provider.id,
      paymentProviderCustomerId: link.id,
      paymentMethodId: method?.id ?? null,
      followsDefault: !payer.isNamed,
      isOnSession: isByTransfer || (await isOnSession(tx, customerId, payable)),
    },
    now,
  )
  await enqueuePayment(tx, { organizationId, paymentId: payment.id })
  return { kind: 'begun', paymentId: payment.id }
}

function none(why: NoCharge | 'under_way'): ChargeBegun {
  return { kind: 'not_begun', why }
}

/** After the provider asked for an authentication, and always in India, the payer confirms the payment. */
async function isOnSession(tx: Tx, customerId: string, payable: Payable): Promise<boolean> {
  const [customer, last] = await Promise.all([readCustomer(tx, customerId), lastProviderPayment(tx, payable)])
  const error = (last?.error ?? null) as GatewayError | null
  return customer.country === 'IN' || (last?.state === 'failed' && error?.class === 'authentication_required')
}
