/** What decides whether an invoice is charged by itself. */
export type Chargeable = {
  readonly status: string
  readonly paymentStatus: string
  readonly selfBilled: boolean
  readonly skipPsp: boolean
  readonly dueCents: bigint
}

/** How the customer pays. */
export type Payer = {
  /** `manual` anywhere means that nobody is charged. */
  readonly methodType: string
  readonly hasProviderCustomer: boolean
  readonly hasMethod: boolean
  /** A fraud was suspected with the method. */
  readonly isSuspected: boolean
}

/** Statuses of invoices that can be charged: an open one becomes final when it is paid. */
const CHARGED: readonly string[] = ['finalized', 'open']

export type NoCharge =
  | 'not_chargeable'
  | 'nothing_due'
  | 'by_hand'
  | 'no_provider'
  | 'no_method'
  | 'suspected_method'

/** Whether an invoice is one that a provider may be asked to charge; null when it is. */
export function refuseInvoice(invoice: Chargeable): NoCharge | null {
  if (invoice.selfBilled || invoice.skipPsp || !CHARGED.includes(invoice.status)) return 'not_chargeable'
  return invoice.dueCents <= 0n || invoice.paymentStatus === 'succeeded' ? 'nothing_due' : null
}

/**
 * Whether a payer can be charged (docs/rules/provider-payments.md#automatic-charges); null when it can. What somebody
 * asks for may also use a method with which a fraud was suspected.
 */
export function refusePayer(payer: Payer, isAskedFor: boolean): NoCharge | null {
  if (payer.methodType === 'manual') return 'by_hand'
  if (!payer.hasProviderCustomer) return 'no_provider'
  if (!payer.hasMethod) return 'no_method'
  return payer.isSuspected && !isAskedFor ? 'suspected_method' : null
}
