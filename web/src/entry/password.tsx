import { useMutation } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type ApiProblem, send } from '../api/client.ts'
import type { Session } from '../api/session.ts'
import { useArrive, useInstallation } from './arrive.ts'
import { PlainField, PlainForm } from './plain-form.tsx'
import { PlainPage } from './plain-page.tsx'

type Values = Readonly<Record<string, string>>

/** Asks for a link that sets a new password. Nobody learns whether the address is known. */
export function ForgotPassword(): ReactElement {
  const { data: installation } = useInstallation()
  const ask = useMutation<unknown, ApiProblem, Values>({
    mutationFn: (values) => send('POST', '/api/weir/v1/password_resets', values),
  })
  if (ask.isSuccess) {
    return (
      <PlainPage
        title="Look into your mail"
        lead={
          installation?.has_smtp
            ? 'If there is an account with this address, a link to set a new password is on its way.'
            : 'This installation sends no mail. An administrator can give you the link: weir user reset-link.'
        }
      >
        <a className="button button-secondary" href="/login">
          Back to sign-in
        </a>
      </PlainPage>
    )
  }
  return (
    <PlainPage title="Forgot your password?" lead="Get a link to set a new one.">
      <PlainForm verb="Send the link" isBusy={ask.isPending} problem={ask.error} onSubmit={ask.mutate}>
        <PlainField
          name="email"
          label="E-mail"
          type="email"
          autoComplete="username"
          problem={ask.error}
          isFocused
        />
      </PlainForm>
    </PlainPage>
  )
}

/** Sets a new password by a link; every other session of the account ends. */
export function ResetPassword(): ReactElement {
  const { token = '' } = useParams({ strict: false }) as { token?: string }
  const arrive = useArrive()
  const reset = useMutation<{ session: Session }, ApiProblem, Values>({
    mutationFn: (values) => send('POST', `/api/weir/v1/password_resets/${encodeURIComponent(token)}`, values),
    onSuccess: ({ session }) => arrive(session, '/'),
  })
  return (
    <PlainPage title="Set a new password" lead="You are signed out everywhere else.">
      <PlainForm verb="Set password" isBusy={reset.isPending} problem={reset.error} onSubmit={reset.mutate}>
        <PlainField
          name="password"
          label="New password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          help="At least 12 characters, and not a common one."
          problem={reset.error}
          isFocused
        />
      </PlainForm>
    </PlainPage>
  )
}
