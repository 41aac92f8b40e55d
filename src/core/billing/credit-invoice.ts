import { Decimal } from '../amounts/decimal.ts'
import type { CustomSection } from '../invoice-custom-sections/invoice-sections.ts'
import { creditFeeDraft } from '../invoicing/fee-draft.ts'
import { assembleInvoice } from './assemble-invoice.ts'
import type { InvoiceHead, InvoicePlan } from './bill-plan.ts'
import type { TaxesByOwner } from './snapshot.ts'

/** A purchase of credits. */
export type SoldCredits = {
  readonly credits: Decimal
  readonly amountCents: bigint
  /** Currency units per credit. */
  readonly rate: Decimal
  /** Whether the invoice waits for its payment before it becomes final. */
  readonly awaitsPayment: boolean
  readonly customSections: readonly CustomSection[] | null
}

const NO_TAXES: TaxesByOwner = {
  charges: new Map(),
  plans: new Map(),
  customers: new Map(),
  billingEntities: new Map(),
  minimumCommitments: new Map(),
  addOns: new Map(),
  lines: new Map(),
  fixedCharges: new Map(),
}

/**
 * The invoice that sells credits (docs/rules/wallets.md#buying-credits): one fee without taxes, from which nothing is
 * taken off. It is final at once, or open until it is paid.
 */
export function buildCreditInvoice(head: Omit<InvoiceHead, 'invoiceType'>, sold: SoldCredits): InvoicePlan {
  const fee = creditFeeDraft({
    key: 'credits',
    units: sold.credits,
    amountCents: sold.amountCents,
    preciseAmountCents: Decimal.of(sold.amountCents),
    unitAmount: sold.rate,
  })
  const invoice = assembleInvoice(
    {
      // Credits carry no taxes, so there are none to wait for.
      head: { ...head, customer: { ...head.customer, awaitsTaxes: false }, invoiceType: 'credit' },
      periods: [],
      fees: [fee],
      planIds: new Map(),
      hasGrace: false,
      draft: null,
      reached: null,
    },
    NO_TAXES,
    { progressive: new Map() },
  )
  const { customSections } = sold
  return sold.awaitsPayment
    ? { ...invoice, customSections, outcome: { status: 'open' } }
    : { ...invoice, customSections }
}
