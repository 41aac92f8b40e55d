import { type ReactElement, type ReactNode, useEffect, useState } from 'react'
import { ApiProblem } from '../api/client.ts'
import { useSay } from './language.ts'
import { Button, WindowLink } from './parts.tsx'
import { askForLink } from './renewal.ts'
import { addressOf } from './route.tsx'

/**
 * In place of the portal: the link is over, or somebody has signed out. It does not tell whose portal it was.
 *
 * @param renewal with which a new link can be asked for; null where there is none, or no mail is sent
 */
export function Ended(props: {
  readonly why: 'over' | 'left'
  readonly renewal?: string | null
}): ReactElement {
  const say = useSay()
  const { why, renewal = null } = props
  const [title, text] =
    why === 'left'
      ? (['signedOut', 'signedOutText'] as const)
      : (['linkOver', renewal === null ? 'linkOverText' : 'linkOverOffer'] as const)
  return (
    <Notice title={say(title)} text={say(text)}>
      {renewal !== null && <NewLink renewal={renewal} />}
    </Notice>
  )
}

/** In place of the portal in a frame where nobody stays signed in: the same link, in a window of its own. */
export function NoCookies({ token }: { readonly token: string }): ReactElement {
  const say = useSay()
  return (
    <Notice title={say('noCookies')} text={say('noCookiesText')}>
      <WindowLink href={addressOf(token)} />
    </Notice>
  )
}

/** After the page of a provider that was opened beside a portal in a frame. */
export function Returned(): ReactElement {
  const say = useSay()
  return <Notice title={say('returned')} text={say('returnedText')} />
}

function Notice(props: {
  readonly title: string
  readonly text: string
  readonly children?: ReactNode
}): ReactElement {
  const { title, text, children } = props
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <main className="portal-outside">
      <h1>{title}</h1>
      <p className="muted">{text}</p>
      {children}
    </main>
  )
}

type Step = 'offered' | 'asking' | 'asked' | 'tooMany' | 'failed'

function NewLink({ renewal }: { readonly renewal: string }): ReactElement {
  const say = useSay()
  const [step, setStep] = useState<Step>('offered')
  const ask = async () => {
    setStep('asking')
    try {
      await askForLink(renewal)
      setStep('asked')
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setStep(error.status === 429 ? 'tooMany' : 'failed')
    }
  }
  return (
    <>
      {step !== 'asked' && (
        <Button kind="primary" isBusy={step === 'asking'} onClick={() => void ask()}>
          {say('sendLink')}
        </Button>
      )}
      <p role="status" className="portal-good">
        {step === 'asked' && say('linkSent')}
      </p>
      {(step === 'tooMany' || step === 'failed') && (
        <p role="alert" className="field-error">
          {say(step === 'tooMany' ? 'tooMany' : 'refused')}
        </p>
      )}
    </>
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
