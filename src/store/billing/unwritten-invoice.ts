import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import type { SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { addOnsByIds } from '../add-ons.ts'
import type { Reads } from '../database.ts'
import type { FeeView } from '../fees.ts'
import { newId } from '../ids.ts'
import { creditsOfRows, type InvoiceCreditView } from '../invoice-credits.ts'
import { anyOf, groupedBy } from '../values.ts'
import { addInvoice, type BillRows, noRows } from './bill-rows.ts'

/** An invoice as it would be written, with the names that its JSON shows. */
export type UnwrittenInvoice = {
  readonly invoice: BillRows['invoices'][number]
  readonly taxes: BillRows['invoiceTaxes']
  readonly fees: readonly FeeView[]
  readonly credits: readonly InvoiceCreditView[]
  /** Codes of the subscriptions' plans by their ids. */
  readonly planCodes: ReadonlyMap<string, string>
}

/**
 * The rows that a plan of an invoice comes to, which are not written. Its subscriptions need not exist: what is shown
 * of them comes from their facts.
 */
export async function unwrittenInvoice(
  reads: Reads,
  organizationId: string,
  plan: InvoicePlan,
  subscriptions: readonly SubscriptionFacts[],
): Promise<UnwrittenInvoice> {
  const rows = noRows()
  addInvoice(rows, organizationId, newId(), plan, {
    number: '',
    sequentialId: null,
    entitySequentialId: null,
  })
  const [invoice] = rows.invoices
  if (!invoice) throw new Error('a plan without an invoice')
  const [{ planCodes, names }, credits] = await Promise.all([
    namesOf(reads, subscriptions, rows),
    creditsOfRows(reads, rows.invoiceReductions, invoice),
  ])
  const taxes = groupedBy(rows.feeTaxes, ({ feeId }) => feeId)
  const trueUps = new Map(rows.fees.map(({ id, trueUpParentFeeId }) => [trueUpParentFeeId, id]))
  const fees = rows.fees.map((fee) => ({
    ...fee,
    ...names(fee),
    externalCustomerId: plan.customer.externalId,
    trueUpFeeId: trueUps.get(fee.id) ?? null,
    appliedTaxes: taxes.get(fee.id) ?? [],
  }))
  return { invoice, taxes: rows.invoiceTaxes, fees, credits, planCodes }
}

type Names = Omit<
  FeeView,
  keyof BillRows['fees'][number] | 'externalCustomerId' | 'trueUpFeeId' | 'appliedTaxes'
>

async function namesOf(
  reads: Reads,
  subscriptions: readonly SubscriptionFacts[],
  { fees }: BillRows,
): Promise<{ planCodes: ReadonlyMap<string, string>; names: (fee: BillRows['fees'][number]) => Names }> {
  const [plans, metrics, fixedCharges, addOns] = await Promise.all([
    reads
      .selectFrom('plans')
      .select(['id', 'code', 'name', 'description', 'invoiceDisplayName'])
      .where('id', '=', anyOf(subscriptions.map(({ plan }) => plan.id)))
      .execute(),
    reads
      .selectFrom('billableMetrics')
      .select(['id', 'description'])
      .where('id', '=', anyOf(subscriptions.flatMap(({ charges }) => charges.map(({ metric }) => metric.id))))
      .execute(),
    reads
      .selectFrom('fixedCharges')
      .select(['id', 'invoiceDisplayName'])
      .where('id', '=', anyOf(fees.flatMap(({ fixedChargeId }) => fixedChargeId ?? [])))
      .execute(),
    addOnsByIds(
      reads,
      fees.flatMap(({ addOnId }) => addOnId ?? []),
    ),
  ])
  const planById = new Map(plans.map((plan) => [plan.id, plan]))
  const fixedNames = new Map(fixedCharges.map(({ id, invoiceDisplayName }) => [id, invoiceDisplayName]))
  const described = new Map(metrics.map(({ id, description }) => [id, description]))
  const subscriptionById = new Map(subscriptions.map((each) => [each.id, each]))
  const chargeById = new Map(subscriptions.flatMap(({ charges }) => charges.map((each) => [each.id, each])))
  const names = (fee: BillRows['fees'][number]): Names => {
    const subscription = subscriptionById.get(fee.subscriptionId ?? '')
    const plan = planById.get(subscription?.plan.id ?? '')
    const charge = chargeById.get(fee.chargeId ?? '')
    const filter = charge?.filters.find(({ id }) => id === fee.chargeFilterId)
    const addOn = addOns.get(fee.addOnId ?? '')
    return {
      externalSubscriptionId: subscription?.externalId ?? null,
      planCode: plan?.code ?? null,
      planName: plan?.name ?? null,
      planDescription: plan?.description ?? null,
      planInvoiceDisplayName: plan?.invoiceDisplayName ?? null,
      chargeInvoiceDisplayName: charge?.invoiceDisplayName ?? null,
      chargeProperties: charge?.properties ?? null,
      metricId: charge?.metric.id ?? null,
      metricCode: charge?.metric.code ?? null,
      metricName: charge?.metric.name ?? null,
      metricDescription: described.get(charge?.metric.id ?? '') ?? null,
      filterValues: filter?.values ?? null,
      filterInvoiceDisplayName: filter?.invoiceDisplayName ?? null,
      commitmentInvoiceDisplayName: subscription?.commitment?.invoiceDisplayName ?? null,
      fixedChargeInvoiceDisplayName: fixedNames.get(fee.fixedChargeId ?? '') ?? null,
      addOnCode: addOn?.code ?? null,
      addOnName: addOn?.name ?? null,
      addOnDescription: addOn?.description ?? null,
      addOnInvoiceDisplayName: addOn?.invoiceDisplayName ?? null,
      walletTransactionId: null,
    }
  }
  return { planCodes: new Map(plans.map(({ id, code }) => [id, code])), names }
}
