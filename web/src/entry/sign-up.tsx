import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useId } from 'react'
import { type ApiProblem, send } from '../api/client.ts'
import type { Session } from '../api/session.ts'
import { COUNTRIES, guessCountry } from '../format/countries.ts'
import { useArrive, useInstallation } from './arrive.ts'
import { PlainField, PlainForm } from './plain-form.tsx'
import { PlainPage } from './plain-page.tsx'

/** Four fields; the country sets currency, time zone and language of the first billing entity. */
export function SignUp(): ReactElement {
  const arrive = useArrive()
  const { data: installation } = useInstallation()
  const country = useId()
  const signUp = useMutation<{ session: Session }, ApiProblem, Readonly<Record<string, string>>>({
    mutationFn: (values) => send('POST', '/api/weir/v1/sign_up', values),
    onSuccess: ({ session }) => arrive(session, `/${session.memberships[0]?.organization.slug ?? ''}/start`),
  })
  if (installation?.sign_up === 'closed') {
    return (
      <PlainPage
        title="Sign-ups are closed"
        lead="Ask an administrator of this installation for an invitation."
      >
        <a className="button button-secondary" href="/login">
          Sign in
        </a>
      </PlainPage>
    )
  }
  return (
    <PlainPage
      title="Create your account"
      lead="You run this installation, so there is no e-mail to confirm."
    >
      <PlainForm
        verb="Create account"
        isBusy={signUp.isPending}
        problem={signUp.error}
        onSubmit={signUp.mutate}
      >
        <PlainField
          name="email"
          label="E-mail"
          type="email"
          autoComplete="username"
          problem={signUp.error}
          isFocused
        />
        <PlainField
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          help="At least 12 characters, and not a common one."
          problem={signUp.error}
        />
        <PlainField
          name="organization_name"
          label="Organization"
          autoComplete="organization"
          help="The name on your invoices. You can change it later."
          problem={signUp.error}
        />
        <div className="field">
          <label htmlFor={country}>Country</label>
          <select id={country} name="country" className="input input-large" defaultValue={guessCountry()}>
            {COUNTRIES.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
          <p className="help">Sets your currency, time zone and language.</p>
        </div>
      </PlainForm>
      <p className="muted">
        You have an account? <a href="/login">Sign in</a>
      </p>
    </PlainPage>
  )
}
