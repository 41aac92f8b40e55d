import pg from 'pg'
import type { FrozenCreditNote, FrozenInvoice } from '../../src/core/documents/frozen.ts'
import { checkEInvoice } from '../../src/core/documents/xml/check-e-invoice.ts'
import { FRENCH, GERMAN, MUNICH } from './e-invoice-samples.ts'

/**
 * What keeps the bills of a database from being e-invoices, were their sellers French and German ones. Their buyer is German:
 * between French companies only the euro and the rates of France will do.
 */
export async function unfitBills(
  url: string,
): Promise<{ readonly count: number; readonly unfit: readonly string[] }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select kind, model from documents where kind in ('invoice_pdf', 'credit_note_pdf') and version = 1`,
    )
    const models: (FrozenInvoice | FrozenCreditNote)[] = rows.map(({ model }) => model)
    const unfit = models.flatMap((model) =>
      [
        { ...model, seller: FRENCH, buyer: MUNICH },
        { ...model, seller: GERMAN, buyer: MUNICH },
      ].flatMap((bill) => {
        const { refusal } = checkEInvoice(bill)
        return refusal === null ? [] : [`${bill.kind} ${bill.number}: ${JSON.stringify(refusal)}`]
      }),
    )
    return { count: models.length, unfit }
  } finally {
    await client.end()
  }
}
