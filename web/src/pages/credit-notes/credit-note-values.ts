import type { CreditNote, Invoice } from '../../api/types.ts'
import { toMinor } from '../../format/money.ts'

export type NoteValues = {
  reason: CreditNote['reason']
  description: string
  /** What is credited of each fee, by its id, as typed. */
  items: Readonly<Record<string, string>>
  credit: string
  refund: string
  offset: string
}

/** What the API says of a credit note that is not made. */
export type Estimate = {
  readonly currency: string
  readonly taxes_amount_cents: number
  readonly taxes_rate: number
  readonly sub_total_excluding_taxes_amount_cents: number
  readonly coupons_adjustment_amount_cents: number
  readonly max_creditable_amount_cents: number
  readonly max_refundable_amount_cents: number
  readonly max_offsettable_amount_cents: number
}

export const NEW_NOTE: NoteValues = {
  reason: 'order_change',
  description: '',
  items: {},
  credit: '',
  refund: '',
  offset: '',
}

/** The items of the request: fees with an amount above zero. */
export function itemsBody(values: Pick<NoteValues, 'items'>, currency: string) {
  return Object.entries(values.items).flatMap(([fee_id, amount]) => {
    const cents = toMinor(amount, currency)
    return cents !== null && cents > 0 ? [{ fee_id, amount_cents: cents }] : []
  })
}

/** The request body of what is typed. */
export function noteBody(values: NoteValues, invoice: Pick<Invoice, 'lago_id' | 'currency'>) {
  const cents = (text: string) => (text === '' ? 0 : toMinor(text, invoice.currency))
  return {
    invoice_id: invoice.lago_id,
    reason: values.reason,
    description: values.description || null,
    credit_amount_cents: cents(values.credit),
    refund_amount_cents: cents(values.refund),
    offset_amount_cents: cents(values.offset),
    items: itemsBody(values, invoice.currency),
  }
}

/** What is wrong with a credit note, by field; the server knows the maxima. */
export function checkNote(values: NoteValues, currency: string): Record<string, string | undefined> {
  const amount = (text: string) => {
    const cents = text === '' ? 0 : toMinor(text, currency)
    return cents === null || cents < 0 ? 'Enter an amount of zero or more.' : undefined
  }
  const wrong = Object.values(values.items).some((text) => amount(text) !== undefined)
  const isGiven = [values.credit, values.refund, values.offset].some((text) => toMinor(text, currency))
  return {
    amount_cents: wrong
      ? 'Enter amounts of zero or more.'
      : itemsBody(values, currency).length === 0
        ? 'Enter what is given back of at least one fee.'
        : undefined,
    credit_amount_cents: amount(values.credit) ?? (isGiven ? undefined : 'Say how it is given back.'),
    refund_amount_cents: amount(values.refund),
    offset_amount_cents: amount(values.offset),
  }
}
