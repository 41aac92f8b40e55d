import type { FeeDraft } from '../invoicing/fee-draft.ts'
import { rateSubscriptionUsage } from '../rating/rate-subscription.ts'
import { nextBillingAt } from '../subscriptions/due.ts'
import { walletsAfter } from '../wallets/spend.ts'
import { assembleInvoice, uninvoicedFees } from './assemble-invoice.ts'
import type { BillPlan, InvoiceHead } from './bill-plan.ts'
import type { BilledSubscription } from './billed-subscription.ts'
import { chargeLines } from './lines/charge-lines.ts'
import { commitmentLine } from './lines/commitment-line.ts'
import { fixedChargeLines } from './lines/fixed-charge-lines.ts'
import { buildPaidFeesInvoices } from './paid-fees-invoices.ts'
import type { AvailableProgressiveInvoice } from './reductions/available.ts'
import { availableCoupons, couponsAfter } from './reductions/coupons.ts'
import { creditNotesAfter, newNotesOf } from './reductions/credit-notes.ts'
import { availableWallets, spendingsOf } from './reductions/prepaid.ts'
import type { BillingEntityFacts, BillingSnapshot, CustomerFacts, SubscriptionFacts } from './snapshot.ts'
import type { BillAnswers, OpenBill, OpenLine } from './usage-questions.ts'

/** What one subscription contributes to its invoice. */
type BuiltLine = {
  readonly open: OpenLine
  readonly fees: readonly FeeDraft[]
  readonly uninvoiced: readonly FeeDraft[]
}

/** Subscriptions that share an invoice. */
type InvoiceGroup = {
  readonly billingEntity: BillingEntityFacts
  readonly currency: string
  readonly purchaseOrderNumber: string | null
  readonly lines: readonly OpenLine[]
}

/**
 * Builds a bill: one invoice per currency, billing entity, purchase order number and payment method, except for
 * subscriptions that are never consolidated; then invoices for usage fees that were already paid individually.
 * Deterministic: the same snapshot and answers give the same plan.
 */
export function buildBill(snapshot: BillingSnapshot, bill: OpenBill, answers: BillAnswers): BillPlan {
  const { request } = bill
  const customer = snapshot.customers.get(request.customerId)
  if (!customer) throw new Error(`customer ${request.customerId} is not in the snapshot`)
  const documents: BillPlan['documents'][number][] = []
  let coupons = snapshot.coupons.get(customer.id) ?? []
  let creditNotes = snapshot.creditNotes.get(customer.id) ?? []
  let wallets = snapshot.wallets.get(customer.id) ?? []
  for (const group of groupsOf(snapshot, customer, bill)) {
    const built = group.lines.map((open) => buildLine(open, answers))
    const uninvoiced = built.flatMap((line) => line.uninvoiced)
    const planIds = new Map(
      group.lines.map(({ billed: { subscription } }) => [subscription.id, subscription.plan.id]),
    )
    // A draft being rebuilt wrote its uninvoiced fees when it was first created.
    if (uninvoiced.length > 0 && request.draft === null) {
      const owner = { customer, billingEntityId: group.billingEntity.id, currency: group.currency, planIds }
      const fees = uninvoicedFees(uninvoiced, { ...owner, createdAt: request.createdAt }, snapshot.taxes)
      documents.push({ kind: 'uninvoiced_fees', fees })
    }
    const lines = {
      head: headOf(customer, group, bill),
      periods: built.map(({ open: { billed, windows } }) => ({
        subscriptionId: billed.subscription.id,
        reason: billed.reason,
        windows,
      })),
      fees: built.flatMap((line) => line.fees),
      planIds,
      hasGrace: request.awaitsPayment !== true,
      draft: request.draft,
      reached: null,
      awaitsPayment: request.awaitsPayment === true,
    }
    const subscriptions = group.lines.map(({ billed }) => billed.subscription)
    const invoice = assembleInvoice(lines, snapshot.taxes, {
      progressive: progressiveOf(group, answers),
      coupons: availableCoupons(coupons, group.currency, subscriptions),
      creditNotes: { notes: creditNotes, currency: group.currency },
      newNotes: newNotesOf(customer, group.currency, request.draft?.finalizedAt ?? request.createdAt),
      wallets: availableWallets(wallets, group.currency, subscriptions),
    })
    coupons = couponsAfter(coupons, invoice.reductions)
    creditNotes = creditNotesAfter(creditNotes, invoice.reductions)
    wallets = walletsAfter(wallets, spendingsOf(invoice.reductions))
    documents.push({ kind: 'invoice', invoice })
  }
  if (!request.skipCharges && request.draft === null) {
    const ofPaidFees = buildPaidFeesInvoices(snapshot, customer, request)
    documents.push(...ofPaidFees.map((invoice) => ({ kind: 'invoice', invoice }) as const))
  }
  return { customerId: customer.id, documents, nextBillings: nextBillingsOf(customer, bill) }
}

