import { useMutation } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type ApiProblem, send } from '../api/client.ts'
import type { Session } from '../api/session.ts'
import { useArrive } from './arrive.ts'
import { PlainField, PlainForm } from './plain-form.tsx'
import { PlainPage } from './plain-page.tsx'

/** The link that the first start prints: its reader becomes the owner of the installation. */
export function Owner(): ReactElement {
  const { token = '' } = useParams({ strict: false }) as { token?: string }
  const arrive = useArrive()
  const redeem = useMutation<{ session: Session }, ApiProblem, Readonly<Record<string, string>>>({
    mutationFn: (values) =>
      send('POST', `/api/weir/v1/owner_links/${encodeURIComponent(token)}/redeem`, values),
    onSuccess: ({ session }) => arrive(session, `/${session.memberships[0]?.organization.slug ?? ''}/start`),
  })
  return (
    <PlainPage title="Welcome to Weir" lead="Choose how you will sign in. This link works once.">
      <PlainForm verb="Start" isBusy={redeem.isPending} problem={redeem.error} onSubmit={redeem.mutate}>
        <PlainField
          name="email"
          label="E-mail"
          type="email"
          autoComplete="username"
          problem={redeem.error}
          isFocused
        />
        <PlainField
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          help="At least 12 characters, and not a common one."
          problem={redeem.error}
        />
      </PlainForm>
    </PlainPage>
  )
}
