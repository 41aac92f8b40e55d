import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import type { FeeChange } from '../invoicing/adjusted-fee.ts'
import { feeDraft } from '../invoicing/fee-draft.ts'
import type { Tax } from '../taxes/tax.ts'
import {
  type ChosenFee,
  isRegenerable,
  regenerateInvoice,
  type VoidedFee,
  type VoidedInvoice,
} from './regenerate.ts'
import type { BillingEntityFacts, CustomerFacts, TaxesByOwner } from './snapshot.ts'

const at = (text: string) => Date.parse(text) as never

const customer: CustomerFacts = {
  id: 'c',
  externalId: 'c',
  sequentialId: 1n,
  billingEntityId: 'e',
  zone: 'UTC' as never,
  awaitsTaxes: false,
  isSelfBilled: false,
  zeroInvoices: 'inherit',
  issuing: {
    graceDays: 5,
    netPaymentTermDays: 10,
    anchor: 'next_period_start',
    adjustment: 'align_with_finalization_date',
  },
}
const billingEntity: BillingEntityFacts = {
  id: 'e',
  zone: 'UTC' as never,
  numberPrefix: 'E',
  numbering: 'per_customer',
  keepsZeroInvoices: true,
}
const tax = (rate: string): Tax => ({
  id: rate,
  code: rate,
  name: rate,
  description: null,
  rate: Decimal.of(rate),
})
const taxes: TaxesByOwner = {
  charges: new Map(),
  plans: new Map(),
  customers: new Map([['c', [tax('20')]]]),
  billingEntities: new Map(),
  minimumCommitments: new Map(),
  addOns: new Map(),
  lines: new Map(),
  fixedCharges: new Map(),
}

function feeOf(id: string, cents: number, more: Partial<VoidedFee['fee']> = {}): VoidedFee {
  const fee = feeDraft({
    key: id,
    feeType: 'charge',
    subscriptionId: 's',
    units: Decimal.one,
    amountCents: BigInt(cents),
    preciseAmountCents: Decimal.of(cents),
    unitAmount: Decimal.of(cents).dividedBy(Decimal.of(100)),
    originalFeeId: id,
    ...more,
  })
  return { id, fee, priceUnits: null, lineTaxes: [] }
}

function voided(fees: readonly VoidedFee[], more: Partial<VoidedInvoice> = {}): VoidedInvoice {
  return {
    id: 'v',
    invoiceType: 'subscription',
    currency: 'EUR',
    zone: 'UTC' as never,
    purchaseOrderNumber: 'PO',
    billingAt: at('2024-02-01T00:00:00Z'),
    createdAt: at('2024-02-03T00:00:00Z'),
    skipsPayment: true,
    periods: [],
    fees,
    planIds: new Map(),
    customSections: null,
    reached: null,
    ...more,
  }
}

const NOTHING: FeeChange = { units: null, unitAmount: null, invoiceDisplayName: null }

function made(invoice: VoidedInvoice, chosen: readonly ChosenFee[] | null) {
  const who = { customer, billingEntity, createdAt: at('2024-03-01T00:00:00Z') }
  return regenerateInvoice(invoice, chosen, who, taxes, { progressive: new Map() })
}

const planOf = (invoice: VoidedInvoice, chosen: readonly ChosenFee[] | null) => {
  const plan = made(invoice, chosen)
  if (!plan.ok) throw new Error(JSON.stringify(plan.problem))
  return plan.value
}

describe('a regenerated invoice', () => {
  it('has the fees, the periods and the dates of the voided one, and is final at once', () => {
    const plan = planOf(voided([feeOf('a', 1000), feeOf('b', 500)]), null)
    expect(plan.fees.map(({ fee }) => [fee.key, fee.amountCents, fee.originalFeeId])).toEqual([
      ['a', 1000n, 'a'],
      ['b', 500n, 'b'],
    ])
    expect(plan.totals.totalAmountCents).toBe(1800n)
    expect(plan).toMatchObject({
      voidedInvoiceId: 'v',
      purchaseOrderNumber: 'PO',
      skipsPayment: true,
      dates: { issuingOn: '2024-02-03', paymentDueOn: '2024-02-13' },
      outcome: { status: 'finalized', finalizedAt: at('2024-03-01T00:00:00Z') },
    })
  })

  it('has some of the fees, and a true-up whose charge is left out stands for itself', () => {
    const fees = [feeOf('a', 1000), feeOf('b', 500, { trueUpParentKey: 'a' })]
    const chosen = (...ids: string[]) => ids.map((id) => ({ id, change: NOTHING, taxes: null }))
    const parents = (ids: string[]) =>
      planOf(voided(fees), chosen(...ids)).fees.map(({ fee }) => fee.trueUpParentKey)
    expect(parents(['a', 'b'])).toEqual([null, 'a'])
    expect(parents(['b'])).toEqual([null])
  })

  it('taxes a line of a one-off invoice as it was taxed, or as the request says', () => {
    const line = { ...feeOf('a', 1000, { feeType: 'add_on', subscriptionId: null }), lineTaxes: [tax('5')] }
    const invoice = voided([line], { invoiceType: 'one_off' })
    expect(planOf(invoice, null).totals.taxes.taxesAmountCents).toBe(50n)
    const named = planOf(invoice, [{ id: 'a', change: NOTHING, taxes: [tax('7')] }])
    expect(named.totals.taxes.taxesAmountCents).toBe(70n)
  })

  it('is refused: units that nothing prices, unknown fees, taxes of a charge, more than an invoice holds', () => {
    const invoice = voided([feeOf('a', 1000)])
    const refusal = (chosen: ChosenFee) => {
      const plan = made(invoice, [chosen])
      return plan.ok ? null : plan.problem
    }
    const units = { ...NOTHING, units: Decimal.of(2) }
    const invalid = (details: object) => ({ kind: 'invalid', details })
    expect(refusal({ id: 'a', change: units, taxes: null })).toEqual(
      invalid({ charge: ['invalid_charge_model'] }),
    )
    expect(refusal({ id: 'x', change: units, taxes: null })).toEqual({
      kind: 'not_found',
      code: 'fee_not_found',
    })
    expect(refusal({ id: 'a', change: NOTHING, taxes: [] })).toEqual(
      invalid({ tax_codes: ['value_must_be_blank'] }),
    )
    const price = { ...units, unitAmount: Decimal.of('1e17') }
    expect(refusal({ id: 'a', change: price, taxes: null })).toEqual(
      invalid({ fees: ['value_is_out_of_range'] }),
    )
  })

  it('is made of what was sold or used, and not of payments', () => {
    const types = ['subscription', 'one_off', 'progressive_billing', 'advance_charges', 'credit']
    expect(types.filter(isRegenerable)).toEqual(['subscription', 'one_off', 'progressive_billing'])
  })
})
