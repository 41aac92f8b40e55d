import type { ReactElement } from 'react'
import { OWN_API, useOne } from '../../api/queries.ts'
import type { Payment, PaymentFailure } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { Link, useAt } from '../../parts/link.tsx'
import { Card } from '../../parts/page.tsx'
import { Status } from '../../parts/status.tsx'
import { codesOf, reasonOf } from './failure-words.ts'

/** Why a payment by a provider failed; null of one that has not, or of which nobody said. */
function useFailure(payment: Payment): PaymentFailure {
  const isMeant = payment.type === 'provider' && payment.payment_status === 'failed'
  const path = `${OWN_API}/payments/${payment.lago_id}/transitions`
  return useOne<PaymentFailure>(path, 'failure', { enabled: isMeant }).data ?? null
}

function Reason({ failure }: { readonly failure: NonNullable<PaymentFailure> }): ReactElement {
  return (
    <>
      {reasonOf(failure)}{' '}
      {codesOf(failure).map((code, n) => (
        <span key={code} className="caption">
          {n > 0 && ' / '}
          <code>{code}</code>
        </span>
      ))}
    </>
  )
}

/** The reason of a failed payment, with the provider's codes beside it and what it said below. */
export function WhyItFailed({ payment }: { readonly payment: Payment }): ReactElement | null {
  const failure = useFailure(payment)
  if (!failure) return null
  return (
    <div className="notice notice-danger" role="alert">
      <strong>The payment failed</strong>
      <p>
        <Reason failure={failure} />
      </p>
      <p className="caption">The provider says: {failure.message}</p>
    </div>
  )
}

/** The payments of an invoice, the newest first; nothing while there are none. */
export function PaymentsCard({ payments }: { readonly payments: readonly Payment[] }): ReactElement | null {
  const at = useAt()
  if (payments.length === 0) return null
  return (
    <Card title="Payments">
      <ul className="stack-tight" aria-label="Payments of the invoice">
        {payments.map((payment) => (
          <li key={payment.lago_id} className="line-between">
            <span>
              <Link className="in-text" href={at(`/payments/${payment.lago_id}`)}>
                {formatCents(payment.amount_cents, payment.amount_currency)}
              </Link>{' '}
              <span className="muted">{formatTime(payment.created_at)}</span>
              <FailureOf payment={payment} />
            </span>
            <Status status={payment.payment_status} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function FailureOf({ payment }: { readonly payment: Payment }): ReactElement | null {
  const failure = useFailure(payment)
  if (!failure) return null
  return (
    <span className="bill-detail">
      <Reason failure={failure} />
    </span>
  )
}
