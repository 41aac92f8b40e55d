import type { EInvoice } from '../e-invoice.ts'

/** A rule of EN 16931 or of a country by its official name, and whether an e-invoice keeps it. */
export type Rule = { readonly id: string; readonly holds: (invoice: EInvoice) => boolean }

/** Whether a text says something. */
export function isFilled(text: string | null | undefined): text is string {
  return (text ?? '').trim() !== ''
}

/** The sum of cents. */
export function sumOf<T>(list: readonly T[], centsOf: (each: T) => bigint): bigint {
  return list.reduce((sum, each) => sum + centsOf(each), 0n)
}
