import type { ReactElement } from 'react'
import type { OwnInvoiceInFull } from '../api/types.ts'
import { formatDay } from '../format/dates.ts'
import { formatCents } from '../format/money.ts'
import { useSay } from './language.ts'
import { Card, Facts } from './parts.tsx'

/** How what is left of an invoice is paid by bank transfer; nothing where it is not. */
export function Transfer({ invoice }: { readonly invoice: OwnInvoiceInFull }): ReactElement | null {
  const say = useSay()
  const transfer = invoice.bank_transfer
  if (!transfer) return null
  const { holder, iban, bic, reference } = transfer
  return (
    <Card title={say('transfer')}>
      <Facts
        facts={[
          ...(holder === '' ? [] : ([[say('accountHolder'), holder]] as const)),
          ['IBAN', iban],
          ...(bic === null ? [] : ([['BIC', bic]] as const)),
          [say('reference'), reference],
          [say('leftToPay'), formatCents(invoice.due_amount_cents, invoice.currency)],
          [say('due'), formatDay(invoice.payment_due_date)],
        ]}
      />
    </Card>
  )
}
