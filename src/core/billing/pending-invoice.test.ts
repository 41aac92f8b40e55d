import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { IssuingSettings } from '../subscriptions/issuing-dates.ts'
import type { Tax } from '../taxes/tax.ts'
import { completeInvoice, type PendingFee, type PendingInvoice } from './pending-invoice.ts'

const tax = (code: string, rate: string): Tax => ({
  id: code,
  code,
  name: code,
  description: null,
  rate: Decimal.of(rate),
})
const fee = (id: string, amount: number, changes: Partial<PendingFee> = {}): PendingFee => ({
  id,
  feeType: 'charge',
  chargeId: id,
  fixedChargeId: null,
  addOnId: null,
  minimumCommitmentId: null,
  subscriptionId: 's',
  amountCents: BigInt(amount),
  preciseAmountCents: Decimal.of(amount),
  preciseReductionCents: Decimal.zero,
  knownTaxes: null,
  payable: { feeType: 'charge', metricId: id, targetWalletCode: null },
  ...changes,
})
const settings: IssuingSettings = {
  graceDays: 0,
  netPaymentTermDays: 10,
  anchor: 'next_period_start',
  adjustment: 'align_with_finalization_date',
}
const invoice = (fees: readonly PendingFee[], changes: Partial<PendingInvoice> = {}): PendingInvoice => ({
  id: 'i',
  invoiceType: 'subscription',
  currency: 'EUR',
  fees,
  planIds: new Map([['s', 'p']]),
  subTotalExcludingTaxesAmountCents: fees.reduce((sum, { amountCents }) => sum + amountCents, 0n),
  isPeriodic: true,
  zone: 'Europe/Paris',
  issuingOn: '2024-05-01',
  paymentDueOn: '2024-05-11',
  settings,
  wantedAt: at('2024-04-30T22:00:00Z'),
  ...changes,
})
const customer = { id: 'c', billingEntityId: 'e' }
const taxes = (ofCustomer: readonly Tax[], ofEntity: readonly Tax[] = []) => ({
  charges: new Map(),
  fixedCharges: new Map(),
  plans: new Map(),
  customers: new Map([['c', ofCustomer]]),
  billingEntities: new Map([['e', ofEntity]]),
  minimumCommitments: new Map(),
  addOns: new Map(),
  lines: new Map(),
})
const NOTHING = { notes: [], wallets: [] }
const SAME_DAY = at('2024-05-01T21:59:59Z')

