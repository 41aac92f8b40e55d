import { type ReactElement, useId, useState } from 'react'
import type { Invoice } from '../../api/types.ts'
import { formatCents, toMinor } from '../../format/money.ts'
import { Confirm } from '../../parts/dialog.tsx'
import { DecimalInput, FieldFrame, Row } from '../../parts/fields.tsx'
import { Toggle } from '../../parts/toggle.tsx'

/** Voids a finalized invoice, with or without a credit note for what was paid. */
export function VoidInvoice(props: {
  readonly invoice: Invoice
  readonly onClose: () => void
}): ReactElement {
  const { invoice, onClose } = props
  const { currency } = invoice
  const [hasNote, setNote] = useState(invoice.total_paid_amount_cents > 0)
  const [credit, setCredit] = useState('0')
  const [refund, setRefund] = useState('0')
  const id = useId()
  const body = hasNote
    ? {
        generate_credit_note: true,
        credit_amount: toMinor(credit, currency) ?? -1,
        refund_amount: toMinor(refund, currency) ?? -1,
      }
    : {}
  return (
    <Confirm
      title={`Void ${invoice.number}?`}
      isOpen
      onClose={onClose}
      verb="Void invoice"
      isDangerous
      write={{ method: 'POST', path: `/invoices/${invoice.lago_id}/void`, body }}
      mustType={invoice.number}
      done="The invoice was voided."
    >
      <p>
        {formatCents(invoice.total_due_amount_cents, currency)} is no longer asked for. Coupons and credits
        that it used come back. Its number stays taken.
      </p>
      <Toggle
        label="Give back what was paid"
        help="By a credit note: as credit for later invoices, or as a refund."
        isOn={hasNote}
        onChange={setNote}
      />
      {hasNote && (
        <Row>
          <FieldFrame id={`${id}-credit`} label="As credit" error={undefined}>
            <DecimalInput id={`${id}-credit`} value={credit} onChange={setCredit} suffix={currency} />
          </FieldFrame>
          <FieldFrame id={`${id}-refund`} label="As refund" error={undefined}>
            <DecimalInput id={`${id}-refund`} value={refund} onChange={setRefund} suffix={currency} />
          </FieldFrame>
        </Row>
      )}
    </Confirm>
  )
}
