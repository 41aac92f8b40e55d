import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { PortalSession } from '../api/types.ts'
import { isSignedOut, openPortal } from './api.ts'
import { App, PAGES } from './app.tsx'
import { languageOfBrowser, loadLanguage, SayContext, sayIn } from './language.ts'
import { Ended, Unreached } from './outside.tsx'
import { takeToken } from './route.tsx'
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
    const say = sayIn(await loadLanguage(languageOfBrowser()))
    root.render(
      <SayContext value={say}>
        {isSignedOut(error) ? <Ended why="over" /> : <Unreached onRetry={() => void start(token)} />}
      </SayContext>,
    )
    return
  }
  await show(session)
}

async function show(session: PortalSession): Promise<void> {
  const words = await loadLanguage(session.customer.locale)
  root.render(
    <StrictMode>
      <SayContext value={sayIn(words)}>
        <SessionContext value={session}>
          <App
            onLeft={() =>
              root.render(
                <SayContext value={sayIn(words)}>
                  <Ended why="left" />
                </SayContext>,
              )
            }
            onLanguage={async () => show(await openPortal(null))}
          />
        </SessionContext>
      </SayContext>
    </StrictMode>,
  )
}

void start(takeToken(PAGES))
