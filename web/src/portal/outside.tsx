import { type ReactElement, useEffect } from 'react'
import { useSay } from './language.ts'
import { Button } from './parts.tsx'

/** In place of the portal: the link is over, or somebody has signed out. It does not tell whose portal it was. */
export function Ended({ why }: { readonly why: 'over' | 'left' }): ReactElement {
  const say = useSay()
  const [title, text] =
    why === 'over' ? (['linkOver', 'linkOverText'] as const) : (['signedOut', 'signedOutText'] as const)
  useEffect(() => {
    document.title = say(title)
  }, [say, title])
  return (
    <main className="portal-outside">
      <h1>{say(title)}</h1>
      <p className="muted">{say(text)}</p>
    </main>
  )
}

/** In place of the portal while the server cannot be reached. */
export function Unreached({ onRetry }: { readonly onRetry: () => void }): ReactElement {
  const say = useSay()
  useEffect(() => {
    document.title = say('failed')
  }, [say])
  return (
    <main className="portal-outside">
      <h1>{say('failed')}</h1>
      <Button kind="primary" onClick={onRetry}>
        {say('retry')}
      </Button>
    </main>
  )
}
