import type { ReactElement } from 'react'
import { ownersOf, textOfEInvoice } from '../api/e-invoice-texts.ts'
import { type ErrorDetail, textOfErrorDetail, textOfProblem } from '../api/problem-texts.ts'
import { useWrite } from '../api/queries.ts'
import { Button } from './button.tsx'
import { Link, useAt } from './link.tsx'
import { useToasts } from './toast.tsx'

type Of = {
  /** The path of the invoice or credit note. */
  readonly path: string
  readonly customerId: string
  readonly entityCode: string
}

/** What is missing from an invoice or credit note, or from its files. */
export function Problems({
  details,
  of,
}: {
  readonly details: readonly ErrorDetail[]
  readonly of: Of
}): ReactElement {
  const find = (code: string) => details.find(({ error_code }) => error_code === code)
  const unprinted = find('characters_not_printed')
  const refused = find('einvoice_error')
  const others = details.filter((detail) => detail !== unprinted && detail !== refused)
  return (
    <>
      {others.length > 0 && (
        <div className="notice notice-danger" role="alert">
          {[...new Set(others.map(textOfErrorDetail))].map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      {refused && <NotIssued details={refused.details} of={of} />}
      {unprinted && <Unprinted characters={String(unprinted.details.characters)} />}
    </>
  )
}

/** Why there is no e-invoice, where that is mended, and another try. */
function NotIssued({
  details,
  of: { path, customerId, entityCode },
}: {
  readonly details: ErrorDetail['details']
  readonly of: Of
}): ReactElement {
  const at = useAt()
  const toasts = useToasts()
  const { mutateAsync, isPending, error } = useWrite()
  const entries = error?.status === 422 ? Object.entries(error.details) : Object.entries(details)
  const owners = ownersOf(entries.map(([field]) => field))
  const sentences = entries.flatMap(([field, codes]) =>
    String(codes)
      .split(/,\s*/)
      .map((code) => textOfEInvoice(field, code)),
  )
  // What is shown here is gone once the e-invoice is there, so the mutation itself cannot tell of it.
  const retry = () =>
    mutateAsync({ method: 'POST', path: `${path}/download_xml` }).then(
      () => toasts.success('The e-invoice was issued.'),
      // It is shown below.
      () => undefined,
    )
  return (
    <div className="notice notice-warning stack" role="status">
      <p>No e-invoice was issued.</p>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div className="line">
        {owners.has('customer') && (
          <Link className="in-text" href={at(`/customers/${encodeURIComponent(customerId)}/edit`)}>
            Edit the customer
          </Link>
        )}
        {owners.has('billing_entity') && (
          <Link className="in-text" href={at(`/settings/billing-entities/${encodeURIComponent(entityCode)}`)}>
            Edit the billing entity
          </Link>
        )}
        <Button isBusy={isPending} onClick={() => void retry()}>
          Try again
        </Button>
      </div>
      {error && error.status !== 422 && <p>{textOfProblem(error)}</p>}
    </div>
  )
}

/** A text without its font may have hundreds. */
const NAMED_MAX = 20

function Unprinted({ characters }: { readonly characters: string }): ReactElement {
  const each = characters.split(' ')
  const count = each.length
  const named = each.slice(0, NAMED_MAX).join(' ') + (count > NAMED_MAX ? ' …' : '')
  return (
    <p className="notice notice-warning" role="status">
      {count} {count === 1 ? 'character' : 'characters'} cannot be printed: {named}. The PDF has � in{' '}
      {count === 1 ? 'its' : 'their'} place.
    </p>
  )
}
