import { ApiProblem, send } from '../api/client.ts'
import { textOfCode } from '../api/problem-texts.ts'
import { readInstallation } from './installation.ts'
import { noticeOf } from './plain-problem.ts'
import { safeNext } from './safe-next.ts'
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/parts.css'
import '../styles/forms.css'
import '../styles/entry.css'

/** What the page to sign in does (sign-in-page.tsx). It needs no React, which is most of what the dashboard loads. */

function find<E extends Element>(selector: string): E {
  const found = document.querySelector<E>(selector)
  if (!found) throw new Error(`login.html has no ${selector}`)
  return found
}

const form = find<HTMLFormElement>('form')
const button = find<HTMLButtonElement>('form button')
const notice = find<HTMLElement>('form [role=alert]')
const spinner = Object.assign(document.createElement('span'), { className: 'spinner' })
spinner.setAttribute('aria-hidden', 'true')
const next = safeNext(new URLSearchParams(location.search).get('next'), location.origin)

function setBusy(isBusy: boolean): void {
  button.disabled = isBusy
  button.toggleAttribute('aria-busy', isBusy)
  if (isBusy) button.append(spinner)
  else spinner.remove()
}

/** Shows a refusal above the fields, or under those that it names; null takes everything away. */
function show(problem: ApiProblem | null): void {
  const text = problem && noticeOf(problem)
  notice.hidden = text === null
  notice.textContent = text
  for (const input of form.querySelectorAll('input')) {
    const codes = problem?.details[input.name]
    const help = find<HTMLElement>(`#${CSS.escape(`${input.id}-help`)}`)
    if (codes) input.setAttribute('aria-invalid', 'true')
    else input.removeAttribute('aria-invalid')
    help.className = codes ? 'field-error' : 'help'
    help.textContent = (codes ?? []).map(textOfCode).join(' ')
  }
}

async function signIn(): Promise<void> {
  setBusy(true)
  show(null)
  try {
    await send('POST', '/api/weir/v1/session', Object.fromEntries(new FormData(form)))
    location.replace(next)
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    show(error)
    setBusy(false)
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void signIn()
})
// Until now a click would have sent the form itself, to an address that takes none.
setBusy(false)
find<HTMLElement>('#goes-on').hidden = next === `${location.origin}/`
void readInstallation().then(({ has_users, sign_up }) => {
  find<HTMLElement>('#sign-up').hidden = sign_up !== 'open'
  find<HTMLElement>('#owner').hidden = has_users || sign_up === 'open'
})