describe('an invoice that waited for its taxes', () => {
  it('gets them from the unrounded fees, less their reductions', () => {
    const fees = [fee('a', 3), fee('b', 3), fee('d', 100, { preciseReductionCents: Decimal.of('50.5') })]
    const pending = invoice(fees, { subTotalExcludingTaxesAmountCents: 56n })
    const done = completeInvoice(pending, customer, taxes([tax('vat', '20')]), SAME_DAY, NOTHING)
    expect(done.fees.map((each) => each.taxes.taxesAmountCents)).toEqual([1n, 1n, 10n])
    expect([done.taxes.taxesAmountCents, done.totalAmountCents]).toEqual([11n, 67n])
    expect(done.taxes.appliedTaxes.map((each) => each.feesAmountCents.toString())).toEqual(['55.5'])
  })

  it('keeps the taxes that were known', () => {
    const known = fee('a', 100, { knownTaxes: [tax('own', '10')] })
    const done = completeInvoice(
      invoice([known, fee('b', 200)]),
      customer,
      taxes([tax('vat', '20')]),
      SAME_DAY,
      NOTHING,
    )
    expect(done.fees.map(({ id }) => id)).toEqual(['b'])
    expect(done.taxes.appliedTaxes.map((each) => [each.tax.code, each.amountCents])).toEqual([
      ['own', 10n],
      ['vat', 40n],
    ])
    expect(done.totalAmountCents).toBe(350n)
  })

  it("has the entity's taxes when the customer has none", () => {
    const done = completeInvoice(
      invoice([fee('a', 100)]),
      customer,
      taxes([], [tax('entity', '5')]),
      SAME_DAY,
      NOTHING,
    )
    expect(done.taxes.taxesAmountCents).toBe(5n)
  })

  it('uses the credit notes of its customer once its taxes are known, and one-off invoices use none', () => {
    const notes = [
      { id: 'old', currency: 'EUR', balanceCents: 100n },
      { id: 'dollars', currency: 'USD', balanceCents: 100n },
      { id: 'new', currency: 'EUR', balanceCents: 300n },
    ]
    const complete = (changes: Partial<PendingInvoice>) => {
      const pending = invoice([fee('a', 100), fee('b', 200)], changes)
      return completeInvoice(pending, customer, taxes([tax('vat', '20')]), SAME_DAY, { notes, wallets: [] })
    }
    const done = complete({})
    expect(done.creditNotes.map(({ sourceId, amountCents }) => [sourceId, amountCents])).toEqual([
      ['old', 100n],
      ['new', 260n],
    ])
    expect([done.creditNotesAmountCents, done.totalAmountCents, done.overdueAt]).toEqual([360n, 0n, null])
    expect(done.creditNoteShares.map(({ id, cents }) => [id, cents.toString()])).toEqual([
      ['a', '120'],
      ['b', '240'],
    ])
    const oneOff = complete({ invoiceType: 'one_off' })
    expect([oneOff.creditNotesAmountCents, oneOff.totalAmountCents]).toEqual([0n, 360n])
  })

  it.each<[string, Partial<PendingInvoice>, string, string, string, string]>([
    ['the same local day', {}, '2024-05-01T21:59:59Z', '2024-05-01', '2024-05-11', '2024-05-11T22:00:00Z'],
    ['three days later', {}, '2024-05-03T22:00:00Z', '2024-05-04', '2024-05-14', '2024-05-14T22:00:00Z'],
    [
      'three days later, with its anchor',
      { settings: { ...settings, adjustment: 'keep_anchor' } },
      '2024-05-03T22:00:00Z',
      '2024-05-01',
      '2024-05-11',
      '2024-05-11T22:00:00Z',
    ],
    [
      'three days later, a bill that is not periodic has no anchor',
      { settings: { ...settings, adjustment: 'keep_anchor' }, isPeriodic: false },
      '2024-05-03T22:00:00Z',
      '2024-05-04',
      '2024-05-14',
      '2024-05-14T22:00:00Z',
    ],
  ])('is dated: %s', (_, changes, when, issuingOn, paymentDueOn, overdueAt) => {
    const done = completeInvoice(invoice([fee('a', 1)], changes), customer, taxes([]), at(when), NOTHING)
    expect(done.dates).toEqual({ issuingOn, paymentDueOn })
    expect(done.overdueAt).toBe(at(overdueAt))
    expect(done.finalizedAt).toBe(at(when))
  })

  it('is paid from wallets by what credit notes leave, unless it is a one-off invoice', () => {
    const createdAt = at('2024-01-01T00:00:00Z')
    const wallet = {
      id: 'w',
      code: 'w',
      currency: 'EUR',
      rate: Decimal.one,
      priority: 50,
      createdAt,
      balanceCents: 300n,
      targets: { feeTypes: new Set<string>(), metricIds: new Set(['a']) },
      fundings: [{ id: 'g', priority: 50, kind: 'granted' as const, createdAt, remainingCents: 300n }],
    }
    const notes = [{ id: 'n', currency: 'EUR', balanceCents: 120n }]
    const complete = (changes: Partial<PendingInvoice>) =>
      completeInvoice(
        invoice([fee('a', 100), fee('b', 200)], changes),
        customer,
        taxes([tax('vat', '20')]),
        SAME_DAY,
        { notes, wallets: [wallet] },
      )
    const done = complete({})
    // The note of 120 takes 40 of the 120 that fee a comes to.
    expect(done.spendings.map(({ walletId, amountCents }) => [walletId, amountCents])).toEqual([['w', 80n]])
    expect([done.creditNotesAmountCents, done.prepaidCreditAmountCents, done.totalAmountCents]).toEqual([
      120n,
      80n,
      160n,
    ])
    expect(complete({ invoiceType: 'one_off' }).totalAmountCents).toBe(360n)
  })

  it('cannot become overdue when nothing is to be paid', () => {
    const done = completeInvoice(invoice([fee('a', 0)]), customer, taxes([]), SAME_DAY, NOTHING)
    expect(done.overdueAt).toBeNull()
  })
})
