import type { CalendarDate } from '../calendar/calendar-date.ts'

const DIGITS_MIN = 3

const padded = (n: bigint): string => String(n).padStart(DIGITS_MIN, '0')

/** `<PREFIX>-<customer>-<invoice>` (docs/rules/invoices.md#numbers); padding is a minimum. */
export function customerNumber(prefix: string, customerSequence: bigint, invoiceSequence: bigint): string {
  return `${prefix}-${padded(customerSequence)}-${padded(invoiceSequence)}`
}

/** `<PREFIX>-<YYYYMM>-<sequence>`, the month in the billing entity's zone (docs/rules/invoices.md#numbers). */
export function entityNumber(prefix: string, on: CalendarDate, entitySequence: bigint): string {
  return `${prefix}-${on.slice(0, 4)}${on.slice(5, 7)}-${padded(entitySequence)}`
}

/** What an invoice shows before it has a number. */
export function draftNumber(prefix: string): string {
  return `${prefix}-DRAFT`
}
