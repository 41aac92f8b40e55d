import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type ApiProblem, send } from '../api/client.ts'
import { type Session, useSession } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Skeleton } from '../parts/states.tsx'
import { useArrive } from './arrive.ts'
import { PlainField, PlainForm } from './plain-form.tsx'
import { PlainPage } from './plain-page.tsx'

type Invited = {
  readonly email: string
  readonly organization: { readonly name: string }
  readonly invited_by: string | null
  readonly has_account: boolean
}

/** The link of an invitation: joins with the session, with the password of the address, or with a new one. */
export function InvitationPage(): ReactElement {
  const { token = '' } = useParams({ strict: false }) as { token?: string }
  const path = `/api/weir/v1/invitation_links/${encodeURIComponent(token)}`
  const arrive = useArrive()
  const { data: session } = useSession()
  const query = useQuery<Invited, ApiProblem>({
    queryKey: ['invitation', token],
    queryFn: async () => (await send<{ invitation: Invited }>('GET', path)).invitation,
    retry: false,
  })
  const accept = useMutation<{ session: Session }, ApiProblem, Readonly<Record<string, string>>>({
    mutationFn: (values) => send('POST', `${path}/accept`, values),
    onSuccess: (answer) => arrive(answer.session, '/select-organization'),
  })
  if (query.error) {
    return (
      <PlainPage
        title={query.error.status === 410 ? 'This invitation has ended' : 'There is no such invitation'}
        lead="Ask the person who invited you for a new link."
      >
        <a className="button button-secondary" href="/login">
          Sign in
        </a>
      </PlainPage>
    )
  }
  if (!query.data || session === undefined) return <Skeleton rows={3} />
  const { email, organization, invited_by, has_account: hasAccount } = query.data
  const lead = `${invited_by ?? 'A member'} invites ${email} to ${organization.name}.`
  if (session?.user.email.toLowerCase() === email.toLowerCase()) {
    return (
      <PlainPage title={`Join ${organization.name}`} lead={lead}>
        <Button kind="primary" isBusy={accept.isPending} onClick={() => accept.mutate({})}>
          Join
        </Button>
      </PlainPage>
    )
  }
  return (
    <PlainPage title={`Join ${organization.name}`} lead={lead}>
      {session && (
        <p className="notice notice-warning">You are signed in as {session.user.email}. Sign out first.</p>
      )}
      <PlainForm verb="Join" isBusy={accept.isPending} problem={accept.error} onSubmit={accept.mutate}>
        {!hasAccount && (
          <PlainField name="name" label="Your name" autoComplete="name" problem={accept.error} isFocused />
        )}
        <PlainField
          name="password"
          label={hasAccount ? 'Your password' : 'Choose a password'}
          type="password"
          autoComplete={hasAccount ? 'current-password' : 'new-password'}
          {...(hasAccount ? {} : { minLength: 12, help: 'At least 12 characters, and not a common one.' })}
          problem={accept.error}
        />
      </PlainForm>
    </PlainPage>
  )
}
