import { Decimal } from '../../src/core/amounts/decimal.ts'
import { type CreditedEnd, earlyEndNote } from '../../src/core/credit-notes/early-end-note.ts'
import { noteAmounts } from '../../src/core/credit-notes/note-amounts.ts'
import { creditableFee, notedInvoice, tax, withNote } from '../support/credit-note-fixtures.ts'
import { billingPlan, billingSubscription, endedAt } from '../support/subscription-fixtures.ts'
import { at, cents, decimal, list, type Row, shown } from './cells.ts'

/** Credit notes one after the other; items are written `1,367 of 4`, by the place of the fee. */
export function creditNoteFigures(row: Row): Row {
  const amounts = list(row.Fees).map(cents)
  const all = Decimal.of(amounts.reduce((sum, amount) => sum + amount, 0n))
  const coupon = decimal(row.Coupons)
  let invoice = notedInvoice(
    amounts.map((amount, n) =>
      creditableFee(String(n + 1), amount, {
        taxes: [tax(decimal(row.Rate).toString())],
        preciseReductionCents: coupon.times(Decimal.of(amount)).dividedBy(all, 5),
      }),
    ),
  )
  const notes = list(row['Items, note by note']).map((text) => {
    const [amount = '', place = ''] = text.split(' of ')
    const fee = invoice.fees.find(({ id }) => id === place)
    if (!fee) throw new Error(`no fee ${place}`)
    const items = [{ fee, preciseAmountCents: decimal(amount) }]
    const made = noteAmounts(items, invoice.fees, invoice.taxRoundingCents)
    const creditCents = made.subTotalCents + made.taxesCents
    invoice = withNote(invoice, { amounts: made, shares: { creditCents, refundCents: 0n, offsetCents: 0n } })
    return { ...made, creditCents }
  })
  const each = (figure: (note: (typeof notes)[number]) => Decimal | bigint) =>
    notes.map((note) => shown(figure(note))).join('; ')
  return {
    'Taxes, unrounded': each((note) => note.preciseTaxesCents),
    Taxes: each((note) => note.taxesCents),
    Totals: each((note) => note.creditCents),
  }
}

/** The credit note of a plan paid in advance, anniversary billing, that is terminated within its period. */
export function earlyEndFigures(row: Row): Row {
  const amountCents = cents(row.Price)
  const interval = row.Interval as CreditedEnd['plan']['interval']
  const plan = billingPlan({ payInAdvance: true, amountCents, interval })
  const subscription = billingSubscription(row.From ?? '', {
    billingTime: 'anniversary',
    ...endedAt(`${(row.To ?? '').replace(' ', 'T')}:00Z`),
  })
  const fee = creditableFee('fee', amountCents, { taxes: [tax(row.Rate ?? '')] })
  const note = earlyEndNote({
    plan,
    subscription,
    terminatedAt: at(row.To),
    zone: 'UTC',
    cause: 'termination',
    mode: 'credit',
    invoice: notedInvoice([fee]),
    fee: {
      ...fee,
      planAmountCents: amountCents,
      preciseAmountCents: Decimal.of(amountCents),
      taxesPreciseAmountCents: Decimal.zero,
    },
  })
  if (!note) throw new Error(`no note: ${row.Case}`)
  return {
    Item: shown(note.amounts.items[0]?.preciseAmountCents ?? Decimal.zero),
    'Sub-total': shown(note.amounts.subTotalCents),
    Taxes: shown(note.amounts.taxesCents),
    Total: shown(note.shares.creditCents),
  }
}
