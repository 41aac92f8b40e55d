import type { AppliedCouponFacts } from '../../core/billing/reductions/applied-coupon.ts'
import type { FrozenBuyer, FrozenFee, FrozenInvoice } from '../../core/documents/frozen.ts'
import { localeOf } from '../../core/documents/words.ts'
import { type SectionFacts, sectionsOfInvoice } from '../../core/invoice-custom-sections/invoice-sections.ts'
import type { FeeView } from '../../store/fees.ts'
import type { PrintedParties, readFixedModels } from '../../store/printed-parts.ts'
import type { ShownPreview } from '../../wire/invoice-preview.ts'

/** What a preview prints beside its JSON. */
export type PrintedPreview = {
  readonly parties: PrintedParties
  readonly fixedModels: Awaited<ReturnType<typeof readFixedModels>>
  readonly coupons: readonly AppliedCouponFacts[]
  readonly isSandbox: boolean
  /** What decides the custom sections. */
  readonly sections: SectionFacts
}

/** What the document of a previewed bill says, in the form of the documents of invoices. */
export function previewModel(preview: ShownPreview, printed: PrintedPreview): FrozenInvoice {
  const { invoice, taxes, customer } = preview
  const { parties, isSandbox } = printed
  const { shown } = customer
  const wished = shown.kind === 'imagined' ? shown.columns.documentLocale : null
  return {
    kind: 'invoice',
    mark: 'preview',
    locale: localeOf(wished ?? parties.locale),
    isSandbox,
    currency: invoice.currency,
    timezone: invoice.timezone,
    number: '',
    issuedOn: invoice.issuingDate,
    dueOn: invoice.paymentDueDate,
    netPaymentTerm: invoice.netPaymentTerm,
    purchaseOrder: invoice.purchaseOrderNumber,
    isSelfBilled: invoice.selfBilled,
    invoiceType: invoice.invoiceType,
    voidedAt: null,
    seller: parties.seller,
    buyer: parties.buyer ?? imaginedBuyer(preview),
    cents: centsOf(invoice),
    subscriptions: subscriptionsOf(preview),
    fees: preview.fees.map((fee) => feeOf(fee, preview, printed)),
    taxes: taxes.map((tax) => ({
      code: tax.taxCode,
      name: tax.taxName,
      rate: tax.taxRate,
      amountCents: String(tax.amountCents),
      baseCents: tax.feesAmountCents,
    })),
    coupons: couponsOf(preview, printed),
    thresholds: [],
    sections: sectionsOfInvoice(preview.plan, printed.sections).map(
      ({ code, name, displayName, details }) => ({
        ...{ code, name: displayName || name, details },
      }),
    ),
  }
}

function imaginedBuyer({ customer: { shown } }: ShownPreview): FrozenBuyer {
  const columns = shown.kind === 'imagined' ? shown.columns : {}
  return {
    name: columns.name ?? null,
    legalName: columns.legalName ?? null,
    firstname: columns.firstname ?? null,
    lastname: columns.lastname ?? null,
    legalNumber: columns.legalNumber ?? null,
    taxNumber: columns.taxIdentificationNumber ?? null,
    email: columns.email ?? null,
    address: {
      line1: columns.addressLine1 ?? null,
      line2: columns.addressLine2 ?? null,
      zipcode: columns.zipcode ?? null,
      city: columns.city ?? null,
      state: columns.state ?? null,
      country: columns.country ?? null,
    },
    shipping: null,
    metadata: [],
  }
}

function centsOf(invoice: ShownPreview['invoice']): FrozenInvoice['cents'] {
  const orNull = (cents: bigint | null) => (cents === null ? null : String(cents))
  return {
    fees: String(invoice.feesAmountCents),
    progressive: String(invoice.progressiveBillingCreditAmountCents),
    coupons: String(invoice.couponsAmountCents),
    subtotalExcl: String(invoice.subTotalExcludingTaxesAmountCents),
    taxes: String(invoice.taxesAmountCents),
    subtotalIncl: String(invoice.subTotalIncludingTaxesAmountCents),
    creditNotes: String(invoice.creditNotesAmountCents),
    prepaid: String(invoice.prepaidCreditAmountCents),
    prepaidGranted: orNull(invoice.prepaidGrantedCreditAmountCents),
    prepaidPurchased: orNull(invoice.prepaidPurchasedCreditAmountCents),
    total: String(invoice.totalAmountCents),
    paid: '0',
  }
}

