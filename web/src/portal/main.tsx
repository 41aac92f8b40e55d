import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { setFramed } from '../api/client.ts'
import type { PortalSession } from '../api/types.ts'
import { isSignedOut, keepsCookie, onOver, openPortal } from './api.ts'
import { App, PAGES } from './app.tsx'
import { showBrand } from './brand.ts'
import { isFramed, tellHeightOf, tellOver } from './frame.ts'
import { keepLanguage, keptLanguage, languageOfBrowser, loadLanguage, SayContext, sayIn } from './language.ts'
import { Ended, NoCookies, Returned, Unreached } from './outside.tsx'
import { keepRenewal, keptRenewal, sendsMails } from './renewal.ts'
import { isReturn, takeToken } from './route.tsx'
import { SessionContext } from './session.ts'
import '../styles/tokens.css'
import '../styles/base.css'
import './portal.css'

const element = document.getElementById('root')
if (!element) throw new Error('portal.html has no #root')
const root = createRoot(element)

/** Opens the portal with the token in the address, or the cookie; what cannot be opened says why. */
async function start(token: string | null): Promise<void> {
  let session: PortalSession
  try {
    session = await openPortal(token)
  } catch (error) {
    if (isSignedOut(error)) return showOver(token)
    const words = await loadLanguage(languageOfBrowser())
    root.render(
      <SayContext value={sayIn(words)}>
        <Unreached onRetry={() => void start(token)} />
      </SayContext>,
    )
    return
  }
  if (isFramed && token !== null && !(await keepsCookie())) return showNoCookies(token)
  keepRenewal(session.renewal_token)
  onOver(() => void showOver(null))
  await show(session)
}

/** The page of a portal in a frame whose browser keeps no cookie for it, with the way to a window of its own. */
async function showNoCookies(token: string): Promise<void> {
  const words = await loadLanguage(languageOfBrowser())
  root.render(
    <SayContext value={sayIn(words)}>
      <NoCookies token={token} />
    </SayContext>,
  )
}

/** The page that follows one of a provider which was opened beside a portal in a frame. */
async function showReturned(): Promise<void> {
  const words = await loadLanguage(languageOfBrowser())
  root.render(
    <SayContext value={sayIn(words)}>
      <Returned />
    </SayContext>,
  )
}

/** The page of a link, or of a session, that is over; with the way to a new one where mails are sent. */
async function showOver(token: string | null): Promise<void> {
  tellOver()
  const known = token ?? keptRenewal()
  const [words, renewal] = await Promise.all([
    loadLanguage(languageOfBrowser()),
    known !== null && (await sendsMails()) ? known : null,
  ])
  root.render(
    <SayContext value={sayIn(words)}>
      <Ended why="over" renewal={renewal} />
    </SayContext>,
  )
}

async function show(session: PortalSession): Promise<void> {
  showBrand(session.brand)
  const words = await loadLanguage(keptLanguage() ?? session.customer.locale)
  root.render(
    <StrictMode>
      <SayContext value={sayIn(words)}>
        <SessionContext value={session}>
          <App
            onLeft={() => {
              keepRenewal(null)
              keepLanguage(null)
              root.render(
                <SayContext value={sayIn(words)}>
                  <Ended why="left" />
                </SayContext>,
              )
            }}
            onLanguage={async (chosen) => {
              keepLanguage(chosen)
              await show(chosen === null ? await openPortal(null) : session)
            }}
          />
        </SessionContext>
      </SayContext>
    </StrictMode>,
  )
}

tellHeightOf(element)
setFramed(isFramed)
void (isReturn() ? showReturned() : start(takeToken(PAGES)))