function nextBillingsOf({ zone }: CustomerFacts, { request, lines }: OpenBill): BillPlan['nextBillings'] {
  if (request.draft !== null) return []
  return lines
    .filter(({ billed }) => billed.reason === 'subscription_periodic')
    .map(({ billed: { subscription } }) => ({
      subscriptionId: subscription.id,
      at: nextBillingAt(subscription.plan, subscription.billing, request.at, zone),
    }))
}

function buildLine(open: OpenLine, answers: BillAnswers): BuiltLine {
  const { billed, usage, reconciled, places } = open
  const own = usage && answers.usage.slice(places.usage, places.usage + usage.queries.length)
  const charges =
    usage && own
      ? chargeLines(billed, usage.asked, rateSubscriptionUsage(usage, own))
      : { invoiced: [], uninvoiced: [] }
  const billedInAdvance =
    places.fixedCharges === null ? [] : (answers.fixedCharges[places.fixedCharges] ?? [])
  const fees = [
    ...(open.subscriptionFee ? [open.subscriptionFee] : []),
    ...charges.invoiced,
    ...fixedChargeLines(billed, open.fixedCharges, billedInAdvance),
  ]
  const earlier = places.commitment === null ? undefined : answers.commitments[places.commitment]
  const commitment = reconciled && earlier ? commitmentLine(billed, reconciled, fees, earlier) : null
  return { open, fees: commitment ? [...fees, commitment] : fees, uninvoiced: charges.uninvoiced }
}

function headOf(
  customer: CustomerFacts,
  { billingEntity, currency, purchaseOrderNumber }: InvoiceGroup,
  { request }: OpenBill,
): InvoiceHead {
  return {
    customer,
    billingEntity,
    invoiceType: 'subscription',
    currency,
    zone: request.draft?.zone ?? customer.zone,
    purchaseOrderNumber,
    billingAt: request.at,
    createdAt: request.createdAt,
  }
}

function groupsOf(
  snapshot: BillingSnapshot,
  customer: CustomerFacts,
  { request, lines }: OpenBill,
): readonly InvoiceGroup[] {
  if (request.draft !== null) {
    const { billingEntityId, currency, purchaseOrderNumber } = request.draft
    return [
      { billingEntity: billingEntityOf(snapshot, billingEntityId), currency, purchaseOrderNumber, lines },
    ]
  }
  const groups = new Map<string, OpenLine[]>()
  for (const line of lines) {
    const key = groupKey(line.billed, customer)
    const own = groups.get(key)
    if (own) own.push(line)
    else groups.set(key, [line])
  }
  return [...groups.values()].flatMap((own): InvoiceGroup[] => {
    const [first] = own
    if (!first) return []
    const { billingEntityId, plan, purchaseOrderNumber } = first.billed.subscription
    const billingEntity = billingEntityOf(snapshot, billingEntityId ?? customer.billingEntityId)
    return [{ billingEntity, currency: plan.currency, purchaseOrderNumber, lines: own }]
  })
}

function groupKey({ subscription }: BilledSubscription, customer: CustomerFacts): string {
  const { billingEntityId, plan, paymentMethod, purchaseOrderNumber } = subscription
  return JSON.stringify([
    paymentMethod.type,
    paymentMethod.id,
    plan.currency,
    billingEntityId ?? customer.billingEntityId,
    subscription.isConsolidated ? '' : subscription.externalId,
    purchaseOrderNumber,
  ])
}

/** A billing entity of the snapshot that issues an invoice. */
export function billingEntityOf(snapshot: BillingSnapshot, billingEntityId: string): BillingEntityFacts {
  const billingEntity = snapshot.billingEntities.get(billingEntityId)
  if (!billingEntity) throw new Error(`billing entity ${billingEntityId} is not in the snapshot`)
  return billingEntity
}

function progressiveOf(
  group: InvoiceGroup,
  answers: BillAnswers,
): ReadonlyMap<string, AvailableProgressiveInvoice> {
  return new Map(
    group.lines.flatMap(({ billed: { subscription }, places }) => {
      const invoice = places.progressive === null ? null : answers.progressive[places.progressive]
      return invoice ? [[subscription.id, offeredProgressive(invoice, subscription)] as const] : []
    }),
  )
}

/** A progressive invoice as a bill of a subscription may credit it. */
export function offeredProgressive(
  invoice: AvailableProgressiveInvoice['invoice'],
  { charges, successorMetricIds }: Pick<SubscriptionFacts, 'charges' | 'successorMetricIds'>,
): AvailableProgressiveInvoice {
  let carriedCents = 0n
  for (const id of successorMetricIds) carriedCents += invoice.recurringByMetric.get(id) ?? 0n
  return { invoice, charges, carriedCents }
}