function subscriptionsOf({ subscriptions, fees, views }: ShownPreview): FrozenInvoice['subscriptions'] {
  return subscriptions.map(({ id, plan }) => {
    const own = fees.find((fee) => fee.subscriptionId === id)
    const name = views.find(({ row }) => row.id === id)?.row.name
    const planName = own?.planName ?? ''
    return { id, name: name || own?.planInvoiceDisplayName || planName, planName, interval: plan.interval }
  })
}

function couponsOf({ credits }: ShownPreview, printed: PrintedPreview): FrozenInvoice['coupons'] {
  const discounts = new Map(printed.coupons.map(({ id, discount }) => [id, discount]))
  return credits
    .filter(({ item }) => item.type === 'coupon')
    .map(({ item, sourceId, amountCents }) => {
      const discount = discounts.get(sourceId)
      const fixed = discount?.kind === 'fixed_amount' ? discount : null
      return {
        name: item.name,
        percentage: discount?.kind === 'percentage' ? discount.rate.toString() : null,
        fixedCents: fixed && String(fixed.amountCents),
        fixedCurrency: fixed?.currency ?? null,
        amountCents: String(amountCents),
      }
    })
}

function feeOf(fee: FeeView, { subscriptions }: ShownPreview, { fixedModels }: PrintedPreview): FrozenFee {
  const charge = subscriptions
    .find(({ id }) => id === fee.subscriptionId)
    ?.charges.find(({ id }) => id === fee.chargeId)
  const fixed = fixedModels.get(fee.fixedChargeId ?? '')
  return {
    id: fee.id,
    type: fee.feeType as FrozenFee['type'],
    subscriptionId: fee.subscriptionId,
    trueUpParentId: fee.trueUpParentFeeId,
    name: nameOf(fee),
    walletName: null,
    description: fee.description,
    groups: Object.values((fee.groupedBy ?? {}) as Record<string, string | null>),
    filterName: fee.filterInvoiceDisplayName,
    filterValues: fee.filterValues as FrozenFee['filterValues'],
    model: charge?.model ?? fixed?.chargeModel ?? null,
    aggregation: charge?.metric.aggregation ?? null,
    isProrated: charge?.prorated ?? fixed?.prorated ?? false,
    minimumCents: charge && charge.minAmountCents > 0n ? String(charge.minAmountCents) : null,
    units: fee.units,
    unitPrice: fee.preciseUnitAmount,
    amountCents: String(fee.amountCents),
    eventsCount: fee.eventsCount === null ? null : Number(fee.eventsCount),
    details: fee.amountDetails as FrozenFee['details'],
    pricingUnit: pricingUnitOf(fee.pricingUnit),
    presentationKeys:
      (charge?.properties as Record<string, unknown> | undefined)?.presentation_group_keys ?? null,
    breakdowns: (fee.presentationBreakdowns ?? []) as FrozenFee['breakdowns'],
    taxes: fee.appliedTaxes.map((tax) => ({ code: tax.taxCode, name: tax.taxName, rate: tax.taxRate })),
    from: fee.fromAt,
    to: fee.toAt,
    paidAt: null,
  }
}

function nameOf(fee: FeeView): string | null {
  if (fee.invoiceDisplayName) return fee.invoiceDisplayName
  switch (fee.feeType) {
    case 'charge':
      return fee.chargeInvoiceDisplayName || fee.metricName
    case 'subscription':
      return fee.planInvoiceDisplayName || null
    case 'commitment':
      return fee.commitmentInvoiceDisplayName || null
    case 'credit':
      return null
    default:
      return fee.fixedChargeInvoiceDisplayName || fee.addOnInvoiceDisplayName || fee.addOnName
  }
}

function pricingUnitOf(stored: unknown): FrozenFee['pricingUnit'] {
  if (typeof stored !== 'object' || stored === null) return null
  const unit = stored as Readonly<Record<string, unknown>>
  return {
    shortName: String(unit.short_name),
    amountCents: String(unit.amount_cents),
    unitPrice: String(unit.precise_unit_amount),
    conversionRate: String(unit.conversion_rate),
  }
}
