import type {
  GatewayMoney,
  MethodSummary,
  ProviderPayment,
  ProviderRefund,
  ToldMethod,
} from '../../core/payments/gateway.ts'
import { fromProviderUnits } from '../../core/payments/provider-amounts.ts'
import type { Resource } from './client.ts'

const STATES: Readonly<Record<string, ProviderPayment['state']>> = {
  paid_out: 'settled',
  // The money had come, and was taken back.
  charged_back: 'settled',
  pending_submission: 'processing',
  submitted: 'processing',
  confirmed: 'processing',
  pending_customer_approval: 'action_required',
  failed: 'declined',
  customer_approval_denied: 'declined',
  cancelled: 'canceled',
}

/** A payment as GoCardless describes it. A status that we do not know is one that is not final. */
export function readPayment(payment: Resource): ProviderPayment {
  const status = textOf(payment.status) ?? 'unknown'
  const metadata = (payment.metadata ?? {}) as Resource
  return {
    providerPaymentId: textOf(payment.id) ?? '',
    paymentId: textOf(metadata.lago_payment_id),
    payableId: textOf(metadata.lago_invoice_id) ?? textOf(metadata.lago_payable_id),
    providerStatus: status,
    state: STATES[status] ?? 'processing',
    money: moneyOf(payment),
    mode: null,
    undoesSuccess: status === 'failed',
    isChargedBack: status === 'charged_back',
  }
}

/** An amount that is none of ours reads as a negative one, which no payment has: it is set aside for somebody to see. */
function moneyOf({ amount, currency }: Resource): GatewayMoney {
  const units = Number.isSafeInteger(amount) ? BigInt(amount as number) : -1n
  const code = textOf(currency) ?? ''
  return { cents: fromProviderUnits('gocardless', units, code) ?? -units, currency: code }
}

const REFUND_STATES: Readonly<Record<string, ProviderRefund['state']>> = {
  created: 'pending',
  pending_submission: 'pending',
  submitted: 'pending',
  refund_settled: 'pending',
  paid: 'succeeded',
  cancelled: 'failed',
  bounced: 'failed',
  funds_returned: 'failed',
  failed: 'failed',
}

/** A refund as GoCardless describes it. */
export function readRefund(refund: Resource): ProviderRefund {
  const status = textOf(refund.status) ?? 'created'
  return {
    providerRefundId: textOf(refund.id) ?? '',
    providerStatus: status,
    state: REFUND_STATES[status] ?? 'pending',
    money: moneyOf(refund),
    refundId: textOf((refund.metadata as Resource | undefined)?.lago_refund_id),
  }
}

/** Statuses of mandates that can be charged. */
export const USABLE_MANDATES: readonly string[] = [
  'pending_customer_approval',
  'pending_submission',
  'submitted',
  'active',
]

/** A mandate as GoCardless describes it, with its scheme as its brand. */
export function readMandate(mandate: Resource): ToldMethod {
  const links = (mandate.links ?? {}) as Resource
  return {
    method: methodOf(mandate),
    providerCustomerId: textOf(links.customer),
    isUsable: USABLE_MANDATES.includes(textOf(mandate.status) ?? ''),
  }
}

function methodOf(mandate: Resource): MethodSummary {
  return {
    providerMethodId: textOf(mandate.id) ?? '',
    type: 'mandate',
    brand: textOf(mandate.scheme),
    last4: null,
    expirationMonth: null,
    expirationYear: null,
    holder: null,
  }
}

/** A text; null for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
