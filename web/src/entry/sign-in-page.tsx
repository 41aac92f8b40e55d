import type { ReactElement } from 'react'
import { PlainField, PlainForm } from './plain-form.tsx'
import { PlainPage } from './plain-page.tsx'

/**
 * E-mail and password. It is drawn when the dashboard is built (sign-in-html.ts), so that nobody loads React to sign
 * in; sign-in.ts makes it work, and shows the lines that are hidden here.
 */
export function SignInPage(): ReactElement {
  return (
    <PlainPage title="Sign in">
      <p className="muted" id="goes-on" hidden>
        Sign in to go on where you were.
      </p>
      <PlainForm verb="Sign in" isBusy={false} problem={null}>
        <PlainField
          name="email"
          label="E-mail"
          type="email"
          autoComplete="username"
          problem={null}
          isFocused
        />
        <PlainField
          name="password"
          label="Password"
          type="password"
          autoComplete="current-password"
          problem={null}
        />
      </PlainForm>
      <p>
        <a href="/forgot-password">Forgot your password?</a>
      </p>
      <p className="muted" id="sign-up" hidden>
        New here? <a href="/sign-up">Create an account</a>
      </p>
      <p className="muted" id="owner" hidden>
        Nobody has an account here yet. Open the link that Weir printed when it started, or print another one
        with <code>weir user owner-link</code>.
      </p>
    </PlainPage>
  )
}
