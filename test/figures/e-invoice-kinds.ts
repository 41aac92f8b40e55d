import { Decimal } from '../../src/core/amounts/decimal.ts'
import { quantityOf } from '../../src/core/documents/xml/quantity.ts'
import { categoriesOf, vatOf } from '../../src/core/documents/xml/vat.ts'
import { sampleInvoice } from '../support/document-samples.ts'
import { cents, decimal, list, type Row, shown } from './cells.ts'

/** What each category of VAT gets of the reductions and taxes of a bill. */
export function vatFigures(row: Row): Row {
  const fees = list(row.Rates).map((rate) => ({
    type: 'charge' as const,
    taxes: [{ code: 'vat', name: 'VAT', rate: decimal(rate).toString() }],
  }))
  const categories = categoriesOf(fees, sampleInvoice())
  const shares = list(row['Shares of the reductions']).map(decimal)
  const lines = list(row.Lines).flatMap((text, k) => {
    const category = categories[k]
    if (!category) return []
    return [
      { category, cents: cents(text), exactCents: decimal(text), reductionCents: shares[k] ?? Decimal.zero },
    ]
  })
  const { vat, reductions } = vatOf(lines, {
    reductionsCents: cents(row.Reductions),
    taxesCents: cents(row['Taxes of the bill']),
    nation: 'FR',
  })
  const told = (amounts: readonly bigint[]) => amounts.map(shown).join('; ') || '–'
  return {
    Allowances: told(reductions.map((each) => each.cents)),
    'Taxable amounts': told(vat.map(({ baseCents }) => baseCents)),
    Taxes: told(vat.map(({ taxCents }) => taxCents)),
  }
}

/** The quantity and price of a line. */
export function quantityFigures(row: Row): Row {
  const { quantity, price, per } = quantityOf(
    decimal(row.Units),
    decimal(row['Unit price']),
    decimal(row.Amount),
  )
  return { Quantity: quantity.toString(), Price: price.toString(), For: String(per) }
}
