import { useRouter, useSearch } from '@tanstack/react-router'
import { type ReactElement, useEffect } from 'react'
import { readConsent } from '../pages/connections/consent.ts'
import { PlainPage } from './plain-page.tsx'

/** Where GoCardless leads back to, with a code or a refusal: on to the page of the organization that asked. */
export function GoCardlessCallback(): ReactElement {
  const search = useSearch({ strict: false }) as Readonly<Record<string, string>>
  const begun = readConsent(search.state)
  const { history } = useRouter()
  const target = begun && `/${begun.slug}/settings/payment-providers/new?${new URLSearchParams(search)}`
  useEffect(() => {
    if (target) history.replace(target)
  }, [history, target])
  if (target) return <PlainPage title="One moment">{null}</PlainPage>
  return (
    <PlainPage
      title="Nothing waits for this answer"
      lead="The connection was begun in another window, or is made already. Begin again under Payment providers."
    >
      <a className="button button-primary" href="/">
        Go to Weir
      </a>
    </PlainPage>
  )
}
