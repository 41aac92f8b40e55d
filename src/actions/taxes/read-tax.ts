import { notFound } from '../../core/refusal.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { findTax, findTaxes, lockTax, type TaxRow } from '../../store/taxes.ts'

/** The tax with a code; 404 `tax_not_found`. */
export async function readTax(reads: Reads, code: string): Promise<TaxRow> {
  const tax = await findTax(reads, code)
  if (!tax) throw notFound('tax')
  return tax
}

/** The same, to change it: locked until the transaction ends. */
export async function readTaxToChange(tx: Tx, code: string): Promise<TaxRow> {
  const tax = await lockTax(tx, code)
  if (!tax) throw notFound('tax')
  return tax
}

/** The taxes with these codes; 404 `tax_not_found` when one of them does not exist. */
export async function readTaxesByCode(reads: Reads, codes: readonly string[]): Promise<TaxRow[]> {
  const taxes = await findTaxes(reads, codes)
  if (taxes.length < new Set(codes).size) throw notFound('tax')
  return taxes
}
