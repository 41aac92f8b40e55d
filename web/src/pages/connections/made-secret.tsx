import type { ReactElement } from 'react'
import type { PaymentProvider } from '../../api/types.ts'
import { Button, Code } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { NewValue } from '../keys/new-value.tsx'
import { kindOf } from './provider-kinds.ts'

const TITLE = 'One more step'

/** The secret of messages that was made just now; a stored one is only shown by its end. */
export const madeSecretOf = ({ webhook_secret: secret }: PaymentProvider): string | null =>
  secret && !secret.includes('…') ? secret : null

/** Whether its messages are set up at the provider by its holder. */
export const needsStep = ({ type }: PaymentProvider): boolean => Boolean(kindOf(type)?.byHand)

/** What its holder does at a provider. */
export function Steps({ steps }: { readonly steps: readonly string[] }): ReactElement {
  if (steps.length === 1) return <p>{steps[0]}</p>
  return (
    <ol className="hand-steps">
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  )
}

/** What has to be done at a provider, with a secret that is shown this once where one was made. */
export function NextStep(props: {
  readonly connection: PaymentProvider
  readonly onClose: () => void
}): ReactElement | null {
  const { connection, onClose } = props
  const byHand = kindOf(connection.type)?.byHand
  const secret = madeSecretOf(connection)
  if (!byHand) return null
  const step = (
    <>
      <p>So that the provider tells Weir what becomes of payments:</p>
      <Steps steps={byHand.steps} />
      <Code text={connection.webhook_url} />
    </>
  )
  if (secret !== null) {
    return (
      <NewValue value={secret} onClose={onClose} title={TITLE} noun="secret">
        {step}
        <p>The secret, which is not shown again:</p>
      </NewValue>
    )
  }
  return (
    <Dialog
      title={TITLE}
      isOpen
      onClose={onClose}
      actions={
        <>
          <span className="grow" />
          <Button kind="primary" onClick={onClose}>
            Go on
          </Button>
        </>
      }
    >
      <div className="stack">
        {step}
        <p className="muted">The page of the connection shows this too.</p>
      </div>
    </Dialog>
  )
}
