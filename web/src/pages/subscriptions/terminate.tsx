import { type ReactElement, useState } from 'react'
import { OWN_API, useOne } from '../../api/queries.ts'
import type { Invoice, Subscription, TerminationPreview } from '../../api/types.ts'
import { formatCents } from '../../format/money.ts'
import { Confirm, ProblemLine } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { Facts } from '../../parts/page.tsx'
import { PreviewLines } from './next-invoice.tsx'

const CREDITS = [
  ['credit', 'Credit the unused time', 'A credit note that the next invoices use up.'],
  ['refund', 'Refund the unused time', 'A credit note that is paid back, as far as it was paid.'],
  ['offset', 'Take it off the invoice', 'The unpaid invoice gets smaller.'],
  ['skip', 'Keep what was paid', 'Nothing is given back.'],
] as const

/** Ends a subscription now, or cancels one that has not started. */
export function Terminate(props: {
  readonly subscription: Subscription
  readonly onClose: () => void
}): ReactElement {
  const { subscription, onClose } = props
  const [credit, setCredit] = useState<(typeof CREDITS)[number][0]>('credit')
  const [hasInvoice, setInvoice] = useState(true)
  const at = useAt()
  const go = useGo()
  const isPending = subscription.status === 'pending'
  const isInAdvance = subscription.plan.pay_in_advance
  const options = `on_termination_invoice=${hasInvoice ? 'generate' : 'skip'}${isInAdvance ? `&on_termination_credit_note=${credit}` : ''}`
  const path = `/subscriptions/${encodeURIComponent(subscription.external_id)}`
  const preview = useOne<TerminationPreview>(
    `${OWN_API}${path}/termination_preview?${options}`,
    'termination_preview',
    { enabled: !isPending, isKept: true },
  )
  return (
    <Confirm
      title={isPending ? 'Cancel the subscription?' : 'Terminate the subscription?'}
      isOpen
      onClose={onClose}
      verb={isPending ? 'Cancel subscription' : 'Terminate subscription'}
      isDangerous
      write={{ method: 'DELETE', path: `${path}?${isPending ? 'status=pending' : options}` }}
      done={isPending ? 'The subscription was canceled.' : 'The subscription was terminated.'}
      onDone={() => go(at(`/customers/${encodeURIComponent(subscription.external_customer_id)}`))}
    >
      {isPending ? (
        <p>It never starts, and nothing is billed.</p>
      ) : (
        <div className="stack">
          <p>It ends now. Usage until now can still be billed.</p>
          {isInAdvance && (
            <fieldset className="stack-tight">
              <legend>Time that was paid and not used</legend>
              {CREDITS.map(([value, label, help]) => (
                <label key={value} className="check">
                  <input
                    type="radio"
                    name="credit"
                    checked={credit === value}
                    onChange={() => setCredit(value)}
                  />
                  <span>
                    {label} <span className="help">{help}</span>
                  </span>
                </label>
              ))}
            </fieldset>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={hasInvoice}
              onChange={(event) => setInvoice(event.target.checked)}
            />
            Make a last invoice
          </label>
          {preview.error && <ProblemLine problem={preview.error} />}
          {preview.data && (
            <Results preview={preview.data} isInAdvance={isInAdvance} isStale={preview.isPlaceholderData} />
          )}
        </div>
      )}
    </Confirm>
  )
}

/** What the choice makes, by the same figures as the documents that follow. */
function Results(props: {
  readonly preview: TerminationPreview
  readonly isInAdvance: boolean
  /** The figures are still those of the choice before. */
  readonly isStale: boolean
}): ReactElement {
  const { invoice, credit_note: note } = props.preview
  const amount = (cents: number) => (cents > 0 ? formatCents(cents, note?.currency ?? '') : null)
  return (
    <section
      className={props.isStale ? 'stack-tight is-stale' : 'stack-tight'}
      aria-label="What this makes"
      aria-busy={props.isStale}
    >
      {note && (
        <>
          <h3>A credit note of {formatCents(note.total_amount_cents, note.currency)}</h3>
          <Facts
            facts={[
              ['As credit', amount(note.credit_amount_cents)],
              ['As refund', amount(note.refund_amount_cents)],
              [`Off ${note.invoice_number || 'the draft'}`, amount(note.offset_amount_cents)],
              ['Taxes in it', amount(note.taxes_amount_cents)],
            ]}
          />
        </>
      )}
      {!note && props.isInAdvance && <p className="muted">No credit note: nothing is given back.</p>}
      {invoice && (
        <>
          <h3>The last invoice</h3>
          <PreviewLines invoice={invoice as Invoice} />
        </>
      )}
    </section>
  )
}
