import type { Block, DocumentContent, Field } from './content.ts'
import { dateText } from './fee-rows.ts'
import { formatAmount } from './formats.ts'
import type { FrozenReceipt } from './frozen.ts'
import { lineBlocks, shellOf } from './invoice-content.ts'
import { closingNotes } from './notes-block.ts'
import { partiesOf } from './parties.ts'
import { methodText } from './payment-method.ts'
import type { WordKey } from './words/en.ts'
import { say } from './words.ts'

/** The texts of a payment's receipt. */
export function receiptContent(receipt: FrozenReceipt): DocumentContent {
  const { locale, currency, isSandbox, paid } = receipt
  const date = dateText(receipt.paidAt, receipt)
  return {
    ...shellOf(receipt, say(locale, 'doc.receipt')),
    watermark: isSandbox ? say(locale, 'wm.test') : null,
    fields: fieldsOf(receipt, date),
    parties: partiesOf(receipt, 'party.bill_to'),
    amount: formatAmount(locale, BigInt(receipt.amountCents), currency),
    amountNotes: [paidText(receipt)],
    blocks: body(receipt, closingNotes(receipt, 'invoice' in paid ? paid.invoice.taxes : [])),
  }
}

/** When a payment was made, and what is still due after it. */
export function paidText(receipt: FrozenReceipt): string {
  const { locale, currency, dueCents } = receipt
  const date = dateText(receipt.paidAt, receipt)
  if (BigInt(dueCents) <= 0n) return say(locale, 'head.paid_in_full', { date })
  return say(locale, 'head.paid_on', { date, amount: formatAmount(locale, BigInt(dueCents), currency) })
}

function fieldsOf({ locale, number, paid, method }: FrozenReceipt, date: string): Field[] {
  const fields: (readonly [WordKey, string | null])[] = [
    ['meta.receipt_number', number],
    ['meta.invoice_number', 'invoice' in paid ? paid.invoice.number : null],
    ['meta.payment_method', methodText(locale, method)],
    ['meta.payment_date', date],
  ]
  return fields.flatMap(([key, value]) => (value ? [{ label: say(locale, key), value }] : []))
}

function body({ locale, currency, paid }: FrozenReceipt, notes: readonly Block[]): Block[] {
  if ('invoice' in paid) {
    const { invoice, paidCents, offsetCents } = paid
    const cents = { ...invoice.cents, paid: paidCents, offset: offsetCents }
    return lineBlocks({ ...invoice, locale, cents }, { notes, withUsage: false })
  }
  return [
    {
      kind: 'table',
      columns: [
        { share: 80, align: 'left' },
        { share: 20, align: 'right' },
      ],
      head: [say(locale, 'meta.invoice_number'), say(locale, 'tot.total')],
      rows: paid.invoices.map(({ number, totalCents }) => ({
        style: 'plain',
        cells: [number, formatAmount(locale, BigInt(totalCents), currency)],
        notes: [],
        carried: null,
      })),
    },
    ...notes,
  ]
}
